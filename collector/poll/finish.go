package poll

import (
	"slices"
	"time"

	"github.com/ascend-exporter/ascend_exporter/collector/npusmi"
	"github.com/ascend-exporter/ascend_exporter/collector/snapshot"
)

// finish takes the result of a run.
func (p *Poller) finish(r result) {
	if r.run.Cancelled {
		return
	}

	t, q := r.task, r.task.query
	end := r.run.Start.Add(r.run.Duration)
	before := t.failure

	q.lane.ran(t, r)
	p.count(q, r)

	if r.failure == nil {
		p.follow(t, r.reading, end)
		t.succeeded(r.reading, r.run.Start, end, p.interval(t), q.lane.stretched(r.run.Duration))

		if observer, ok := r.reading.(Observer); ok {
			observer.Observe(p.ledger, r.run.Start, t.maxAge)
		}
	} else {
		t.didFail(r.failure, r.run.Start, p.interval(t), p.listing.Interval)
	}

	t.lastStart = r.run.Start
	p.logChange(t, before, r.warnings)

	if q.Lists {
		p.listed(r, end)
	} else {
		p.splitCard(t, end)
		p.generalise(t)
	}

	p.turnOff(t, r.run)
	p.locate(t, end)
}

// turnOff asks nothing more of a tool that is not there, until the chips or the release change.
func (p *Poller) turnOff(t *task, run npusmi.Run) {
	l := t.query.lane
	if !t.unsupported || run.Started || !t.query.Network {
		return
	}

	for _, q := range l.queries {
		for _, other := range q.tasks {
			other.unsupported = true
		}
	}

	if !l.off {
		l.off = true
		p.Logger.Info("the network is not asked for", "why", t.failure.Message, "advice", t.failure.Advice)
	}
}

// count adds a run to what its query came to.
func (p *Poller) count(q *query, r result) {
	q.asked = true
	q.duration += r.run.Duration
	q.history.add(runRecord(q.tool(), r.run, r.failure, r.warnings))

	if r.run.Started {
		q.runs++
	}

	if r.failure != nil {
		p.failures[r.failure.Reason]++
		q.failures++
	}

	// What a failed answer says is the failure's matter.
	if r.failure == nil || r.failure.Reason == npusmi.ReasonParse {
		q.unrecognized += r.warnings.Count
	}
}

// splitCard asks the chips of a card one by one from now on, when the answer for the card failed or lacked one of them: so
// that a chip fails alone. In a container the tool may know a query for a chip that it does not know for the card.
func (p *Poller) splitCard(t *task, now time.Time) {
	if !t.target.Card || !t.query.ByChip {
		return
	}

	if t.failure == nil {
		reading, ok := t.reading.(Chips)
		if !ok || !slices.ContainsFunc(p.known, func(chip snapshot.Chip) bool {
			return t.target.covers(chip.Key) && !chip.Unusable && !reading.Has(chip.Key)
		}) {
			return
		}
	}

	t.query.byChip[t.target.NPU] = true
	t.query.retarget(&p.layout, now)
}

// generalise takes a query for unsupported on all chips of a model, once chips of two NPUs have said so and none has answered: one
// alone may have dropped off, of which the tool says the same.
func (p *Poller) generalise(t *task) {
	if !t.unsupported || t.target.Card && t.query.ByChip {
		return
	}

	model := p.model(t)
	npus := make(map[int]bool)

	for _, other := range t.query.tasks {
		if p.model(other) != model {
			continue
		}

		if other.reading != nil {
			return
		}

		if other.unsupported && other.target.Card == t.target.Card {
			npus[other.target.NPU] = true
		}
	}

	if len(npus) < 2 {
		return
	}

	for _, other := range t.query.tasks {
		if p.model(other) == model && !other.asked {
			other.unsupported = true
		}
	}
}

// model is that of the first chip that the task is about.
func (p *Poller) model(t *task) string {
	for _, chip := range p.known {
		if t.target.covers(chip.Key) {
			return chip.Model
		}
	}

	return ""
}

// listed follows up on the answer that lists the chips.
func (p *Poller) listed(r result, now time.Time) {
	p.gone = r.failure != nil && r.failure.Reason.Conclusive()

	if r.failure != nil {
		if p.gone {
			p.listing.tasks[0].reading = nil // nor does a later failure that says less bring it back
			p.ledger.know(nil, false)
		}

		p.missed(now)

		return
	}

	// Two good ones end a row of failures, so that a listing that comes and goes does not end the fallback each time.
	p.misses = max(0, min(p.misses, fallbackAfter)-fallbackAfter/2)

	draft := p.draft(now)
	p.know(draft)
	p.listedOnce = true
	p.onBus = slices.ContainsFunc(draft.Chips, func(c snapshot.Chip) bool { return c.BusID != "" })

	// A row of which nobody knows the chip may be half of another: it is no reason to miss one for ever.
	if _, ok := draft.Host.Chips.Get(); ok {
		err := p.Expected.Observe(len(draft.Chips))
		if err != nil && !p.forgets {
			p.Logger.Warn("the number of chips cannot be kept", "err", err)
		}

		p.forgets = err != nil
	}

	keys := make([]snapshot.Key, 0, len(draft.Chips))
	for _, chip := range draft.Chips {
		keys = append(keys, chip.Key)
	}

	if slices.Equal(keys, p.layout.chips) && draft.Host.ToolVersion == p.version {
		p.hasten(now)

		return
	}

	p.version = draft.Host.ToolVersion
	p.layout.chips, p.layout.bare = keys, draft.Bare
	p.changed(now)
}

// changed makes the tasks fit other chips, or another tool.
func (p *Poller) changed(now time.Time) {
	for _, l := range p.lanes {
		l.blocked = nil
	}

	for _, q := range p.queries {
		clear(q.byChip)
		q.retarget(&p.layout, now)

		for _, t := range q.tasks {
			if q.OnChange || t.unsupported {
				t.unsupported = false
				t.due = now
			}
		}
	}
}

// know keeps what identifies the chips, and which of them are not healthy.
func (p *Poller) know(draft *Draft) {
	p.known = p.known[:0]
	p.sick = make(map[snapshot.Key]bool)

	for _, chip := range draft.Chips {
		p.known = append(p.known, snapshot.Chip{
			Key: chip.Key, Model: chip.Model, BusID: chip.BusID, LogicID: chip.LogicID, PhyID: chip.PhyID, Unusable: chip.Unusable,
			ProcessCount: chip.ProcessCount,
		})

		if chip.Health != npusmi.HealthOK {
			p.sick[chip.Key] = true
		}
	}

	p.ledger.know(p.known, draft.Bare)
}

// hasten brings forward what is asked more often of chips that are no longer healthy.
func (p *Poller) hasten(now time.Time) {
	for _, q := range p.queries {
		if q.Sick == 0 {
			continue
		}

		for _, t := range q.tasks {
			if t.failure != nil || !t.asked {
				continue
			}

			if soon := t.lastStart.Add(p.interval(t)); soon.Before(t.due) {
				t.due = latest(now, soon)
			}
		}
	}
}

func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}

	return a
}
