package poll

import (
	"context"
	"time"
)

// Replay brings the poller to a moment by a clock that is not the wall's: Config.Now, which set moves. What falls due until then
// is asked when it is due, one run after another, and one snapshot is published, of that moment. A run that takes longer goes on
// in the next call, so the tool must answer at once and say how long it took. Sides are read at the end. Run must not be under way.
func (p *Poller) Replay(ctx context.Context, end time.Time, set func(time.Time)) {
	p.local = p.Local()

	for ctx.Err() == nil {
		wake := p.replay(ctx)
		if wake.After(end) {
			break
		}

		set(wake)
	}

	set(end)
	p.replaySides(ctx, end)
	p.publish(end, time.Time{})
}

// replaySides reads the sides that are due, and holds them against the latest snapshot as in a run.
func (p *Poller) replaySides(ctx context.Context, now time.Time) {
	for _, s := range p.sides {
		if s.task.asked && now.Sub(s.task.lastStart) < s.Interval {
			continue
		}

		latest := p.latest.Load()
		if latest == nil {
			latest = p.snapshot(now)
		}

		p.finishSide(sideResult{s, s.ask(ctx, latest)})
	}
}

// replay begins or ends runs if it is time to, and says when to look again.
func (p *Poller) replay(ctx context.Context) (wake time.Time) {
	wake = p.Now().Add(whenNothing)

	for _, l := range p.lanes {
		wake = earliest(wake, p.replayLane(ctx, l))
	}

	return wake
}

func (p *Poller) replayLane(ctx context.Context, l *lane) (wake time.Time) {
	if l.replayed == nil {
		next, at := p.next(l, p.Now())
		if next == nil {
			return at
		}

		r := p.ask(ctx, next)
		l.replayed = &r
	}

	ends := l.replayed.run.Start.Add(l.replayed.run.Duration)
	if !ends.After(p.Now()) {
		p.finish(*l.replayed)
		l.replayed = nil
	}

	return ends
}
