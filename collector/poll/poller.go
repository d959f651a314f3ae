// Package poll decides what runs when, and makes snapshots of what came of it.
//
// One goroutine, Poller.Run, owns all state. It starts at most one run of the tool at a time, in a goroutine that only
// reports back, so that data also ages, and is taken down, while the tool hangs.
package poll

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

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
	// Expected remembers how many chips the host should have.
	Expected *Expected
	// Local reads what is known of the host without the tool. It is called once for each interval of the query that lists
	// the chips, never twice at a time.
	Local func() Local
	// Publish takes each new snapshot, from the goroutine of Run or Once.
	Publish func(*snapshot.Snapshot)
}

// Local is what is known of the host without the tool.
type Local struct {
	PCIDevices  optional.Float // Ascend functions on the PCI bus
	Maintenance bool           // whether planned work is announced
}

// A Poller asks the tool what its sources say and publishes snapshots.
type Poller struct {
	Config

	queries  []*query
	listing  *query
	failures map[npusmi.Reason]uint64
	chips    []snapshot.Key // the targets
	version  string         // of the tool, in the last good listing
	gone     bool           // whether the last listing failed in a way that says there is nothing to read
	local    Local

	dutyUntil   time.Time // no run before, but for first ones
	lastListing bool      // whether the last run was the listing's
	attempted   chan struct{}
	ready       sync.Once // closes attempted
}

