package sim

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

// checkCounters holds two looks at a chip to what counters do: they never fall, and rise no faster than there is reason for.
// It is asked often, and a word of the test for each number would take most of the time.
func checkCounters(t *testing.T, before, after Chip, between time.Duration) {
	t.Helper()

	if wrong := wrongCounter(before, after, between); wrong != "" {
		t.Errorf("%s in %v: %+v", wrong, between, before)
	}
}

// wrongCounter names what is wrong; "" is nothing.
func wrongCounter(before, after Chip, between time.Duration) string {
	seldom := 2 + int(between.Hours())
	e, f, p, q := before.ECC, after.ECC, before.PCIe, after.PCIe

	for _, n := range [...]struct {
		name string
		a, b int
	}{
		{"single-bit errors", e.Single, f.Single},
		{"double-bit errors", e.Double, f.Double},
		{"single-bit errors of the life", e.TotalSingle, f.TotalSingle},
		{"double-bit errors of the life", e.TotalDouble, f.TotalDouble},
		{"isolated pages", e.IsolatedDouble, f.IsolatedDouble},
		{"PCIe TX", p.TX, q.TX},
		{"PCIe RX", p.RX, q.RX},
		{"PCIe LCRC", p.LCRC, q.LCRC},
		{"PCIe ECRC", p.ECRC, q.ECRC},
		{"PCIe retries", p.Retry, q.Retry},
	} {
		if n.a < 0 || n.b < n.a || n.b-n.a > seldom {
			return fmt.Sprintf("%s from %d to %d", n.name, n.a, n.b)
		}
	}

	if f.TotalSingle < f.Single || f.TotalDouble < f.IsolatedDouble || f.TotalSingle-f.Single != e.TotalSingle-e.Single {
		return fmt.Sprintf("ECC %+v after %+v", f, e)
	}

	const values = 1 << 16 // of a counter that begins anew

	for _, n := range [...][2]int{{before.SIO.TX, after.SIO.TX}, {before.SIO.RX, after.SIO.RX}} {
		risen := (n[1] - n[0] + values) % values
		if min(n[0], n[1]) < 0 || max(n[0], n[1]) >= values || risen > 2+int(between/(3*time.Second)) {
			return fmt.Sprintf("SIO from %d to %d", n[0], n[1])
		}
	}

	for i, l := range before.HCCS {
		if wrong := wrongLink(l, after.HCCS[i], between); wrong != "" {
			return wrong
		}
	}

	return ""
}

func wrongLink(before, after HCCSLink, between time.Duration) string {
	const fastest = 6e5 // packets in a ms; a training step sends most of its packets at its end

	limit := uint64(fastest * float64(between.Milliseconds()))
	sent, received, retries := after.TxPackets-before.TxPackets, after.RxPackets-before.RxPackets, after.Retries-before.Retries

	switch {
	case after.TxPackets <= before.TxPackets || sent > limit, after.RxPackets <= before.RxPackets || received > limit:
		return fmt.Sprintf("packets: %+v after %+v", after, before)
	case after.Retries < before.Retries || retries > 2+uint64(between.Hours()), after.Errors != before.Errors:
		return fmt.Sprintf("errors: %+v after %+v", after, before)
	case after.Mode != 4 || after.Lanes != "1111" || after.Speed != 224:
		return fmt.Sprintf("a link that does not work: %+v", after)
	default:
		return ""
	}
}

// TestCountersNeverFall follows machines of all products through a week.
func TestCountersNeverFall(t *testing.T) {
	t.Parallel()

	closely := make(map[Family]bool) // followed in small steps: the products of a family count alike

	for _, p := range products() {
		steps := []time.Duration{time.Hour, 15 * time.Second}
		if closely[p.family] {
			steps = steps[:1]
		}

		closely[p.family] = true

		t.Run(p.name, func(t *testing.T) {
			t.Parallel()

			const npus = 3

			seed := rand.New(rand.NewPCG(9, uint64(len(p.name)))).Uint64()
			m := newMachine(t, Config{Product: p.name, NPUs: npus, Seed: seed})

			for _, step := range steps {
				follow(t, m, moment(), week, step)
			}

			for hour := range 24 { // of different days and times of the day
				follow(t, m, moment().Add(time.Duration(hour)*7*time.Hour), 5*time.Minute, time.Second)
			}
		})
	}
}

