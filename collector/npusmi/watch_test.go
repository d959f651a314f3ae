package npusmi

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestWatchAsItComes(t *testing.T) {
	t.Parallel()

	gate := filepath.Join(t.TempDir(), "gate")
	if err := syscall.Mkfifo(gate, 0o600); err != nil {
		t.Fatal(err)
	}

	w := newWatching(t, "gate", gate)
	w.run(t)
	w.runs(t)

	if sample := next(t, w.samples); sample.NPU != 0 || !sample.Power.Is(264.5) || !sample.Temperature.Is(68) || !sample.AICore.Is(67) {
		t.Errorf("got %+v", sample)
	}

	file, err := os.OpenFile(gate, os.O_WRONLY, 0) // only now does the process print more
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()

	if sample := next(t, w.samples); sample.NPU != 1 {
		t.Errorf("got %+v", sample)
	}

	if state := w.stops(t, ReasonQuery); !strings.Contains(state.Failure.Message, `Failed to query "watch" info.`) {
		t.Errorf("got %q", state.Failure)
	}

	w.end(t)

	if state := next(t, w.states); state.Running || state.Failure != nil || !state.Retry.IsZero() {
		t.Errorf("at the end: got %+v", state)
	}

	if w.Starts() != 1 || w.Unrecognized() != 1 {
		t.Errorf("got %d starts and %d lines not understood", w.Starts(), w.Unrecognized())
	}
}

func TestWatchBacksOff(t *testing.T) {
	t.Parallel()

	const ms = time.Millisecond

	for name, test := range map[string]struct {
		script string
		reset  time.Duration
		want   []time.Duration
		reason Reason
	}{
		"no data":         {"fail", time.Nanosecond, []time.Duration{ms, 2 * ms, 4 * ms, 5 * ms, 5 * ms}, ReasonQuery},
		"some data":       {"end", never, []time.Duration{ms, 2 * ms, 4 * ms, 5 * ms, 5 * ms}, ReasonQuery},
		"data for enough": {"end", 0, []time.Duration{ms, ms, ms}, ReasonQuery},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			w := newWatching(t, test.script, "")
			w.backOff = watchBackOff{first: ms, longest: 5 * ms, reset: test.reset}
			w.run(t)

			for i, want := range test.want {
				if test.script == "end" {
					w.runs(t)
				}

				state := w.stops(t, test.reason)
				if got := state.Retry.Sub(state.Time); got != want {
					t.Errorf("pause %d: got %v, want %v", i, got, want)
				}
			}
		})
	}
}

func TestWatchStalls(t *testing.T) {
	t.Parallel()

	t.Run("after a row", func(t *testing.T) {
		t.Parallel()

		for _, script := range []string{"hang", "stubborn", "family"} {
			witness := newWitness(t)
			w := newWatching(t, script, witness.path)
			w.limits.quiet = time.Millisecond
			w.runner.graces.term.long = time.Millisecond
			processes := map[string]int{"family": 2}[script]
			w.runner.kill = witness.firstArrived(t, max(processes, 1))
			w.run(t)
			w.runs(t)
			w.stops(t, ReasonTimeout)
			witness.gone(t)

			if got := w.runner.Unkillable(); got != 0 {
				t.Errorf("%s: %d cannot be killed", script, got)
			}
		}
	})

	t.Run("from the start", func(t *testing.T) {
		t.Parallel()

		w := newWatching(t, "mute", "")
		w.limits.first = time.Millisecond
		w.run(t)
		w.stops(t, ReasonTimeout)
	})
}

func TestWatchCancel(t *testing.T) {
	t.Parallel()

	for script, processes := range map[string]int{"hang": 1, "stubborn": 1, "family": 2} {
		t.Run(script, func(t *testing.T) {
			t.Parallel()

			witness := newWitness(t)
			w := newWatching(t, script, witness.path)
			w.runner.graces.term.short = defaultGraces().term.short // the short ones must do
			w.run(t)
			w.runs(t)

			for range processes {
				witness.arrived(t)
			}

			cancelled := time.Now()

			w.end(t)

			if took := time.Since(cancelled); took > never/2 {
				t.Errorf("took %v", took)
			}

			witness.gone(t)

			if state := next(t, w.states); state.Running || state.Failure != nil {
				t.Errorf("got %+v", state)
			}
		})
	}
}

