package scenario

import (
	"strings"
	"testing"
	"time"

	"github.com/ascend-exporter/ascend_exporter/collector/npusmi"
	"github.com/ascend-exporter/ascend_exporter/collector/optional"
)

// shipped is a scenario of the library on a machine that works.
func shipped(t *testing.T, name, product string) view {
	t.Helper()

	s, err := Load(name)
	if err != nil {
		t.Fatal(err)
	}

	m := working(t, product)

	faults, err := s.On("", m, start())
	if err != nil {
		t.Fatal(err)
	}

	return view{t: t, machine: m, faults: faults}
}

func (v view) at(since time.Duration) view {
	v.since = since

	return v
}

// detail is what a query on one chip says, as the query's parser reads it.
func detail[T any](v view, line string, parse func([]byte) ([]npusmi.PerChip[T], npusmi.Warnings, error)) T {
	v.t.Helper()

	answer, warnings, err := parse([]byte(v.text(line)))
	if err != nil || warnings.Count > 0 || len(answer) == 0 {
		v.t.Fatalf("%s at %v: %v, %+v", line, v.since, err, warnings)
	}

	return answer[0].Reading
}

func number(f optional.Float) float64 { n, _ := f.Get(); return n }

// TestThrottling: the clock falls while the chip is too hot, and the power with it, whatever the job does.
func TestThrottling(t *testing.T) {
	t.Parallel()

	v := shipped(t, "throttling", "910B3")

	for since, slow := range map[time.Duration]bool{0: false, time.Minute: false, 10 * time.Minute: true, 15 * time.Minute: true, 25 * time.Minute: false} {
		now := v.at(since)
		ill := detail(now, "info -t common -i 7", npusmi.ParseCommon)
		well := detail(now.healthy(), "info -t common -i 7", npusmi.ParseCommon)

		if got := number(ill.AICoreCurrentClock) == 1000; got != slow || number(well.AICoreCurrentClock) <= 1000 {
			t.Errorf("at %v the clock is %v MHz, and %v if all is well", since, number(ill.AICoreCurrentClock), number(well.AICoreCurrentClock))
		}

		if (number(ill.Power) < number(well.Power)) != slow || ill.AICore != well.AICore || number(ill.Power) < 80 {
			t.Errorf("at %v: %v W, and %v W if all is well", since, number(ill.Power), number(well.Power))
		}
	}
}

func TestHotMemory(t *testing.T) {
	t.Parallel()

	v := shipped(t, "overheat", "910B3")

	memory := detail(v.at(10*time.Minute), "info -t memory -i 7 -c 0", npusmi.ParseMemory)
	if hot := number(memory.HBMTemperature); hot < 101 || hot > 102 {
		t.Errorf("the HBM is at %v °C", hot)
	}

	if cool, was := detail(v.at(29*time.Minute), "info -t memory -i 7 -c 0", npusmi.ParseMemory), detail(v.at(0), "info -t memory -i 7 -c 0", npusmi.ParseMemory); number(
		cool.HBMTemperature) > 75 || number(was.HBMTemperature) > 75 {
		t.Errorf("the HBM is at %v °C before and at %v °C long after it", number(was.HBMTemperature), number(cool.HBMTemperature))
	}
}

// TestMemoryErrorsStay: counts rise while it lasts, at their rate, and never fall.
func TestMemoryErrorsStay(t *testing.T) {
	t.Parallel()

	v := shipped(t, "hbm-ecc", "910B3")
	add := func(since time.Duration) npusmi.ECCMemory {
		ill := detail(v.at(since), "info -t ecc -i 7", npusmi.ParseECC).HBM
		well := detail(v.at(since).healthy(), "info -t ecc -i 7", npusmi.ParseECC).HBM

		minus := func(a, b npusmi.ECCCounts) npusmi.ECCCounts {
			return npusmi.ECCCounts{
				Errors:            optional.Of(number(a.Errors) - number(b.Errors)),
				LifetimeErrors:    optional.Of(number(a.LifetimeErrors) - number(b.LifetimeErrors)),
				IsolatedPages:     optional.Of(number(a.IsolatedPages) - number(b.IsolatedPages)),
				NextIsolatedPages: optional.Of(number(a.NextIsolatedPages) - number(b.NextIsolatedPages)),
			}
		}

		return npusmi.ECCMemory{SingleBit: minus(ill.SingleBit, well.SingleBit), DoubleBit: minus(ill.DoubleBit, well.DoubleBit)}
	}

	for since, want := range map[time.Duration][5]float64{ // single, double, both in life, isolated, next
		time.Minute: {0, 0, 0, 0, 0}, 2 * time.Minute: {0, 1, 1, 1, 1}, 17 * time.Minute: {30, 3, 33, 2, 2},
		32 * time.Minute: {60, 4, 64, 2, 2}, 40 * time.Hour: {60, 4, 64, 2, 2},
	} {
		e := add(since)
		got := [5]float64{
			number(e.SingleBit.Errors), number(e.DoubleBit.Errors), number(e.SingleBit.LifetimeErrors) + number(e.DoubleBit.LifetimeErrors),
			number(e.DoubleBit.IsolatedPages), number(e.DoubleBit.NextIsolatedPages),
		}

		if got != want {
			t.Errorf("at %v: %v, want %v", since, got, want)
		}
	}
}

