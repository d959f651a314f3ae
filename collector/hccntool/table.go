package hccntool

import (
	"slices"
	"strings"

	"github.com/ascend-exporter/ascend_exporter/collector/npusmi"
)

// headings are the names of a table's columns.
type headings []string

// has says whether the table has all of these columns.
func (h headings) has(names ...string) bool {
	for _, name := range names {
		if !slices.Contains(h, name) {
			return false
		}
	}

	return true
}

// A row is a row of a table, with a cell for each heading. It is good until the next one is read.
type row struct {
	headings headings
	cells    []string
}

// cell is the cell below a heading; "" where the table has none such.
func (r row) cell(heading string) string {
	if i := slices.Index(r.headings, heading); i >= 0 {
		return r.cells[i]
	}

	return ""
}

// A reader takes a row of a table. It returns what it would have expected, "" for a row that it understood.
type reader func(r row) (why string)

// leaveOut reads the rows of a table that is known and of no use.
func leaveOut(row) string {
	return ""
}

// readTables reads an answer of tables drawn with "|". choose gives what reads the rows of the table with these headings, nil where
// the query has no such table. beside takes the lines outside of tables; nil is for queries that have none.
//
// A table begins at the first row, and at the row that follows two borders "+---+" in a row: one ends a table, the other
// opens the next.
func readTables(output []byte, choose func(h headings) reader, beside func(text string) (why string)) npusmi.Warnings {
	var (
		warnings npusmi.Warnings
		current  row
		read     reader
	)

	borders := 2

	for number, line := range answerLines(output) {
		why := ""

		switch {
		case line[0] == '+' && strings.Trim(line, "+-") == "":
			borders++

			continue
		case line[0] != '|' && beside != nil:
			why = beside(line)
		case line[0] != '|':
			why = "a table"
		case borders >= 2:
			borders = 0
			current.headings = npusmi.SplitCells(line, nil)

			if read = choose(current.headings); read == nil {
				why = "a table of this query"
			}
		default:
			borders = 0
			current.cells = npusmi.SplitCells(line, current.cells)

			switch {
			case read == nil: // the table has been counted
			case len(current.cells) != len(current.headings):
				why = "a cell for each heading"
			default:
				why = read(current)
			}
		}

		if why != "" {
			warnings.Add(number, line, why)
		}
	}

	return warnings
}
