// Package hccntool reads what Huawei's hccn_tool prints of the network of a chip: of the RoCE port that a 910 or an A3 has
// (`hccn_tool -i DEVICE -ITEM -g`), and of the UB and UBoE ports of a 950 (`hccn_tool -g -ITEM -i DEVICE -u DIE -p PORT`). It runs
// as npu-smi does (npusmi.Runner).
//
// Each item has a file of its own, with a struct that says what it tells and a pure parser: text in, reading and warnings out. The
// tool prints answers to standard output and errors, as a rule, to standard error; rules.go knows the errors. The exit status
// says no more than that a call failed.
package hccntool

import (
	"errors"
	"iter"
	"strconv"
	"strings"

	"github.com/ascend-exporter/ascend_exporter/collector/npusmi"
	"github.com/ascend-exporter/ascend_exporter/collector/optional"
)

// errNothing says that an output has nothing of the answer: why is to be found in its text.
var errNothing = errors.New("nothing of the answer in the output")

// What was expected, where a line is not understood.
const (
	whyField = "a key and a value"
	whyKey   = "a key of this query"
	whyValue = "a number"
	whyRow   = "a cell for each heading"
)

// lines gives the lines of an output that say anything, with their numbers and without the blanks around them.
func lines(output []byte) iter.Seq2[int, string] {
	return func(yield func(int, string) bool) {
		number := 0

		for line := range strings.SplitSeq(strings.ToValidUTF8(string(output), "\uFFFD"), "\n") {
			number++

			if line = strings.TrimSpace(line); line != "" && !isNoise(line) && !yield(number, line) {
				return
			}
		}
	}
}

// isNoise knows the line about its log that the tool may print before an answer.
func isNoise(line string) bool {
	return strings.HasPrefix(line, "[WARNING]") && strings.Contains(line, "logs may be lost")
}

// split splits a line `Key : value` or `key:value`.
func split(line string) (key, value string, ok bool) {
	key, value, ok = strings.Cut(line, ":")

	return strings.TrimSpace(key), strings.TrimSpace(value), ok
}

// only reads an answer of one line with this key.
func only(output []byte, key string) (value string, warnings npusmi.Warnings, err error) {
	found := false

	for number, line := range lines(output) {
		k, v, ok := split(line)
		if !ok || k != key || found {
			warnings.Add(number, line, key)

			continue
		}

		value, found = v, true
	}

	if !found {
		return "", warnings, errNothing
	}

	return value, warnings, nil
}

// count reads a count: a whole number of 64 bits, of which a metric keeps 53 exactly.
func count(text string) optional.Float {
	number, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		return optional.Float{}
	}

	return optional.Of(float64(number))
}

// decimal reads a number with a unit, as "3284.20 mV"; absent where it is none.
func decimal(text, unit string) optional.Float {
	word, ok := strings.CutSuffix(text, unit)

	word = strings.TrimSpace(word)
	if !ok || word == "" || strings.Trim(word, "-0123456789.") != "" {
		return optional.Float{}
	}

	number, err := strconv.ParseFloat(word, 64)
	if err != nil {
		return optional.Float{}
	}

	return optional.Of(number)
}

// A row is a row of a table, by its headings.
type row struct {
	number int // of the line
	line   string
	cells  map[string]string
}

// tables reads the tables drawn with `+---+` and `|`, each as a list of rows. A line of dashes stands above and below the headings,
// at the end, and between groups of rows; where one follows another, the next table begins. A line outside tables, and a row with
// another number of cells than its headings, is a warning.
func tables(output []byte, warnings *npusmi.Warnings) [][]row {
	var (
		all      [][]row
		headings []string
		inside   bool // whether a table has begun
		ruled    bool // whether the last line was one of dashes
	)

	for number, line := range lines(output) {
		rule := line[0] == '+' && strings.Trim(line, "+-") == ""

		switch {
		case rule && (ruled || !inside):
			inside, headings = true, nil
		case rule:
		case line[0] != '|' || !inside:
			warnings.Add(number, line, "a table")
		case headings == nil:
			headings = cells(line)
			all = append(all, nil)
		default:
			if r, ok := newRow(number, line, headings); ok {
				all[len(all)-1] = append(all[len(all)-1], r)
			} else {
				warnings.Add(number, line, whyRow)
			}
		}

		ruled = rule
	}

	return all
}

func newRow(number int, line string, headings []string) (r row, ok bool) {
	values := cells(line)
	if len(values) != len(headings) {
		return row{}, false
	}

	r = row{number: number, line: line, cells: make(map[string]string, len(values))}
	for i, value := range values {
		r.cells[headings[i]] = value
	}

	return r, true
}

// cells splits a row into its cells.
func cells(line string) []string {
	var all []string

	for cell := range strings.SplitSeq(strings.TrimSuffix(strings.TrimPrefix(line, "|"), "|"), "|") {
		all = append(all, strings.TrimSpace(cell))
	}

	return all
}
