package poll

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ascend-exporter/ascend_exporter/collector/snapshot"
)

// TestOldReadingsDoNotStandIn: what the chips said before the summary failed, such as a health that is good for half an hour, shows
// neither the host nor a chip.
func TestOldReadingsDoNotStandIn(t *testing.T) {
	t.Parallel()

	for _, test := range []struct {
		name  string
		hangs func(answers) answers
		left  int
	}{
		{"the tool", func(answers) answers { return hangs }, 0},
		{"one chip and the summary", func(good answers) answers { return hanging(good, "info", "-i 5", "-i 5 -c 0") }, 7},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				good := whole(t, "910B3", 1, 100*time.Millisecond)
				b := newBench(t, onByDefault(), good)
				b.run(t)
				b.at(11 * time.Minute)
				b.tool.set(test.hangs(good))

				for after := 14 * time.Minute; after < 45*time.Minute; after += 10 * time.Second {
					b.at(after)

					s := b.last()
					if slices.ContainsFunc(s.Chips, func(c snapshot.Chip) bool { return c.NPU == 5 }) || s.Up != (len(s.Chips) > 0) {
						t.Fatalf("%v after the beginning: up %v with %d chips", after, s.Up, len(s.Chips))
					}
				}

				if s := b.last(); len(s.Chips) != test.left {
					t.Errorf("%d chips in the end, want %d", len(s.Chips), test.left)
				}
			})
		})
	}
}

// TestProcessesDoNotStandIn: how many processes there are only the summary says.
func TestProcessesDoNotStandIn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		good := whole(t, "910B3", 1, 100*time.Millisecond)
		b := newBench(t, onByDefault(), good)
		b.run(t)
		b.at(time.Minute)

		if !b.last().Chips[0].ProcessCount.Present() {
			t.Fatal("the summary shows no processes")
		}

		b.tool.set(hanging(good, "info"))
		b.at(10 * time.Minute)

		s := b.last()
		if !s.Fallback || len(s.Chips) != 8 || s.Chips[0].ProcessCount.Present() {
			t.Errorf("fallback %v, %d chips, processes %v", s.Fallback, len(s.Chips), s.Chips[0].ProcessCount)
		}
	})
}

// TestCardIsAskedAgainWhenTheChipsChange: once its chips were asked one by one.
func TestCardIsAskedAgainWhenTheChipsChange(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		source := detail("card", ScopeCard, time.Minute)
		source.ByChip = true

		good := detailed(machine(t, "A3", 2, 10*time.Millisecond))
		fewer := detailed(machine(t, "A3", 1, 10*time.Millisecond))

		b := newBench(t, append(basics(), source), good)
		b.run(t)
		b.at(2 * time.Minute)

		b.tool.set(hanging(good, "card -i 0"))
		b.at(4 * time.Minute)

		alone := b.tool.startsOf(b.begin, "info -t card -i 0 -c 0")
		if len(alone) == 0 {
			t.Fatal("the chips of the card are not asked one by one")
		}

		b.tool.set(fewer)
		b.at(10 * time.Minute)

		if runs := b.tool.startsOf(b.begin, "info -t card -i 0"); len(runs) == 0 || runs[len(runs)-1] < 9*time.Minute {
			t.Errorf("the card was asked at %v", runs)
		}

		if q := b.query(t, "card"); !q.Success || b.last().Chips[1].Model != "card -i 0" {
			t.Errorf("success %v, chip %+v", q.Success, b.last().Chips[1])
		}
	})
}
