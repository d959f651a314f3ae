package sim

import (
	"testing"
	"time"
)

// TestManners looks for what only some chips do, at times of a day: it must be there, and must not be the rule.
func TestManners(t *testing.T) {
	t.Parallel()

	const machines, looks = 30, 12

	found := make(map[string]int)
	total := 0

	for seed := range uint64(machines) {
		m := newMachine(t, Config{Product: "A3", Seed: seed})

		for look := range looks {
			for _, n := range m.At(moment().Add(time.Duration(look) * 2 * time.Hour)).NPUs {
				for _, c := range n.Chips {
					total++

					for what, is := range map[string]bool{
						"idle clock":          c.Clock.Current == 800,
						"rated clock":         c.Clock.Current == 1800,
						"throttled":           c.Clock.Current != 800 && c.Clock.Current < 1800,
						"hot":                 c.Temperature > 85,
						"no process":          len(c.Processes) == 0,
						"one process":         len(c.Processes) == 1,
						"several processes":   len(c.Processes) > 1 && len(c.Processes) <= 8,
						"more than are shown": len(c.Processes) > 8,
						"single-bit errors":   c.ECC.Single > 0,
						"isolated pages":      c.ECC.IsolatedDouble > 0,
						"retries of PCIe":     c.PCIe.Retry > 0,
						"retries of a link":   retried(c),
						"errors of the SIO":   c.SIO.TX > 0 || c.SIO.RX > 0,
					} {
						if is {
							found[what]++
						}
					}
				}
			}
		}
	}

	for what, share := range map[string]span{
		"idle clock":          {0.1, 0.5},
		"rated clock":         {0.4, 0.9},
		"throttled":           {0.001, 0.1},
		"hot":                 {0.001, 0.05},
		"no process":          {0.1, 0.5},
		"one process":         {0.2, 0.7},
		"several processes":   {0.05, 0.4},
		"more than are shown": {0.005, 0.1},
		"single-bit errors":   {0.05, 0.3},
		"isolated pages":      {0.003, 0.06},
		"retries of PCIe":     {0.05, 0.3},
		"retries of a link":   {0.03, 0.2},
		"errors of the SIO":   {0.02, 0.15},
	} {
		if got := float64(found[what]) / float64(total); got < share.low || got > share.high {
			t.Errorf("%s: %.4f of the chips, want %v to %v", what, got, share.low, share.high)
		}
	}
}

func retried(c Chip) bool {
	for _, l := range c.HCCS {
		if l.Retries > 0 {
			return true
		}
	}

	return false
}

// TestClock holds chips to how they protect themselves.
func TestClock(t *testing.T) {
	t.Parallel()

	p := product{clock: clock{1800, 800}, rating: 350}

	for _, tc := range []struct {
		load, temperature, power float64
		clock                    int
		watts                    float64
	}{
		{0, 40, 92, 800, 92},          // at rest
		{0, 99, 400, 800, 400},        // it cannot rest more
		{0.02, 40, 97, 1800, 97},      // little to do is something to do
		{0.9, 84.9, 330, 1800, 330},   // warm
		{0.9, 85.1, 330, 1750, 320.8}, // hot by a step
		{0.9, 88.5, 330, 1600, 293.3}, // by four
		{0.9, 200, 330, 900, 165},     // half is the least
		{1, 60, 350.5, 1750, 340.8},   // more than it is rated for
		{1, 60, 400, 1550, 344.4},     // by some steps
		{1, 88.5, 351, 1600, 312},     // hot and too much
	} {
		got, watts := p.clockAt(tc.load, tc.temperature, tc.power)
		if got != (Clock{Current: tc.clock, Rated: 1800}) || rounded(watts, 1) != tc.watts {
			t.Errorf("load %v, %v °C, %v W: %+v, %.1f W, want %d MHz, %v W", tc.load, tc.temperature, tc.power, got, watts, tc.clock, tc.watts)
		}
	}

	silent := product{rating: 15}
	if got, watts := silent.clockAt(1, 90, 16); got != (Clock{}) || watts != 15 {
		t.Errorf("a driver that tells no clock: %+v, %v W", got, watts)
	}
}

// TestProcessIDs looks at the largest machines: no two of their processes share an id, and a system could have given each.
func TestProcessIDs(t *testing.T) {
	t.Parallel()

	const most = 1 << 22

	for _, product := range []string{"310", "A3"} {
		for seed := range uint64(4) {
			seen := make(map[int]bool)

			for _, n := range newMachine(t, Config{Product: product, NPUs: maxNPUs, Seed: seed}).At(moment()).NPUs {
				for _, c := range n.Chips {
					for _, q := range c.Processes {
						if seen[q.PID] || q.PID < 2 || q.PID >= most {
							t.Errorf("%s, seed %d: process %d on NPU %d chip %d", product, seed, q.PID, n.ID, c.ID)
						}

						seen[q.PID] = true
					}
				}
			}

			if len(seen) < maxNPUs {
				t.Errorf("%s, seed %d: %d processes", product, seed, len(seen))
			}
		}
	}
}