// TestLinkFlap: a link goes down and up again and counts it, another stays down.
func TestLinkFlap(t *testing.T) {
	t.Parallel()

	for _, product := range []string{"910B3", "A3"} {
		v := shipped(t, "link-flap", product)

		for since, want := range map[time.Duration][3]bool{ // link 2 of the first NPU, link 3 of the last, link 1 of the first are down
			time.Minute: {}, 2 * time.Minute: {true}, 2*time.Minute + 5*time.Second: {}, 2*time.Minute + 20*time.Second: {true},
			5*time.Minute + 10*time.Second: {false, true}, 8 * time.Minute: {true, true}, 29 * time.Minute: {false, true}, 30 * time.Minute: {},
		} {
			first := detail(v.at(since), "info -t hccs -i 0 -c 0", npusmi.ParseHCCS)
			final := detail(v.at(since), "info -t hccs -i 7 -c 0", npusmi.ParseHCCS)

			flaps, _ := first.Links[1].Down()
			stays, _ := final.Links[2].Down()
			other, _ := first.Links[0].Down()

			if got := [3]bool{flaps, stays, other}; got != want || flaps == first.Healthy {
				t.Errorf("%s at %v: down %v, want %v; healthy %t", product, since, got, want, first.Healthy)
			}
		}

		errors := func(since time.Duration) float64 {
			now := v.at(since)

			return number(detail(now, "info -t hccs -i 0 -c 0", npusmi.ParseHCCS).Links[1].Errors) -
				number(detail(now.healthy(), "info -t hccs -i 0 -c 0", npusmi.ParseHCCS).Links[1].Errors)
		}

		for since, want := range map[time.Duration]float64{time.Minute: 0, 2 * time.Minute: 1, 3 * time.Minute: 4, 20 * time.Minute: 24, 50 * time.Minute: 48} {
			if got := errors(since); got != want {
				t.Errorf("%s: %v errors at %v, want %v", product, got, since, want)
			}
		}
	}
}

// TestHungJob: where no job ran there is one that hangs, with memory and a process of its own.
func TestHungJob(t *testing.T) {
	t.Parallel()

	s := read(t, "name: x\nfaults:\n  - {kind: job-hang, at: 1m, memory: 0.5}\n")
	m := machine(t, "910B3")

	faults, err := s.On("", m, start())
	if err != nil {
		t.Fatal(err)
	}

	v := view{t, m, faults, 20 * time.Minute}
	pids := make(map[string]bool)

	for _, p := range v.summary().Processes {
		pids[p.PID] = true
	}

	if len(pids) < 8 {
		t.Errorf("%d processes on 8 NPUs", len(pids))
	}

	for npu := range 8 {
		c := v.must(npu)
		if !c.AICore.Is(0) || v.processes(npu) == 0 || used(c) < 30000 || power(c) > 120 || heat(c) > 60 {
			t.Errorf("NPU %d: %+v", npu, c)
		}
	}
}

// TestNoise stands before every answer, and before what the driver fails with.
func TestNoise(t *testing.T) {
	t.Parallel()

	faults := on(t, read(t, file("  - {kind: noise, at: 1m, line: 'drv: odd'}\n  - {kind: driver-gone, at: 1m}\n")), "", "A3")

	got := text(machine(t, "A3"), faults, time.Hour, "info -m")
	if want := "drv: odd\ndcmi module initialize failed. ret is -8005\n"; got != want {
		t.Errorf("printed %q, want %q", got, want)
	}

	if !strings.HasPrefix(text(machine(t, "A3"), faults, 0, "info"), "+---") {
		t.Error("it comes too early")
	}
}
