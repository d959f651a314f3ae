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
