package scenario

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/ascend-exporter/ascend_exporter/collector/sim"
)

// link is a chip with a link that is down.
type link struct {
	number int           // from 1; 0 is all
	period time.Duration // of going down and up again; 0 where it stays down
	down   time.Duration // of each period
}

func newLink() effect { return &link{} }

func (l *link) parameters() []parameter {
	const most = 16

	return []parameter{
		whole("link", &l.number, 1, most, "the link's number").without("all of the chip"),
		period("flap-period", &l.period, time.Second, "how often it goes down").without("it stays down"),
		period("flap-down", &l.down, time.Second, "for how long it is down each time; needs flap-period").without("half of flap-period"),
	}
}

func (l *link) check() error { return checkFlaps(l.period, l.down) }

// checkFlaps says what is wrong with a link that is down for a part of each period.
func checkFlaps(period, down time.Duration) error {
	switch {
	case period == 0 && down > 0:
		return errors.New("flap-down needs flap-period")
	case period > 0 && down >= period:
		return errors.New("flap-down has to be shorter than flap-period")
	}

	return nil
}

func (l *link) fits(c sim.Chip) error {
	switch {
	case len(c.HCCS) == 0:
		return errors.New("it has no HCCS links")
	case l.number > len(c.HCCS):
		return fmt.Errorf("no link %d: it has 1 to %d", l.number, len(c.HCCS))
	}

	return nil
}

func (l *link) changeChip(in *force, _ *sim.NPU, c *sim.Chip) {
	const retries = 8 // each time

	period, down := l.period, l.down
	if period == 0 {
		period, down = in.lasts, in.lasts
	} else if down == 0 {
		down = period / 2
	}

	times := in.times(period)

	for i := range c.HCCS {
		if l.number != 0 && l.number != i+1 {
			continue
		}

		one := &c.HCCS[i]
		one.Errors += times
		one.Retries += times * retries

		if in.active && in.elapsed%period < down {
			one.Mode, one.Speed = 0, 0
			one.Lanes = strings.Repeat("0", len(one.Lanes))
		}
	}
}
