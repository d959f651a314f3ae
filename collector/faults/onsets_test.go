package faults

import "testing"

// key is a chip of a test.
type key struct{ npu, chip int }

const (
	info     = "0000000A"
	warning  = "0000000B"
	critical = "0000000C"
	unknown  = "0000000F"
)

func TestOnsets(t *testing.T) {
	t.Parallel()

	table := mustParse(t, info+"\tNotHandle\n"+warning+"\tSubHealth\n"+critical+"\tSeparateNPU\n")
	chip, other := key{2, 0}, key{2, 1}

	known := func(codes ...string) []Look[key] { return []Look[key]{{Chip: chip, Known: true, Codes: codes}} }
	failed := []Look[key]{{Chip: chip}}

	for _, test := range []struct {
		name   string
		rounds [][]Look[key]
		want   Counts
	}{
		{"seen and not asked", [][]Look[key]{failed}, Counts{}},
		{"active at the first look", [][]Look[key]{known(critical)}, Counts{}},
		{"active at the first look and on", [][]Look[key]{known(critical), known(critical)}, Counts{}},
		{"active at the first look that worked", [][]Look[key]{failed, known(critical)}, Counts{}},
		{"sets in", [][]Look[key]{known(), known(critical)}, Counts{Critical: 1}},
		{"stays", [][]Look[key]{known(), known(critical), known(critical)}, Counts{Critical: 1}},
		{"goes", [][]Look[key]{known(), known(critical), known()}, Counts{Critical: 1}},
		{"comes again", [][]Look[key]{known(), known(critical), known(), known(critical)}, Counts{Critical: 2}},
		{"was there at first, goes, comes again", [][]Look[key]{known(warning), known(), known(warning)}, Counts{Warning: 1}},
		{"a failure between is no end", [][]Look[key]{known(), known(critical), failed, known(critical)}, Counts{Critical: 1}},
		{"a round without the chip is no end", [][]Look[key]{known(), known(critical), {}, known(critical)}, Counts{Critical: 1}},
		{"sets in behind a failure", [][]Look[key]{known(), failed, known(critical)}, Counts{Critical: 1}},
		{"one beside another", [][]Look[key]{known(warning), known(warning, info)}, Counts{Info: 1}},
		{"of each severity, one unknown", [][]Look[key]{known(), known(info, warning, critical, unknown)}, Counts{Info: 1, Warning: 2, Critical: 1}},
		{"told twice, in either case", [][]Look[key]{known(), known("0000000c", critical), known("0000000c")}, Counts{Critical: 1}},
		{
			"of another chip",
			[][]Look[key]{{{Chip: other, Known: true}, {Chip: chip, Known: true}}, {{Chip: other, Known: true, Codes: []string{critical}}}},
			Counts{},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()

			var onsets Onsets[key]
			for _, round := range test.rounds {
				onsets = onsets.After(table, round...)
			}

			got, ok := onsets.Of(chip)
			if !ok || got != test.want {
				t.Errorf("%+v, %v, must be %+v", got, ok, test.want)
			}

			if _, ok := onsets.Of(key{7, 7}); ok {
				t.Error("a chip that nobody saw has counts")
			}
		})
	}
}

func TestOnsetsNeverChange(t *testing.T) {
	t.Parallel()

	chip := key{1, 1}
	quiet := Onsets[key]{}.After(Table{}, Look[key]{Chip: chip, Known: true})
	loud := quiet.After(Table{}, Look[key]{Chip: chip, Known: true, Codes: []string{unknown}})

	before, _ := quiet.Of(chip)
	after, _ := loud.Of(chip)

	if before != (Counts{}) || after != (Counts{Warning: 1}) {
		t.Errorf("before %+v, after %+v", before, after)
	}
}

func TestCountsOf(t *testing.T) {
	t.Parallel()

	counts := Counts{Info: 1, Warning: 2, Critical: 3}
	for i, severity := range Severities() {
		if got := counts.Of(severity); got != uint64(i+1) {
			t.Errorf("%s: %d", severity, got)
		}
	}
}
