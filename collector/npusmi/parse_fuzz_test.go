package npusmi

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/ascend-exporter/ascend_exporter/collector/optional"
)

// FuzzParseSummary holds the parser to what every text must give: no panic, each chip once, and nothing invented: every
// number and every name that comes out stands in the text.
func FuzzParseSummary(f *testing.F) {
	files, err := filepath.Glob("testdata/summary/*.txt")
	if err != nil || len(files) == 0 {
		f.Fatalf("no seeds: %v", err)
	}

	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}

		f.Add(text)
	}

	f.Add([]byte("| npu-smi 25.2.0\tb  Version:\t25.2.0\tc |\n|\tNPU\tName | Health | Power(W) |\n"))

	f.Fuzz(func(t *testing.T, text []byte) {
		summary, warnings, err := ParseSummary(text)
		if err != nil && len(summary.Chips) > 0 {
			t.Error("an error and chips")
		}

		said := newSaid(text)

		for _, version := range []string{summary.ToolVersion, summary.DriverVersion} {
			said.text(t, version)
		}

		lines := strings.Count(string(text), "\n") + 1
		if warnings.Count > lines+1 {
			t.Errorf("%d warnings for %d lines", warnings.Count, lines)
		}

		seen := make(map[[2]int]bool)

		for _, c := range summary.Chips {
			if key := [2]int{c.NPU, c.Chip}; c.NPU != NoNPU {
				if seen[key] {
					t.Errorf("npu %d chip %d twice", c.NPU, c.Chip)
				}

				seen[key] = true
				said.number(t, optional.Of(float64(c.NPU)))
			}

			for _, v := range []optional.Float{
				c.Power, c.Temperature, c.AICore, c.Utilization, c.Hugepages.Used, c.Hugepages.Total,
				c.Memory.Used, c.Memory.Total, c.HBM.Used, c.HBM.Total,
			} {
				said.number(t, v)
			}

			for _, id := range []string{c.LogicID, c.PhyID, c.BusID, c.Name} {
				said.text(t, id)
			}
		}

		for _, p := range summary.Processes {
			said.number(t, p.Memory)
			said.text(t, p.PID)
			said.text(t, p.Name)
		}
	})
}

// FuzzParseMapping: no panic, and every id stands in the text.
func FuzzParseMapping(f *testing.F) {
	f.Add([]byte("\tNPU ID    Chip ID    Chip Logic ID    Chip Phy-ID    Chip Name\n\t0    1    3    7    Ascend910\n\t0    2    -    -    Mcu\n"))
	f.Add([]byte("NPU ID  Slot ID  Chip ID  Chip Phy-ID  Chip Name\n0  0  0  0  Ascend950PR\n-1  0  0  -  x\n"))

	f.Fuzz(func(t *testing.T, text []byte) {
		entries, _, err := ParseMapping(text)
		if err != nil && len(entries) > 0 {
			t.Error("an error and entries")
		}

		said := newSaid(text)

		for _, e := range entries {
			if e.NPU < 0 || e.Chip < 0 {
				t.Errorf("negative id in %+v", e)
			}

			said.number(t, optional.Of(float64(e.NPU)))

			for _, id := range []string{e.LogicID, e.PhyID, e.SlotID} {
				said.text(t, id)
			}
		}
	})
}

// said is what a text says.
type said struct {
	whole   string
	numbers map[float64]bool
}

func newSaid(text []byte) said {
	// A tab is as good as a blank.
	s := said{whole: strings.ReplaceAll(strings.ToValidUTF8(string(text), "\uFFFD"), "\t", " "), numbers: make(map[float64]bool)}
	words := strings.FieldsFunc(string(text), func(r rune) bool { return strings.ContainsRune(" \t\r\n\v\f/|\u0085\u00a0", r) })

	for _, word := range words {
		if v, err := strconv.ParseFloat(word, 64); err == nil {
			s.numbers[v] = true
		}
	}

	return s
}

func (s said) number(t *testing.T, value optional.Float) {
	t.Helper()

	if v, ok := value.Get(); ok && !s.numbers[v] {
		t.Errorf("%v is not in the text", v)
	}
}

func (s said) text(t *testing.T, text string) {
	t.Helper()

	// The blanks around a "|" inside a name are not kept.
	if !strings.Contains(s.whole, text) && !strings.Contains(text, "|") || !utf8.ValidString(text) {
		t.Errorf("%q is not in the text", text)
	}
}
