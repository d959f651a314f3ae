package poll

import (
	"context"
	"time"

	"github.com/ascend-exporter/ascend_exporter/collector/npusmi"
	"github.com/ascend-exporter/ascend_exporter/collector/snapshot"
)

// A lane is a tool, of which one process runs at a time, and what is asked of it. Lanes know nothing of each other: what hangs in
// one, or spends its share of the time, delays nothing in another.
type lane struct {
	tool    Tool
	maxDuty float64
	queries []*query

	hanging    map[snapshot.Key]hang
	dutyUntil  time.Time // no run before, but in the first sweep
	began      bool      // whether there was a run
	sweeping   bool      // whether the first sweep after the start goes on
	listedLast bool      // whether the last run was the listing's
	blocked    *task     // that could not be run at all: until it can, no other is tried
	off        bool      // whether it was logged that the tool is not there
	running    bool      // whether a run of Poller.Run is under way
	replayed   *result   // the run of Poller.Replay that is under way
}

func newLane(tool Tool, maxDuty float64) *lane {
	return &lane{tool: tool, maxDuty: maxDuty, sweeping: true, hanging: make(map[snapshot.Key]hang)}
}

// stretched is the least time between the starts of runs that take as long as this one.
func (l *lane) stretched(duration time.Duration) time.Duration {
	return time.Duration(float64(duration) / l.maxDuty)
}

// ran takes note of a run for the sake of those that come after it.
func (l *lane) ran(t *task, r result) {
	// A device on which hccn_tool hangs is to delay no other: its own pauses bound what it costs.
	spares := t.query.Network && hung(r.failure)
	if (!l.sweeping || t.asked) && !spares {
		l.dutyUntil = r.run.Start.Add(l.stretched(r.run.Duration))
	}

	t.asked, l.began = true, true
	l.listedLast = t.query.Lists
	l.noteHang(t, r.failure, r.run.Start.Add(r.run.Duration))

	failed := r.failure != nil && (r.failure.Reason == npusmi.ReasonStart || r.failure.Reason == npusmi.ReasonBusy)

	switch {
	case failed && t.query.Lists: // where there is a listing, that is what is tried again
		l.blocked = t
	case failed && t.query.Network && !r.run.Started && l.blocked == nil:
		l.blocked = t
	case !failed && l.blocked == t:
		l.blocked = nil
	}
}

// A hang is a chip that gave no answer to the last queries.
type hang struct {
	times int       // in a row
	until time.Time // not asked before
}

// noteHang keeps account of chips that hang: from the second time on, no query is tried on such a chip for a while that
// doubles.
func (l *lane) noteHang(t *task, failure *npusmi.Failure, end time.Time) {
	if !t.single() {
		return
	}

	if !hung(failure) {
		delete(l.hanging, t.target.Key)

		return
	}

	h := l.hanging[t.target.Key]
	h.times++

	if h.times > 1 {
		h.until = end.Add(min(maxHangPause, time.Minute<<min(h.times-2, maxDoublings)))
	}

	l.hanging[t.target.Key] = h
}

// single says whether the task is about one chip.
func (t *task) single() bool {
	return t.query.Scope != ScopeHost && !t.target.Card
}

// hangs says whether the task had better wait for all others.
func (t *task) hangs() bool {
	return t.query.Scope != ScopeHost && (t.query.lane.hanging[t.target.Key].times > 1 || t.failed > 1 && hung(t.failure))
}

// unkillable is the number of processes of all tools that could not be ended and still live.
func (p *Poller) unkillable() int {
	count := 0
	for _, l := range p.lanes {
		count += l.tool.Unkillable()
	}

	return count
}

// watchTools tells when a process of a tool that could not be ended has ended after all. It ends with the context.
func (p *Poller) watchTools(ctx context.Context) <-chan struct{} {
	freed := make(chan struct{}, 1)

	for _, l := range p.lanes {
		go func() {
			for {
				select {
				case <-l.tool.Changed():
				case <-ctx.Done():
					return
				}

				select {
				case freed <- struct{}{}:
				default: // a signal is waiting already
				}
			}
		}()
	}

	return freed
}
