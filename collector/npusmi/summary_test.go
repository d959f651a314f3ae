package npusmi

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

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

	fmt.Fprintf(&b, "tool %q driver %q idle %v\n", s.ToolVersion, s.DriverVersion, s.Idle)

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

// TestParseSummaryOfDamagedRows: what is missing or cut off never shows as another value.
func TestParseSummaryOfDamagedRows(t *testing.T) {
	t.Parallel()

	const headings = "| NPU   Name | Health | Power(W) Temp(C) Hugepages-Usage(page)|\n| Chip | Bus-Id | AICore(%) Memory-Usage(MB) HBM-Usage(MB) |\n"

	for name, test := range map[string]struct{ rows, want string }{
		"no temperature": {
			"| 0 910B3 | OK | 93.3    16885 / 16885 |\n| 0 | 0000:C1:00.0 | 5 1 / 2 3 / 4 |\n",
			"none W, none C, hugepages 16885/16885, aicore 5, npu none, ddr 1/2, hbm 3/4",
		},
		"no rate": {
			"| 0 910B3 | OK | 93.3 40 0 / 0 |\n| 0 | 0000:C1:00.0 |    100 / 200 700/ 65536 |\n",
			"93.3 W, 40 C, hugepages 0/0, aicore none, npu none, ddr 100/200, hbm 700/65536",
		},
		"one memory": {
			"| 0 910B3 | OK | 93.3 40 0 / 0 |\n| 0 | 0000:C1:00.0 | 7 700/ 65536 |\n",
			"93.3 W, 40 C, hugepages 0/0, aicore 7, npu none, ddr none/none, hbm none/none",
		},
		"a later column": {
			"| 0 910B3 | OK | 93.3 40 0 / 0 99 |\n| 0 | 0000:C1:00.0 | 7 1 / 2 3 / 4 |\n",
			"93.3 W, 40 C, hugepages 0/0, aicore 7, npu none, ddr 1/2, hbm 3/4",
		},
		"no address": {
			"| 0 910B3 | OK | 93.3 40 0 / 0 |\n| 0 | xxxxxxxxxxxx | 7 1 / 2 3 / 4 |\n",
			"93.3 W, 40 C, hugepages 0/0, aicore 7, npu none, ddr 1/2, hbm 3/4",
		},
		"tabs": {
			"|\t0\t910B3\t|\tOK\t|\t93.3\t40\t0\t/\t0\t|\n|\t0\t|\t0000:C1:00.0\t|\t7\t1 / 2\t3 / 4\t|\n",
			"93.3 W, 40 C, hugepages 0/0, aicore 7, npu none, ddr 1/2, hbm 3/4",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			s, warnings, err := ParseSummary([]byte(headings + test.rows))
			if err != nil || len(s.Chips) != 1 {
				t.Fatalf("%v, %d chips", err, len(s.Chips))
			}

			if got := describe(s, warnings); !strings.Contains(got, test.want) || !strings.Contains(got, "npu 0 chip 0: \"910B3\" OK") {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}

	cut := headings + "| 0 910B3 | OK | 93.3 40 0 / 0 |\n| 0 | 0000:C1:00.0 | 7 1 / 2 3044/ 655"
	if s, warnings, err := ParseSummary([]byte(cut)); err != nil || len(s.Chips) != 0 || warnings.Count == 0 {
		t.Errorf("%v, chips %+v in an output that ends within a number", err, s.Chips)
	}
}

// TestStrangeBytesStayOut: nothing that cannot be a label comes out, and nothing long is kept of noise.
func TestStrangeBytesStayOut(t *testing.T) {
	t.Parallel()

	s, warnings, err := ParseSummary([]byte("| npu-smi 25.\xff.0 Version: 25.\xfe.0 |\n| NPU Name | Health | Power(W) |\n" + strings.Repeat("noise", 1000)))
	if err != nil || !utf8.ValidString(s.ToolVersion+s.DriverVersion) {
		t.Errorf("releases %q %q, %v", s.ToolVersion, s.DriverVersion, err)
	}

	if warnings.Count != 1 || len(warnings.First[0].Text) > 300 {
		t.Errorf("%d warnings, the first of %d bytes", warnings.Count, len(warnings.First[0].Text))
	}
}
