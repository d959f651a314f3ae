package npusmi

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ascend-exporter/ascend_exporter/collector/optional"
)

var update = flag.Bool("update", false, "write the goldens")

// TestParseSummaryGolden reads hand-made tables of every family of layouts. Each golden says what was read, a line a chip.
func TestParseSummaryGolden(t *testing.T) {
	t.Parallel()

	files, err := filepath.Glob("testdata/summary/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no testdata: %v", err)
	}

	goldens, err := filepath.Glob("testdata/summary/*.golden")
	if err != nil || (len(goldens) != len(files) && !*update) {
		t.Fatalf("%d goldens for %d tables: %v", len(goldens), len(files), err)
	}

	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()

			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}

			summary, warnings, err := ParseSummary(text)
			if err != nil {
				t.Fatal(err)
			}

			got := describe(summary, warnings)
			golden := strings.TrimSuffix(file, ".txt") + ".golden"

			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
			}

			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}

			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("read differently (-want +got):\n%s", diff)
			}

			// Line ends and blanks that a terminal or a poster adds change nothing.
			retyped := strings.ReplaceAll(string(text), "\n", " \r\n")

			again, _, err := ParseSummary([]byte(retyped))
			if err != nil {
				t.Fatal(err)
			}

			if diff := cmp.Diff(summary, again, sameFloats()); diff != "" {
				t.Errorf("other line ends read differently:\n%s", diff)
			}
		})
	}
}

func sameFloats() cmp.Option {
	return cmp.Comparer(func(a, b optional.Float) bool { return a == b })
}

// describe writes a summary for people.
func describe(s Summary, warnings Warnings) string {
	var b strings.Builder

	fmt.Fprintf(&b, "tool %q driver %q processes %v\n", s.ToolVersion, s.DriverVersion, s.ProcessTable)

	for _, c := range s.Chips {
		fmt.Fprintf(&b, "npu %d chip %d: %q %v logic %q phy %q bus %q: %s W, %s C, hugepages %s, aicore %s, npu %s, ddr %s, hbm %s (%v)\n",
			c.NPU, c.Chip, c.Name, c.Health, c.LogicID, c.PhyID, c.BusID, number(c.Power), number(c.Temperature),
			usage(c.Hugepages), number(c.AICore), number(c.Utilization), usage(c.Memory), usage(c.HBM), c.HasHBM)
	}

	for _, p := range s.Processes {
		fmt.Fprintf(&b, "npu %d chip %d: process %s %q %s MiB\n", p.NPU, p.Chip, p.PID, p.Name, number(p.Memory))
	}

	fmt.Fprintf(&b, "%d lines not understood\n", warnings.Count)

	for _, w := range warnings.First {
		fmt.Fprintf(&b, "line %d, expected %s: %s\n", w.Line, w.Why, w.Text)
	}

	return b.String()
}

func number(f optional.Float) string {
	if v, ok := f.Get(); ok {
		return fmt.Sprint(v)
	}

	return "none"
}

func usage(u Usage) string {
	return number(u.Used) + "/" + number(u.Total)
}

func TestParseSummaryWithoutTable(t *testing.T) {
	t.Parallel()

	for _, text := range []string{
		"",
		"dcmi module initialize failed. ret is -8005\n",
		"| 0     910B3               | OK            | 97.7        45                0    / 0             |\n",
		strings.Repeat("+|\n", 1000),
	} {
		if s, _, err := ParseSummary([]byte(text)); err == nil {
			t.Errorf("ParseSummary(%.40q) = %+v, want an error", text, s)
		}
	}
}

func TestWarningsAreBounded(t *testing.T) {
	t.Parallel()

	_, warnings, _ := ParseSummary([]byte(strings.Repeat("noise\n", 10000)))
	if warnings.Count != 10000 || len(warnings.First) != keptWarnings {
		t.Errorf("%d counted and %d kept, want 10000 and %d", warnings.Count, len(warnings.First), keptWarnings)
	}
}
