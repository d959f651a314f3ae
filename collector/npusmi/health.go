package npusmi

import (
	"slices"
	"strings"
)

// ChipHealth is what `npu-smi info -t health` says of a chip. Asked for a card, most products give the state alone; asked for
// a chip, and on 950, they give the codes of the faults too.
type ChipHealth struct {
	Health Health // HealthAbsent where the tool printed no state that is known

	// CodesKnown says whether the answer tells of codes. Without it nothing is known of them; with it, Codes are all of them.
	CodesKnown bool
	Codes      []string // of the faults that are active, each once: upper-case hexadecimal without 0x; none for NA

	Information []string // a text for each code as a rule, in the tool's words; none for NA
}

// ParseHealth reads the answer for a card or a chip. The health of the board's controller is left out.
func ParseHealth(output []byte) ([]PerChip[ChipHealth], Warnings, error) {
	return readFields(output, func(h *ChipHealth, f field) (verdict, string) {
		switch f.key {
		case "health", "health status":
			state, ok := parseHealth(f.value)
			if !ok {
				return misread, "a health state"
			}

			h.Health = state
		case "error code":
			return h.setCodes(f)
		case "error information":
			for _, text := range append([]string{f.value}, f.more...) {
				if text = printedText(text); text != "" {
					h.Information = append(h.Information, text)
				}
			}

			return unused, ""
		default:
			return misread, whyKey
		}

		return found, ""
	})
}

// setCodes reads "80E18005 8C03A000", or NA. A word that is no code is left out and the others are kept.
func (h *ChipHealth) setCodes(f field) (verdict, string) {
	words := strings.Fields(strings.Join(append([]string{f.value}, f.more...), " "))
	if len(words) == 1 && words[0] == "NA" {
		h.CodesKnown = true

		return found, ""
	}

	result, why := misread, ""
	if len(words) == 0 {
		why = "codes of faults, or NA"
	}

	for _, word := range words {
		code, ok := parseCode(word)
		if !ok {
			why = "codes of faults and nothing else"

			continue
		}

		result, h.CodesKnown = found, true

		if !slices.Contains(h.Codes, code) {
			h.Codes = append(h.Codes, code)
		}
	}

	return result, why
}

// parseCode reads the code of a fault: up to 32 bits, hexadecimal. It returns it in upper case and without 0x.
func parseCode(word string) (code string, ok bool) {
	word = strings.TrimPrefix(strings.TrimPrefix(word, "0x"), "0X")
	if word == "" || len(word) > 8 || strings.Trim(word, "0123456789abcdefABCDEF") != "" {
		return "", false
	}

	return strings.ToUpper(word), true
}
