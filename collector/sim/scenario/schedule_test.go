package scenario

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ascend-exporter/ascend_exporter/collector/sim"
)

// start is when the scenarios of the tests start.
func start() time.Time { return time.Date(2026, 3, 2, 14, 0, 0, 0, time.UTC) }

func machine(tb testing.TB, product string) *sim.Machine {
	tb.Helper()

	m, err := sim.New(sim.Config{Product: product, Seed: 1})
	if err != nil {
		tb.Fatal(err)
	}

	return m
}

// last is the last NPU of the machines of the tests.
const last = 7

// working is a machine whose last NPU works at all times that the tests look at.
func working(tb testing.TB, product string) *sim.Machine {
	tb.Helper()

	for seed := range uint64(2000) {
		m, err := sim.New(sim.Config{Product: product, Seed: seed})
		if err != nil {
			tb.Fatal(err)
		}

		if works(m) {
			return m
		}
	}

	tb.Fatal("no such machine")

	return nil
}

func works(m *sim.Machine) bool {
	for minute := range 46 {
		for _, n := range m.At(start().Add(time.Duration(minute) * time.Minute)).NPUs {
			for _, c := range n.Chips {
				busy := c.AICore > 30 && c.Temperature < 80 && len(c.Processes) > 0 && c.HBM.Used > c.HBM.Total/2
				if n.ID == last && !busy {
					return false
				}
			}
		}
	}

	return true
}

// on is the faults of a host of a scenario.
func on(tb testing.TB, s *Scenario, host, product string) *Schedule {
	tb.Helper()

	out, err := s.On(host, machine(tb, product), start())
	if err != nil {
		tb.Fatal(err)
	}

	return out
}

// read reads faults that are written in lines.
func read(tb testing.TB, text string) *Scenario {
	tb.Helper()

	s, err := parse("x.yaml", []byte(text))
	if err != nil {
		tb.Fatal(err)
	}

	return s
}

func TestHungChipByCall(t *testing.T) {
	t.Parallel()

	faults := on(t, read(t, file("  - {kind: chip-hang, at: 1m, for: 1m, npu: 3, chip: 1}\n")), "", "A3")

	for line, want := range map[string]bool{
		"":                          false,
		"-v":                        false,
		"info":                      true,
		"info -m":                   false,
		"info -l":                   false,
		"info -h":                   false,
		"info watch":                true,
		"info watch -i 3 -d 1":      true,
		"info watch -i 2 -d 1":      false,
		"info -t usages -i 3":       true,
		"info -t usages -i 33":      false,
		"info -t usages -i 3 -c 1":  true,
		"info -t usages -c 1 -i 3":  true,
		"info -t usages -i 3 -c 0":  false,
		"info -t usages -i 2 -c 1":  false,
		"info -t topo":              true,
		"info -t phyid-remap -p 7":  false,
		"info -t usages -i":         true, // whatever it asks, it asks all
		"set -t ecc -i 3":           false,
		"info -t usages -i 3 -c 99": false,
	} {
		if _, hangs := faults.Tool(90*time.Second, strings.Fields(line)); hangs != want {
			t.Errorf("%q hangs: %t", line, hangs)
		}

		for _, outside := range []time.Duration{-time.Minute, 0, 59 * time.Second, 2 * time.Minute, 5 * time.Hour} {
			if _, hangs := faults.Tool(outside, strings.Fields(line)); hangs {
				t.Errorf("%q hangs at %v", line, outside)
			}
		}
	}
}

// TestDelaysOfSeveral: a slow tool and a hung chip are one call's lot.
func TestDelaysOfSeveral(t *testing.T) {
	t.Parallel()

	faults := on(t, read(t, file("  - {kind: tool-slow, at: 1m, delay: 2s}\n  - {kind: chip-hang, at: 1m, npu: 1}\n")), "", "A3")

	if delay, hangs := faults.Tool(time.Hour, []string{"info"}); delay != 2*time.Second || !hangs {
		t.Errorf("%v, %t", delay, hangs)
	}
}

