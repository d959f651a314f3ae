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
	week           = 7 * 24 * time.Hour
)

// TestLaws looks at machines of all products in a week.
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

				for range 60 {
					at := moment().Add(time.Duration(random.Int64N(int64(week))))
					before, after := m.At(at), m.At(at.Add(time.Second))

					for i, n := range before.NPUs {
						checkController(t, &p, n)

						for j, c := range n.Chips {
							jobs += len(c.Processes)

							checkMemory(t, &p, c)
							checkHeat(t, &p, c)
							checkRates(t, &p, c)
							checkChange(t, &p, c, after.NPUs[i].Chips[j])
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

// inside holds a value to its range.
func inside(t *testing.T, c Chip, what string, value, low, high float64) {
	t.Helper()

	if value < low || value > high || math.IsNaN(value) {
		t.Errorf("%s %v is not within %v and %v: %+v", what, value, low, high, c)
	}
}

func checkMemory(t *testing.T, p *product, c Chip) {
	t.Helper()

	if c.HBM.Total != p.hbm || c.DDR.Total != p.ddrOf(c.ID) || c.Hugepages.Total != p.hugepages {
		t.Errorf("a total has changed: %+v", c)
	}

	for _, u := range []Usage{c.HBM, c.DDR, c.Hugepages} {
		inside(t, c, "in use", float64(u.Used), 0, float64(u.Total))
	}

	memory := c.HBM
	if p.hbm == 0 {
		memory = c.DDR
	}

	if len(c.Processes) == 0 {
		inside(t, c, "memory without a process", float64(memory.Used), p.reserved.low-10, p.reserved.high+10)
	}

	held := 0
	seen := make(map[int]bool)

	for _, q := range c.Processes {
		held += q.Memory

		if q.PID <= 0 || q.PID >= 1<<22 || seen[q.PID] || q.Name == "" || q.Memory < 0 {
			t.Errorf("process %+v: %+v", q, c)
		}

		seen[q.PID] = true
	}

	if held > memory.Used {
		t.Errorf("processes hold %d MiB of %d: %+v", held, memory.Used, c)
	}
}

func checkHeat(t *testing.T, p *product, c Chip) {
	t.Helper()

	inside(t, c, "temperature", float64(c.Temperature), 20, 95)
	inside(t, c, "voltage", c.Voltage, 0.65, 0.95)
	inside(t, c, "SoC", float64(c.Sensors.SoC-c.Temperature), 0, 1)

	if hasHBM := p.hbm > 0; hasHBM != (c.HBMInfo.Vendor > 0) || hasHBM != (c.HBMInfo.Clock > 0) || c.HBMInfo.Temperature != c.Sensors.HBM {
		t.Errorf("HBM: %+v", c)
	} else if hasHBM {
		inside(t, c, "HBM below the chip", float64(c.Temperature-c.HBMInfo.Temperature), 0, 5)
		inside(t, c, "SFP", float64(c.Sensors.SFP), 25, 60)
		inside(t, c, "NDie below the chip", float64(c.Temperature-c.Sensors.NDie), 1, 6)
	}

	watts, ok := c.Power.Get()
	if want := !p.noPower && (!p.packagePower || c.ID == 0); ok != want {
		t.Errorf("power measured: %t, want %t: %+v", ok, want, c)
	}

	shared := 1.0
	if p.packagePower {
		shared = float64(p.chips)
	}

	if ok {
		inside(t, c, "power", watts, shared*(1-powerMargin)*p.power.low, shared*(1+powerMargin)*p.power.high)
	}

	if ok && p.rating > 0 {
		inside(t, c, "power below the rating", watts, 0, shared*p.rating+0.05)
	}

	slower := c.Clock.Rated - c.Clock.Current
	if c.Clock.Rated != p.clock.rated || c.Clock.Current != p.clock.idle && (slower%clockStep != 0 || slower < 0 || slower > c.Clock.Rated/2) {
		t.Errorf("clock %+v: %+v", c.Clock, c)
	}

	if len(c.Processes) == 0 && c.Clock.Current != p.clock.idle {
		t.Errorf("clock %+v without a process: %+v", c.Clock, c)
	}

	if p.clock.rated > 0 && c.Temperature > hottest+1 && c.AICore > 2 && slower == 0 {
		t.Errorf("a hot chip does not slow down: %+v", c)
	}
}

func checkController(t *testing.T, p *product, n NPU) {
	t.Helper()

	if (n.MCU != nil) != p.mcu {
		t.Fatalf("management controller %+v", n.MCU)
	}

	if !p.mcu {
		return
	}

	watts, _ := n.MCU.Power.Get()
	volts, _ := n.MCU.Voltage.Get()
	chips := float64(p.chips)
	inside(t, Chip{}, "supply", volts, 12, 12.1)
	inside(t, Chip{}, "board's power", watts, chips*p.power.low*0.9, chips*p.power.high*1.15+10)
	inside(t, Chip{}, "board's temperature", float64(n.MCU.Temperature), 20, 60)

	for _, s := range n.MCU.Sensors {
		inside(t, Chip{}, s.Name, float64(s.Temperature), 20, 60)
	}
}

func checkRates(t *testing.T, p *product, c Chip) {
	t.Helper()

	r := c.Rates
	for _, rate := range []int{
		c.AICore, r.AICore, r.AIVector, r.AICube, r.AICPU, r.CtrlCPU, r.NPU, r.HBM, r.HBMBandwidth, r.DDR, r.DDRBandwidth,
		r.VectorCore, r.VDEC, r.VPC, r.VENC, r.JPEGE, r.JPEGD,
	} {
		inside(t, c, "rate", float64(rate), 0, 100)
	}

	core := c.AICore
	if p.family == FamilyA5 {
		core = r.NPU
	} else if c.AICore != r.AICore {
		t.Errorf("two utilisations of the AI cores: %+v", c)
	}

	if core != c.AICore || r.AICube > r.AICore || r.AIVector > r.AICore || r.NPU < r.AICore {
		t.Errorf("rates do not fit each other: %+v", c)
	}

	if len(c.Processes) == 0 && (r.AICore > 0 || r.NPU > 0 || r.VDEC > 0 || r.HBMBandwidth > 0) {
		t.Errorf("utilisation without a process: %+v", c)
	}

	if p.hbm > 0 && r.HBM != c.HBM.Used*100/c.HBM.Total || p.hbm == 0 && r.HBM != 0 {
		t.Errorf("rate of the HBM: %+v", c)
	}
}

func checkChange(t *testing.T, p *product, before, after Chip) {
	t.Helper()

	change := func(what string, a, b, limit float64) {
		t.Helper()

		if math.Abs(a-b) > limit {
			t.Errorf("%s from %v to %v within a second: %+v", what, a, b, before)
		}
	}

	change("utilisation", float64(before.AICore), float64(after.AICore), maxLoadChange)
	change("temperature", float64(before.Temperature), float64(after.Temperature), maxHeatChange)
	change("HBM's temperature", float64(before.HBMInfo.Temperature), float64(after.HBMInfo.Temperature), maxHeatChange)
	change("HBM", float64(before.HBM.Used), float64(after.HBM.Used), maxMemoryShare*float64(p.hbm))
	change("DDR", float64(before.DDR.Used), float64(after.DDR.Used), maxMemoryShare*float64(p.ddr))

	a, _ := before.Power.Get()
	b, _ := after.Power.Get()
	change("power", a, b, maxPowerShare*(p.power.high-p.power.low)*float64(p.chips))

	checkCounters(t, before, after, time.Second)
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

func BenchmarkNetworkAt(b *testing.B) {
	for _, product := range []string{"A3", "950DT"} {
		b.Run(product, func(b *testing.B) {
			m, err := New(Config{Product: product})
			if err != nil {
				b.Fatal(err)
			}

			b.ReportAllocs()

			for b.Loop() {
				m.NetworkAt(moment(), nil)
			}
		})
	}
}

func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		if _, err := New(Config{Product: "910B3"}); err != nil {
			b.Fatal(err)
		}
	}
}
