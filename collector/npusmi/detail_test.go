package npusmi

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/ascend-exporter/ascend_exporter/collector/optional"
)

// A detail is a query of a card or a chip whose answer is numbers.
type detail struct {
	query string
	parse func([]byte) ([]detailReading, Warnings, error)
}

// A detailReading is the reading of one chip as a list, in the order of its fields.
type detailReading struct {
	chip   int
	values []detailValue
}

// A detailValue is one number by its path in the reading, such as "HBM.SingleBit.Errors".
type detailValue struct {
	path  string
	value optional.Float
}

func details() []detail {
	return []detail{
		{"usages", flat(ParseUsages)},
		{"common", flat(ParseCommon)},
		{"memory", flat(ParseMemory)},
		{"temp", flat(ParseTemp)},
		{"power", flat(ParsePower)},
		{"volt", flat(ParseVolt)},
		{"sensors", flat(ParseSensors)},
		{"ecc", flat(ParseECC)},
		{"pcie-err", flat(ParsePCIeErrors)},
		{"sio-info", flat(ParseSIOErrors)},
	}
}

func detailOf(t *testing.T, query string) detail {
	t.Helper()

	for _, d := range details() {
		if d.query == query {
			return d
		}
	}

	t.Fatalf("no query %q", query)

	return detail{}
}

// flat makes the parsers alike.
func flat[T any](parse func([]byte) ([]PerChip[T], Warnings, error)) func([]byte) ([]detailReading, Warnings, error) {
	return func(output []byte) ([]detailReading, Warnings, error) {
		chips, warnings, err := parse(output)
		readings := make([]detailReading, 0, len(chips))

		for _, c := range chips {
			readings = append(readings, detailReading{c.Chip, flatten("", reflect.ValueOf(c.Reading))})
		}

		return readings, warnings, err
	}
}

func flatten(path string, v reflect.Value) []detailValue {
	if f, ok := reflect.TypeAssert[optional.Float](v); ok {
		return []detailValue{{path, f}}
	}

	var values []detailValue

	for i := range v.NumField() {
		name := v.Type().Field(i).Name
		if path != "" {
			name = path + "." + name
		}

		values = append(values, flatten(name, v.Field(i))...)
	}

	return values
}

// String lists what is not absent.
func (r detailReading) String() string {
	var b strings.Builder

	if r.chip == NoChip {
		b.WriteString("the chip:")
	} else {
		fmt.Fprintf(&b, "chip %d:", r.chip)
	}

	for _, v := range r.values {
		if n, ok := v.value.Get(); ok {
			fmt.Fprintf(&b, " %s=%v", v.path, n)
		}
	}

	return b.String()
}

// A detailTest is a hand-made answer and what is read of it.
type detailTest struct {
	name     string
	query    string
	text     string
	want     []string // a line a chip; none where the answer must be an error
	warnings int
}

func TestParseDetails(t *testing.T) {
	t.Parallel()

	for _, test := range detailTests() {
		t.Run(test.query+" "+test.name, func(t *testing.T) {
			t.Parallel()

			d := detailOf(t, test.query)

			readings, warnings, err := d.parse([]byte(test.text))
			if (err != nil) != (test.want == nil) {
				t.Errorf("error %v, want one: %v", err, test.want == nil)
			}

			if diff := cmp.Diff(test.want, lines(readings), cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("read differently (-want +got):\n%s", diff)
			}

			if warnings.Count != test.warnings {
				t.Errorf("%d lines not understood, want %d: %+v", warnings.Count, test.warnings, warnings.First)
			}

			// Line ends, and a line that the driver prints first, change nothing.
			retyped := "DrvMngGetConsoleLogLevel failed. (ret=4)\n" + strings.ReplaceAll(test.text, "\n", " \r\n")

			again, _, _ := d.parse([]byte(retyped))
			if diff := cmp.Diff(lines(readings), lines(again)); diff != "" {
				t.Errorf("other line ends read differently:\n%s", diff)
			}
		})
	}
}

func lines(readings []detailReading) []string {
	var all []string

	for _, r := range readings {
		all = append(all, r.String())
	}

	return all
}

