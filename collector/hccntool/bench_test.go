package hccntool

import "testing"

// BenchmarkParse reads the longest of the answers written by hand.
func BenchmarkParse(b *testing.B) {
	for _, bench := range []struct {
		name, query string
		cases       []parseCase
		parsers     map[string]parser
	}{
		{"stat", "stat", statCases(), roceParsers()},
		{"link_stat", "link_stat", linkStatCases(), roceParsers()},
		{"optical", "optical", opticalCases(), roceParsers()},
		{"port stat", "stat", portCases(), portParsers()},
		{"port optical", "optical", portOpticalCases(), portParsers()},
	} {
		var text []byte

		for _, test := range bench.cases {
			if test.query == bench.query && test.warnings == 0 && len(test.text) > len(text) {
				text = []byte(test.text)
			}
		}

		parse := bench.parsers[bench.query]

		b.Run(bench.name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(text)))

			for b.Loop() {
				if _, _, err := parse(text); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
