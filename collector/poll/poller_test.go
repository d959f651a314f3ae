package poll

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ascend-exporter/ascend_exporter/collector/npusmi"
)

func TestPollerAsksInTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, basics(), machine(t, "910B3", 8, 100*time.Millisecond))
		b.run(t)
		b.at(2*time.Hour + time.Second)

		summaries := b.tool.startsOf(b.begin, "info")
		if len(summaries) != 481 {
			t.Errorf("%d summaries in two hours, want one each 15 s", len(summaries))
		}

		for i, at := range summaries {
			if late := at - time.Duration(i)*15*time.Second; late < 0 || late > time.Second {
				t.Fatalf("summary %d began %v late", i, late)
			}
		}

		if mappings := b.tool.startsOf(b.begin, "info -m"); len(mappings) != 3 || mappings[0] > time.Second {
			t.Errorf("mappings at %v, want at the start and each hour", mappings)
		}

		if !b.last().Up || len(b.last().Chips) != 8 || b.last().Chips[3].LogicID != "3" {
			t.Errorf("up %v, chips %+v", b.last().Up, b.last().Chips)
		}

		if b.tool.atOnce != 1 {
			t.Errorf("%d runs at once", b.tool.atOnce)
		}

		if b.log.String() != "" {
			t.Errorf("a healthy run logged:\n%s", b.log)
		}
	})
}

func TestPollerStretchesRatherThanExceedItsDuty(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, basics(), machine(t, "910B3", 8, 9*time.Second))
		b.run(t)
		b.at(time.Hour)

		summaries := b.tool.startsOf(b.begin, "info")
		if gap := summaries[1] - summaries[0]; gap > 18*time.Second {
			t.Errorf("the first sweep was not free: the second summary began %v after the first", gap)
		}

		for i := 2; i < len(summaries); i++ {
			if gap := summaries[i] - summaries[i-1]; gap < 30*time.Second {
				t.Fatalf("summaries of 9 s began %v apart", gap)
			}
		}

		if len(summaries) < 110 {
			t.Errorf("%d summaries in an hour: the tool rests for longer than it must", len(summaries))
		}

		// Three of the stretched intervals and the deadline.
		b.tool.set(hangs)
		b.at(time.Hour + 85*time.Second)

		if !b.last().Up {
			t.Error("data was taken down before three of the stretched intervals had passed")
		}

		b.at(time.Hour + 125*time.Second)

		if b.last().Up || len(b.last().Chips) > 0 {
			t.Error("data was served for too long")
		}
	})
}

func TestPollerTakesOldDataDownWhileTheToolHangs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		good := machine(t, "A3", 8, 10*time.Millisecond)
		b := newBench(t, basics(), good)
		b.run(t)
		b.at(61 * time.Second) // the last good summary began at 60 s

		b.tool.set(hangs)
		b.at(60*time.Second + 3*15*time.Second + 29*time.Second)

		if !b.last().Up || len(b.last().Chips) != 16 || b.query(t, Summary).Success {
			t.Errorf("up %v, %d chips, success %v before the data was too old", b.last().Up, len(b.last().Chips), b.query(t, Summary).Success)
		}

		b.at(60*time.Second + 3*15*time.Second + 31*time.Second)

		if b.last().Up || len(b.last().Chips) > 0 || b.last().Host.Chips.Present() || b.last().Host.ToolVersion != "" {
			t.Errorf("up %v, host %+v after the data was too old", b.last().Up, b.last().Host)
		}

		if !b.last().Host.ExpectedChips.Is(16) {
			t.Errorf("expected chips %v, want 16: a missing host is what it is for", b.last().Host.ExpectedChips)
		}

		b.tool.set(good)
		b.at(10 * time.Minute)

		if !b.last().Up || len(b.last().Chips) != 16 {
			t.Error("not up again after the tool had recovered")
		}

		if failing := strings.Count(b.log.String(), "query fails"); failing != 1 {
			t.Errorf("the hang was logged %d times:\n%s", failing, b.log)
		}
	})
}

func TestPollerDropsDataWhenTheFailureSaysWhy(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		good := machine(t, "910B3", 8, 10*time.Millisecond)
		b := newBench(t, basics(), good)
		b.run(t)

		for i, test := range []struct {
			text string
			up   bool
		}{
			{"dcmi module initialize failed. ret is -8005\n", false},
			{"dcmi model initialized failed, because the device is used. ret is -8020\n", false},
			{"There is no NPU card on this server.\n", false},
			{"Failed to execute npu-smi info. ret is -8006.\n", true}, // says nothing of the hardware: the data ages
			{"garbage\n", true},
		} {
			base := time.Duration(i) * time.Minute

			b.tool.set(good)
			b.at(base + 31*time.Second)

			if !b.last().Up {
				t.Fatalf("not up before %q", test.text)
			}

			b.tool.set(says(test.text))
			b.at(base + 46*time.Second)

			if b.last().Up != test.up || (len(b.last().Chips) > 0) != test.up {
				t.Errorf("%q: up %v with %d chips, want %v", test.text, b.last().Up, len(b.last().Chips), test.up)
			}
		}
	})
}

