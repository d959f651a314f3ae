package hccntool

import (
	"maps"
	"slices"
	"testing"
)

// An answered query is one of either dialect, with the longest of the answers that are written by hand.
type answered struct {
	dialect, query string
	text           []byte
	parse          parser
}

func answeredQueries() []answered {
	var queries []answered

	for _, dialect := range []struct {
		name    string
		cases   []parseCase
		parsers map[string]parser
	}{{"roce", roceCases(), roceParsers()}, {"ub", slices.Concat(portCases(), portOpticalCases()), portParsers()}} {
		for _, query := range slices.Sorted(maps.Keys(dialect.parsers)) {
			q := answered{dialect: dialect.name, query: query, parse: dialect.parsers[query]}

			for _, test := range dialect.cases {
				if test.query == query && test.want != nil && test.warnings == 0 && len(test.text) > len(q.text) {
					q.text = []byte(test.text)
				}
			}

			if q.text != nil { // of what both dialects print alike the first has the cases
				queries = append(queries, q)
			}
		}
	}

	return queries
}

func BenchmarkParse(b *testing.B) {
	for _, q := range answeredQueries() {
		b.Run("dialect="+q.dialect+"/query="+q.query, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(q.text)))

			for b.Loop() {
				if _, _, err := q.parse(q.text); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
