package npusmi

import (
	"strings"

	"github.com/ascend-exporter/ascend_exporter/collector/optional"
)

// HCCS is what `npu-smi info -t hccs` says of the links from a chip to other chips (910B, A3; 310P Duo, which prints counters
// only). Some builds of the tool call the links xlink.
type HCCS struct {
	// HealthKnown says whether the tool printed a state of the links. Healthy is that state: false tells that some link is not
	// in order, not which.
	HealthKnown bool
	Healthy     bool

	FirstErrorLane string     // the lane on which an error was first seen; "" for NA
	Links          []HCCSLink // in the order printed
}

// HCCSLink is one link. A value that the tool does not print is absent.
type HCCSLink struct {
	Number   int            // place in the tool's lists, from 1: as a rule the number of the macro
	LaneMode optional.Float // lanes in use: 0, 1, 2 or 4
	LaneList string         // a digit for each lane, 1 when it is up; "" when the tool prints none
	Speed    optional.Float // gigabits per second

	// Since the chip started.
	TransmitPackets, TransmitBytes optional.Float
	ReceivePackets, ReceiveBytes   optional.Float
	Retries, Errors                optional.Float
}

// Down says whether the link is down: its speed is 0, or none of its lanes is up. It is not known where the tool prints
// neither. The state of HCCS as a whole has no say in it.
func (l HCCSLink) Down() (down, known bool) {
	noLane := l.LaneList != "" && !strings.Contains(l.LaneList, "1")

	return noLane || l.Speed.Is(0), l.LaneList != "" || l.Speed.Present()
}

// ParseHCCS reads the answer for a chip.
func ParseHCCS(output []byte) ([]PerChip[HCCS], Warnings, error) {
	return readFields(output, func(h *HCCS, f field) (verdict, string) {
		key, ok := strings.CutPrefix(f.key, "hccs ")
		if !ok {
			key, ok = strings.CutPrefix(f.key, "xlink ")
		}

		switch {
		case !ok:
			return misread, whyKey
		case key == "health status":
			return h.setHealth(f.value)
		case key == "first error lane":
			h.FirstErrorLane = printedText(f.value)

			return unused, ""
		case key == "link lane list":
			return h.setList(f.value, func(l *HCCSLink, word string) bool {
				list := printedText(word)
				if strings.Trim(list, "01") != "" {
					return false
				}

				l.LaneList = list

				return true
			})
		case linkNumber(&HCCSLink{}, key) == nil:
			return misread, whyKey
		default:
			return h.setList(f.value, func(l *HCCSLink, word string) bool {
				number, isNumber := ParseNumber(word)
				*linkNumber(l, key) = notNegative(number)

				return isNumber
			})
		}
	})
}

func (h *HCCS) setHealth(value string) (verdict, string) {
	switch value {
	case "OK", "NOK":
		h.HealthKnown, h.Healthy = true, value == "OK"

		return found, ""
	case "NA", "-":
		return unused, ""
	default:
		return misread, "OK or NOK"
	}
}

// setList reads "[224 224 224]", a value for each link. set reports false for a word that it cannot read.
func (h *HCCS) setList(value string, set func(link *HCCSLink, word string) bool) (verdict, string) {
	if value != "" && printedText(value) == "" {
		return unused, ""
	}

	inner, opened := strings.CutPrefix(value, "[")
	inner, closed := strings.CutSuffix(inner, "]")

	words := strings.Fields(inner)
	if !opened || !closed || len(words) == 0 {
		return misread, "a list in brackets"
	}

	why := ""
	if len(h.Links) > 0 && len(h.Links) != len(words) {
		why = "as many values as in the lists before"
	}

	for i, word := range words {
		if i == len(h.Links) {
			h.Links = append(h.Links, HCCSLink{Number: i + 1})
		}

		if !set(&h.Links[i], word) {
			why = "a value for each link"
		}
	}

	return found, why
}

// linkNumber is where the number of a key goes; nil for a key that is not known.
func linkNumber(l *HCCSLink, key string) *optional.Float {
	switch key {
	case "lane mode":
		return &l.LaneMode
	case "link speed":
		return &l.Speed
	case "tx packets":
		return &l.TransmitPackets
	case "tx bytes":
		return &l.TransmitBytes
	case "rx packets":
		return &l.ReceivePackets
	case "rx bytes":
		return &l.ReceiveBytes
	case "retry count":
		return &l.Retries
	case "error count":
		return &l.Errors
	default:
		return nil
	}
}
