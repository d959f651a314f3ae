package poll

import (
	"context"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ascend-exporter/ascend_exporter/collector/npusmi"
	"github.com/ascend-exporter/ascend_exporter/collector/optional"
)

// A scriptedStream gives a sample a second of chip 0 of NPU 0, and stops for a while in between.
type scriptedStream struct {
	state       func(npusmi.WatchState)
	begin       time.Time
	stops, back time.Duration
}

func (s *scriptedStream) Run(ctx context.Context, sink func(npusmi.WatchSample, time.Time)) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()

	s.state(npusmi.WatchState{Time: s.begin, Running: true})

	for {
		select {
		case now := <-tick.C:
			at := now.Sub(s.begin)

			if at == s.stops {
				s.state(npusmi.WatchState{Time: now, Failure: &npusmi.Failure{Reason: npusmi.ReasonQuery, Message: "a chip failed"}})
			}

			if at == s.back {
				s.state(npusmi.WatchState{Time: now, Running: true})
			}

			if at < s.stops || at >= s.back {
				sink(npusmi.WatchSample{Power: optional.Of(1000), Temperature: optional.Of(70), AICore: optional.Of(100)}, now)
				sink(npusmi.WatchSample{NPU: 77, Power: optional.Of(1)}, now) // a chip that nobody knows
			}
		case <-ctx.Done():
			return
		}
	}
}

func (s *scriptedStream) Args() []string       { return []string{"info", "watch"} }
func (s *scriptedStream) Starts() uint64       { return 1 }
func (s *scriptedStream) Unrecognized() uint64 { return 0 }

func TestStreamFeedsTheIntegrals(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, basics(), machine(t, "910B3", 8, 10*time.Millisecond))
		b.PeakWindow = time.Minute
		b.ledger = newLedger(b.Faults, time.Minute, time.Minute)
		b.stream = newStream(func(state func(npusmi.WatchState)) Stream {
			return &scriptedStream{state: state, begin: b.begin, stops: 10 * time.Minute, back: 20 * time.Minute}
		})
		b.run(t)
		b.at(5*time.Minute + 500*time.Millisecond)

		derived := b.last().Chips[0].Derived
		seconds, _ := derived.ObservedSeconds.Get()
		energy, _ := derived.EnergyJoules.Get()
		busy, _ := derived.BusySeconds.Get()

		if seconds < 280 || energy != 1000*seconds || busy != seconds {
			t.Errorf("%v s, %v J, %v s busy in five minutes at 1000 W and 100 %%", seconds, energy, busy)
		}

		if !derived.PeakPower.Is(1000) || !derived.PeakTemperature.Is(70) || b.last().Chips[1].Derived.PeakPower.Present() {
			t.Errorf("peaks %v and %v", derived.PeakPower, derived.PeakTemperature)
		}

		if q := b.query(t, Watch); !q.Success || q.Runs != 1 || !q.LastSuccess.Present() {
			t.Errorf("query %+v", q)
		}

		// Summaries stand in, with a machine's own power.
		b.at(15 * time.Minute)

		derived = b.last().Chips[0].Derived
		if more, _ := derived.EnergyJoules.Get(); more <= energy || derived.PeakPower.Present() {
			t.Errorf("%v J after %v, peak %v while the stream is down", more, energy, derived.PeakPower)
		}

		if q := b.query(t, Watch); q.Success || q.Failures != 1 || q.History[0].Failure != "a chip failed" {
			t.Errorf("query %+v", q)
		}

		b.at(25 * time.Minute)

		if q := b.query(t, Watch); !q.Success || strings.Count(b.log.String(), "stream") != 2 {
			t.Errorf("success %v, log:\n%s", q.Success, b.log)
		}
	})
}

