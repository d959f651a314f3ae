// Package poll decides what runs when, and makes snapshots of what came of it.
//
// One goroutine, Poller.Run, owns all state. It starts at most one run of the tool at a time, in a goroutine that only
// reports back, so that data also ages, and is taken down, while the tool hangs.
package poll

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ascend-exporter/ascend_exporter/collector/faults"
	"github.com/ascend-exporter/ascend_exporter/collector/npusmi"
	"github.com/ascend-exporter/ascend_exporter/collector/optional"
	"github.com/ascend-exporter/ascend_exporter/collector/snapshot"
)

// Config is what a Poller works with. All fields are needed.
type Config struct {
	Sources []Source // exactly one of them lists the chips
	Tool    Tool
	Logger  *slog.Logger

	// MaxDuty is the share of the time, above 0 and up to 1, that the tool may run. Each query's first run is free of it.
	MaxDuty float64
	// Faults are the classes of fault codes.
	Faults faults.Table
	// Stream makes the fast stream, which tells its states; nil is none. PeakWindow is how long its peaks are remembered.
	Stream     func(state func(npusmi.WatchState)) Stream
	PeakWindow time.Duration
	// Expected remembers how many chips the host should have.
	Expected *Expected
	// Local reads what is known of the host without the tool. It is called once for each interval of the query that lists
	// the chips, never twice at a time.
	Local func() Local
	// Sides are what is read beside the tool.
	Sides []Side
	// MaxProcesses is how many processes have series of their own, over all chips; of more the largest. 0 is no limit.
	MaxProcesses int
	// Publish takes each new snapshot, from the goroutine of Run, Once or Replay.
	Publish func(*snapshot.Snapshot)
	// Now is the clock for Replay; nil is the wall's.
	Now func() time.Time
}

// Local is what is known of the host without the tool.
type Local struct {
	PCIDevices  optional.Float // Ascend functions on the PCI bus
	Maintenance bool           // whether planned work is announced
	HostPIDs    bool           // whether the tool runs among the processes of the host, and not in a container with pids of its own
}

// A Poller asks the tool what its sources say and publishes snapshots.
type Poller struct {
	Config

	queries  []*query
	listing  *query
	failures map[npusmi.Reason]uint64
	ledger   *Ledger
	stream   *stream // nil where there is none
	local    Local
	sides    []*side
	latest   atomic.Pointer[snapshot.Snapshot] // that was published last
	limit    processLimit

	// As of the last good listing.
	chips   []snapshot.Key
	known   []snapshot.Chip // the same, with what identifies them
	version string          // of the tool
	bare    bool            // whether chips have no id of their own
	sick    map[snapshot.Key]bool

	listedOnce bool // whether there was one
	onBus      bool // whether a chip has a bus id

	gone    bool // whether the last listing failed in a way that says there is nothing to read
	misses  int  // listings in a row that failed otherwise
	lagging bool
	forgets bool // whether the number of chips cannot be written to its file
	hanging map[snapshot.Key]hang

	dutyUntil  time.Time // no run before, but in the first sweep
	sweeping   bool      // whether the first sweep after the start goes on
	listedLast bool      // whether the last run was the listing's
	attempted  chan struct{}
	ready      sync.Once // closes attempted
	replayed   *result   // the run of Replay that is under way
}

// New makes a Poller. It does nothing before Run or Once.
func New(config Config) *Poller {
	p := &Poller{
		Config:    config,
		failures:  make(map[npusmi.Reason]uint64),
		hanging:   make(map[snapshot.Key]hang),
		sweeping:  true,
		stream:    newStream(config.Stream),
		attempted: make(chan struct{}),
	}

	for _, reason := range npusmi.Reasons() {
		p.failures[reason] = 0
	}

	if p.Now == nil {
		p.Now = time.Now
	}

	p.sides = newSides(config.Sides, p.Now)

	now := p.Now()

	for _, source := range config.Sources {
		q := &query{Source: source, byChip: make(map[int]bool)}
		q.retarget(nil, false, now)
		p.queries = append(p.queries, q)

		if source.Lists {
			p.listing = q
			p.ledger = newLedger(config.Faults, 3*source.Interval+source.Deadline, config.PeakWindow)
		}
	}

	return p
}

// Attempted is closed once the first collection was attempted, whether it succeeded or not.
func (p *Poller) Attempted() <-chan struct{} {
	return p.attempted
}

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
	results := make(chan result, 1)
	locals := p.readLocal(ctx)
	states, streamed := p.runStream(ctx)
	readings, read := p.runSides(ctx)
	running := false

	p.publish(time.Now())

	for {
		now := time.Now()
		wake := p.nextExpiry(now)

		if !running {
			next, at := p.next(now)
			if next != nil {
				running = true

				go func() { results <- p.ask(ctx, next) }()
			} else {
				wake = earliest(wake, at)
			}
		}

		timer := time.NewTimer(time.Until(wake))
		listed := false

		select {
		case r := <-results:
			running = false
			p.finish(r)
			listed = r.task.query.Lists && r.failure == nil
		case r := <-readings:
			p.finishSide(r)
		case p.local = <-locals:
		case state := <-states:
			p.streamState(state)
		case <-timer.C:
		case <-p.Tool.Changed():
		case <-ctx.Done():
			timer.Stop()

			if running {
				<-results
			}

			<-streamed
			read()

			return
		}

		timer.Stop()
		p.announce(listed)
	}
}

// announce publishes what is known now, then wakes those who waited for it.
func (p *Poller) announce(listed bool) {
	p.publish(time.Now())

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

	for {
		next := p.firstRun()
		if next == nil || ctx.Err() != nil {
			break
		}

		p.finish(p.ask(ctx, next))
	}

	p.askSides(ctx, p.snapshot(began))

	return p.publish(began).Up
}

// ask runs a task and reads the answer. It touches nothing that the poller's goroutine changes.
func (p *Poller) ask(ctx context.Context, t *task) result {
	r := result{task: t, run: p.Tool.Run(ctx, t.query.Deadline, t.query.Args(t.target)...)}

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

	// What the answer says counts for more than the exit status: errors end with 0, and good answers with others. Only an
	// answer that broke off in a crash is not to be trusted.
	var err error

	r.reading, r.warnings, err = t.query.Parse(t.target, r.run.Stdout)

	switch {
	case err != nil && !errors.As(err, &r.failure):
		r.failure = npusmi.Explain(r.run)
	case err == nil && r.run.Signal != 0:
		r.failure = npusmi.Explain(r.run)
	}

	return r
}
