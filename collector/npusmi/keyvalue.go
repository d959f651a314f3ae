package npusmi

import (
	"errors"
	"slices"
	"strings"

	"github.com/ascend-exporter/ascend_exporter/collector/optional"
)

// NoChip is the chip of a block that names none: the only one in the answer to a query of one chip.
const NoChip = -1

const (
	keyChipID   = "chip id"
	keyChipName = "chip name"

	// failedQuery begins what the tool says in place of a chip's values.
	failedQuery = "Failed to query"
)

// What was expected, where a line is not understood.
const (
	whyField = "a key and a value"
	whyKey   = "a key of this query"
)

// A field is a line "Key : value".
type field struct {
	line  int
	text  string // as printed
	key   string // in lower case, with single blanks and none before a "("
	value string
	more  []string // values of the lines without a key that follow it
}

// A block is the fields of one chip. The answer for a card has a block for each of its chips and one for the board's
// controller, which repeats keys of the chips and is left out unless a query asks for it.
type block struct {
	chip   int  // Chip ID, or NoChip
	card   bool // a line of it says that the answer is for a card, whose chips go by their Chip ID
	mcu    bool
	failed bool // the tool says that it could not query the chip
	fields []field
	lines  []field // lines that are no "Key : value"; text only
}

// parseBlocks reads an answer of "Key : value" lines, for a card or for a chip. Products differ in whether Chip ID opens a
// block or closes it, so a block is what stands between blank lines. Where these were lost, a block that has its chip
// also ends at the next chip's id and at the name of the controller.
func parseBlocks(output []byte) []block {
	var (
		blocks  []block
		current *block
	)

	number := 0

	for line := range strings.SplitSeq(validText(output), "\n") {
		number++

		line = strings.TrimSpace(line)
		if IsNoise(line) {
			continue
		}

		if line == "" {
			current = nil

			continue
		}

		// A line without a key goes on with the last value, also across a blank line.
		if text, ok := strings.CutPrefix(line, ":"); ok && len(blocks) > 0 {
			blocks[len(blocks)-1].goOn(strings.TrimSpace(text))

			continue
		}

		f, ok := splitField(number, line)

		if current == nil || (ok && current.endsAt(f)) {
			blocks = append(blocks, block{chip: NoChip})
			current = &blocks[len(blocks)-1]
		}

		current.add(f, ok)
	}

	return blocks
}

// goOn adds a line to the block's last value.
func (b *block) goOn(text string) {
	if last := len(b.fields) - 1; last >= 0 {
		b.fields[last].more = append(b.fields[last].more, text)
	}
}

// splitField takes a line apart; ok is false for one that is no "Key : value".
func splitField(number int, line string) (f field, ok bool) {
	f = field{line: number, text: line}

	// The tool's own words on a chip that it could not query hold a ":" too.
	if strings.HasPrefix(line, failedQuery) {
		return f, false
	}

	key, value, ok := strings.Cut(line, ":")
	if ok {
		f.key, f.value = normalKey(key), strings.TrimSpace(value)
	}

	return f, ok
}

// endsAt says whether the field is of the next block, though no blank line stands before it.
func (b *block) endsAt(f field) bool {
	return b.chip != NoChip && (f.key == keyChipID || f.isMCU())
}

// isMCU says whether the field names the board's controller.
func (f field) isMCU() bool {
	return f.key == keyChipName && strings.EqualFold(f.value, "mcu")
}

// add takes a line of the block, which is a field or other text.
func (b *block) add(f field, isField bool) {
	switch {
	case !isField && strings.HasPrefix(f.text, failedQuery):
		b.failed = true
	case !isField:
		b.lines = append(b.lines, f)
	case f.key == "npu id":
		// The query has named the card.
	case f.key == "chip count" || f.key == "card count":
		b.card = true
	case f.isMCU():
		b.mcu = true
	case f.key == keyChipID:
		b.card = true

		if id, ok := parseID(f.value); ok {
			b.chip = id
		} else {
			b.fields = append(b.fields, f)
		}
	default:
		b.fields = append(b.fields, f)
	}
}

