package npusmi

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// untouchable is kill(2) for a process of another user.
func untouchable(pid int, _ syscall.Signal) error {
	if err := syscall.Kill(pid, 0); err != nil {
		return err
	}

	return syscall.EPERM
}

func TestRunnerUnkillable(t *testing.T) {
	t.Parallel()

	file, err := os.Create(filepath.Join(t.TempDir(), "lock"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()

	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX); err != nil {
		t.Fatal(err)
	}

	const blink = time.Millisecond

	r := NewRunner(Config{Command: tool(t, "locked", file.Name()), LockDir: t.TempDir()})
	r.kill = untouchable
	r.graces = graces{term: grace{blink, blink}, kill: grace{blink, blink}, drain: grace{never, never}}

	for i := range maxUnkillable {
		run := r.Run(t.Context(), blink)
		if reason(run.Failure) != ReasonUnkillable || !run.Started || run.Stdout != nil || run.ExitStatus != -1 {
			t.Fatalf("got %+v", run)
		}

		if !strings.Contains(run.Failure.Message, "not ours to kill") {
			t.Errorf("got %q", run.Failure)
		}

		if got := r.Unkillable(); got != i+1 {
			t.Errorf("got %d unkillable processes, want %d", got, i+1)
		}

		if run := r.Run(t.Context(), never); reason(run.Failure) != ReasonUnkillable || run.Started {
			t.Errorf("started one in the back-off: %+v", run)
		}

		r.unkillable.until = time.Time{} // as if the back-off were over
	}

	if until, held := r.Hold(time.Now().Add(time.Hour)); !held || !until.IsZero() {
		t.Errorf("while two live: until %v, held %v", until, held)
	}

	if run := r.Run(t.Context(), never); reason(run.Failure) != ReasonUnkillable || run.Started {
		t.Errorf("started a third one: %+v", run)
	}

	_ = file.Close() // both end, one after the other

	for r.Unkillable() > 0 {
		select {
		case <-r.Changed():
		case <-time.After(never):
			t.Fatal("no word of their end")
		}
	}

	if run := r.Run(t.Context(), never); run.Failure != nil {
		t.Errorf("after their end: %v", run.Failure)
	}
}

// A wrapper ends, and the tool behind it cannot be killed.
func TestRunnerUnkillableBehindWrapper(t *testing.T) {
	t.Parallel()

	for mode, want := range map[string]Reason{"family": ReasonUnkillable, "leave": ""} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()

			w := newWitness(t)
			r := NewRunner(Config{Command: tool(t, mode, w.path)})
			r.graces.kill.long, r.graces.drain.long = time.Millisecond, time.Millisecond
			deadline := never

			if mode == "family" { // it hangs
				deadline = time.Millisecond
			}

			group, kill := 0, w.firstArrived(t, 2)
			r.kill = func(pid int, signal syscall.Signal) error {
				if signal == syscall.SIGKILL { // state D, which it does not reach
					group = pid

					return nil
				}

				return kill(pid, signal)
			}

			run := r.Run(t.Context(), deadline)
			if reason(run.Failure) != want || r.Unkillable() != 1 {
				t.Fatalf("got %+v, %d unkillable", run, r.Unkillable())
			}

			if want != "" && !strings.Contains(run.Failure.Error(), "state D") {
				t.Errorf("got %q", run.Failure)
			}

			if err := syscall.Kill(group, syscall.SIGKILL); err != nil {
				t.Fatal(err)
			}

			<-r.Changed()
			w.gone(t)

			if got := r.Unkillable(); got != 0 {
				t.Errorf("got %d unkillable processes", got)
			}
		})
	}
}

// A group that is not there yet or no more: the process itself is meant.
func TestRunnerKillsProcessWithoutGroup(t *testing.T) {
	t.Parallel()

	w := newWitness(t)
	r := NewRunner(Config{Command: tool(t, "hang", w.path)})
	r.kill = func(pid int, signal syscall.Signal) error {
		if pid < 0 {
			return syscall.ESRCH
		}

		return syscall.Kill(pid, signal)
	}

	if run := r.Run(t.Context(), time.Millisecond); reason(run.Failure) != ReasonTimeout || r.Unkillable() != 0 {
		t.Errorf("got %+v", run)
	}

	w.gone(t)
}

func TestRunnerGroupAlive(t *testing.T) {
	t.Parallel()

	command := exec.Command(tool(t)[0], "stand-in", "zombie")
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}

	pipe, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}

	if err := command.Start(); err != nil {
		t.Fatal(err)
	}

	t.Cleanup(func() {
		_ = command.Process.Kill()
		_ = command.Wait()
	})

	var zombie int
	if _, err := fmt.Fscan(pipe, &zombie); err != nil {
		t.Fatal(err)
	}

	for deadline := time.Now().Add(never); groupAlive(zombie, syscall.Kill); {
		if time.Now().After(deadline) {
			t.Fatal("a zombie is taken for a living process")
		}
	}

	if err := syscall.Kill(-zombie, 0); err != nil {
		t.Fatalf("the zombie has gone: %v", err)
	}

	for _, test := range []struct {
		name  string
		group int
		kill  killer
		want  bool
	}{
		{"living", command.Process.Pid, syscall.Kill, true},
		{"living, of another user", command.Process.Pid, untouchable, true},
		{"dead, of another user", zombie, untouchable, false},
		{"hidden", 1 << 30, func(int, syscall.Signal) error { return syscall.EPERM }, true},
		{"just gone", 1 << 30, func(int, syscall.Signal) error { return nil }, false},
		{"gone", 1 << 30, syscall.Kill, false},
	} {
		if got := groupAlive(test.group, test.kill); got != test.want {
			t.Errorf("%s: got %v, want %v", test.name, got, test.want)
		}
	}
}

func TestRunnerBackOff(t *testing.T) {
	t.Parallel()

	var u unkillable

	now := time.Now()
	for i, want := range []time.Duration{1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300} {
		u.add(now)
		u.remove()

		until, held := u.hold(now)
		if got := until.Sub(now); !held || got != want*time.Second {
			t.Errorf("%d in a row: held %v for %v, want %v", i+1, held, got, want*time.Second)
		}

		now = until
		if _, held := u.hold(now); held {
			t.Errorf("%d in a row: held after the back-off", i+1)
		}
	}

	u.forgive()
	u.add(now)

	if until, _ := u.hold(now); until.Sub(now) != time.Second {
		t.Errorf("after one that could be killed: %v", until.Sub(now))
	}

	u.add(now)

	if until, held := u.hold(now.Add(time.Hour)); !held || !until.IsZero() || u.count() != 2 {
		t.Errorf("while two live: until %v, held %v, count %d", until, held, u.count())
	}
}
