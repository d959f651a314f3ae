package npusmi

import (
	"context"
	"errors"
	"os"
	"strconv"
	"sync/atomic"
	"syscall"
	"time"
)

// WatchConfig says how a Watch works.
type WatchConfig struct {
	// Runner is how the tool is run: its command, folders, environment and lock folder hold for the stream too, and both
	// share the rule for processes that cannot be killed.
	Runner *Runner
	// Interval is the time between two rows of a chip, in whole seconds from 1 to 100.
	Interval time.Duration
	// State is told when a process begins to give data and when an attempt has ended, one call at a time; nil is nobody.
	State func(WatchState)
}

// WatchState is how the stream fares from some moment on.
type WatchState struct {
	Time    time.Time
	Running bool // whether a process gives data

	// Failure is why there is none, and Retry when the next process is started. Nil and zero while one runs, and at the end.
	Failure *Failure
	Retry   time.Time
}

// Watch keeps one process of `npu-smi info watch` running. The process writes to a pseudo-terminal, since older releases
// hold their output back where it goes to a pipe.
//
// It never takes the Runner's turn: while a stream runs, a host has that process and one query. So it is for operators who
// asked for it; the tool's queries take no lock of their own, and answer the same beside each other. Nor does it hold the
// lock of the queries, which other instances need. Only one instance on a host streams: a lock of its own keeps the others
// out, from before its process starts until that has ended or was given up, and not while it waits to try again.
//
// The tool ends at the first chip that it cannot read. Whatever the reason, the next process is started after a pause that
// doubles with each, until one has given data for a minute.
type Watch struct {
	runner  *Runner
	args    []string
	limits  watchLimits
	backOff watchBackOff
	busy    time.Duration // how long it waits for the lock: another instance holds it as long as its stream runs
	state   func(WatchState)

	starts, unrecognized atomic.Uint64
}

// watchBackOff is the pause before the next process.
type watchBackOff struct {
	first, longest time.Duration
	reset          time.Duration // how long a process must have given data for the next pause to be the first again
}

// NewWatch makes a Watch. It starts nothing.
func NewWatch(config WatchConfig) *Watch {
	const (
		shortest, longest = 1, 100          // seconds that the tool takes
		margin            = 10              // of seconds, beyond three intervals
		start             = 30              // seconds before the first sample, as a summary may take
		pause             = 5 * time.Second // before the second process
	)

	seconds := min(max(int(config.Interval.Round(time.Second)/time.Second), shortest), longest)
	quiet := 3*seconds + margin

	return &Watch{
		runner: config.Runner,
		args:   []string{"info", "watch", "-d", strconv.Itoa(seconds)},
		limits: watchLimits{
			first: time.Duration(max(quiet, start)) * time.Second,
			quiet: time.Duration(quiet) * time.Second,
		},
		backOff: watchBackOff{first: pause, longest: maxBackOff, reset: time.Minute},
		busy:    time.Second,
		state:   config.State,
	}
}

// Args are the tool's arguments.
func (w *Watch) Args() []string {
	return w.args
}

// Starts is the number of processes started.
func (w *Watch) Starts() uint64 {
	return w.starts.Load()
}

// Unrecognized is the number of lines that were not understood.
func (w *Watch) Unrecognized() uint64 {
	return w.unrecognized.Load()
}

// Run gives every sample to sink with the time at which it was read, from one goroutine, until ctx ends. It returns within
// half a second after that, even if the process cannot be killed. A sink that takes its time holds the tool back.
func (w *Watch) Run(ctx context.Context, sink func(WatchSample, time.Time)) {
	for pause := w.backOff.first; ; pause = min(2*pause, w.backOff.longest) {
		good, failure := w.attempt(ctx, sink)

		now := time.Now()
		if ctx.Err() != nil {
			w.report(WatchState{Time: now})

			return
		}

		if good >= w.backOff.reset {
			pause = w.backOff.first
		}

		w.report(WatchState{Time: now, Failure: failure, Retry: now.Add(pause)})

		select {
		case <-time.After(pause):
		case <-ctx.Done():
			w.report(WatchState{Time: time.Now()})

			return
		}
	}
}

func (w *Watch) report(state WatchState) {
	if w.state != nil {
		w.state(state)
	}
}