func TestPollerWithoutTool(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, basics(), func(string) (string, time.Duration, *npusmi.Failure) {
			return "", 0, &npusmi.Failure{Reason: npusmi.ReasonStart, Message: "npu-smi is not there", Advice: "install it"}
		})
		b.run(t)
		b.at(10 * time.Minute)

		if b.last().Up || b.query(t, Summary).Failures != 41 {
			t.Errorf("up %v after %d failures", b.last().Up, b.query(t, Summary).Failures)
		}

		if lines := strings.Count(b.log.String(), "\n"); lines != 1 || !strings.Contains(b.log.String(), "install it") {
			t.Errorf("want one line that says what to do:\n%s", b.log)
		}

		select {
		case <-b.Attempted():
		default:
			t.Error("not attempted")
		}

		b.tool.set(machine(t, "910B3", 8, 10*time.Millisecond))
		b.at(10*time.Minute + 16*time.Second)

		if !b.last().Up || b.last().Chips[0].LogicID != "0" {
			t.Error("the tool appeared and was not used, or the mapping was not asked for")
		}
	})
}

func TestPollerFollowsTheChips(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		whole := machine(t, "910B3", 8, 10*time.Millisecond)
		b := newBench(t, basics(), whole)
		b.run(t)
		b.at(20 * time.Second)

		b.tool.set(machine(t, "910B3", 7, 10*time.Millisecond))
		b.at(40 * time.Second)

		if len(b.last().Chips) != 7 || !b.last().Host.Chips.Is(7) || !b.last().Host.ExpectedChips.Is(8) {
			t.Errorf("%d chips, host %+v, want 7 of 8", len(b.last().Chips), b.last().Host)
		}

		b.tool.set(whole)
		b.at(60 * time.Second)

		if len(b.last().Chips) != 8 {
			t.Errorf("%d chips after the return, want 8", len(b.last().Chips))
		}

		if mappings := b.tool.startsOf(b.begin, "info -m"); len(mappings) != 3 {
			t.Errorf("mappings at %v, want one at the start and at each change", mappings)
		}
	})
}

func TestPollerRemembersWhatIsNotSupported(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		withoutMapping := func(good answers) answers {
			return func(args string) (string, time.Duration, *npusmi.Failure) {
				if args == "info -m" {
					return "This device does not support querying map.\n", 0, nil
				}

				return good(args)
			}
		}
		b := newBench(t, basics(), withoutMapping(machine(t, "910B3", 8, 10*time.Millisecond)))
		b.run(t)
		b.at(6 * time.Hour)

		if mappings := b.tool.startsOf(b.begin, "info -m"); len(mappings) != 1 {
			t.Errorf("asked %d times for what is not supported", len(mappings))
		}

		if q := b.query(t, Mapping); !q.Success || q.LastSuccess.Present() {
			t.Errorf("success %v, last %v: what nobody should answer fails on nobody", q.Success, q.LastSuccess)
		}

		b.tool.set(withoutMapping(machine(t, "A3", 8, 10*time.Millisecond)))
		b.at(6*time.Hour + 20*time.Second)

		if mappings := b.tool.startsOf(b.begin, "info -m"); len(mappings) != 2 {
			t.Errorf("asked %d times, want once more after the chips had changed", len(mappings))
		}
	})
}

func TestPollerRetriesARareQuerySooner(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		good := machine(t, "910B3", 8, 10*time.Millisecond)
		b := newBench(t, basics(), func(args string) (string, time.Duration, *npusmi.Failure) {
			if args == "info -m" {
				return "Failed to query \"map\" info.\n", 0, nil
			}

			return good(args)
		})
		b.run(t)
		b.at(6 * time.Minute)

		// After pauses of 15, 30, 60, 120 s and so on.
		if mappings := b.tool.startsOf(b.begin, "info -m"); len(mappings) != 5 {
			t.Errorf("mappings at %v", mappings)
		}

		if q := b.query(t, Mapping); q.Success || q.Failures != 5 || len(q.History) != 5 || q.History[0].Output == "" {
			t.Errorf("query %+v", q)
		}
	})
}

func TestPollerWaitsForUnkillableProcesses(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, basics(), machine(t, "910B3", 8, 10*time.Millisecond))
		b.tool.hold(true, b.begin.Add(time.Minute))
		b.run(t)
		b.at(59 * time.Second)

		if starts := b.tool.startsOf(b.begin, "info"); len(starts) > 0 {
			t.Errorf("started at %v", starts)
		}

		b.tool.hold(false, time.Time{})
		b.at(61 * time.Second)

		if !b.last().Up {
			t.Error("not asked after the hold")
		}

		b.tool.hold(true, time.Time{}) // until a process ends

		b.at(70 * time.Minute)

		before := len(b.tool.startsOf(b.begin, "info"))

		b.tool.hold(false, time.Time{})
		b.tool.changed <- struct{}{}

		synctest.Wait()

		if len(b.tool.startsOf(b.begin, "info")) == before {
			t.Error("the end of a process did not wake the poller")
		}
	})
}

func TestPollerEndsWithItsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, basics(), hangs)
		b.run(t)
		b.at(time.Second)
		b.stop()

		if took := time.Since(b.begin); took > time.Second {
			t.Errorf("ended %v after the context", took-time.Second)
		}

		if b.query(t, Summary).Failures > 0 {
			t.Error("a run that was called off counts as a failure")
		}
	})
}

// TestPollerGivesSignsOfLife: also while the tool hangs, which is no failure of the poller; and none once it has ended.
func TestPollerGivesSignsOfLife(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, basics(), hangs)
		b.run(t)
		b.at(time.Second)

		for range 3 {
			if !b.Lives(t.Context()) {
				t.Error("no sign of life")
			}
		}

		b.stop()

		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()

		if b.Lives(ctx) {
			t.Error("a sign of life after the end")
		}
	})
}
