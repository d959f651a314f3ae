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
	case IsNoise(line):
		return lineNoise
	default:
		return lineOther
	}
}

// SplitCells splits a row of a table, "| cell | cell |", into its trimmed cells, which it appends to cells[:0].
func SplitCells(line string, cells []string) []string {
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

// numbers reads the values of a cell and calls found for each. Plain values belong to the plain headings and "used / total" to
// the usages, each in their order; where one is missing nobody knows which, so all of that kind are absent. A value that is
// not to be read is absent. It reports false when there was one such, or when values and headings are not equally many.
func numbers(cell string, headings []heading, found func(heading, Usage)) bool {
	plain, usages, good := splitValues(cell)

	wantPlain, wantUsages := 0, 0

	for _, h := range headings {
		if h.isUsage() {
			wantUsages++
		} else {
			wantPlain++
		}
	}

	good = good && len(plain) == wantPlain && len(usages) == wantUsages

	for _, h := range headings {
		switch {
		case h.isUsage() && len(usages) >= wantUsages:
			found(h, usages[0])
			usages, wantUsages = usages[1:], wantUsages-1
		case !h.isUsage() && len(plain) >= wantPlain:
			found(h, plain[0])
			plain, wantPlain = plain[1:], wantPlain-1
		}
	}

	return good
}

// fits says whether a cell has a value for each of the headings.
func fits(cell string, headings []heading) bool {
	return numbers(cell, headings, func(heading, Usage) {})
}

// splitValues reads the plain values of a cell and its usages. It reports false for a value that is not to be read.
func splitValues(cell string) (plain, usages []Usage, good bool) {
	plain, usages, good = make([]Usage, 0, 2), make([]Usage, 0, 2), true

	for rest := strings.TrimLeft(cell, " "); rest != ""; rest = strings.TrimLeft(rest, " ") {
		var (
			value   Usage
			isUsage bool
			ok      bool
		)

		value, isUsage, rest, ok = nextValue(rest)
		good = good && ok

		if isUsage {
			usages = append(usages, value)
		} else {
			plain = append(plain, value)
		}
	}

	return plain, usages, good
}

// nextValue takes the first value of a text: a word, or two with a "/" between them.
func nextValue(text string) (value Usage, isUsage bool, rest string, ok bool) {
	value.Used, rest, ok = nextNumber(text)

	after, isUsage := strings.CutPrefix(strings.TrimLeft(rest, " "), "/")
	if !isUsage {
		return value, false, rest, ok
	}

	total, rest, totalOK := nextNumber(after)
	value.Total = total

	return value, true, rest, ok && totalOK
}

// nextNumber takes the first word of text, which ends at a blank or a "/". Without a word, or with one that is no number,
// ok is false.
func nextNumber(text string) (value optional.Float, rest string, ok bool) {
	text = strings.TrimLeft(text, " ")

	end := strings.IndexAny(text, " /")
	if end < 0 {
		end = len(text)
	}

	value, ok = ParseNumber(text[:end])

	return value, text[end:], ok
}
