package poll

import (
	"context"
	"strings"
	"sync/atomic"
	"time"

	"github.com/ascend-exporter/ascend_exporter/collector/npusmi"
	"github.com/ascend-exporter/ascend_exporter/collector/optional"
	"github.com/ascend-exporter/ascend_exporter/collector/snapshot"
)

// Watch is the name of the stream among the queries.
const Watch = "watch"

// Stream gives samples of the chips as the tool prints them: *npusmi.Watch.
type Stream interface {
	// Run gives every sample to sink, from one goroutine, until the context ends.
	Run(ctx context.Context, sink func(npusmi.WatchSample, time.Time))
	// Args are the tool's arguments.
	Args() []string
	// Starts is the number of processes started, Unrecognized that of lines that were not understood.
	Starts() uint64
	Unrecognized() uint64
}

// stream is the fast stream beside the queries. It feeds the integrals while it runs; without it successive summaries do.
type stream struct {
	Stream

	states   chan npusmi.WatchState
	running  bool
	failure  *npusmi.Failure // why it does not run
	failures uint64
	since    time.Time    // of the state
	sampled  atomic.Int64 // Unix time of the last sample in milliseconds; 0 before the first
	history  history
}

// newStream makes the stream; start makes what gives it samples and tells the state.
func newStream(start func(state func(npusmi.WatchState)) Stream) *stream {
	if start == nil {
		return nil
	}

	// States are seldom, and the poller takes them at once: none is waited for, not even after its end.
	s := &stream{states: make(chan npusmi.WatchState, 8)}
	s.Stream = start(func(state npusmi.WatchState) {
		select {
		case s.states <- state:
		default:
		}
	})

	return s
}

// runStream feeds the ledger from the stream, until the context ends. It gives the channel of states; nil without a stream.
func (p *Poller) runStream(ctx context.Context) (states <-chan npusmi.WatchState, done <-chan struct{}) {
	ended := make(chan struct{})
	if p.stream == nil {
		close(ended)

		return nil, ended
	}

	go func() {
		defer close(ended)

		p.stream.Run(ctx, func(sample npusmi.WatchSample, at time.Time) {
			p.stream.sampled.Store(at.UnixMilli())
			p.ledger.stream(sample, at)
		})
	}()

	return p.stream.states, ended
}

// streamState takes a change of the stream's state.
func (p *Poller) streamState(state npusmi.WatchState) {
	s := p.stream
	before := s.failure
	s.running, s.failure, s.since = state.Running, state.Failure, state.Time
	p.ledger.streaming.Store(state.Running)

	record := snapshot.Run{Command: "npu-smi " + strings.Join(s.Args(), " "), Start: state.Time, ExitStatus: -1}

	switch {
	case state.Failure != nil:
		s.failures++
		p.failures[state.Failure.Reason]++
		record.Failure, record.Advice = state.Failure.Message, state.Failure.Advice
		s.history.add(record)

		if before == nil || before.Reason != state.Failure.Reason {
			p.Logger.Warn("the stream ended: summaries stand in", "reason", string(state.Failure.Reason),
				"err", state.Failure.Message, "advice", state.Failure.Advice)
		}
	case state.Running && before != nil:
		p.Logger.Info("the stream runs again")
	}
}

// status sums up the stream as a query.
func (s *stream) status() snapshot.Query {
	sampled := s.sampled.Load()

	return snapshot.Query{
		Name:         Watch,
		Asked:        s.Starts() > 0,
		Success:      s.running,
		LastSuccess:  optional.Of(float64(sampled) / 1000).Unless(sampled == 0),
		Runs:         s.Starts(),
		Failures:     s.failures,
		Unrecognized: int(s.Unrecognized() & (1<<62 - 1)),
		History:      s.history.newestFirst(),
	}
}
