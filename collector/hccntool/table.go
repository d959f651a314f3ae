package hccntool

import (
	"slices"
	"strings"

	"github.com/ascend-exporter/ascend_exporter/collector/npusmi"
)

// A table of an answer: a heading and rows, each between "|".
type table struct {
	number   int // of the heading's line
	text     string
	headings []string
	rows     []row
}

type row struct {
	number   int
	text     string
	headings []string // of its table
	cells    []string
}

// prose is a line outside the tables.
type prose struct {
	number int
	text   string
}

// parseTables reads the tables of an answer and the lines beside them. A table begins at the first row, and at the row that
// follows two borders "+---+" in a row: one ends a table, the other opens the next.
func parseTables(output []byte) (tables []table, rest []prose) {
	borders := 2

	for number, line := range answerLines(output) {
		switch {
		case strings.Trim(line, "+-") == "" && line[0] == '+':
			borders++
		case line[0] != '|':
			rest = append(rest, prose{number, line})
		case borders >= 2:
			tables = append(tables, table{number: number, text: line, headings: npusmi.SplitCells(line, nil)})
			borders = 0
		default:
			current := &tables[len(tables)-1]
			current.rows = append(current.rows, row{number, line, current.headings, npusmi.SplitCells(line, nil)})
			borders = 0
		}
	}

	return tables, rest
}

// has says whether the table has all of these headings.
func (t table) has(headings ...string) bool {
	for _, heading := range headings {
		if !slices.Contains(t.headings, heading) {
			return false
		}
	}

	return true
}

// read calls set for each row that has a cell for each heading. It returns what it would have expected, "" for a row that it understood.
func (t table) read(warnings *npusmi.Warnings, set func(r row) (why string)) {
	for _, r := range t.rows {
		why := "a cell for each heading"
		if len(r.cells) == len(r.headings) {
			why = set(r)
		}

		if why != "" {
			warnings.Add(r.number, r.text, why)
		}
	}
}

// cell is the cell below a heading; "" where the table has none such.
func (r row) cell(heading string) string {
	if i := slices.Index(r.headings, heading); i >= 0 {
		return r.cells[i]
	}

	return ""
}