// TestUsagesFeedTheIntegrals where the summary has no rate of the AI Cores: however seldom they are asked, and whatever the stream says.
func TestUsagesFeedTheIntegrals(t *testing.T) {
	t.Parallel()

	vNPUs := func(rest answers) answers {
		return func(args string) (string, time.Duration, *npusmi.Failure) {
			text, takes, failure := rest(args)

			return strings.ReplaceAll(text, "910B3", "vir08"), takes, failure
		}
	}
	for name, test := range map[string]struct {
		answer   answers
		interval time.Duration
		stream   bool
	}{
		"950":              {whole(t, "950PR", 1, 10*time.Millisecond), time.Minute, false},
		"950, seldom":      {whole(t, "950PR", 1, 10*time.Millisecond), 10 * time.Minute, false},
		"950 and a stream": {whole(t, "950PR", 1, 10*time.Millisecond), time.Minute, true},
		"vNPUs":            {vNPUs(whole(t, "910B3", 1, 10*time.Millisecond)), time.Minute, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				sources := onByDefault()
				sources[slices.IndexFunc(sources, func(s Source) bool { return s.Name == "usages" })].Interval = test.interval

				b := newBench(t, sources, test.answer)

				if test.stream {
					b.stream = newStream(func(state func(npusmi.WatchState)) Stream {
						return &scriptedStream{state: state, begin: b.begin, stops: 10 * time.Minute, back: 20 * time.Minute}
					})
				}

				b.run(t)

				var last float64

				for minute := range 61 {
					b.at(time.Duration(minute)*time.Minute + time.Second)

					busy, _ := b.last().Chips[0].Derived.BusySeconds.Get()
					if busy < last {
						t.Fatalf("minute %d: %v s busy after %v", minute, busy, last)
					}

					last = busy
				}

				late := test.interval.Seconds() + 60
				if last < 0.4*(3600-late) || last > 0.4*3601 {
					t.Errorf("%v s busy in an hour at 40 %%", last)
				}
			})
		})
	}
}

func TestChipsOf950AreAskedWithoutID(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, onByDefault(), whole(t, "950PR", 1, 10*time.Millisecond))
		b.run(t)
		b.at(30 * time.Minute)

		if runs := b.tool.startsOf(b.begin, "info -t health -i 7"); len(runs) == 0 || len(b.tool.startsOf(b.begin, "info -t health -i 7 -c 0")) > 0 {
			t.Error("a product whose chips have no id was asked for one")
		}
	})
}

// TestNothingIsMeasuredOfWhatIsNotShown: neither of a chip that is unusable or not listed for a while, nor while the tool says that there
// is nothing to read.
func TestNothingIsMeasuredOfWhatIsNotShown(t *testing.T) {
	t.Parallel()

	for name, lost := range map[string]answers{
		"unusable":   unusable(t, "910B3", 3),
		"not listed": machine(t, "910B3", 3, 10*time.Millisecond),
		"no chips":   says("dcmi module initialize failed. ret is -8005"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				good := machine(t, "910B3", 8, 10*time.Millisecond)
				b := newBench(t, basics(), good)
				b.run(t)
				b.at(5 * time.Minute)
				b.tool.set(lost)
				b.at(5*time.Minute + 40*time.Second)
				b.tool.set(good)
				b.at(10 * time.Minute)

				if seconds, _ := b.last().Chips[3].Derived.ObservedSeconds.Get(); seconds < 530 || seconds > 560 {
					t.Errorf("%v s are known of 600 of which 40 are not", seconds)
				}
			})
		})
	}
}

// TestSlowSummariesFeedTheIntegrals: where its share of the time lets a tool answer each 80 seconds only.
func TestSlowSummariesFeedTheIntegrals(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, basics(), machine(t, "910B3", 8, 4*time.Second), func(c *Config) { c.MaxDuty = 0.05 })
		b.run(t)
		b.at(time.Hour)

		derived := b.last().Chips[0].Derived
		if seconds, _ := derived.ObservedSeconds.Get(); seconds < 3300 || seconds > 3600 {
			t.Errorf("%v s were observed in an hour", seconds)
		}
	})
}

func TestSummariesFeedTheIntegrals(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		good := machine(t, "910B3", 8, 10*time.Millisecond)
		b := newBench(t, basics(), good)
		b.run(t)
		b.at(10*time.Minute + time.Second)

		seconds, _ := b.last().Chips[0].Derived.ObservedSeconds.Get()
		if energy, _ := b.last().Chips[0].Derived.EnergyJoules.Get(); seconds < 599 || seconds > 601 || energy < 80*seconds {
			t.Errorf("%v J in %v s", energy, seconds)
		}

		// A gap that is longer than data may be old adds nothing.
		b.tool.set(hangs)
		b.at(30 * time.Minute)
		b.tool.set(good)
		b.at(41 * time.Minute)

		if after, _ := b.last().Chips[0].Derived.ObservedSeconds.Get(); after > seconds+11*60 {
			t.Errorf("%v s after a gap of 20 minutes, %v s before", after, seconds)
		}
	})
}
