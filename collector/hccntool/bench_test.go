package hccntool

import "testing"

// BenchmarkParse reads the longest of the answers written by hand.
func BenchmarkParse(b *testing.B) {
	roce := func(query string, text []byte) error {
		_, _, err, _ := parseRoCE(query, text)

		return err
	}
	port := func(query string, text []byte) error {
		_, _, err, _ := parsePortAnswer(query, text)

		return err
	}

	for _, bench := range []struct {
		name, query string
		cases       []parseCase
		parse       func(query string, text []byte) error
	}{
		{"stat", "stat", statCases(), roce},
		{"link_stat", "link_stat", linkStatCases(), roce},
		{"optical", "optical", opticalCases(), roce},
		{"port stat", "stat", portCases(), port},
		{"port optical", "optical", portOpticalCases(), port},
	} {
		var text []byte

		for _, test := range bench.cases {
			if test.query == bench.query && test.warnings == 0 && len(test.text) > len(text) {
				text = []byte(test.text)
			}
		}

		b.Run(bench.name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(text)))

			for b.Loop() {
				if err := bench.parse(bench.query, text); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
