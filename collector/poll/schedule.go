package poll

import (
	"time"

	"github.com/ascend-exporter/ascend_exporter/collector/npusmi"
)

// whenNothing is how long the poller sleeps when nothing is due at any time.
const whenNothing = time.Hour

// next is the task to run now, or nil and when to look again.
//
// The listing goes first, but not twice in a row while others wait: so it is late by one run at most, and nothing starves
// when the tool is slow. Of the others the one that is due for longest goes first.
func (p *Poller) next(now time.Time) (*task, time.Time) {
	if until, held := p.Tool.Hold(now); held {
		if until.IsZero() {
			until = now.Add(whenNothing) // a process that ends will wake the poller
		}

		return nil, until
	}

	var listing, other *task

	wake := now.Add(whenNothing)

	for _, q := range p.queries {
		for _, t := range q.tasks {
			at := p.earliestStart(t)

			switch {
			case t.unsupported || p.pointless(t):
			case at.After(now):
				wake = earliest(wake, at)
			case q.Lists:
				listing = t
			case other == nil || t.due.Before(other.due):
				other = t
			}
		}
	}

	if listing != nil && (other == nil || !p.lastListing) {
		return listing, now
	}

	return other, wake
}

// earliestStart is when the task may run: when it is due, and when the tool has rested long enough. First runs need no
// rest, so that a host is seen soon after the start.
func (p *Poller) earliestStart(t *task) time.Time {
	if t.asked && p.dutyUntil.After(t.due) {
		return p.dutyUntil
	}

	return t.due
}

// pointless says whether the task cannot succeed before the listing does: there is no tool, or nothing that it can reach.
func (p *Poller) pointless(t *task) bool {
	failure := p.listing.tasks[0].failure

	return !t.query.Lists && failure != nil && (failure.Reason == npusmi.ReasonStart || failure.Reason.Conclusive())
}

// firstRun is a task that was never asked, the listing first; nil when there is none.
func (p *Poller) firstRun() *task {
	var other *task

	for _, q := range p.queries {
		for _, t := range q.tasks {
			switch {
			case t.asked || p.pointless(t):
			case q.Lists:
				return t
			case other == nil:
				other = t
			}
		}
	}

	return other
}

// nextExpiry is when the next reading gets too old to be served.
func (p *Poller) nextExpiry(now time.Time) time.Time {
	wake := now.Add(whenNothing)

	for _, q := range p.queries {
		for _, t := range q.tasks {
			if t.fresh(now) {
				wake = earliest(wake, t.readStart.Add(t.maxAge).Add(1))
			}
		}
	}

	return wake
}

func earliest(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}

	return a
}
