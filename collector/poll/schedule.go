package poll

import (
	"slices"
	"time"

	"github.com/ascend-exporter/ascend_exporter/collector/snapshot"
)

// whenNothing is how long the poller sleeps when nothing is due at any time.
const whenNothing = time.Hour

// next is the task to run now, or nil and when to look again.
//
// The listing goes first, but not twice in a row while others wait: so it is late by one run at most, and nothing starves
// when the tool is slow. Of the others the one that is latest for its interval goes first, so that a plan that does not fit
// stretches evenly. What hangs goes last.
func (p *Poller) next(l *lane, now time.Time) (*task, time.Time) {
	if until, held := l.tool.Hold(now); held {
		if until.IsZero() {
			until = now.Add(whenNothing) // a process that ends will wake the poller
		}

		return nil, until
	}

	listing, other, wake := p.due(l, now)

	// The first sweep is over when every query was asked of the chips that the first good listing named.
	if l.sweeping && l.began && len(p.layout.chips) > 0 && (other == nil || other.asked) {
		l.sweeping = false
	}

	if listing != nil && (other == nil || !l.listedLast) {
		return listing, now
	}

	return other, wake
}

// due finds the tasks that may run now, the listing and the first of all others, and when the next one may.
func (p *Poller) due(l *lane, now time.Time) (listing, other *task, wake time.Time) {
	wake = now.Add(whenNothing)

	for _, q := range l.queries {
		for _, t := range q.tasks {
			if !p.wanted(t) {
				continue
			}

			at := p.earliestStart(t)

			switch {
			case at.After(now):
				wake = earliest(wake, at)
			case q.Lists:
				listing = t
			case other == nil || p.before(t, other, now):
				other = t
			}
		}
	}

	return listing, other, wake
}

// before says which of two tasks that are due goes first.
func (p *Poller) before(a, b *task, now time.Time) bool {
	if hangsA, hangsB := a.hangs(), b.hangs(); hangsA != hangsB {
		return hangsB
	}

	// The first sweep goes through the list in its order.
	if a.query.lane.sweeping && (!a.asked || !b.asked) {
		return b.asked && !a.asked
	}

	// now - due, in parts of the interval.
	return float64(now.Sub(a.due))/float64(p.interval(a)) > float64(now.Sub(b.due))/float64(p.interval(b))
}

// interval is how often the task is to be asked as things are.
func (p *Poller) interval(t *task) time.Duration {
	switch {
	case p.falling() && t.query.Fallback != FallbackNone:
		return p.listing.Interval
	case t.query.Sick > 0 && slices.ContainsFunc(p.layout.chips, func(key snapshot.Key) bool { return p.sick[key] && t.target.covers(key) }):
		return t.query.Sick
	default:
		return t.query.Interval
	}
}

// wanted says whether the task is to be asked at all.
func (p *Poller) wanted(t *task) bool {
	q := t.query

	switch {
	case t.unsupported, t.retired, p.pointless(t), q.Fallback == FallbackOnly && !p.falling():
		return false
	case q.Scope == ScopeHost:
		return true
	}

	return p.concerned(t)
}

// concerned says whether the query is for a chip of the task's target.
func (p *Poller) concerned(t *task) bool {
	q := t.query

	// By index: a chip is large to copy, and this is asked of every task after every run.
	for i := range p.known {
		chip := &p.known[i]
		if t.target.covers(chip.Key) && (!chip.Unusable || q.Sick > 0) && (q.Wanted == nil || q.Wanted(*chip)) {
			return true
		}
	}

	return false
}

// pointless says whether the task cannot succeed before another one does: there is no tool, others hold it, or it can reach nothing.
func (p *Poller) pointless(t *task) bool {
	if blocked := t.query.lane.blocked; blocked != nil && p.tried(blocked) {
		return t != blocked
	}

	failure := p.listing.tasks[0].failure

	return !t.query.Lists && !t.query.Network && failure != nil && failure.Reason.Conclusive()
}

// tried says whether the task is still one of its query, on a chip that the query is for.
func (p *Poller) tried(t *task) bool {
	return slices.Contains(t.query.tasks, t) && (t.query.Scope == ScopeHost || p.concerned(t))
}

// earliestStart is when the task may run: when it is due, when the tool has rested long enough, and when a chip that hangs
// may be tried again. The first sweep after the start needs no rest, so that a host is seen soon.
func (p *Poller) earliestStart(t *task) time.Time {
	at, l := t.due, t.query.lane
	if (t.asked || !l.sweeping) && l.dutyUntil.After(at) {
		at = l.dutyUntil
	}

	if hang, ok := l.hanging[t.target.Key]; ok && t.single() && hang.until.After(at) {
		at = hang.until
	}

	return at
}

// firstRun is a task that was never asked, the listing first; nil when there is none, or none but on chips that hang.
func (p *Poller) firstRun(l *lane) *task {
	var other *task

	for _, q := range l.queries {
		for _, t := range q.tasks {
			switch {
			case t.asked || !p.wanted(t) || t.hangs():
			case q.Lists:
				return t
			case other == nil:
				other = t
			}
		}
	}

	return other
}

// lag is by how much the task that is latest is late, of those that are asked in their turn.
func (p *Poller) lag(now time.Time) time.Duration {
	var latest time.Duration

	for _, q := range p.queries {
		for _, t := range q.tasks {
			if p.wanted(t) && t.asked && !t.hangs() && t.failure == nil {
				latest = max(latest, now.Sub(t.due))
			}
		}
	}

	return latest
}

// nextExpiry is when the next reading gets too old to be served.
func (p *Poller) nextExpiry(now time.Time) time.Time {
	wake := now.Add(whenNothing)

	for _, q := range p.queries {
		for _, t := range q.tasks {
			wake = earliest(wake, t.expiry(now, wake))
		}
	}

	for _, s := range p.sides {
		wake = earliest(wake, s.task.expiry(now, wake))
	}

	return wake
}

func earliest(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}

	return a
}
