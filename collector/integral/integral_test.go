package integral

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ascend-exporter/ascend_exporter/collector/optional"
)

var (
	start = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	none  = optional.Float{}
	same  = cmp.AllowUnexported(optional.Float{})
)

func testConfig() Config {
	return Config{PeakWindow: time.Minute}
}

// lasts is how long a sample does.
const lasts = 10 * time.Second

// at is a sample some seconds after the start.
func at(seconds float64, power, aicore, temperature optional.Float) Sample {
	return Sample{Time: after(seconds), Lasts: lasts, Power: power, AICore: aicore, Temperature: temperature}
}

func after(seconds float64) time.Time {
	return start.Add(time.Duration(seconds * float64(time.Second)))
}

func TestIntegrator(t *testing.T) {
	t.Parallel()

	of := optional.Of

	for name, test := range map[string]struct {
		samples []Sample
		now     float64
		want    Reading
	}{
		"nothing": {},
		"one sample begins at zero": {
			samples: []Sample{at(0, of(100), of(0.5), of(40))},
			want: Reading{
				BusySeconds: of(0), EnergyJoules: of(0), Observed: of(0), PeakPower: of(100), PeakTemperature: of(40),
			},
		},
		"two samples": {
			samples: []Sample{at(0, of(100), of(0.5), of(40)), at(2, of(300), of(1), of(39))},
			now:     2,
			want: Reading{
				BusySeconds: of(1.5), BusyObserved: 2, EnergyJoules: of(400), EnergyObserved: 2, Observed: of(2),
				PeakPower: of(300), PeakTemperature: of(40),
			},
		},
		"no power at all": {
			samples: []Sample{at(0, none, of(1), of(40)), at(2, none, of(1), of(41))},
			now:     2,
			want:    Reading{BusySeconds: of(2), BusyObserved: 2, Observed: of(2), PeakTemperature: of(41)},
		},
		"no quantity with an integral": {
			samples: []Sample{at(0, none, none, of(40)), at(2, none, none, of(41))},
			now:     2,
			want:    Reading{PeakTemperature: of(41)},
		},
		"power missing in one sample": {
			samples: []Sample{at(0, of(100), of(1), none), at(1, none, of(1), none), at(2, of(100), of(1), none), at(3, of(100), of(1), none)},
			now:     3,
			want: Reading{
				BusySeconds: of(3), BusyObserved: 3, EnergyJoules: of(100), EnergyObserved: 1, Observed: of(3), PeakPower: of(100),
			},
		},
		"the longest gap": {
			samples: []Sample{at(0, of(100), none, none), at(10, of(100), none, none)},
			now:     10,
			want:    Reading{EnergyJoules: of(1000), EnergyObserved: 10, Observed: of(10), PeakPower: of(100)},
		},
		"too long a gap": {
			samples: []Sample{at(0, of(100), none, none), at(10.001, of(100), none, none), at(11.001, of(200), none, none)},
			now:     11.001,
			want:    Reading{EnergyJoules: of(150), EnergyObserved: 1, Observed: of(1), PeakPower: of(200)},
		},
		"each lasts as long as it says": {
			samples: []Sample{
				{Time: after(0), Lasts: 20 * time.Second, Power: of(100)}, {Time: after(20), Power: of(100)}, {Time: after(21), Power: of(100)},
			},
			now:  21,
			want: Reading{EnergyJoules: of(2000), EnergyObserved: 20, Observed: of(20), PeakPower: of(100)},
		},
		"late and repeated samples": {
			samples: []Sample{at(0, of(100), none, none), at(4, of(100), none, none), at(2, of(900), none, none), at(4, of(900), none, none), at(5, of(100), none, none)},
			now:     5,
			want:    Reading{EnergyJoules: of(500), EnergyObserved: 5, Observed: of(5), PeakPower: of(100)},
		},
		"the clock set back": {
			samples: []Sample{at(1000, of(900), none, none), at(1001, of(900), none, none), at(0, of(100), none, none), at(1, of(100), none, none)},
			now:     1,
			want:    Reading{EnergyJoules: of(1000), EnergyObserved: 2, Observed: of(2), PeakPower: of(100)},
		},
		"what cannot be": {
			samples: []Sample{
				at(0, of(-1), of(1.5), of(math.NaN())), at(1, of(math.Inf(1)), of(-0.5), of(math.Inf(-1))), at(2, of(math.NaN()), of(math.NaN()), none),
			},
			now: 2,
		},
		"peaks age": {
			samples: []Sample{at(0, of(300), none, of(70)), at(5, of(200), none, of(80)), at(9, of(250), none, of(60))},
			now:     60,
			want: Reading{
				EnergyJoules: of(2150), EnergyObserved: 9, Observed: of(9), PeakPower: of(250), PeakTemperature: of(80),
			},
		},
		"the window is past": {
			samples: []Sample{at(0, of(300), none, of(70))},
			now:     60,
			want:    Reading{EnergyJoules: of(0), Observed: of(0)},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			g := New[string](testConfig())
			for _, sample := range test.samples {
				g.Add("a", sample)
				g.Add("b", at(0, of(1), of(1), of(1)))
			}

			if diff := cmp.Diff(test.want, g.Read("a", after(test.now)), same); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestInterrupt: the time around it counts for nothing, and only there.
func TestInterrupt(t *testing.T) {
	t.Parallel()

	g := New[string](testConfig())

	for seconds := range 6 {
		g.Add("a", at(float64(seconds), optional.Of(100), none, none))
		g.Add("b", at(float64(seconds), optional.Of(100), none, none))

		if seconds == 2 {
			g.Interrupt("a")
			g.Interrupt("nobody")
		}
	}

	if a, b := g.Read("a", after(5)), g.Read("b", after(5)); value(a.Observed) != 4 || value(a.EnergyJoules) != 400 || value(b.Observed) != 5 {
		t.Errorf("%+v and %+v", a, b)
	}

	if got := g.Read("nobody", after(5)); got != (Reading{}) {
		t.Errorf("of a chip without samples: %+v", got)
	}
}

// TestIntegratorPiecewiseLinear: where samples stand at every bend of a function, and anywhere else besides, the integrals
// are those of the function.
func TestIntegratorPiecewiseLinear(t *testing.T) {
	t.Parallel()

	for seed := range uint64(200) {
		random := rand.New(rand.NewPCG(seed, 1))
		g := New[int](testConfig())
		now, power, ratio := 0.0, 100.0, 0.5
		energy, busy := 0.0, 0.0

		g.Add(0, at(now, optional.Of(power), optional.Of(ratio), none))

		for range 50 {
			length := 1 + 20*random.Float64()
			power2, ratio2 := 500*random.Float64(), random.Float64()

			// Between two bends: samples on the line, none further from the next than the longest gap.
			for part := 0.0; part < 1; {
				part = min(1, part+min(random.Float64()+0.01, 9/length))
				g.Add(0, at(now+part*length, optional.Of(power+part*(power2-power)), optional.Of(ratio+part*(ratio2-ratio)), none))
			}

			energy += length * (power + power2) / 2
			busy += length * (ratio + ratio2) / 2
			now, power, ratio = now+length, power2, ratio2
		}

		got := g.Read(0, after(now))
		for what, pair := range map[string][2]float64{
			"energy": {value(got.EnergyJoules), energy}, "busy": {value(got.BusySeconds), busy}, "observed": {value(got.Observed), now},
			"observed energy": {got.EnergyObserved, now}, "observed busy": {got.BusyObserved, now},
		} {
			if math.Abs(pair[0]-pair[1]) > 1e-6*pair[1] {
				t.Errorf("seed %d: %s: got %v, want %v", seed, what, pair[0], pair[1])
			}
		}
	}
}

// TestIntegratorLaws holds random samples, with holes and a clock that jumps, to what always holds.
func TestIntegratorLaws(t *testing.T) {
	t.Parallel()

	for seed := range uint64(200) {
		random := rand.New(rand.NewPCG(seed, 2))
		maybe := func(number float64) optional.Float {
			return optional.Of(number).Unless(random.IntN(4) == 0)
		}

		g, now := New[int](testConfig()), 0.0

		var last Reading

		for i := range 300 {
			step := 12 * random.Float64()
			if random.IntN(20) == 0 {
				step = 200 * (random.Float64() - 0.5)
			}

			now += step
			g.Add(0, at(now, maybe(1000*random.Float64()-100), maybe(1.2*random.Float64()-0.1), maybe(100*random.Float64())))

			got := g.Read(0, after(now))
			longest := min(max(step, 0), lasts.Seconds())

			for what, pair := range map[string][2]float64{
				"busy seconds":         {value(last.BusySeconds), value(got.BusySeconds)},
				"energy":               {value(last.EnergyJoules), value(got.EnergyJoules)},
				"the time observed":    {value(last.Observed), value(got.Observed)},
				"that of busy seconds": {last.BusyObserved, got.BusyObserved},
				"that of energy":       {last.EnergyObserved, got.EnergyObserved},
			} {
				if pair[1] < pair[0] {
					t.Fatalf("seed %d, sample %d: %s fell from %v to %v", seed, i, what, pair[0], pair[1])
				}

				if what != "energy" && pair[1] > pair[0]+longest+1e-6 {
					t.Fatalf("seed %d, sample %d: %s rose by %v in %v", seed, i, what, pair[1]-pair[0], step)
				}
			}

			observed := value(got.Observed)
			if value(got.BusySeconds) > got.BusyObserved || got.BusyObserved > observed+1e-6 || got.EnergyObserved > observed+1e-6 ||
				observed > got.BusyObserved+got.EnergyObserved+1e-6 {
				t.Fatalf("seed %d, sample %d: %+v", seed, i, got)
			}

			last = got
		}
	}
}

// TestPeaks compares with a look at all samples.
func TestPeaks(t *testing.T) {
	t.Parallel()

	for seed := range uint64(100) {
		random := rand.New(rand.NewPCG(seed, 3))
		g, now := New[int](testConfig()), 0.0

		var samples []Sample

		for range 300 {
			now += 5 * random.Float64()
			sample := at(now, optional.Of(float64(random.IntN(50))).Unless(random.IntN(4) == 0), none, optional.Of(float64(random.IntN(9)-20)))
			samples = append(samples, sample)
			g.Add(0, sample)

			asked := after(now + 100*random.Float64())
			power, temperature := none, none

			for _, s := range samples {
				if s.Time.After(asked.Add(-testConfig().PeakWindow)) {
					power, temperature = higher(power, s.Power), higher(temperature, s.Temperature)
				}
			}

			got := g.Read(0, asked)
			if got.PeakPower != power || got.PeakTemperature != temperature {
				t.Fatalf("seed %d: got %v and %v, want %v and %v", seed, got.PeakPower, got.PeakTemperature, power, temperature)
			}
		}
	}
}

func value(f optional.Float) float64 {
	number, _ := f.Get()

	return number
}

func higher(a, b optional.Float) optional.Float {
	if !a.Present() || b.Present() && value(b) > value(a) {
		return b
	}

	return a
}

// BenchmarkIntegrator is a second of the stream of 16 chips, and a look at each.
func BenchmarkIntegrator(b *testing.B) {
	g, seconds := New[[2]int](testConfig()), 0

	b.ReportAllocs()

	for b.Loop() {
		seconds++

		for i := range 16 {
			key := [2]int{i / 2, i % 2}
			sample := at(float64(seconds), optional.Of(float64(300+seconds%7)), optional.Of(0.5), optional.Of(float64(60+seconds%5)))
			g.Add(key, sample)
			g.Read(key, sample.Time)
		}
	}
}
