package poll

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ascend-exporter/ascend_exporter/collector/npusmi"
	"github.com/ascend-exporter/ascend_exporter/collector/optional"
	"github.com/ascend-exporter/ascend_exporter/collector/sim"
	"github.com/ascend-exporter/ascend_exporter/collector/snapshot"
)

// hanging makes the runs hang whose arguments are one of the texts, or end with it.
func hanging(rest answers, texts ...string) answers {
	return func(args string) (string, time.Duration, *npusmi.Failure) {
		for _, text := range texts {
			if args == text || strings.HasSuffix(args, " "+text) {
				return "", time.Hour, nil
			}
		}

		return rest(args)
	}
}

func TestCardIsAskedByChipWhenItFails(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		source := detail("card", ScopeCard, time.Minute)
		source.ByChip = true

		// The card form of NPU 1 never answers, nor does its chip 1.
		good := detailed(machine(t, "A3", 2, 10*time.Millisecond))
		b := newBench(t, append(basics(), source), hanging(good, "card -i 1", "card -i 1 -c 1"))
		b.run(t)
		b.at(5 * time.Minute)

		q := b.query(t, "card")
		if diff := cmp.Diff([]snapshot.ChipFailure{{Key: snapshot.Key{NPU: 1, Chip: 1}, Reason: npusmi.ReasonTimeout}}, q.Failing); diff != "" {
			t.Errorf("failing (-want +got):\n%s", diff)
		}

		if got := b.last().Chips[2].Model; got != "card -i 1 -c 0" {
			t.Errorf("npu 1 chip 0 has the reading of %q, want its own", got)
		}

		if runs := b.tool.startsOf(b.begin, "info -t card -i 1"); len(runs) != 1 {
			t.Errorf("the card was asked at %v, want once", runs)
		}
	})
}

// TestCardGivesWayToItsChips: what a card said before it failed is served for a chip that has not answered since, and for no other.
func TestCardGivesWayToItsChips(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		named := func(s Source) bool { return s.Name == "ecc" || s.Name == Mapping || s.Name == Summary }
		sources := slices.DeleteFunc(Sources(), func(s Source) bool { return !named(s) })

		good := machine(t, "A3", 2, 10*time.Millisecond)
		b := newBench(t, sources, good)
		b.run(t)
		b.at(time.Minute)

		kinds := len(b.last().Chips[0].Detail.ECC)

		// It never answers again for the card, nor for its second chip.
		b.tool.set(hanging(good, "ecc -i 1", "ecc -i 1 -c 1"))
		b.at(7 * time.Minute)

		if alone := b.tool.startsOf(b.begin, "info -t ecc -i 1 -c 0"); len(alone) == 0 || kinds == 0 {
			t.Fatalf("the chip was not asked alone, or has %d counts", kinds)
		}

		for _, chip := range b.last().Chips {
			if got := len(chip.Detail.ECC); got != kinds {
				t.Errorf("%v has %d counts, of %d", chip.Key, got, kinds)
			}
		}
	})
}

// TestChipThatHangsEverything: the data of the others stays in time, and the chip is asked less and less.
func TestChipThatHangsEverything(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var sources []Source
		for _, name := range []string{"a", "b", "c", "d"} {
			sources = append(sources, detail(name, ScopeChip, time.Minute))
		}

		good := detailed(machine(t, "910B3", 8, 500*time.Millisecond))
		b := newBench(t, append(basics(), sources...), hanging(good, "-i 3 -c 0"))
		b.run(t)
		b.at(10 * time.Minute)

		hangs := 0

		for _, name := range []string{"a", "b", "c", "d"} {
			hangs += len(b.tool.startsOf(b.begin, "info -t "+name+" -i 3 -c 0"))

			for npu := range 8 {
				runs := b.tool.startsOf(b.begin, fmt.Sprintf("info -t %s -i %d -c 0", name, npu))
				for i := 1; npu != 3 && i < len(runs); i++ {
					if gap := runs[i] - runs[i-1]; gap > 2*time.Minute {
						t.Errorf("%s of npu %d was not asked for %v", name, npu, gap)
					}
				}
			}
		}

		if hangs > 10 {
			t.Errorf("the chip that hangs was tried %d times in ten minutes", hangs)
		}

		if late := latestGap(b.tool.startsOf(b.begin, "info")); late > time.Minute {
			t.Errorf("summaries were up to %v apart", late)
		}
	})
}