func TestWatchBoundsGarbage(t *testing.T) {
	t.Parallel()

	for _, script := range []string{"flood", "chatter"} {
		t.Run(script, func(t *testing.T) {
			t.Parallel()

			witness := newWitness(t)
			w := newWatching(t, script, witness.path)
			w.run(t)
			w.runs(t)
			w.stops(t, ReasonOutputTooLarge)
			witness.gone(t)

			if len(w.samples) != 1 || w.Unrecognized() == 0 {
				t.Errorf("got %d samples and %d lines not understood", len(w.samples), w.Unrecognized())
			}
		})
	}
}

func TestWatchLeftBehindHoldsTerminal(t *testing.T) {
	t.Parallel()

	witness := newWitness(t)
	w := newWatching(t, "leave", witness.path)
	w.runner.graces.drain.long = time.Millisecond
	w.run(t)

	state := next(t, w.states)
	if state.Running { // not where the row is not read in time
		state = next(t, w.states)
	}

	if reason(state.Failure) != ReasonQuery || !strings.Contains(state.Failure.Message, "without a word") {
		t.Errorf("got %+v, %v", state, state.Failure)
	}

	witness.gone(t)
}

func TestWatchLock(t *testing.T) {
	t.Parallel()

	witness := newWitness(t)
	first, second := newWatching(t, "hang", witness.path), newWatching(t, "hang", witness.path)
	second.runner.config.LockDir = first.runner.config.LockDir
	second.busy = time.Millisecond
	second.backOff.first = time.Millisecond

	first.run(t)
	first.runs(t)
	witness.arrived(t)

	// A query is not kept out, of this instance or of another one.
	for range 2 {
		query := NewRunner(Config{Command: first.runner.config.Command, LockDir: first.runner.config.LockDir})
		if run := query.Run(t.Context(), never, "no", "stream"); run.Failure != nil || run.ExitStatus != 51 {
			t.Errorf("got %+v", run)
		}
	}

	second.run(t)

	if state := second.stops(t, ReasonBusy); !strings.Contains(state.Failure.Message, "another instance") {
		t.Errorf("got %q", state.Failure)
	}

	if second.Starts() != 0 {
		t.Error("it was started")
	}

	first.end(t)

	for state := next(t, second.states); !state.Running; state = next(t, second.states) {
		if reason(state.Failure) != ReasonBusy {
			t.Fatalf("got %+v", state)
		}
	}
}

func TestWatchUnkillable(t *testing.T) {
	t.Parallel()

	const blink = time.Millisecond

	witness := newWitness(t)
	w := newWatching(t, "hang", witness.path)
	w.limits.quiet = blink
	w.backOff.first = blink
	w.runner.kill = untouchable
	w.runner.graces.term.long, w.runner.graces.kill.long = blink, blink
	w.runner.unkillable.streak = 20 // so that the Runner's back-off is long
	w.run(t)
	w.runs(t)

	if state := w.stops(t, ReasonUnkillable); !strings.Contains(state.Failure.Message, "not ours to kill") || w.runner.Unkillable() != 1 {
		t.Errorf("got %q", state.Failure)
	}

	if state := w.stops(t, ReasonUnkillable); !strings.Contains(state.Failure.Message, "none is started before") || w.Starts() != 1 {
		t.Errorf("got %q", state.Failure)
	}

	if err := syscall.Kill(witness.arrived(t), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}

	next(t, w.runner.Changed())
	witness.gone(t)
}

func TestWatchDoesNotStart(t *testing.T) {
	t.Parallel()

	noise := filepath.Join(t.TempDir(), "noise")
	if err := os.WriteFile(noise, []byte("\x00\x01\x02"), 0o700); err != nil {
		t.Fatal(err)
	}

	for _, command := range []string{"/nowhere", noise} {
		w := newWatching(t)
		w.runner.config.Command = []string{command}
		w.run(t)

		if w.stops(t, ReasonStart); w.Starts() != 0 {
			t.Errorf("%s: %d starts", command, w.Starts())
		}
	}

	w := newWatching(t)
	w.runner.config.LockDir = filepath.Join(t.TempDir(), "none")
	w.run(t)
	w.stops(t, ReasonStart)
}
