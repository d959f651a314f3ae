package poll

import (
	"log/slog"
	"maps"
	"slices"
	"time"

	"github.com/ascend-exporter/ascend_exporter/collector/npusmi"
	"github.com/ascend-exporter/ascend_exporter/collector/snapshot"
)

// draft joins all readings that may still be served, those of the sides last.
func (p *Poller) draft(now time.Time) *Draft {
	draft := &Draft{Faults: p.ledger.Faults, links: p.ledger.links, bandwidths: p.ledger.bandwidths}
	listed := p.listing.tasks[0].fresh(now)

	if !listed && p.falling() {
		p.standIn(draft)
	}

	for _, q := range p.queries {
		q.join(draft, now)
	}

	for _, s := range p.sides {
		if s.task.fresh(now) {
			s.task.reading.Join(draft)
		}
	}

	if draft.Fallback {
		draft.onlyAnswered()
	}

	slices.SortFunc(draft.Chips, func(a, b snapshot.Chip) int { return a.Compare(b.Key) })

	return draft
}

// publish makes a snapshot that is good until it expires and hands it over.
func (p *Poller) publish(now, expires time.Time) *snapshot.Snapshot {
	s := p.snapshot(now)
	s.Expires = expires
	p.latest.Store(s)
	p.logLag(s.Runner.Lag)
	p.Publish(s)

	return s
}

// publishNow publishes what is known now: until the first reading in it is too old, when Run publishes again.
func (p *Poller) publishNow() {
	now := time.Now()
	p.publish(now, p.nextExpiry(now))
}

// snapshot makes a snapshot.
func (p *Poller) snapshot(now time.Time) *snapshot.Snapshot {
	s := &snapshot.Snapshot{
		Time:   now,
		Runner: snapshot.Runner{Failures: maps.Clone(p.failures), Unkillable: p.unkillable(), Lag: p.lag(now)},
	}

	if !p.gone {
		draft := p.draft(now)
		s.Fallback = draft.Fallback && len(draft.Chips) > 0
		s.Up = p.listing.tasks[0].fresh(now) || s.Fallback

		if s.Up {
			s.Host, s.Chips, s.Cards = draft.Host, draft.Chips, draft.Cards
			s.Attribution = draft.Attribution
			p.ledger.enter(s.Chips, now)
			p.attribute(s)
		}
	}

	s.Host.ExpectedChips = p.Expected.Chips()
	s.Host.Maintenance = p.local.Maintenance
	s.Host.ProcessesLeftOut = p.limit.total

	// Also while the chips cannot be read: that is when it is wanted. A host that was never listed may have none on the bus.
	if p.onBus || !p.listedOnce {
		s.Host.PCIDevices = p.local.PCIDevices.Unless(!p.onBus && p.local.PCIDevices.Is(0))
	}

	for _, q := range p.queries {
		s.Queries = append(s.Queries, q.status(p))
	}

	for _, side := range p.sides {
		s.Queries = append(s.Queries, side.task.query.status(p))
	}

	if p.stream != nil {
		s.Queries = append(s.Queries, p.stream.status())
	}

	return s
}

// logChange logs when a query begins to fail, fails for another reason, or works again, and when its answers begin to
// have lines that are not understood.
func (p *Poller) logChange(t *task, before *npusmi.Failure, warnings npusmi.Warnings) {
	logger := p.Logger.With("query", t.query.Name)
	if t.query.Scope != ScopeHost {
		logger = logger.With("npu", t.target.NPU)
	}

	if t.query.Scope != ScopeHost && !t.target.Card {
		logger = logger.With("chip", t.target.Chip)
	}

	// What fails together with the listing has its reason, which was logged; so has what fails on a chip that hangs, and on
	// other chips: the metrics name them all.
	quiet := !t.query.Lists && p.listing.tasks[0].failure != nil || t.query.lane.hanging[t.target.Key].times > 2 || t.query.hasTold(t)

	switch {
	case t.unsupported:
		logger.Debug("query is not supported", "err", t.failure.Message)
	case t.failure != nil && !quiet && (!t.told || before == nil || before.Reason != t.failure.Reason):
		t.told = true
		logger.Warn("query fails", "reason", string(t.failure.Reason), "err", t.failure.Message, "advice", t.failure.Advice)
	case t.failure == nil && t.told:
		t.told = false
		logger.Info("query works again")
	}

	if t.failure == nil {
		t.query.logPuzzle(logger, warnings)
	}
}

// hasTold says whether the log has a line on the same failure of the query on another chip.
func (q *query) hasTold(t *task) bool {
	return slices.ContainsFunc(q.tasks, func(other *task) bool {
		return other != t && other.told && t.failure != nil && other.failure != nil && other.failure.Reason == t.failure.Reason
	})
}

// logPuzzle logs when answers begin to have lines that are not understood.
func (q *query) logPuzzle(logger *slog.Logger, warnings npusmi.Warnings) {
	before := q.puzzled
	q.puzzled = warnings.Count > 0

	if q.puzzled && !before {
		first := warnings.First[0]
		logger.Warn("answer has lines that are not understood", "lines", warnings.Count, "first", first.Text, "expected", first.Why)
	}
}

// logLag logs when the plan begins not to fit into the tool's share of the time, and when it fits again.
func (p *Poller) logLag(lag time.Duration) {
	// A few long runs in a row are no plan that does not fit.
	const much = 20 * time.Second

	switch {
	case !p.lagging && lag > much+2*p.listing.Interval:
		p.lagging = true
		p.Logger.Warn("the tool is too slow for the plan: intervals stretch",
			"late", lag.Round(time.Second), "advice", "Turn queries off (--no-collector.NAME), ask less often, or raise --collection.max-duty.")
	case p.lagging && lag < much/2:
		p.lagging = false
		p.Logger.Info("the plan fits again")
	}
}