// attempt runs one process to its end. It tells for how long that gave data, and why it does so no more.
func (w *Watch) attempt(ctx context.Context, sink func(WatchSample, time.Time)) (good time.Duration, failure *Failure) {
	words, failure := Resolve(w.runner.config.Command, w.runner.folders)
	if failure != nil {
		return 0, failure
	}

	if until, held := w.runner.Hold(time.Now()); held {
		return 0, heldBack(w.runner.Unkillable(), until)
	}

	release, failure := w.lock(ctx, words)
	if failure != nil {
		return 0, failure
	}
	defer release()

	if ctx.Err() != nil {
		return 0, ending()
	}

	terminal, p, failure := w.start(ctx, words)
	if failure != nil {
		return 0, failure
	}

	stream := watchStream{
		parser:       NewWatchParser(),
		limits:       w.limits,
		drain:        w.runner.graces.drain.long,
		unrecognized: &w.unrecognized,
		sink:         sink,
		begin:        func(at time.Time) { w.report(WatchState{Time: at, Running: true}) },
	}
	chunks, quit := make(chan watchChunk), make(chan struct{})

	go readChunks(terminal, chunks, quit)

	failure = w.end(ctx, p, stream.follow(ctx, chunks, p.ended), &stream)

	close(quit)
	_ = terminal.Close() // ends the reading, whoever still holds the other side

	for range chunks { // until the reading has ended
	}

	return stream.latest.Sub(stream.begun), failure
}

// start starts the tool on a terminal of its own.
func (w *Watch) start(ctx context.Context, words []string) (terminal *os.File, p *process, failure *Failure) {
	terminal, peer, err := openTerminal()
	if err != nil {
		return nil, nil, noTerminal(err)
	}

	p, err = w.runner.launch(ctx, append(words, w.args...), peer, peer)
	_ = peer.Close() // the process's own copies are the last ones

	if err != nil {
		_ = terminal.Close()

		return nil, nil, startFailure(err)
	}

	w.starts.Add(1)

	return terminal, p, nil
}

// lock keeps other instances on the host from streaming.
func (w *Watch) lock(ctx context.Context, words []string) (release func(), failure *Failure) {
	dir := w.runner.config.LockDir
	if dir == "" {
		return func() {}, nil
	}

	wait, cancel := context.WithTimeout(ctx, w.busy)
	defer cancel()

	file, failure := lock(wait, dir, lockKey(words, w.runner.folders)+"\x00info\x00watch")
	if failure != nil {
		if failure.Reason == ReasonBusy {
			failure.Message = "another instance on this host has the stream: " + failure.Message
		}

		return nil, failure
	}

	return func() { _ = file.Close() }, nil // the kernel has given the lock back even if this fails
}

// end ends the process, and what it left behind, by the rules of the Runner's attend. It tells why the stream has ended.
func (w *Watch) end(ctx context.Context, p *process, failure *Failure, stream *watchStream) *Failure {
	r := w.runner

	if failure == nil { // its end comes right after that of its output
		r.graces.drain.wait(ctx, p.ended)
	}

	if !closed(p.ended) && (failure == nil || failure.Reason != ReasonOutputTooLarge) {
		_ = r.signal(p, syscall.SIGTERM) // what comes of it is seen by the process's end
		r.graces.term.wait(ctx, p.ended)
	}

	err := r.finish(ctx, p)
	if err == nil {
		r.unkillable.forgive()
	} else {
		r.abandon(p)
	}

	switch {
	case failure == nil && closed(p.ended):
		return stream.explain(p.result())
	case err != nil && (failure == nil || failure.Reason != ""):
		return outlived(p.pid, err)
	case failure == nil: // it could be killed, and its end is yet to come
		return stream.explain(-1, syscall.SIGKILL)
	default:
		return failure
	}
}

func noTerminal(err error) *Failure {
	advice := "Make /dev/ptmx and /dev/pts visible to the exporter's service or container."
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE) {
		advice = "Look at the limits of terminals (/proc/sys/kernel/pty/max) and of the exporter's open files."
	}

	return &Failure{Reason: ReasonStart, Message: "there is no terminal to run the tool on: " + err.Error(), Advice: advice}
}