// New makes a Poller. It does nothing before Run or Once.
func New(config Config) *Poller {
	p := &Poller{Config: config, failures: make(map[npusmi.Reason]uint64), attempted: make(chan struct{})}

	for _, reason := range npusmi.Reasons() {
		p.failures[reason] = 0
	}

	now := time.Now()

	for _, source := range config.Sources {
		q := &query{Source: source}
		q.retarget(nil, now)
		p.queries = append(p.queries, q)

		if source.Lists {
			p.listing = q
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

		select {
		case r := <-results:
			running = false
			p.finish(r)
		case p.local = <-locals:
		case <-timer.C:
		case <-p.Tool.Changed():
		case <-ctx.Done():
			timer.Stop()

			if running {
				<-results
			}

			return
		}

		timer.Stop()
		p.publish(time.Now())

		// Not before the snapshot that tells of it.
		if p.listing.tasks[0].asked {
			p.ready.Do(func() { close(p.attempted) })
		}
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
	p.local = p.Local()

	for {
		next := p.firstRun()
		if next == nil || ctx.Err() != nil {
			break
		}

		p.finish(p.ask(ctx, next))
	}

	return p.publish(time.Now()).Up
}

// ask runs a task and reads the answer. It touches nothing that the poller's goroutine changes.
func (p *Poller) ask(ctx context.Context, t *task) result {
	r := result{task: t, run: p.Tool.Run(ctx, t.query.Deadline, t.query.Args(t.target)...)}

	if r.run.Start.IsZero() {
		r.run.Start = time.Now() // no process came of it
	}

	r.failure = r.run.Failure
	if r.failure != nil {
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

// finish takes the result of a run.
func (p *Poller) finish(r result) {
	if r.run.Cancelled {
		return
	}

	t, q := r.task, r.task.query
	end := r.run.Start.Add(r.run.Duration)
	firstTime := !t.asked
	before := t.failure

	t.asked = true
	p.lastListing = q.Lists
	q.duration += r.run.Duration

	// What a failed answer says is the failure's matter.
	if r.failure == nil || r.failure.Reason == npusmi.ReasonParse {
		q.unrecognized += r.warnings.Count
	}
	q.history.add(runRecord(r.run, r.failure, r.warnings))

	if r.run.Started {
		q.runs++
	}

	if !firstTime {
		p.dutyUntil = r.run.Start.Add(p.stretched(r.run.Duration))
	}

	if r.failure == nil {
		t.succeeded(r.reading, r.run.Start, end, p.stretched(r.run.Duration))
	} else {
		p.failures[r.failure.Reason]++
		q.failures++
		t.didFail(r.failure, r.run.Start, p.listing.Interval)
	}

	t.lastStart = r.run.Start
	p.logChange(t, before, r.warnings)

	if q.Lists {
		p.listed(r, end)
	}
}

// stretched is the least time between the starts of runs that take as long as this one.
func (p *Poller) stretched(duration time.Duration) time.Duration {
	return time.Duration(float64(duration) / p.MaxDuty)
}

// listed follows up on the answer that lists the chips.
func (p *Poller) listed(r result, now time.Time) {
	p.gone = r.failure != nil && r.failure.Reason.Conclusive()
	if r.failure != nil {
		return
	}

	draft := p.draft(now)
	keys := make([]snapshot.Key, 0, len(draft.Chips))

	for _, chip := range draft.Chips {
		keys = append(keys, chip.Key)
	}

	slices.SortFunc(keys, snapshot.Key.Compare)

	if count, ok := draft.Host.Chips.Get(); ok {
		if err := p.Expected.Observe(int(count)); err != nil {
			p.Logger.Warn("the number of chips could not be kept", "err", err)
		}
	}

	if slices.Equal(keys, p.chips) && draft.Host.ToolVersion == p.version {
		return
	}

	p.chips, p.version = keys, draft.Host.ToolVersion

	for _, q := range p.queries {
		q.retarget(keys, now)

		for _, t := range q.tasks {
			if q.OnChange || t.unsupported {
				t.unsupported = false
				t.due = now
			}
		}
	}
}

// draft joins all readings that may still be served.
func (p *Poller) draft(now time.Time) *Draft {
	draft := &Draft{}

	for _, q := range p.queries {
		for _, t := range q.tasks {
			if t.fresh(now) {
				t.reading.Join(draft)
			}
		}
	}

	slices.SortFunc(draft.Chips, func(a, b snapshot.Chip) int { return a.Compare(b.Key) })

	return draft
}

// publish makes a snapshot and hands it over.
func (p *Poller) publish(now time.Time) *snapshot.Snapshot {
	s := &snapshot.Snapshot{
		Time:   now,
		Up:     p.listing.tasks[0].fresh(now) && !p.gone,
		Runner: snapshot.Runner{Failures: maps.Clone(p.failures), Unkillable: p.Tool.Unkillable()},
	}

	if s.Up {
		draft := p.draft(now)
		s.Host, s.Chips = draft.Host, draft.Chips
	}

	s.Host.ExpectedChips = p.Expected.Chips()
	s.Host.Maintenance = p.local.Maintenance

	if slices.ContainsFunc(s.Chips, func(c snapshot.Chip) bool { return c.BusID != "" }) {
		s.Host.PCIDevices = p.local.PCIDevices
	}

	for _, q := range p.queries {
		s.Queries = append(s.Queries, q.status())
	}

	p.Publish(s)

	return s
}

// logChange logs when a query begins to fail, fails for another reason, or works again, and when its answers begin to
// have lines that are not understood.
func (p *Poller) logChange(t *task, before *npusmi.Failure, warnings npusmi.Warnings) {
	logger := p.Logger.With("query", t.query.Name)
	if t.query.Scope != ScopeHost {
		logger = logger.With("npu", t.target.NPU, "chip", t.target.Chip)
	}

	switch {
	case t.failure != nil && (before == nil || before.Reason != t.failure.Reason):
		logger.Warn("query fails", "reason", string(t.failure.Reason), "err", t.failure.Message, "advice", t.failure.Advice)
	case t.failure == nil && before != nil:
		logger.Info("query works again")
	}

	if t.failure == nil && t.query.puzzled != (warnings.Count > 0) {
		t.query.puzzled = warnings.Count > 0
		if t.query.puzzled {
			first := warnings.First[0]
			logger.Warn("answer has lines that are not understood",
				"lines", warnings.Count, "first", first.Text, "expected", first.Why)
		}
	}
}