// follow looks at a machine again and again.
func follow(t *testing.T, m *Machine, from time.Time, length, step time.Duration) {
	t.Helper()

	before := m.At(from)

	for passed := step; passed <= length; passed += step {
		after := m.At(from.Add(passed))

		for i, n := range before.NPUs {
			for j, c := range n.Chips {
				if wrong := wrongCounter(c, after.NPUs[i].Chips[j], step); wrong != "" {
					t.Fatalf("%s, %v after %v: %+v", wrong, passed, from, c)
				}
			}
		}

		before = after
	}
}

// TestTrafficNeverFalls looks at teams in each second of a week, and in each millisecond around the begins of slots and of
// jobs for more than a cycle of them.
func TestTrafficNeverFalls(t *testing.T) {
	t.Parallel()

	for seed := range uint64(2) {
		for _, kind := range []kind{training, serving} {
			team := newTeam(part{kind, 4}, 0, source(seed))
			from := moment().UnixMilli()
			last := team.sent(from)

			risesTo := func(ms int64) {
				sent := team.sent(ms)
				if sent < last {
					t.Fatalf("kind %d, seed %d: from %d to %d at %d", kind, seed, last, sent, ms)
				}

				last = sent
			}

			for ms := from; ms < from+week.Milliseconds(); ms += 1000 {
				risesTo(ms)
			}

			slot, _ := team.slot(from)
			for next := slot + 1; next < slot+2*cycle; next++ {
				begin := team.begin(next) * milli
				last = team.sent(begin - 50)

				for ms := begin - 50; ms < begin+50; ms++ {
					risesTo(ms)
				}

				if j, ok := team.jobIn(next); ok {
					ready := begin + int64(j.ready)*milli
					last = team.sent(ready - 50)

					long := int64(1000)
					if next < slot+4 {
						long = 45_000 // a step or two
					}

					for ms := ready - 50; ms < ready+long; ms++ {
						risesTo(ms)
					}
				}
			}
		}
	}
}

// TestTrafficFollowsLoad compares what chips send in two days with how much they have worked.
func TestTrafficFollowsLoad(t *testing.T) {
	t.Parallel()

	for seed := range uint64(8) {
		for _, kind := range []kind{training, serving} {
			team := newTeam(part{kind, 4}, 0, source(seed))
			load, sent := 0.0, 0.0

			const step = 20 * time.Second

			last := team.activity(instantAt(moment())).traffic

			for passed := step; passed < 48*time.Hour; passed += step {
				a := team.activity(instantAt(moment().Add(passed)))
				load += a.load * step.Seconds()
				sent += float64(a.traffic-last) / milli
				last = a.traffic
			}

			const tolerance = 0.12 // the steps' rhythm costs load, not traffic
			if load == 0 || math.Abs(sent/load-1) > tolerance {
				t.Errorf("kind %d, seed %d: traffic of %.0f s at full load, load of %.0f s", kind, seed, sent, load)
			}
		}
	}
}

func instantAt(at time.Time) instant {
	return instant{t: float64(at.UnixMilli()) / milli, ms: at.UnixMilli()}
}

// TestHabits counts what happens once in each period.
func TestHabits(t *testing.T) {
	t.Parallel()

	h := habit{source: 5, period: 10 * milli}
	if n := h.count(0); n != 0 && h.at("moment", 0).within(0, 1) > 0.001 {
		t.Errorf("%d at the start", n)
	}

	last := 0

	for ms := range int64(200 * milli) {
		n := h.count(ms)
		if n < last || n > last+1 || int64(n) < ms/h.period || int64(n) > ms/h.period+1 {
			t.Fatalf("%d at %d ms, after %d", n, ms, last)
		}

		last = n
	}

	if n := (habit{source: 5}).count(1 << 40); n != 0 {
		t.Errorf("what never happens has happened %d times", n)
	}

	wrapping := habits{sioTX: habit{source: 1, period: 1}, sioRX: habit{source: 1, period: 2}}
	if got := wrapping.sio(1<<16 + 10); got.TX < 9 || got.TX > 11 || got.RX < 1<<15 {
		t.Errorf("counts of 16 bits: %+v", got)
	}
}
