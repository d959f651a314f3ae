package npusmi

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"
)

// watchStandIn is `npu-smi info watch`. Where it was not started as the tool must be, it ends with a status of its own.
func watchStandIn(script string, args []string) (status int) {
	if _, err := unix.IoctlGetTermios(1, unix.TCGETS); err != nil {
		return 51
	}

	if _, err := os.Open("/dev/tty"); err == nil { // it must not have one that sudo could ask on
		return 52
	}

	if session, err := unix.Getsid(0); err != nil || session != os.Getpid() || os.Getenv("LC_ALL") != "C" {
		return 53
	}

	path := args[0]
	if diff := cmp.Diff([]string{"info", "watch", "-d", "1"}, args[1:]); diff != "" {
		return 54
	}

	if script == "mute" {
		hang()
	}

	fmt.Println(watchShort)

	if script != "fail" {
		fmt.Println("0           0           264.5       68          67")
	}

	switch script {
	case "gate": // goes on when the test opens the pipe
		if _, err := syscall.Open(path, syscall.O_RDONLY, 0); err != nil {
			return 55
		}

		fmt.Println("1           0           264.5       68          67")
		fmt.Println(`Failed to query "watch" info.`)

		return 197
	case "fail":
		fmt.Println(`Failed to query "watch" info.`)

		return 197
	case "end":
	case "hang":
		tell(path)
		hang()
	case "stubborn":
		signal.Ignore(syscall.SIGTERM)
		tell(path)
		hang()
	case "flood", "chatter":
		text := bytes.Repeat([]byte("x"), 1<<10)
		if script == "chatter" {
			text = []byte("nothing that is known\n")
		}

		tell(path)

		for {
			if _, err := os.Stdout.Write(text); err != nil {
				return 56
			}
		}
	case "family", "leave": // a process with a stubborn child that holds its terminal; it hangs, or leaves the child behind
		child := exec.Command(os.Args[0], "stand-in", "stubborn", path)
		child.Stdout, child.Stderr = os.Stdout, os.Stderr

		if child.Start() != nil {
			return 57
		}

		if script == "family" {
			tell(path)
			hang()
		}
	}

	return 0
}

// watching is a Watch at work.
type watching struct {
	*Watch

	samples chan WatchSample
	states  chan WatchState
	cancel  func()
	done    chan struct{}
}

// newWatching makes a Watch of a stand-in that would wait for ever, unless the test changes it, wherever it can wait.
func newWatching(t *testing.T, words ...string) *watching {
	t.Helper()

	w := &watching{samples: make(chan WatchSample, 1000), states: make(chan WatchState, 1000), done: make(chan struct{})}
	runner := NewRunner(Config{Command: tool(t, append([]string{"watch"}, words...)...), LockDir: t.TempDir()})
	runner.graces = graces{term: grace{never, never}, kill: grace{never, never}, drain: grace{never, never}}

	w.Watch = NewWatch(WatchConfig{Runner: runner, State: func(s WatchState) { w.states <- s }})
	w.limits = watchLimits{first: never, quiet: never}
	w.backOff = watchBackOff{first: never, longest: never, reset: never}

	return w
}

func (w *watching) run(t *testing.T) {
	t.Helper()

	ctx, cancel := context.WithCancel(t.Context())
	w.cancel = cancel

	go func() {
		defer close(w.done)

		w.Run(ctx, func(sample WatchSample, at time.Time) {
			if age := time.Since(at); age < 0 || age > never {
				t.Errorf("a sample of %v ago", age)
			}

			w.samples <- sample
		})
	}()
	t.Cleanup(func() { w.end(t) })
}

func (w *watching) end(t *testing.T) {
	t.Helper()
	w.cancel()

	select {
	case <-w.done:
	case <-time.After(never):
		t.Error("it does not end")
	}
}

func next[T any](t *testing.T, events <-chan T) T {
	t.Helper()

	select {
	case event := <-events:
		return event
	case <-time.After(never):
		t.Fatal("nothing comes")

		panic("unreachable")
	}
}

func (w *watching) runs(t *testing.T) {
	t.Helper()

	if state := next(t, w.states); !state.Running || state.Failure != nil || !state.Retry.IsZero() || state.Time.IsZero() {
		t.Fatalf("got %+v, %v", state, state.Failure)
	}
}

func (w *watching) stops(t *testing.T, why Reason) WatchState {
	t.Helper()

	state := next(t, w.states)
	if state.Running || reason(state.Failure) != why || state.Failure.Advice == "" || !state.Retry.After(state.Time) {
		t.Fatalf("got %+v, %v", state, state.Failure)
	}

	return state
}
