package npusmi

import (
	"strings"

	"github.com/ascend-exporter/ascend_exporter/collector/optional"
)

// lineKind tells the lines of a box table apart.
type lineKind int

const (
	lineBlank     lineKind = iota
	lineSeparator          // +-----+=====+
	lineRow                // | cell | cell |
	lineNoise              // known text that carries no reading
	lineOther
)

// kindOf classifies a line that has been trimmed.
func kindOf(line string) lineKind {
	switch {
	case line == "":
		return lineBlank
	case line[0] == '|':
		return lineRow
	case line[0] == '+' && strings.Trim(line, "+-=|") == "":
		return lineSeparator
	case isNoise(line):
		return lineNoise
	default:
		return lineOther
	}
}

// splitCells splits a row into its trimmed cells, which it appends to cells[:0].
func splitCells(line string, cells []string) []string {
	line = strings.TrimSuffix(strings.TrimPrefix(line, "|"), "|")
	cells = cells[:0]

	for cell := range strings.SplitSeq(line, "|") {
		cells = append(cells, strings.TrimSpace(cell))
	}

	return cells
}

// foldCells makes want cells of a row that has more, because a name in it holds a "|": the cells from at on are one name.
// It reports false for a row that has too few.
func foldCells(cells []string, want, at int) ([]string, bool) {
	extra := len(cells) - want
	if extra < 0 {
		return cells, false
	}

	if extra > 0 {
		cells[at] = strings.Join(cells[at:at+extra+1], "|")
		cells = append(cells[:at+1], cells[at+extra+1:]...)
	}

	return cells, true
}

// A heading of the numbers in a cell, such as Power(W) or HBM-Usage(MB).
type heading string

const (
	headingPower       heading = "Power(W)"
	headingTemperature heading = "Temp(C)"
	headingHugepages   heading = "Hugepages-Usage(page)"
	headingAICore      heading = "AICore(%)"
	headingUtilization heading = "NPU Util(%)"
	headingMemory      heading = "Memory-Usage(MB)"
	headingHBM         heading = "HBM-Usage(MB)"
)

// splitHeadings splits the last cell of a heading row. Each heading ends with its unit, so a word without one
// ("NPU" of "NPU Util(%)") belongs to the next.
func splitHeadings(cell string) []heading {
	var (
		headings []heading
		words    string
	)

	for word := range strings.FieldsSeq(cell) {
		if words != "" {
			word = words + " " + word
		}

		if strings.HasSuffix(word, ")") {
			headings = append(headings, heading(word))
			words = ""
		} else {
			words = word
		}
	}

	return headings
}

// isUsage says whether the values under the heading are "used / total".
func (h heading) isUsage() bool {
	return strings.Contains(string(h), "-Usage(")
}

// Usage is an amount and how much of it is used, both in the unit of the heading (MiB, pages); each may be absent.
type Usage struct {
	Used, Total optional.Float
}

// numbers reads the values of a cell in the order of its headings and calls found for each. A value that is not to be read
// is absent. It reports false when there was one such, or when there are fewer or more values than headings.
func numbers(cell string, headings []heading, found func(heading, Usage)) bool {
	rest, good := cell, true

	for _, h := range headings {
		var (
			usage Usage
			ok    bool
		)

		usage.Used, rest, ok = nextNumber(rest)
		good = good && ok

		if h.isUsage() {
			rest = strings.TrimLeft(rest, " \t")
			if !strings.HasPrefix(rest, "/") {
				return false
			}

			usage.Total, rest, ok = nextNumber(rest[1:])
			good = good && ok
		}

		found(h, usage)
	}

	return good && strings.TrimSpace(rest) == ""
}

// nextNumber takes the first word of text, which ends at a blank or a "/". Without a word, or with one that is no number,
// ok is false.
func nextNumber(text string) (value optional.Float, rest string, ok bool) {
	text = strings.TrimLeft(text, " \t")

	end := strings.IndexAny(text, " \t/")
	if end < 0 {
		end = len(text)
	}

	value, ok = parseNumber(text[:end])

	return value, text[end:], ok
}
