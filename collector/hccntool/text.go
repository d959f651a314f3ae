package hccntool

import (
	"errors"
	"iter"
	"strconv"
	"strings"

	"github.com/ascend-exporter/ascend_exporter/collector/npusmi"
	"github.com/ascend-exporter/ascend_exporter/collector/optional"
)

// errNoReading says that an answer has nothing of its query: its text, or what stands in standard error, says why.
var errNoReading = errors.New("no reading in the answer")

// What was expected, where a line is not understood.
const (
	whyField = "a key and a value"
	whyKey   = "a key of this query"
	whyTwice = "each value once"
)

// answerLines gives the lines of an answer with their numbers, from 1, without the blanks around them. Lines that say
// nothing are left out.
func answerLines(output []byte) iter.Seq2[int, string] {
	return func(yield func(int, string) bool) {
		number := 0

		for line := range strings.SplitSeq(strings.ToValidUTF8(string(output), "\uFFFD"), "\n") {
			number++

			line = strings.TrimSpace(line)
			if line != "" && !npusmi.IsNoise(line) && !yield(number, line) {
				return
			}
		}
	}
}

// splitField takes a line "Key : value" apart; ok is false for any other. Releases differ in the case of keys: it comes out lower.
func splitField(line string) (key, value string, ok bool) {
	key, value, ok = strings.Cut(line, ":")

	return strings.ToLower(strings.TrimSpace(key)), strings.TrimSpace(value), ok
}

// readFields calls set for each field of an answer. It returns what it would have expected, "" for a field that it
// understood. There is a reading if any key was of the query, even where its value is not understood; the heading is none.
func readFields(output []byte, heading string, set func(key, value string) (why string)) (npusmi.Warnings, error) {
	var warnings npusmi.Warnings

	found := false

	for number, line := range answerLines(output) {
		key, value, ok := splitField(line)
		if ok && key == heading && value == "" {
			continue
		}

		why := whyField
		if ok {
			why = set(key, value)
		}

		found = found || ok && why != whyKey

		if why != "" {
			warnings.Add(number, line, why)
		}
	}

	if !found {
		return warnings, errNoReading
	}

	return warnings, nil
}

// printed is the text as printed, or "" for the words that stand for none.
func printed(value string) string {
	switch value {
	case "NA", "-", "not supported", "get failed":
		return ""
	default:
		return value
	}
}

// setQuantity puts "47 C" where it belongs. The words that stand for no value are absent. It returns what it would have expected.
func setQuantity(where *optional.Float, value, unit string) (why string) {
	if value != "" && printed(value) == "" {
		return ""
	}

	text, hasUnit := strings.CutSuffix(value, unit)

	number, ok := npusmi.ParseNumber(strings.TrimSpace(text))
	if !ok || !hasUnit {
		return "a number in " + unit
	}

	if where.Present() {
		return whyTwice
	}

	*where = number

	return ""
}

// parseIndex reads the number of a port, a die or a lane.
func parseIndex(digits string) (index int, ok bool) {
	number, err := strconv.ParseUint(digits, 10, 8)

	return int(number), err == nil
}

// parseCount reads a count: up to 64 bits, never negative.
func parseCount(value string) (count uint64, ok bool) {
	count, err := strconv.ParseUint(value, 10, 64)

	return count, err == nil
}

// setCount puts a count where it belongs. It returns what it would have expected.
func setCount(where *optional.Float, value string) (why string) {
	count, ok := parseCount(value)

	switch {
	case !ok:
		return "a count"
	case where.Present():
		return whyTwice
	default:
		*where = optional.Of(float64(count))

		return ""
	}
}
