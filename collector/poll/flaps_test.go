package poll

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/ascend-exporter/ascend_exporter/collector/hccntool"
	"github.com/ascend-exporter/ascend_exporter/collector/npusmi"
	"github.com/ascend-exporter/ascend_exporter/collector/optional"
	"github.com/ascend-exporter/ascend_exporter/collector/snapshot"
)

// TestFollowsTheLink: what hardly changes is asked for again when the link does.
func TestFollowsTheLink(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b, network := newNetworkBench(t, "910B3", 2)
		good := hccn(t, "910B3", 2, 20*time.Millisecond)
		link := func(state string) answers {
			return func(args string) (string, time.Duration, *npusmi.Failure) {
				if args == "-i 1 -link -g" {
					return "link status: " + state + "\n", time.Millisecond, nil
				}

				return good(args)
			}
		}

		network.set(link("UP"))
		b.run(t)
		b.at(10*time.Minute + 10*time.Second)
		network.set(link("DOWN"))
		b.at(12 * time.Minute)

		if got := network.startsOf(b.begin, "-i 1 -lldp -g"); len(got) != 2 || got[1] < 10*time.Minute || got[1] > 11*time.Minute {
			t.Errorf("the neighbour of the chip was asked for at %v", got)
		}

		if got := network.startsOf(b.begin, "-i 0 -lldp -g"); len(got) != 1 {
			t.Errorf("the neighbour of the other chip was asked for at %v", got)
		}

		if chip := b.last().Chips[1]; !chip.Network.LinkUp.Is(0) {
			t.Errorf("got %+v", chip.Network)
		}
	})
}

// change makes a change of a link at a second.
func change(second int, up bool) hccntool.LinkChange {
	return hccntool.LinkChange{Time: time.Unix(int64(second), 0).UTC(), Up: up}
}

func TestFlaps(t *testing.T) {
	t.Parallel()

	up, down := func(s int) hccntool.LinkChange { return change(s, true) }, func(s int) hccntool.LinkChange { return change(s, false) }
	list := func(changes ...hccntool.LinkChange) []hccntool.LinkChange { return changes }

	for name, test := range map[string]struct {
		looks    [][]hccntool.LinkChange
		up, down uint64
	}{
		"what was before the first look": {[][]hccntool.LinkChange{list(up(3), down(2), up(1))}, 0, 0},
		"nothing new":                    {[][]hccntool.LinkChange{list(up(1)), list(up(1)), list(up(1))}, 0, 0},
		"a flap":                         {[][]hccntool.LinkChange{list(up(1)), list(up(3), down(2), up(1))}, 1, 1},
		"all in one second":              {[][]hccntool.LinkChange{list(up(1)), list(up(1), down(1), up(1), down(1), up(1))}, 2, 2},
		"none before":                    {[][]hccntool.LinkChange{nil, list(down(2), up(1))}, 1, 1},
		"old ones were forgotten":        {[][]hccntool.LinkChange{list(up(3), down(2), up(1)), list(down(4), up(3), down(2))}, 0, 1},
		"more than are remembered":       {[][]hccntool.LinkChange{list(up(3), down(2)), list(up(9), down(8))}, 1, 1},
		"the clock was set back":         {[][]hccntool.LinkChange{list(up(9)), list(up(4), down(3), up(9))}, 1, 1},
		"none is left":                   {[][]hccntool.LinkChange{list(up(9)), nil, list(up(10))}, 1, 0},
	} {
		var f flaps
		for _, look := range test.looks {
			f.look(look)
		}

		if f.up != test.up || f.down != test.down {
			t.Errorf("%s: up %d, down %d, want %d and %d", name, f.up, f.down, test.up, test.down)
		}
	}
}

// TestFlapsOfOldReleases: a release that does not count has counters all the same, from the exporter's start on.
func TestFlapsOfOldReleases(t *testing.T) {
	t.Parallel()

	chip := snapshot.Key{NPU: 1}
	ledger := newLedger(newBench(t, basics(), says("")).Faults, time.Minute, time.Minute)

	for i, changes := range [][]hccntool.LinkChange{{change(1, true)}, {change(3, true), change(2, false), change(1, true)}} {
		reading := newLinkStat(Target{Key: chip}, hccntool.LinkStat{Ups: optional.Of(7), Changes: changes}).(linkStat)
		reading.Observe(ledger, time.Time{}, time.Minute)

		draft := &Draft{Chips: []snapshot.Chip{{Key: chip}}, links: ledger.links}
		reading.Join(draft)

		if n := draft.Chips[0].Network; !n.UpTransitions.Is(7) || !n.DownTransitions.Is(float64(i)) {
			t.Errorf("look %d: up %v, down %v", i, n.UpTransitions, n.DownTransitions)
		}
	}
}