// normalKey makes keys comparable: releases and documents differ in case and blanks.
func normalKey(key string) string {
	key = strings.TrimSpace(key)
	if strings.Contains(key, "  ") || strings.ContainsAny(key, "\t\v\f\r") {
		key = strings.Join(strings.Fields(key), " ")
	}

	return strings.ReplaceAll(strings.ToLower(key), " (", "(")
}

// PerChip is what a query says of one chip.
type PerChip[T any] struct {
	Chip    int // Chip ID, or NoChip in an answer that is of a single chip
	Reading T
}

// errNoReading says that an answer has nothing of any chip: its text says why.
var errNoReading = errors.New("no reading of a chip in the answer")

// A placer says where the number of a key goes in a reading: nil for a key that is known and of no use. It reports false for
// a key that the query is not known to print.
type placer[T any] func(reading *T, key string) (where *optional.Float, known bool)

// parseNumbers reads the blocks of chips in an answer whose values are numbers. What place does not know counts as not
// understood, as does a value that is no number. It fails when there is no reading of any chip.
func parseNumbers[T any](output []byte, place placer[T]) ([]PerChip[T], Warnings, error) {
	return chipNumbers(parseBlocks(output), place)
}

// chipNumbers is parseNumbers for an answer that is in blocks. Each chip comes out once. Of what is said twice, the first
// counts; in an answer for a card, values without a Chip ID are of nobody.
func chipNumbers[T any](blocks []block, place placer[T]) ([]PerChip[T], Warnings, error) {
	var (
		chips    []PerChip[T]
		warnings Warnings
	)

	ofCard := slices.ContainsFunc(blocks, func(b block) bool { return b.card })

	for _, b := range blocks {
		if b.mcu {
			continue
		}

		for _, l := range b.lines {
			warnings.Add(l.line, l.text, whyField)
		}

		if b.failed || len(b.fields) == 0 {
			continue
		}

		first := b.fields[0]
		chip := PerChip[T]{Chip: b.chip}

		if !readNumbers(b.fields, &chip.Reading, place, &warnings) {
			continue
		}

		switch {
		case b.chip == NoChip && ofCard:
			warnings.Add(first.line, first.text, "values with a Chip ID")
		case slices.ContainsFunc(chips, func(c PerChip[T]) bool { return c.Chip == b.chip }):
			warnings.Add(first.line, first.text, "each chip once")
		default:
			chips = append(chips, chip)
		}
	}

	if len(chips) == 0 {
		return nil, warnings, errNoReading
	}

	return chips, warnings, nil
}

// readNumbers puts the fields of a block into the reading. It reports whether any of them was known.
func readNumbers[T any](fields []field, reading *T, place placer[T], warnings *Warnings) bool {
	placed := make([]*optional.Float, 0, 32)
	found := false

	for _, f := range fields {
		where, known := place(reading, f.key)
		if !known {
			warnings.Add(f.line, f.text, whyKey)

			continue
		}

		found = true
		if where == nil {
			continue
		}

		if slices.Contains(placed, where) {
			warnings.Add(f.line, f.text, "each value once")

			continue
		}

		placed = append(placed, where)

		value, ok := f.number()
		if !ok {
			warnings.Add(f.line, f.text, "a number")
		}

		*where = value
	}

	return found
}

// number reads the field's value; ok is false for text that is neither a number nor stands for none.
func (f field) number() (value optional.Float, ok bool) {
	switch strings.ToUpper(f.value) {
	case "NOT SUPPORT", "UNKNOWN", "UNKNOW":
		return optional.Float{}, len(f.more) == 0
	}

	value, ok = ParseNumber(f.value)
	if !f.isTemperature() {
		value = notNegative(value)
	}

	return value, ok && len(f.more) == 0
}

// isTemperature says whether the field is one: nothing else that the tool tells in fields can be below 0.
func (f field) isTemperature() bool {
	return strings.Contains(f.key, "temperature") || strings.HasSuffix(f.key, "(c)")
}
