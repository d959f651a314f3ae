package poll

import (
	"slices"
	"time"

	"github.com/ascend-exporter/ascend_exporter/collector/hccntool"
	"github.com/ascend-exporter/ascend_exporter/collector/npusmi"
	"github.com/ascend-exporter/ascend_exporter/collector/optional"
	"github.com/ascend-exporter/ascend_exporter/collector/snapshot"
)

// A query is a source and what its runs came to since the start.
type query struct {
	Source

	lane *lane // nil of what is read beside the tools

	tasks        []*task
	byChip       map[int]bool // NPU IDs whose chips are asked one by one, since the answer for the card does not do
	asked        bool
	duration     time.Duration
	runs         uint64
	failures     uint64
	unrecognized int
	puzzled      bool // whether the last answer had lines that were not understood
	history      history
}

// tool is the name of the tool that is asked.
func (q *query) tool() string {
	if q.Network {
		return "hccn_tool"
	}

	return "npu-smi"
}

// explain says why a run gave no answer.
func (q *query) explain(run npusmi.Run) *npusmi.Failure {
	if q.Network {
		return hccntool.Explain(run)
	}

	return npusmi.Explain(run)
}

// join puts what may still be served into a draft. What a card's answer said of a chip gives way to the chip's own.
func (q *query) join(draft *Draft, now time.Time) {
	for _, t := range q.tasks {
		if !t.fresh(now) {
			continue
		}

		if t.retired {
			draft.newer = q.answered(now)
		}

		t.reading.Join(draft)
		draft.newer = nil
	}
}

// answered are the chips with an answer of their own that may still be served.
func (q *query) answered(now time.Time) map[snapshot.Key]bool {
	chips := make(map[snapshot.Key]bool)

	for _, t := range q.tasks {
		if !t.target.Card && t.fresh(now) {
			chips[t.target.Key] = true
		}
	}

	return chips
}

// A task is a query on one target.
type task struct {
	query  *query
	target Target

	due         time.Time
	asked       bool
	failure     *npusmi.Failure // of the last run; nil after a good one
	failed      int             // runs in a row
	told        bool            // whether the failure was logged
	unsupported bool            // not asked again until the tool or the chips change
	retired     bool            // replaced by tasks on its chips: not asked, and gone with its reading

	reading   Reading   // of the last good run; nil before it
	readStart time.Time // when that run started: the age of its data counts from here
	readEnd   time.Time
	maxAge    time.Duration
	lastStart time.Time
}

// fresh says whether the reading may still be served.
func (t *task) fresh(now time.Time) bool {
	return t.reading != nil && now.Sub(t.readStart) <= t.maxAge
}

// expiry is when the reading gets too old to be served; otherwise where there is none.
func (t *task) expiry(now, otherwise time.Time) time.Time {
	if !t.fresh(now) {
		return otherwise
	}

	return t.readStart.Add(t.maxAge).Add(1)
}

// maxStretch bounds how much longer than planned the interval between two answers may count: a pause in which nothing could be
// started does not make data last.
const maxStretch = 4

// succeeded takes a good answer. Its data may be served for three of the intervals at which answers really come, which a
// slow tool stretches, plus the deadline.
func (t *task) succeeded(reading Reading, start, end time.Time, interval, stretched time.Duration) {
	t.due = start.Add(interval)

	interval = max(interval, stretched)
	if t.reading != nil && t.failure == nil {
		interval = max(interval, min(start.Sub(t.lastStart), maxStretch*interval))
	}

	t.reading, t.readStart, t.readEnd = reading, start, end
	t.maxAge = 3*interval + t.query.Deadline
	t.failure, t.failed, t.unsupported = nil, 0, false
}

// Pauses after failures.
const (
	maxHangPause = 5 * time.Minute
	maxDoublings = 16 // beyond any interval
)

// didFail takes a failure. A query that hangs is asked less and less often, since a hang costs its whole deadline; one that
// fails otherwise and is seldom asked is asked again sooner, after pauses that double from retry on.
func (t *task) didFail(failure *npusmi.Failure, start time.Time, interval, retry time.Duration) {
	doublings := min(t.failed, maxDoublings)
	pause := min(interval, retry<<doublings)

	if hung(failure) {
		pause = max(interval, min(maxHangPause, retry<<doublings))
	}

	t.failure = failure
	t.failed++
	// The listing itself is always asked again: a good one is what ends this.
	t.unsupported = failure.Reason == npusmi.ReasonUnsupported && !t.query.Lists
	t.due = start.Add(pause)
}