func latestGap(at []time.Duration) time.Duration {
	var gap time.Duration
	for i := 1; i < len(at); i++ {
		gap = max(gap, at[i]-at[i-1])
	}

	return gap
}

// A warmth is a reading that stands in for the summary.
type warmth struct{ key snapshot.Key }

func (w warmth) Join(draft *Draft) {
	if chip := draft.Chip(w.key); chip != nil && draft.Fallback {
		chip.Temperature = optional.Of(50)
		draft.Answered(w.key)
	}
}

func TestChipQueriesStandInForTheSummary(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		standIn := detail("temp", ScopeChip, 5*time.Minute)
		standIn.Fallback = FallbackOnly
		standIn.Parse = func(target Target, _ []byte) (Reading, npusmi.Warnings, error) {
			return warmth{target.Key}, npusmi.Warnings{}, nil
		}

		good := detailed(machine(t, "910B3", 8, 10*time.Millisecond))
		b := newBench(t, append(basics(), standIn), good)
		b.run(t)
		b.at(time.Minute)

		if len(b.tool.startsOf(b.begin, "info -t temp -i 0 -c 0")) > 0 {
			t.Error("asked while the summary works")
		}

		// Chip 5 hangs itself and the summary.
		b.tool.set(hanging(good, "info", "-i 5 -c 0"))
		b.at(15 * time.Minute)

		if s := b.last(); !s.Up || !s.Fallback || len(s.Chips) != 7 || !s.Host.Chips.Is(7) || !s.Host.ExpectedChips.Is(8) {
			t.Errorf("up %v, fallback %v, %d chips, host %+v", s.Up, s.Fallback, len(s.Chips), s.Host)
		}

		for _, chip := range b.last().Chips {
			if chip.NPU == 5 || !chip.Temperature.Is(50) || chip.BusID == "" || chip.Power.Present() {
				t.Errorf("chip %+v", chip)
			}
		}

		// All hangs: nothing is shown once the readings are old.
		b.tool.set(hangs)
		b.at(2 * time.Hour)

		if s := b.last(); s.Up || len(s.Chips) > 0 {
			t.Errorf("up %v with %d chips while everything hangs", s.Up, len(s.Chips))
		}

		b.tool.set(good)
		b.at(2*time.Hour + 10*time.Minute)

		if s := b.last(); !s.Up || s.Fallback || len(s.Chips) != 8 || !s.Chips[0].Power.Present() {
			t.Errorf("up %v, fallback %v, %d chips after the recovery", s.Up, s.Fallback, len(s.Chips))
		}
	})
}

func TestSickChipsAreAskedMoreOften(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m, err := sim.New(sim.Config{Product: "910B3", Seed: 1})
		if err != nil {
			t.Fatal(err)
		}

		state := func(health sim.Health, zeros bool) answers {
			return detailed(func(args string) (string, time.Duration, *npusmi.Failure) {
				var out strings.Builder

				s := m.At(time.Unix(1_800_000_000, 0))
				s.NPUs[2].Chips[0].Health = health

				if zeros {
					s.NPUs[2].Chips[0] = sim.Chip{Health: sim.HealthUnknown, BusID: "0000:00:00.0"}
				}

				sim.Print(&out, s, strings.Fields(args))

				return out.String(), 10 * time.Millisecond, nil
			})
		}

		health := detail("health", ScopeChip, 10*time.Minute)
		health.Sick = 30 * time.Second

		b := newBench(t, append(basics(), health, detail("volt", ScopeChip, time.Minute)), state(sim.HealthOK, false))
		b.run(t)
		b.at(2 * time.Minute)
		b.tool.set(state(sim.HealthAlarm, false))
		b.at(7 * time.Minute)

		sick, well := b.tool.startsOf(b.begin, "info -t health -i 2 -c 0"), b.tool.startsOf(b.begin, "info -t health -i 1 -c 0")
		if len(sick) < 10 || len(well) != 1 {
			t.Errorf("the sick chip was asked at %v, a healthy one at %v", sick, well)
		}

		// Unusable: its health is asked for, nothing else.
		before := len(b.tool.startsOf(b.begin, "info -t volt -i 2 -c 0"))

		b.tool.set(state(sim.HealthUnknown, true))
		b.at(12 * time.Minute)

		if after := len(b.tool.startsOf(b.begin, "info -t volt -i 2 -c 0")); after > before+1 {
			t.Errorf("an unusable chip was asked %d times for what it cannot have", after-before)
		}

		if more := b.tool.startsOf(b.begin, "info -t health -i 2 -c 0"); len(more) < len(sick)+8 {
			t.Errorf("the health of an unusable chip was asked for %d times in five minutes", len(more)-len(sick))
		}
	})
}