// TestBus: a function that two chips share is gone with the second.
func TestBus(t *testing.T) {
	t.Parallel()

	for _, tc := range []struct {
		product, fault string
		want           int
	}{
		{"910B3", "{kind: chip-off-bus, at: 1m, npu: 1}", 1},
		{"910B3", "{kind: chip-lost, at: 1m, npu: 1}", 0},
		{"910B3", "{kind: chip-off-bus, at: 1m}", 8},
		{"A3", "{kind: chip-off-bus, at: 1m, npu: [1, 2]}", 4},
		{"A3", "{kind: chip-off-bus, at: 1m, npu: 1, chip: 0}", 1},
		{"310P-Duo", "{kind: chip-off-bus, at: 1m, npu: 1, chip: 0}", 0},
		{"310P-Duo", "{kind: chip-off-bus, at: 1m, npu: 1, chip: 0}\n  - {kind: chip-off-bus, at: 1m, npu: 1, chip: 1}", 1},
	} {
		faults := on(t, read(t, file("  - "+tc.fault+"\n")), "", tc.product)

		if before, got := faults.LostFromBus(59*time.Second), faults.LostFromBus(time.Minute); before != 0 || got != tc.want {
			t.Errorf("%s, %s: %d gone before and %d then, want %d", tc.product, tc.fault, before, got, tc.want)
		}
	}
}

func TestHosts(t *testing.T) {
	t.Parallel()

	s := read(t, "name: x\nrepeat: 10m\nfaults:\n  - {kind: host-down, at: 1m, for: 1m, hosts: [\"sp0-r0?-*\", sp1-r07-h00]}\n")

	for host, want := range map[string]bool{"sp0-r03-h11": true, "sp0-r13-h11": false, "sp1-r07-h00": true, "sp1-r07-h01": false} {
		faults := on(t, s, host, "A3")

		for _, at := range []time.Duration{90 * time.Second, 11*time.Minute + 1} {
			if faults.Down(at) != want || faults.Down(at+time.Minute) || faults.Down(at-time.Minute) {
				t.Errorf("%s is down at %v: %t", host, at, faults.Down(at))
			}
		}
	}
}

// TestLossComesLast: what happens to a chip and its loss do not depend on the order in the file.
func TestLossComesLast(t *testing.T) {
	t.Parallel()

	faults := on(t, read(t, file("  - {kind: chip-lost, at: 1m}\n  - {kind: zeros, at: 1m}\n  - {kind: job-hang, at: 1m}\n")), "", "A3")

	state := machine(t, "A3").At(start().Add(time.Hour))
	faults.Apply(time.Hour, &state)

	for _, n := range state.NPUs {
		if n.ID != sim.LostID || len(n.Chips) > 0 {
			t.Errorf("NPU %d with %d chips", n.ID, len(n.Chips))
		}
	}
}

// TestPure: the same question has the same answer, whatever was asked before, and the healthy machine is not touched.
func TestPure(t *testing.T) {
	t.Parallel()

	for _, name := range Names() {
		s, err := Load(name)
		if err != nil {
			t.Fatal(err)
		}

		fits := 0

		for _, product := range sim.Products() {
			m := machine(t, product)

			faults, err := s.On("sp0-r00-h00", m, start())
			if err != nil {
				if !needsLinks(name) {
					t.Errorf("%s on a %s: %v", name, product, err)
				}

				continue
			}

			fits++

			since := 7 * time.Minute
			first := text(m, faults, since, "info")
			text(m, faults, 3*time.Minute, "info")

			if second := text(m, faults, since, "info"); first != second {
				t.Errorf("%s on a %s:\n%s\n%s", name, product, first, second)
			}
		}

		if fits == 0 {
			t.Errorf("%s fits no product", name)
		}
	}
}

// needsLinks says whether a scenario is for some products alone: those with links between chips, or with a network.
func needsLinks(name string) bool {
	return slices.Contains([]string{"link-flap", "roce-link-down", "roce-link-flap", "dirty-fibre", "packet-errors", "pause-storm", "mixed-network"}, name)
}
