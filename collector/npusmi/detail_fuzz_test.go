package npusmi

import (
	"strconv"
	"strings"
	"testing"
	"unicode"

	"github.com/ascend-exporter/ascend_exporter/collector/optional"
)

// FuzzParseDetails holds the parsers of all queries whose answers are numbers to what every text must give: no panic, each
// chip at most once, an error or a reading, and nothing invented: every number that comes out stands in the text as a value.
func FuzzParseDetails(f *testing.F) {
	for _, test := range detailTests() {
		f.Add([]byte(test.text))
	}

	f.Fuzz(func(t *testing.T, text []byte) {
		said := detailNumbers(text)
		count := strings.Count(string(text), "\n") + 1

		for _, d := range details() {
			readings, warnings, err := d.parse(text)
			if err != nil && len(readings) > 0 {
				t.Errorf("%s: an error and readings", d.query)
			}

			// A chip that is dropped has its first line counted, and that line may count for itself.
			if warnings.Count > 2*count || len(warnings.First) > keptWarnings {
				t.Errorf("%s: %d warnings for %d lines, %d kept", d.query, warnings.Count, count, len(warnings.First))
			}

			seen := make(map[int]bool)

			for _, r := range readings {
				if seen[r.chip] {
					t.Errorf("%s: chip %d twice", d.query, r.chip)
				}

				seen[r.chip] = true

				if r.chip != NoChip && (r.chip < 0 || !said[float64(r.chip)]) {
					t.Errorf("%s: chip %d is not in the text", d.query, r.chip)
				}

				for _, v := range r.values {
					checkSaid(t, said, d.query+" "+v.path, v.value)
				}
			}
		}

		power, _ := ParseCardPower(text)
		checkSaid(t, said, "card power", power)

		names := make(map[string]bool)
		sensors, _ := ParseBoardSensors(text)

		for _, s := range sensors {
			if names[s.Name] {
				t.Errorf("sensor %q twice", s.Name)
			}

			names[s.Name] = true
			checkSaid(t, said, s.Name, s.Temperature)
		}
	})
}

func checkSaid(t *testing.T, said map[float64]bool, what string, value optional.Float) {
	t.Helper()

	if v, ok := value.Get(); ok && !said[v] {
		t.Errorf("%s: %v is not in the text", what, v)
	}
}

// detailNumbers are the numbers that stand between blanks, colons and the ends of lines.
func detailNumbers(text []byte) map[float64]bool {
	numbers := make(map[float64]bool)

	for word := range strings.FieldsFuncSeq(string(text), func(r rune) bool { return r == ':' || unicode.IsSpace(r) }) {
		if v, err := strconv.ParseFloat(word, 64); err == nil {
			numbers[v] = true
		}
	}

	return numbers
}