// TestParseDetailsErrorTexts gives each parser what the tool prints when it has no answer.
func TestParseDetailsErrorTexts(t *testing.T) {
	t.Parallel()

	texts := []string{
		"",
		"\n\n",
		"dcmi module initialize failed. ret is -8005\n",
		"DrvMngGetConsoleLogLevel failed. (g_conLogLevel=3)\ndcmi model initialized failed, because the device is used. ret is -8020\n",
		"This device does not support querying usages.\n",
		"Failed to query \"ecc\" info.\n",
		"Failed to query \"memory\" result.\n",
		"Failed to query npu chip: 0 info.\n",
		"\tNPU ID   : 3\n\tChip Count   : 1\n\n\tChip ID   : 0\nFailed to query npu chip: 0 info.\n\n",
		"\tNPU ID   : 3\n\tChip Count   : 1\n",
		"Invalid card id.\nError parameter of -i\nUsage: npu-smi info <watch|-h|-m|-l|-t type> [Options...]\n\nCommands:\n  -t type  type: board, power\n",
		"| NPU   Name   | Health |\n",
	}

	for _, d := range details() {
		for _, text := range texts {
			if readings, _, err := d.parse([]byte(text)); err == nil || len(readings) > 0 {
				t.Errorf("%s: %.60q gives %v, want an error", d.query, text, readings)
			}
		}
	}
}

func TestParseBoard(t *testing.T) {
	t.Parallel()

	for _, test := range []struct {
		name     string
		text     string
		power    optional.Float
		sensors  []Sensor
		warnings int // of both
	}{
		{
			name: "temp of a server",
			text: "\tNPU ID : 4\n\tChip Count : 1\n\n\tNPU Temperature (C) : 51\n\tChip ID : 0\n\n" +
				"\tLM75A_TE (C) : 29\n\tLM75B_TE (C) : Failed\n\tLM75C_TE (C) : 32767\n\tTEC_TEMP (C) : NA\n\tChip Name : MCU\n",
			sensors: []Sensor{{"lm75a_te", optional.Of(29)}, {Name: "lm75b_te"}, {Name: "lm75c_te"}, {Name: "tec_temp"}},
		},
		{
			name:  "power of a 310P card",
			text:  "\tNPU ID : 2\n\tChip Count : 2\n\n\tPower Dissipation(W) : 58.5\n\tChip Name : MCU\n",
			power: optional.Of(58.5),
		},
		{
			name: "common: the name opens the block",
			text: "\tNPU ID : 2\n\tChip Count : 1\n\n\tChip ID : 0\n\tTemperature(C) : 61\n\tNPU Real-time Power(W) : 80.5\n\n" +
				"\tChip Name : mcu\n\tTemperature(C) : 35\n\tNPU Real-time Power(W) : 52.5\n",
			power:   optional.Of(52.5),
			sensors: []Sensor{{"mcu", optional.Of(35)}},
		},
		{
			name:     "unknown, repeated, and no numbers",
			text:     "Chip Name : mcu\nTemperature(C) : 35\nTemperature(C) : 36\nFan : 3\nPower Dissipation(W) : warm\nPower Dissipation(W) : 7\nwords\n",
			sensors:  []Sensor{{"mcu", optional.Of(35)}},
			warnings: 3 + 4, // for the sensors the repeat, the fan, the words; for the power its two lines, the fan, the words
		},
		{name: "a chip's answer", text: "\tNPU Real-time Power(W) : 80.5\n"},
		{name: "an error", text: "This device does not support querying power.\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()

			power, fewer := ParseCardPower([]byte(test.text))
			if power != test.power {
				t.Errorf("power %v, want %v", power, test.power)
			}

			sensors, more := ParseBoardSensors([]byte(test.text))
			if diff := cmp.Diff(test.sensors, sensors, sameFloats()); diff != "" {
				t.Errorf("sensors differ (-want +got):\n%s", diff)
			}

			if n := fewer.Count + more.Count; n != test.warnings {
				t.Errorf("%d lines not understood, want %d: %+v %+v", n, test.warnings, fewer.First, more.First)
			}
		})
	}
}

func TestNames(t *testing.T) {
	t.Parallel()

	one, two := optional.Of(1), optional.Of(2)

	ecc := ECC{HBM: ECCMemory{DoubleBit: ECCCounts{Errors: one}}, DDR: ECCMemory{SingleBit: ECCCounts{IsolatedPages: two}}}

	for _, kind := range ecc.Kinds() {
		want := ECCCounts{}

		switch kind.Memory + " " + kind.Type {
		case "hbm double_bit":
			want.Errors = one
		case "ddr single_bit":
			want.IsolatedPages = two
		case "hbm single_bit", "ddr double_bit":
		default:
			t.Errorf("memory %q, type %q", kind.Memory, kind.Type)
		}

		if kind.Counts != want {
			t.Errorf("%s %s: %v, want %v", kind.Memory, kind.Type, kind.Counts, want)
		}
	}

	want := [4]Sensor{{"soc_max", one}, {"sfp", optional.Float{}}, {"ndie", two}, {"hbm", optional.Float{}}}
	if got := (Sensors{SocMax: one, NDIE: two}).Named(); got != want {
		t.Errorf("sensors %v, want %v", got, want)
	}
}
