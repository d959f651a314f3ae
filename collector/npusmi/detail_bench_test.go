package npusmi

import "testing"

// BenchmarkParseDetails reads the hand-made answers of each query.
func BenchmarkParseDetails(b *testing.B) {
	parsers := map[string]func([]byte) error{
		"usages":   parseOnly(ParseUsages),
		"common":   parseOnly(ParseCommon),
		"memory":   parseOnly(ParseMemory),
		"temp":     parseOnly(ParseTemp),
		"power":    parseOnly(ParsePower),
		"volt":     parseOnly(ParseVolt),
		"sensors":  parseOnly(ParseSensors),
		"ecc":      parseOnly(ParseECC),
		"pcie-err": parseOnly(ParsePCIeErrors),
		"sio-info": parseOnly(ParseSIOErrors),
	}

	asked := make(map[string]bool)

	for _, test := range detailTests() {
		if asked[test.query] || test.want == nil {
			continue
		}

		asked[test.query] = true
		text := []byte(test.text)

		b.Run(test.query, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(text)))

			for b.Loop() {
				if err := parsers[test.query](text); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// parseOnly leaves out what the tests add to a parser.
func parseOnly[T any](parse func([]byte) ([]PerChip[T], Warnings, error)) func([]byte) error {
	return func(output []byte) error {
		_, _, err := parse(output)

		return err
	}
}
