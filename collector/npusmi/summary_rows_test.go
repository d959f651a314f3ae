package npusmi

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ascend-exporter/ascend_exporter/collector/sim"
)

// summaryOf is the summary that a simulated machine prints.
func summaryOf(t *testing.T, product string) string {
	t.Helper()

	machine, err := sim.New(sim.Config{Product: product, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}

	return string(printed(t, machine.At(time.Unix(1_800_000_000, 0)), "info"))
}

// TestHealthThatIsNone: a row without a health is no second row for that, though that can have no address.
func TestHealthThatIsNone(t *testing.T) {
	t.Parallel()

	for _, product := range sim.Products() {
		t.Run(product, func(t *testing.T) {
			t.Parallel()

			text := summaryOf(t, product)

			want, _, err := ParseSummary([]byte(text))
			if err != nil {
				t.Fatal(err)
			}

			got, warnings, err := ParseSummary([]byte(strings.ReplaceAll(text, "| OK  ", "| NA  ")))
			if err != nil || len(got.Chips) != len(want.Chips) {
				t.Fatalf("%d chips of %d: %v", len(got.Chips), len(want.Chips), err)
			}

			for i, chip := range got.Chips {
				healthy := want.Chips[i]
				if chip.Health == HealthOK {
					t.Errorf("chip %d has a health", i)
				}

				chip.Health = healthy.Health
				if chip != healthy {
					t.Errorf("got %+v, want %+v", chip, healthy)
				}
			}

			if warnings.Count != len(want.Chips) {
				t.Errorf("%d lines not understood, want the first of each of %d chips", warnings.Count, len(want.Chips))
			}
		})
	}
}

// TestIdleNPUs: those of which the table of processes says so, and no others.
func TestIdleNPUs(t *testing.T) {
	t.Parallel()

	text := summaryOf(t, "910B3")
	table := strings.Index(text, processName)

	whole, _, err := ParseSummary([]byte(text))
	if err != nil || len(whole.Idle) == 0 {
		t.Fatalf("idle %v: %v", whole.Idle, err)
	}

	busy := make(map[int]bool)
	for _, process := range whole.Processes {
		busy[process.NPU] = true
	}

	if len(busy)+len(whole.Idle) != 8 || slices.ContainsFunc(whole.Idle, func(npu int) bool { return busy[npu] }) {
		t.Errorf("idle %v, busy %v", whole.Idle, busy)
	}

	cut, _, err := ParseSummary([]byte(text[:table+len(processName)]))
	if err != nil || len(cut.Chips) != 8 || len(cut.Idle)+len(cut.Processes) != 0 {
		t.Errorf("without the table: idle %v, %d processes: %v", cut.Idle, len(cut.Processes), err)
	}
}
