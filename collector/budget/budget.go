// Package budget holds tests to what the exporter may cost. All limits stand in budgets.tsv: those of counts are held, those of times,
// which depend on the machine, are reported.
package budget

import (
	_ "embed"
	"fmt"
	"strconv"
	"strings"
	"testing"
)

//go:embed budgets.tsv
var table string

// A Budget is the most that something may cost.
type Budget struct {
	Name  string
	Limit float64
	Unit  string
	Held  bool   // by Hold; else reported by Report
	What  string // what is measured
}

// columns are those of the table, of which the first line has the names.
const columns = 5

// read reads a table of budgets.
func read(text string) ([]Budget, error) {
	var budgets []Budget

	for i, line := range strings.Split(strings.TrimSuffix(text, "\n"), "\n")[1:] {
		fields := strings.Split(line, "\t")
		if len(fields) != columns {
			return nil, fmt.Errorf("line %d: %d fields, expected %d with one tab between them", i+2, len(fields), columns)
		}

		limit, err := strconv.ParseFloat(fields[1], 64)
		if err != nil {
			return nil, fmt.Errorf("line %d: the limit: %w", i+2, err)
		}

		how := fields[3]
		if how != "held" && how != "reported" {
			return nil, fmt.Errorf("line %d: %q, expected held or reported", i+2, how)
		}

		budgets = append(budgets, Budget{Name: fields[0], Limit: limit, Unit: fields[2], Held: how == "held", What: fields[4]})
	}

	return budgets, nil
}

// A Number is what can be measured.
type Number interface {
	~int | ~int64 | ~uint64 | ~float64
}

// Hold fails the test where more was measured than the budget of that name allows.
func Hold[N Number](tb testing.TB, name string, got N) {
	tb.Helper()

	if b := measured(tb, name, float64(got), true); float64(got) > b.Limit {
		tb.Errorf("budget %s: %v %s, at most %v are allowed: %s", name, got, b.Unit, b.Limit, b.What)
	}
}

// Report tells what was measured of a budget that depends on the machine.
func Report[N Number](tb testing.TB, name string, got N) {
	tb.Helper()
	measured(tb, name, float64(got), false)
}

// measured finds a budget and tells what was measured of it, for whoever collects that from the output of `go test -v`.
func measured(tb testing.TB, name string, got float64, held bool) Budget {
	tb.Helper()

	budgets, err := read(table)
	if err != nil {
		tb.Fatalf("budgets.tsv: %v", err)
	}

	for _, b := range budgets {
		if b.Name != name {
			continue
		}

		if b.Held != held {
			tb.Fatalf("budget %s: budgets.tsv says otherwise of whether it is held or reported", name)
		}

		tb.Attr(name, strconv.FormatFloat(got, 'g', -1, 64))

		return b
	}

	tb.Fatalf("budget %s: is not in budgets.tsv", name)

	return Budget{}
}
