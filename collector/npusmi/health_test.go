package npusmi

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ascend-exporter/ascend_exporter/collector/optional"
)

// structuredTest is a text and what a parser must make of it. An error is wanted where there is no reading.
type structuredTest[T any] struct {
	name     string
	text     string
	want     T
	fails    bool
	warnings int
}

// refusals are answers without a reading, whatever was asked.
func refusals() []string {
	return []string{
		"",
		"\n\n",
		"dcmi module initialize failed. ret is -8005\n",
		"DrvMngGetConsoleLogLevel failed. (g_conLogLevel=3)\ndcmi module initialize failed. ret is -8005\n",
		"dcmi model initialized failed, because the device is used. ret is -8020\n",
		"This device does not support querying it.\n",
		"Failed to query \"it\" result.\n",
		"Invalid card id.\nError parameter of -i\nUsage: npu-smi info <watch> [Options...]\n",
		"\tNPU ID : 3\n\tChip Count : 1\n\n\tChip ID : 0\nFailed to query npu chip: 0 info.\n\n\tHealth : OK\n\tChip Name : MCU\n",
	}
}

func testStructured[T any](t *testing.T, parse func([]byte) (T, Warnings, error), tests []structuredTest[T], but ...string) {
	t.Helper()

	for _, text := range refusals() {
		if slices.ContainsFunc(but, func(part string) bool { return strings.Contains(text, part) }) {
			continue // for this query it is an answer
		}

		tests = append(tests, structuredTest[T]{name: "refusal: " + text, text: text, fails: true, warnings: -1})
	}

	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()

			got, warnings, err := parse([]byte(test.text))
			if (err != nil) != test.fails {
				t.Errorf("error %v", err)
			}

			if diff := cmp.Diff(test.want, got, cmp.AllowUnexported(optional.Float{})); diff != "" {
				t.Errorf("reading (-want +got):\n%s", diff)
			}

			if test.warnings >= 0 && warnings.Count != test.warnings {
				t.Errorf("%d warnings, must be %d: %+v", warnings.Count, test.warnings, warnings.First)
			}
		})
	}
}

// one is the reading of an answer that names no chip.
func one[T any](reading T) []PerChip[T] {
	return []PerChip[T]{{Chip: NoChip, Reading: reading}}
}

func TestParseHealth(t *testing.T) {
	t.Parallel()

	testStructured(t, ParseHealth, []structuredTest[[]PerChip[ChipHealth]]{
		{
			name: "card of two chips, and its controller",
			text: "\tNPU ID                         : 6\n\tChip Count                     : 2\n\n" +
				"\tHealth                         : Warning\n\tChip ID                        : 0\n\n" +
				"\tHealth                         : Critical\n\tChip ID                        : 1\n\n" +
				"\tHealth                         : Alarm\n\tChip Name                      : MCU\n",
			want: []PerChip[ChipHealth]{
				{Chip: 0, Reading: ChipHealth{Health: HealthWarning}},
				{Chip: 1, Reading: ChipHealth{Health: HealthCritical}},
			},
		},
		{
			name: "card whose first chip fails, 310",
			text: "\tNPU ID : 6\n\tChip Count : 3\n\n\tChip ID : 0\nFailed to query npu chip: 0 info.\n\n\tChip ID : 1\n\tHealth : UNKNOWN\n\n" +
				"\tHealth : OK\n\tChip Name : mcu\n",
			want: []PerChip[ChipHealth]{{Chip: 1, Reading: ChipHealth{Health: HealthUnknown}}},
		},
		{
			name: "chip without faults",
			text: "\tHealth Status : OK\r\n\tError Code : NA\r\n\tError Information : NA\r\n",
			want: one(ChipHealth{Health: HealthOK, CodesKnown: true}),
		},
		{
			name: "chip with faults, texts that go on",
			text: "\tHealth Status                  : Alarm\n\tError Code                     : 80e00009 81AB7002 80E00009 41AE0001\n" +
				"\tError Information              : first: text, a=b\n\n\t                               : second text\n\n" +
				"\t                               : third text\n",
			want: one(ChipHealth{
				Health: HealthAlarm, CodesKnown: true, Codes: []string{"80E00009", "81AB7002", "41AE0001"},
				Information: []string{"first: text, a=b", "second text", "third text"},
			}),
		},
		{
			name: "950",
			text: "\tNPU ID : 3\n\tHealth Status : Warning\n\tError Code : 0x81AF0001\n\tError Information : a text\n\n",
			want: one(ChipHealth{Health: HealthWarning, CodesKnown: true, Codes: []string{"81AF0001"}, Information: []string{"a text"}}),
		},
		{
			name: "950 by its manual",
			text: "NPU ID : 3\nHealth : OK\nError Code : NA\nError Information : NA\n",
			want: one(ChipHealth{Health: HealthOK, CodesKnown: true}),
		},
		{
			name:     "a state and words that nobody knows",
			text:     "Health Status : Poorly\nError Code : 80E00009 plenty 123456789\nSeverity : 3\n",
			want:     one(ChipHealth{CodesKnown: true, Codes: []string{"80E00009"}}),
			warnings: 3,
		},
		{
			name:     "codes that are empty are not none",
			text:     "Health Status : OK\nError Code :\n",
			want:     one(ChipHealth{Health: HealthOK}),
			warnings: 1,
		},
	})
}
