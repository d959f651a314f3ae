package poll

import (
	"context"
	"errors"
	"time"

	"github.com/ascend-exporter/ascend_exporter/collector/hccntool"
	"github.com/ascend-exporter/ascend_exporter/collector/npusmi"
)

// A result is a run and what was read from its answer.
type result struct {
	task     *task
	run      npusmi.Run
	reading  Reading
	warnings npusmi.Warnings
	failure  *npusmi.Failure
}

// Run polls until the context ends, and for as long as the tool then takes to be ended.
func (p *Poller) Run(ctx context.Context) {
	results := make(chan result, len(p.lanes))
	locals := p.readLocal(ctx)
	states, streamed := p.runStream(ctx)
	freed := p.watchTools(ctx)

	p.publishNow()

	readings, read := p.runSides(ctx) // they read of the snapshot, so there must be one

	for {
		now := time.Now()
		wake := earliest(p.nextExpiry(now), p.startRuns(ctx, now, results))
		timer := time.NewTimer(time.Until(wake))
		listed := false

		select {
		case r := <-results:
			r.task.query.lane.running = false
			p.finish(r)
			listed = r.task.query.Lists && r.failure == nil
		case r := <-readings:
			p.finishSide(r)
		case p.local = <-locals:
		case state := <-states:
			p.streamState(state)
		case <-timer.C:
		case <-freed:
		case p.signs <- struct{}{}:
		case <-ctx.Done():
			timer.Stop()

			for _, l := range p.lanes {
				if l.running {
					<-results
				}
			}

			<-streamed
			read()

			return
		}

		timer.Stop()
		p.announce(listed)
	}
}

// startRuns begins a run in each lane that is free and in which one is due, and says when to look again.
func (p *Poller) startRuns(ctx context.Context, now time.Time, results chan<- result) (wake time.Time) {
	wake = now.Add(whenNothing)

	for _, l := range p.lanes {
		if l.running {
			continue
		}

		next, at := p.next(l, now)
		if next == nil {
			wake = earliest(wake, at)

			continue
		}

		l.running = true

		go func() { results <- p.ask(ctx, next) }()
	}

	return wake
}

// announce publishes what is known now, then wakes those who waited for it.
func (p *Poller) announce(listed bool) {
	p.publishNow()

	// They read of the chips in the snapshot.
	if listed {
		p.wakeSides()
	}

	// Not before the snapshot that tells of it.
	if p.listing.tasks[0].asked {
		p.ready.Do(func() { close(p.attempted) })
	}
}

// readLocal reads what is known without the tool, now and at each interval of the listing. It ends with the context.
func (p *Poller) readLocal(ctx context.Context) <-chan Local {
	locals := make(chan Local)

	go func() {
		tick := time.NewTicker(p.listing.Interval)
		defer tick.Stop()

		for {
			select {
			case locals <- p.Local():
			case <-ctx.Done():
				return
			}

			select {
			case <-tick.C:
			case <-ctx.Done():
				return
			}
		}
	}()

	return locals
}

// Once asks every query once, for each chip that there is, and publishes one snapshot. It reports whether the chips could
// be listed.
func (p *Poller) Once(ctx context.Context) bool {
	// The snapshot is of this moment: asking everything can take longer than an answer may be old, and nothing is asked again.
	began := p.Now()
	p.local = p.Local()

	results := make(chan result, len(p.lanes))

	for {
		running := false

		for _, l := range p.lanes {
			if next := p.firstRun(l); !l.running && next != nil && ctx.Err() == nil {
				l.running = true

				go func() { results <- p.ask(ctx, next) }()
			}

			running = running || l.running
		}

		if !running {
			break
		}

		r := <-results
		r.task.query.lane.running = false
		p.finish(r)
	}

	p.askSides(ctx, p.snapshot(began))

	return p.publish(began, time.Time{}).Up
}

// ask runs a task and reads the answer. It touches nothing that the poller's goroutine changes.
func (p *Poller) ask(ctx context.Context, t *task) result {
	r := result{task: t, run: t.query.lane.tool.Run(ctx, t.query.Deadline, t.query.Args(t.target)...)}

	if r.run.Start.IsZero() {
		r.run.Start = p.Now() // no process came of it
	}

	r.failure = r.run.Failure
	if r.failure != nil {
		return r
	}

	if r.run.Answer != nil && t.query.Take != nil {
		r.reading = t.query.Take(t.target, r.run.Answer)

		return r
	}

	// Half an answer looks like that of a host with fewer chips, or none.
	if r.run.BrokenOff() {
		r.failure = t.query.explain(r.run)

		return r
	}

	// What the answer says counts for more than the exit status: errors end with 0, and good answers with others.
	var err error

	r.reading, r.warnings, err = t.query.Parse(t.target, r.run.Stdout)

	switch {
	case err != nil && t.query.Network && hccntool.HasNoAddress(r.run):
		r.reading = nothing{}
	case err != nil && !errors.As(err, &r.failure):
		r.failure = t.query.explain(r.run)
	}

	return r
}
