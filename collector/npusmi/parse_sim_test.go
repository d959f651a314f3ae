package npusmi

import (
	"bytes"
	"math/rand/v2"
	"strconv"
	"testing"
	"time"

	"github.com/ascend-exporter/ascend_exporter/collector/optional"
	"github.com/ascend-exporter/ascend_exporter/collector/sim"
)

// printed is what a simulated machine answers.
func printed(tb testing.TB, state sim.State, args ...string) []byte {
	tb.Helper()

	var out bytes.Buffer
	if status := sim.Print(&out, state, args); status != 0 {
		tb.Fatalf("%v ended with status %d:\n%s", args, status, out.String())
	}

	return out.Bytes()
}

// TestParseWhatIsPrinted reads simulated machines back: what goes in comes out.
func TestParseWhatIsPrinted(t *testing.T) {
	t.Parallel()

	for _, product := range sim.Products() {
		t.Run(product, func(t *testing.T) {
			t.Parallel()

			for seed := range uint64(20) {
				machine, err := sim.New(sim.Config{Product: product, Seed: seed})
				if err != nil {
					t.Fatal(err)
				}

				random := rand.New(rand.NewPCG(seed, 1))
				state := machine.At(time.Unix(1_800_000_000+random.Int64N(7*86400), 0))
				compareSummary(t, state, printed(t, state, "info"))
				compareMapping(t, state, printed(t, state, "info", "-m"))
			}
		})
	}
}

func compareSummary(t *testing.T, state sim.State, text []byte) {
	t.Helper()

	summary, warnings, err := ParseSummary(text)
	if err != nil || warnings.Count > 0 {
		t.Fatalf("%v, not understood: %+v", err, warnings.First)
	}

	if summary.ToolVersion != state.ToolVersion || summary.DriverVersion != state.DriverVersion {
		t.Errorf("releases %q, %q, want %q, %q", summary.ToolVersion, summary.DriverVersion, state.ToolVersion, state.DriverVersion)
	}

	got := summary.Chips
	processes := 0

	for _, npu := range state.NPUs {
		for _, want := range npu.Chips {
			if len(got) == 0 {
				t.Fatal("fewer chips than printed")
			}

			compareChip(t, npu.ID, want, got[0])
			got = got[1:]

			if state.Family != sim.Family310B { // of which the tool shows no processes
				processes += min(8, len(want.Processes))
			}
		}
	}

	if len(got) > 0 || len(summary.Processes) != processes {
		t.Errorf("%d chips too many, %d processes, want %d", len(got), len(summary.Processes), processes)
	}
}

func compareChip(t *testing.T, npu int, want sim.Chip, got SummaryChip) {
	t.Helper()

	rate := got.AICore
	if !rate.Present() {
		rate = got.Utilization
	}

	memory := got.HBM
	wantMemory := want.HBM

	if !got.HasHBM {
		memory, wantMemory = got.Memory, want.DDR
	}

	if got.NPU != npu || got.Chip != want.ID || got.Name != want.Model || got.Health.String() != want.Health.String() || got.BusID != want.BusID {
		t.Errorf("chip %+v, want %+v", got, want)
	}

	for _, pair := range []struct {
		name string
		got  optional.Float
		want int
	}{
		{"temperature", got.Temperature, want.Temperature},
		{"utilisation", rate, want.AICore},
		{"memory used", memory.Used, wantMemory.Used},
		{"memory total", memory.Total, wantMemory.Total},
	} {
		if !pair.got.Is(float64(pair.want)) {
			t.Errorf("npu %d chip %d: %s %v, want %d", npu, want.ID, pair.name, pair.got, pair.want)
		}
	}

	if power, ok := got.Power.Get(); ok {
		if truth, _ := want.Power.Get(); power-truth > 0.051 || truth-power > 0.051 {
			t.Errorf("npu %d chip %d: power %v, want %v", npu, want.ID, power, truth)
		}
	}
}

func compareMapping(t *testing.T, state sim.State, text []byte) {
	t.Helper()

	entries, warnings, err := ParseMapping(text)
	if err != nil || warnings.Count > 0 {
		t.Fatalf("%v, not understood: %+v", err, warnings.First)
	}

	for _, npu := range state.NPUs {
		for _, want := range npu.Chips {
			if len(entries) == 0 {
				t.Fatal("fewer entries than printed")
			}

			got := entries[0]
			entries = entries[1:]

			if got.NPU != npu.ID || got.Chip != want.ID ||
				got.LogicID != "" && got.LogicID != strconv.Itoa(want.LogicID) ||
				got.PhyID != "" && got.PhyID != strconv.Itoa(want.PhyID) {
				t.Errorf("entry %+v, want npu %d and %+v", got, npu.ID, want)
			}
		}
	}

	if len(entries) > 0 {
		t.Errorf("entries too many: %+v", entries)
	}
}

// busy16 is the answer of a machine with 16 chips, with 4 processes on each.
func busy16(tb testing.TB) []byte {
	tb.Helper()

	machine, err := sim.New(sim.Config{Product: "A3", Seed: 1})
	if err != nil {
		tb.Fatal(err)
	}

	state := machine.At(time.Unix(1_800_000_000, 0))

	for i := range state.NPUs {
		for j := range state.NPUs[i].Chips {
			chip := &state.NPUs[i].Chips[j]
			chip.Processes = nil

			for p := range 4 {
				chip.Processes = append(chip.Processes, sim.Process{PID: 1000*i + 100*j + p + 1, Name: "python3", Memory: 1000 + p})
			}
		}
	}

	return printed(tb, state, "info")
}

// FuzzParsePrinted reads any simulated machine at any time back.
func FuzzParsePrinted(f *testing.F) {
	f.Add(uint8(0), uint64(1), int64(1_800_000_000))
	f.Add(uint8(1), uint64(2), int64(0))
	f.Add(uint8(2), uint64(3), int64(1_900_000_000))
	f.Add(uint8(3), uint64(4), int64(-1))

	products := sim.Products()

	f.Fuzz(func(t *testing.T, product uint8, seed uint64, second int64) {
		machine, err := sim.New(sim.Config{Product: products[int(product)%len(products)], Seed: seed})
		if err != nil {
			t.Fatal(err)
		}

		// Within the years that a clock can show.
		state := machine.At(time.Unix(second%4_000_000_000, 0))
		compareSummary(t, state, printed(t, state, "info"))
		compareMapping(t, state, printed(t, state, "info", "-m"))
	})
}