// hung says whether the run got no answer at all.
func hung(failure *npusmi.Failure) bool {
	return failure != nil && (failure.Reason == npusmi.ReasonTimeout || failure.Reason == npusmi.ReasonUnkillable)
}

// status sums up the query for a snapshot.
func (q *query) status(p *Poller) snapshot.Query {
	status := snapshot.Query{
		Name:         q.Name,
		Group:        q.Group,
		Asked:        q.asked, // also of chips that are gone
		Success:      true,
		Duration:     q.duration,
		Runs:         q.runs,
		Failures:     q.failures,
		Unrecognized: q.unrecognized,
		History:      q.history.newestFirst(),
	}

	var (
		oldest time.Time
		never  bool // whether one that should answer never did
	)

	status.Unsupported = true
	status.Unneeded = q.Wanted != nil && len(p.known) > 0 && !slices.ContainsFunc(p.known, q.Wanted)

	for _, t := range q.tasks {
		if t.unsupported || t.retired {
			continue
		}

		status.Unsupported = false

		// A chip of which the query is no longer wanted answers no more, and fails nothing.
		if q.Wanted != nil && !p.concerned(t) {
			continue
		}

		if t.failure != nil {
			status.Success = false
			status.Failing = append(status.Failing, t.failing(p.layout.chips)...)
		}

		switch {
		case t.readEnd.IsZero():
			never = never || t.asked
		case oldest.IsZero() || t.readEnd.Before(oldest):
			oldest = t.readEnd
		}
	}

	if !oldest.IsZero() && !never {
		status.LastSuccess = optional.Of(float64(oldest.UnixMilli()) / 1000)
	}

	return status
}

// failing are the chips that the task fails on; none for a query of the whole host.
func (t *task) failing(chips []snapshot.Key) []snapshot.ChipFailure {
	if t.query.Scope == ScopeHost {
		return nil
	}

	var failing []snapshot.ChipFailure

	for _, chip := range chips {
		if t.target.covers(chip) {
			failing = append(failing, snapshot.ChipFailure{Key: chip, Reason: t.failure.Reason})
		}
	}

	return failing
}

// retarget makes the tasks fit the chips: those on targets that stay keep what they know.
func (q *query) retarget(l *layout, now time.Time) {
	targets := q.targets(l)
	tasks := make([]*task, 0, len(targets))

	for _, old := range q.tasks {
		// What a card's answer said of its chips is good until it is too old.
		if old.target.Card && q.byChip[old.target.NPU] && old.fresh(now) {
			old.retired = true
			tasks = append(tasks, old)
		}
	}

	for _, target := range targets {
		at := slices.IndexFunc(q.tasks, func(t *task) bool { return t.target == target })
		if at >= 0 {
			q.tasks[at].retired = false // of a card that is asked as a whole again
			tasks = append(tasks, q.tasks[at])
		} else {
			tasks = append(tasks, &task{query: q, target: target, due: now, failure: q.cardFailure(target)})
		}
	}

	q.tasks = tasks
}

// cardFailure is why the card of a chip gave no answer: until the chip is asked itself, it fails with its card.
func (q *query) cardFailure(chip Target) *npusmi.Failure {
	for _, t := range q.tasks {
		if t.target.Card && !chip.Card && t.target.NPU == chip.NPU && !t.unsupported {
			return t.failure
		}
	}

	return nil
}

// targets are what the query is asked about, one run each.
func (q *query) targets(l *layout) []Target {
	if q.Scope == ScopeHost {
		return []Target{{}}
	}

	var targets []Target

	for _, chip := range l.chips {
		target := Target{Key: chip, Bare: l.bare}
		if q.Scope == ScopeCard && !q.byChip[chip.NPU] {
			target.Card, target.Chip = true, 0
		}

		if q.Network {
			target.Device = l.devices[chip]
			if target.Device == "" {
				continue
			}
		}

		if q.Scope == ScopePort {
			for _, port := range l.ports[chip] {
				target.Port, target.HasPort = port, true
				targets = append(targets, target)
			}
		} else if !slices.Contains(targets, target) {
			targets = append(targets, target)
		}
	}

	return targets
}
