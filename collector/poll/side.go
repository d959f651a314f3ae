package poll

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/ascend-exporter/ascend_exporter/collector/npusmi"
	"github.com/ascend-exporter/ascend_exporter/collector/snapshot"
)

// Side is something that is read beside the tool, such as a folder or a socket: from a goroutine of its own, so that it delays
// nothing else. It fares like a query, and its readings age like a query's.
type Side struct {
	Name     string        // label `query` of the exporter's own metrics
	Help     string        // what it tells, for the flag's help
	Command  string        // what is read, as the status page tells it
	Interval time.Duration // between the starts of two readings
	Deadline time.Duration // of one reading
	// Follows reads as soon as a good listing has come, too.
	Follows bool

	// Read reads, from one goroutine, never twice at a time. latest is the last snapshot, without chips before the first
	// listing. It should end with the context; one that does not has failed at the deadline, and is not called again before it
	// has returned. A *npusmi.Failure as the error says itself what is wrong. The warnings are what was passed over.
	Read func(ctx context.Context, latest *snapshot.Snapshot) (Reading, npusmi.Warnings, error)
}

// A side is a Side and what its readings came to.
type side struct {
	Side

	now   func() time.Time
	task  *task // never in the plan of the tool
	wake  chan struct{}
	ended <-chan sideAnswer // of a reading that has outlived its deadline; nil where there is none
	since time.Time         // its start
	told  map[string]bool   // what the last reading passed over, which was logged
}

type sideAnswer struct {
	reading  Reading
	warnings npusmi.Warnings
	err      error
}

// sideResult is a reading that has ended.
type sideResult struct {
	side *side
	result
}

func newSides(configs []Side, now func() time.Time) []*side {
	sides := make([]*side, 0, len(configs))

	for _, config := range configs {
		q := &query{Source: Source{Name: config.Name, Interval: config.Interval, Deadline: config.Deadline}}
		q.retarget(new(layout), time.Time{})
		sides = append(sides, &side{Side: config, now: now, task: q.tasks[0], wake: make(chan struct{}, 1)})
	}

	return sides
}

// runSides reads all sides until the context ends. No reading is waited for after that.
func (p *Poller) runSides(ctx context.Context) (results <-chan sideResult, done func()) {
	all := make(chan sideResult)

	var running sync.WaitGroup
	for _, s := range p.sides {
		running.Go(func() { s.run(ctx, p.latest.Load, all) })
	}

	return all, running.Wait
}

// run reads at each interval, and when woken.
func (s *side) run(ctx context.Context, latest func() *snapshot.Snapshot, results chan<- sideResult) {
	for {
		timer := time.NewTimer(s.Interval)

		select {
		case results <- sideResult{s, s.ask(ctx, latest())}:
		case <-ctx.Done():
		}

		select {
		case <-timer.C:
		case <-s.wake:
		case <-ctx.Done():
			timer.Stop()

			return
		}

		timer.Stop()
	}
}

// ask reads once, for the deadline at most.
func (s *side) ask(ctx context.Context, latest *snapshot.Snapshot) result {
	start := s.now()
	r := result{task: s.task, run: npusmi.Run{Start: start, Started: true, ExitStatus: -1}}

	if s.ended != nil {
		select {
		case <-s.ended: // too late to be of use
			s.ended = nil
		default:
			r.run.Started = false
			r.failure = &npusmi.Failure{
				Reason:  npusmi.ReasonTimeout,
				Message: "the reading of " + s.since.Format(time.RFC3339) + " has not ended",
				Advice:  "Something that it reads hangs. It is tried again when that ends.",
			}

			return r
		}
	}

	within, cancel := context.WithTimeout(ctx, s.Deadline)
	defer cancel()

	ended := make(chan sideAnswer, 1)

	go func() {
		var answer sideAnswer

		answer.reading, answer.warnings, answer.err = s.Read(within, latest)
		ended <- answer
	}()

	select {
	case answer := <-ended:
		r.reading, r.warnings = answer.reading, answer.warnings

		if answer.err != nil && !errors.As(answer.err, &r.failure) {
			r.failure = explainSide(answer.err)
		}
	case <-within.Done():
		s.ended, s.since = ended, start
		r.failure = explainSide(context.DeadlineExceeded)
	}

	r.run.Duration = s.now().Sub(start)
	r.run.Cancelled = ctx.Err() != nil

	return r
}

// explainSide makes a failure of an error.
func explainSide(err error) *npusmi.Failure {
	if errors.Is(err, context.DeadlineExceeded) {
		return &npusmi.Failure{Reason: npusmi.ReasonTimeout, Message: "no answer before the deadline"}
	}

	return &npusmi.Failure{Reason: npusmi.ReasonQuery, Message: err.Error()}
}

// finishSide takes a reading.
func (p *Poller) finishSide(r sideResult) {
	if r.run.Cancelled {
		return
	}

	t, q := r.task, r.task.query
	before := t.failure

	q.duration += r.run.Duration
	q.runs++

	record := runRecord("", r.run, r.failure, r.warnings)
	record.Command = r.side.Command
	q.history.add(record)

	t.asked, q.asked = true, true

	if r.failure == nil {
		q.unrecognized += r.warnings.Count
		t.succeeded(r.reading, r.run.Start, r.run.Start.Add(r.run.Duration), q.Interval, 0)
	} else {
		q.failures++
		t.didFail(r.failure, r.run.Start, q.Interval, q.Interval)
	}

	t.lastStart = r.run.Start
	r.side.log(p.Logger, before, r.result)
}

// log logs when readings begin to fail, fail for another reason, or work again, and what is passed over for the first time.
func (s *side) log(logger *slog.Logger, before *npusmi.Failure, r result) {
	logger = logger.With("query", s.Name)

	switch {
	case r.failure != nil && before != nil && before.Reason == r.failure.Reason:
	case r.failure != nil && r.failure.Reason == npusmi.ReasonUnsupported:
		logger.Debug("query is not supported", "err", r.failure.Message)
	case r.failure != nil:
		logger.Warn("query fails", "reason", string(r.failure.Reason), "err", r.failure.Message, "advice", r.failure.Advice)
	case r.failure == nil && before != nil && before.Reason != npusmi.ReasonUnsupported:
		logger.Info("query works again")
	}

	if r.failure != nil {
		return
	}

	told := make(map[string]bool)

	for _, warning := range r.warnings.First {
		told[warning.Text] = true

		if !s.told[warning.Text] {
			logger.Warn("passed over", "what", warning.Text, "why", warning.Why)
		}
	}

	s.told = told
}

// wakeSides has what follows the listing read again.
func (p *Poller) wakeSides() {
	for _, s := range p.sides {
		if s.Follows {
			select {
			case s.wake <- struct{}{}:
			default: // it will be read anyway
			}
		}
	}
}

// askSides reads each side once.
func (p *Poller) askSides(ctx context.Context, latest *snapshot.Snapshot) {
	for _, s := range p.sides {
		p.finishSide(sideResult{s, s.ask(ctx, latest)})
	}
}
