package npusmi

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func reason(failure *Failure) Reason {
	if failure == nil {
		return ""
	}

	return failure.Reason
}

func TestRunnerAnswer(t *testing.T) {
	t.Parallel()

	libraries := t.TempDir()
	r := NewRunner(Config{Command: tool(t, "report"), LibraryDirs: []string{libraries, libraries + "/none"}})
	before := time.Now()

	run := r.Run(t.Context(), never, "info", "-t", "two words")
	if run.Failure != nil || run.Cancelled || !run.Started || run.ExitStatus != 0 || run.Signal != 0 {
		t.Fatalf("got %+v", run)
	}

	if run.Start.Before(before) || run.Duration <= 0 || run.Duration > time.Since(before) {
		t.Errorf("started %v after the call, ran %v", run.Start.Sub(before), run.Duration)
	}

	lines := strings.SplitAfter(string(run.Stdout), "\n")
	if want := "args [\"info\" \"-t\" \"two words\"], input \"\" <nil>, group of its own true\n"; lines[0] != want {
		t.Errorf("got %q, want %q", lines[0], want)
	}

	if !strings.HasPrefix(lines[1], "LC_ALL=C ") || !strings.HasSuffix(lines[1], libraries+"\n") {
		t.Errorf("environment: got %q", lines[1])
	}

	if string(run.Stderr) != "on stderr" {
		t.Errorf("stderr: got %q", run.Stderr)
	}

	if diff := cmp.Diff([]string{"info", "-t", "two words"}, run.Args); diff != "" {
		t.Error(diff)
	}
}

func TestRunnerExitStatusIsNoFailure(t *testing.T) {
	t.Parallel()

	run := NewRunner(Config{Command: tool(t, "exit", "215")}).Run(t.Context(), never)
	if run.Failure != nil || run.ExitStatus != 215 || run.Signal != 0 || string(run.Stdout) != "before the end" {
		t.Errorf("got %+v", run)
	}
}

func TestRunnerDeathBySignal(t *testing.T) {
	t.Parallel()

	run := NewRunner(Config{Command: tool(t, "die")}).Run(t.Context(), never)
	if run.Failure != nil || run.ExitStatus != -1 || run.Signal != syscall.SIGKILL {
		t.Errorf("got %+v", run)
	}
}

func TestRunnerDeadline(t *testing.T) {
	t.Parallel()

	for mode, processes := range map[string]int{"hang": 1, "stubborn": 1, "family": 2} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()

			w := newWitness(t)
			r := NewRunner(Config{Command: tool(t, mode, w.path)})
			r.kill = w.firstArrived(t, processes)
			r.graces.kill.long = never // a loaded machine may take its time

			run := r.Run(t.Context(), time.Millisecond)
			if reason(run.Failure) != ReasonTimeout || !run.Started || run.Cancelled || run.Signal == 0 {
				t.Errorf("got %+v", run)
			}

			w.gone(t)

			if _, held := r.Hold(time.Now()); held || r.Unkillable() != 0 {
				t.Error("counted as unkillable")
			}
		})
	}
}

func TestRunnerCancel(t *testing.T) {
	t.Parallel()

	for mode, processes := range map[string]int{"hang": 1, "stubborn": 1, "family": 2} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()

			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()

			w := newWitness(t)
			r := NewRunner(Config{Command: tool(t, mode, w.path)})
			r.graces.term.long, r.graces.kill.long = never, never // the short ones must do
			done := make(chan Run, 1)

			go func() { done <- r.Run(ctx, never) }()

			for range processes {
				w.arrived(t)
			}

			cancelled := time.Now()

			cancel()

			run := <-done
			if took := time.Since(cancelled); took > never/2 {
				t.Errorf("took %v", took)
			}

			if !run.Cancelled || run.Failure == nil || run.Failure.Reason != "" {
				t.Errorf("got %+v", run)
			}

			w.gone(t)
		})
	}
}

func TestRunnerCancelledBefore(t *testing.T) {
	t.Parallel()

	ctx, cancel := context.WithCancel(t.Context())
	cancel()

	for _, config := range []Config{{Command: tool(t, "report")}, {Command: []string{"/nowhere"}}} {
		if run := NewRunner(config).Run(ctx, never); !run.Cancelled || run.Started || reason(run.Failure) != "" {
			t.Errorf("got %+v", run)
		}
	}
}

func TestRunnerFlood(t *testing.T) {
	t.Parallel()

	for _, stream := range []string{"stdout", "stderr"} {
		run := NewRunner(Config{Command: tool(t, "flood", stream, strconv.Itoa(5<<20))}).Run(t.Context(), never)
		if reason(run.Failure) != ReasonOutputTooLarge || len(run.Stdout)+len(run.Stderr) != maxOutput {
			t.Errorf("%s: got %v, %d and %d bytes", stream, run.Failure, len(run.Stdout), len(run.Stderr))
		}

		run = NewRunner(Config{Command: tool(t, "flood", stream, strconv.Itoa(maxOutput))}).Run(t.Context(), never)
		if run.Failure != nil || len(run.Stdout)+len(run.Stderr) != maxOutput {
			t.Errorf("%s: got %v, %d and %d bytes at the cap", stream, run.Failure, len(run.Stdout), len(run.Stderr))
		}
	}
}

