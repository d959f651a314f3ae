package poll

import (
	"context"
	"time"
)

// Replay brings the poller to a moment by a clock that is not the wall's, Config.Now: it runs what is due, one run after
// another, and publishes one snapshot at the end. sleep moves the clock to a later time. Run must not be under way.
func (p *Poller) Replay(ctx context.Context, end time.Time, sleep func(until time.Time)) {
	p.local = p.Local()

	for ctx.Err() == nil {
		now := p.Now()

		next, at := p.next(now)
		if next == nil {
			sleep(earliest(at, end))
		} else if now.Before(end) {
			p.finish(p.ask(ctx, next))
		}

		if !p.Now().Before(end) {
			break
		}
	}

	p.publish(p.Now())
}