func TestPlanThatDoesNotFitIsTold(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		slow := func(rest answers) answers {
			return func(args string) (string, time.Duration, *npusmi.Failure) {
				text, _, failure := rest(args)

				return text, 5 * time.Second, failure
			}
		}
		good := detailed(machine(t, "910B3", 8, 0))
		b := newBench(t, append(basics(), detail("chip", ScopeChip, time.Minute)), slow(good))
		b.run(t)
		b.at(30 * time.Minute)

		if b.last().Runner.Lag < time.Minute || strings.Count(b.log.String(), "intervals stretch") != 1 {
			t.Errorf("lag %v, log:\n%s", b.last().Runner.Lag, b.log)
		}

		b.tool.set(good)
		b.at(40 * time.Minute)

		if b.last().Runner.Lag > time.Second || strings.Count(b.log.String(), "the plan fits again") != 1 {
			t.Errorf("lag %v, log:\n%s", b.last().Runner.Lag, b.log)
		}
	})
}

func TestTheSummaryIsAlwaysAskedAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		good := machine(t, "910B3", 8, 10*time.Millisecond)
		b := newBench(t, basics(), says("This CPU does not support AVX.\n"))
		b.run(t)
		b.at(time.Minute)

		if q := b.query(t, Summary); q.Success || q.Failures != 4 {
			t.Errorf("success %v after %d failures", q.Success, q.Failures)
		}

		b.tool.set(good)
		b.at(80 * time.Second)

		if !b.last().Up {
			t.Error("not up after the tool works")
		}
	})
}

func TestDroppedDataStaysDropped(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, basics(), machine(t, "910B3", 8, 10*time.Millisecond))
		b.run(t)
		b.at(20 * time.Second)
		b.tool.set(says("dcmi module initialize failed. ret is -8005\n"))
		b.at(35 * time.Second)
		b.tool.set(says("Failed to execute npu-smi info. ret is -8006.\n"))
		b.at(50 * time.Second)

		if s := b.last(); s.Up || len(s.Chips) > 0 || !s.Host.PCIDevices.Is(8) {
			t.Errorf("up %v with %d chips, %v on the bus", s.Up, len(s.Chips), s.Host.PCIDevices)
		}
	})
}

// TestHeldUpDataDoesNotLast: a pause in which nothing could be started does not count as an interval.
func TestHeldUpDataDoesNotLast(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, basics(), machine(t, "910B3", 8, 10*time.Millisecond))
		b.run(t)
		b.at(time.Minute)
		b.tool.hold(true, b.begin.Add(6*time.Hour))
		b.at(6*time.Hour - time.Second)
		b.tool.hold(false, time.Time{})
		b.at(6*time.Hour + 5*time.Second)

		if !b.last().Up {
			t.Fatal("not up after the pause")
		}

		b.tool.set(hangs)
		b.at(6*time.Hour + 10*time.Minute)

		if b.last().Up {
			t.Error("data is served for longer than its interval allows")
		}
	})
}

func TestTablesWithoutChips(t *testing.T) {
	t.Parallel()

	const headings = "| NPU   Name | Health | Power(W) Temp(C) |\n| Chip | Bus-Id | AICore(%) Memory-Usage(MB) |\n"

	for text, want := range map[string]npusmi.Reason{
		headings: npusmi.ReasonNoDevice,
		headings + "dcmi model initialized failed, because the device is used. ret is -8020\n": npusmi.ReasonOccupied,
		headings + "| 0 | 910B3 | OK | new | layout |\n":                                       npusmi.ReasonParse,
	} {
		var failure *npusmi.Failure
		if _, _, err := parseSummary([]byte(text)); !errors.As(err, &failure) || failure.Reason != want {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}