func TestRunnerLeftBehindHoldsPipes(t *testing.T) {
	t.Parallel()

	w := newWitness(t)
	r := NewRunner(Config{Command: tool(t, "leave", w.path)})
	r.graces.kill.long = never

	run := r.Run(t.Context(), never)
	if run.Failure != nil || run.ExitStatus != 0 || !bytes.Equal(run.Stdout, []byte("the answer\n")) {
		t.Errorf("got %+v, %q", run, run.Stdout)
	}

	w.gone(t)
}

func TestRunnerStartFailures(t *testing.T) {
	t.Parallel()

	dir := t.TempDir()
	write := func(name, text string, mode os.FileMode) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), mode); err != nil {
			t.Fatal(err)
		}

		return path
	}

	for name, path := range map[string]string{
		"missing":        dir + "/none",
		"not on PATH":    "no-such-tool-anywhere",
		"empty":          "",
		"directory":      dir,
		"not executable": write("data", "", 0o600),
		"no interpreter": write("script", "#!/no/such/interpreter\n", 0o700),
		"no program":     write("noise", "\x00\x01\x02", 0o700),
		"no file":        "/a\x00b",
	} {
		r := NewRunner(Config{Command: []string{path}})

		run := r.Run(t.Context(), never)
		if reason(run.Failure) != ReasonStart || run.Failure.Advice == "" || run.Started || !run.Start.IsZero() {
			t.Errorf("%s: got %+v", name, run)
		}

		if _, held := r.Hold(time.Now()); held {
			t.Errorf("%s: counted as unkillable", name)
		}
	}
}

func TestRunnerToolAppears(t *testing.T) {
	t.Parallel()

	r := NewRunner(Config{})
	r.folders = []string{t.TempDir(), t.TempDir()}

	run := r.Run(t.Context(), never, "stand-in", "exit", "0")
	if reason(run.Failure) != ReasonStart {
		t.Fatalf("got %+v", run)
	}

	for _, want := range []string{r.folders[0], r.folders[1], "--npu-smi.command", "--sim", "driver"} {
		if !strings.Contains(run.Failure.Error(), want) {
			t.Errorf("%q does not say %q", run.Failure, want)
		}
	}

	if err := os.Symlink(tool(t)[0], filepath.Join(r.folders[1], "npu-smi")); err != nil {
		t.Fatal(err)
	}

	if run := r.Run(t.Context(), never, "stand-in", "exit", "0"); run.Failure != nil || string(run.Stdout) != "before the end" {
		t.Errorf("got %+v", run)
	}
}

func TestRunnerStartAdvice(t *testing.T) {
	t.Parallel()

	for err, want := range map[syscall.Errno]string{
		syscall.EAGAIN: "limits", syscall.EMFILE: "limits", syscall.ETXTBSY: "upgrade", syscall.ENOEXEC: "program for this machine",
	} {
		failure := startFailure(&os.PathError{Op: "fork/exec", Path: "/x", Err: err})
		if failure.Reason != ReasonStart || !strings.Contains(failure.Advice, want) {
			t.Errorf("%v: got %q", err, failure)
		}
	}
}

func TestRunnerEnvironment(t *testing.T) {
	t.Parallel()

	dir := t.TempDir()
	for _, test := range []struct {
		name         string
		parent, want []string
	}{
		{"nothing set", []string{"A=1"}, []string{"A=1", "LD_LIBRARY_PATH=" + dir, "LC_ALL=C"}},
		{"both set", []string{"LC_ALL=zh_CN.UTF-8", "LD_LIBRARY_PATH=/x:/y"}, []string{"LD_LIBRARY_PATH=/x:/y:" + dir, "LC_ALL=C"}},
		{"there already", []string{"LD_LIBRARY_PATH=" + dir + ":/y"}, []string{"LD_LIBRARY_PATH=" + dir + ":/y", "LC_ALL=C"}},
		{"empty parts are the current folder", []string{"LD_LIBRARY_PATH=:"}, []string{"LD_LIBRARY_PATH=" + dir, "LC_ALL=C"}},
	} {
		if diff := cmp.Diff(test.want, environment(test.parent, []string{dir, dir + "/none"})); diff != "" {
			t.Errorf("%s: %s", test.name, diff)
		}
	}

	if diff := cmp.Diff([]string{"LC_ALL=C"}, environment(nil, nil)); diff != "" {
		t.Error(diff)
	}

	for _, dir := range DefaultLibraryDirs() {
		if !filepath.IsAbs(dir) {
			t.Errorf("got %q", dir)
		}
	}
}
