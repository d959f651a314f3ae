package sim

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

// The laws of a machine's values, at any time and for any seed.
const (
	maxLoadChange  = 40  // percentage points a second
	maxHeatChange  = 2   // °C a second
	maxPowerShare  = 0.3 // of the span between idle and busy, a second
	maxMemoryShare = 0.2 // of the total, a second
	powerMargin    = 0.1 // of the busy power, beyond the span
)

func TestLaws(t *testing.T) {
	t.Parallel()

	for _, p := range products() {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()

			random := rand.New(rand.NewPCG(7, uint64(len(p.name))))
			jobs := 0

			for range 12 {
				seed := random.Uint64()
				m := newMachine(t, Config{Product: p.name, Seed: seed})

				for range 15 {
					at := moment().Add(time.Duration(random.Int64N(int64(24 * time.Hour))))
					before, after := m.At(at), m.At(at.Add(time.Second))

					for i, n := range before.NPUs {
						for j, c := range n.Chips {
							jobs += len(c.Processes)

							checkChip(t, p, c)
							checkChange(t, p, c, after.NPUs[i].Chips[j])
						}
					}

					if t.Failed() {
						t.Fatalf("seed %d at %v", seed, at)
					}
				}
			}

			if jobs == 0 {
				t.Error("no process at any time")
			}
		})
	}
}

func checkChip(t *testing.T, p product, c Chip) {
	t.Helper()

	if c.HBM.Total != p.hbm || c.DDR.Total != p.ddr || c.Hugepages.Total != p.hugepages {
		t.Errorf("a total has changed: %+v", c)
	}

	for _, u := range []Usage{c.HBM, c.DDR, c.Hugepages} {
		if u.Used < 0 || u.Used > u.Total {
			t.Errorf("%d used of %d: %+v", u.Used, u.Total, c)
		}
	}

	if memory := c.HBM.Used + c.DDR.Used; len(c.Processes) == 0 && (float64(memory) < p.reserved.low-10 || float64(memory) > p.reserved.high+10) {
		t.Errorf("%d MiB used without a process: %+v", memory, c)
	}

	if c.AICore < 0 || c.AICore > 100 {
		t.Errorf("utilisation %d: %+v", c.AICore, c)
	}

	if len(c.Processes) == 0 && c.AICore > 0 {
		t.Errorf("utilisation %d without a process: %+v", c.AICore, c)
	}

	if c.Temperature < 20 || c.Temperature > 95 {
		t.Errorf("%d °C: %+v", c.Temperature, c)
	}

	watts, ok := c.Power.Get()
	if want := !p.noPower && (!p.packagePower || c.ID == 0); ok != want {
		t.Errorf("power measured: %t, want %t: %+v", ok, want, c)
	}

	shared := 1.0
	if p.packagePower {
		shared = float64(p.chips)
	}

	if ok && (watts < shared*(1-powerMargin)*p.power.low || watts > shared*(1+powerMargin)*p.power.high) {
		t.Errorf("%v W: %+v", watts, c)
	}

	processes := 0
	for _, q := range c.Processes {
		processes += q.Memory
	}

	if used := c.HBM.Used + c.DDR.Used; processes > used {
		t.Errorf("processes hold %d MiB of %d: %+v", processes, used, c)
	}
}

func checkChange(t *testing.T, p product, before, after Chip) {
	t.Helper()

	change := func(what string, a, b, limit float64) {
		t.Helper()

		if math.Abs(a-b) > limit {
			t.Errorf("%s from %v to %v within a second: %+v", what, a, b, before)
		}
	}

	change("utilisation", float64(before.AICore), float64(after.AICore), maxLoadChange)
	change("temperature", float64(before.Temperature), float64(after.Temperature), maxHeatChange)
	change("HBM", float64(before.HBM.Used), float64(after.HBM.Used), maxMemoryShare*float64(p.hbm))
	change("DDR", float64(before.DDR.Used), float64(after.DDR.Used), maxMemoryShare*float64(p.ddr))

	a, _ := before.Power.Get()
	b, _ := after.Power.Get()
	change("power", a, b, maxPowerShare*(p.power.high-p.power.low)*float64(p.chips))
}

// TestJobs follows a machine through a day: jobs start and end, some chips never work, and no two processes share an id.
func TestJobs(t *testing.T) {
	t.Parallel()

	m := newMachine(t, Config{Product: "910B3", NPUs: 16, Seed: 5})
	busy := make(map[int]int) // NPU to steps
	starts := 0

	var last map[int]int // pid to NPU

	for step := range 24 * 20 { // of three minutes
		now := make(map[int]int)

		for _, n := range m.At(moment().Add(time.Duration(step) * 3 * time.Minute)).NPUs {
			for _, c := range n.Chips {
				for _, p := range c.Processes {
					if other, ok := now[p.PID]; ok {
						t.Fatalf("process %d on NPU %d and on NPU %d", p.PID, n.ID, other)
					}

					now[p.PID] = n.ID

					if _, ran := last[p.PID]; !ran {
						starts++
					}
				}

				if len(c.Processes) > 0 {
					busy[n.ID]++
				}
			}
		}

		last = now
	}

	if idle := 16 - len(busy); idle != 2 {
		t.Errorf("%d of 16 NPUs never work, want 2: %v", idle, busy)
	}

	if starts < 100 || starts > 500 {
		t.Errorf("%d processes start in a day on 16 NPUs", starts)
	}
}

func BenchmarkAt(b *testing.B) {
	m, err := New(Config{Product: "A3"})
	if err != nil {
		b.Fatal(err)
	}

	b.ReportAllocs()

	for b.Loop() {
		m.At(moment())
	}
}
