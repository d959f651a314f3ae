package npusmi

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// never is a bound that no test comes near, unless something hangs.
const never = time.Minute

func TestMain(m *testing.M) {
	if len(os.Args) > 2 && os.Args[1] == "stand-in" {
		syscall.Exit(standIn(os.Args[2], os.Args[3:])) // os.Exit would pause for a second under the race detector
	}

	os.Exit(m.Run())
}

// standIn is the tool that the tests run: this test binary, started again.
func standIn(mode string, args []string) (status int) {
	switch mode {
	case "report":
		input, err := io.ReadAll(os.Stdin)
		pgid, _ := syscall.Getpgid(0)
		fmt.Printf("args %q, input %q %v, group of its own %v\n", args, input, err, pgid == os.Getpid())
		fmt.Printf("LC_ALL=%s LD_LIBRARY_PATH=%s\n", os.Getenv("LC_ALL"), os.Getenv("LD_LIBRARY_PATH"))
		fmt.Fprint(os.Stderr, "on stderr")
	case "exit":
		fmt.Print("before the end")

		status, _ = strconv.Atoi(args[0])
	case "die":
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)

		hang()
	case "flood":
		size, _ := strconv.Atoi(args[1])
		stream := map[string]*os.File{"stdout": os.Stdout, "stderr": os.Stderr}[args[0]]
		_, _ = stream.Write(make([]byte, size))
	case "hang":
		tell(args[0])
		hang()
	case "stubborn":
		signal.Ignore(syscall.SIGTERM)
		tell(args[0])
		hang()
	case "family", "leave": // a process with a stubborn child that holds its pipes; it hangs, or leaves the child behind
		fmt.Println("the answer")

		child := exec.Command(os.Args[0], "stand-in", "stubborn", args[0])
		child.Stdout, child.Stderr = os.Stdout, os.Stderr

		if child.Start() != nil {
			return 1
		}

		if mode == "family" {
			tell(args[0])
			hang()
		}
	case "zombie": // a process with a dead child, in a group of its own, that nobody has waited for
		child := exec.Command(os.Args[0], "stand-in", "exit", "0")
		child.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}

		if child.Start() != nil {
			return 1
		}

		fmt.Println(child.Process.Pid)
		hang()
	case "locked": // until the test gives the file free
		file, err := os.Open(args[0])
		if err == nil {
			_ = syscall.Flock(int(file.Fd()), syscall.LOCK_EX)
		}
	case "log":
		file, err := os.OpenFile(args[0], os.O_APPEND|os.O_WRONLY|os.O_CREATE, 0o600)
		if err != nil {
			return 1
		}

		_, _ = fmt.Fprintf(file, "start %d\n", os.Getpid())
		<-time.After(time.Millisecond) // gives an overlap its chance
		_, _ = fmt.Fprintf(file, "end %d\n", os.Getpid())
	}

	return status
}

func hang() {
	for {
		_ = syscall.Pause()
	}
}

// tell says on a named pipe that the process is there, and keeps the pipe open as long as it lives.
func tell(path string) {
	fd, err := syscall.Open(path, syscall.O_WRONLY, 0)
	if err != nil {
		panic(err)
	}

	_, _ = syscall.Write(fd, fmt.Appendln(nil, os.Getpid()))
}

// witness is a named pipe that shows which stand-ins live.
type witness struct {
	path     string
	arrivals *bufio.Reader
	holder   *os.File // keeps the pipe from ending while processes arrive
	end      *os.File
}

func newWitness(t *testing.T) *witness {
	t.Helper()

	w := &witness{path: filepath.Join(t.TempDir(), "witness")}
	if err := syscall.Mkfifo(w.path, 0o600); err != nil {
		t.Fatal(err)
	}

	open := func(flags int) *os.File {
		file, err := os.OpenFile(w.path, flags|syscall.O_NONBLOCK, 0)
		if err != nil {
			t.Fatal(err)
		}

		t.Cleanup(func() { _ = file.Close() })

		if err := file.SetReadDeadline(time.Now().Add(never)); err != nil {
			t.Fatal(err)
		}

		return file
	}

	w.end, w.holder = open(os.O_RDONLY), open(os.O_RDWR)
	w.arrivals = bufio.NewReader(w.holder)

	return w
}

// arrived waits for a process, and gives its id.
func (w *witness) arrived(t *testing.T) int {
	t.Helper()

	line, err := w.arrivals.ReadString('\n')
	if err != nil {
		t.Fatalf("no process has arrived: %v", err)
	}

	pid, err := strconv.Atoi(strings.TrimSpace(line))
	if err != nil {
		t.Fatal(err)
	}

	return pid
}

// firstArrived is kill(2), but SIGTERM waits for some processes to arrive: whatever the deadline was, they are there then.
func (w *witness) firstArrived(t *testing.T, processes int) killer {
	t.Helper()

	return func(pid int, signal syscall.Signal) error {
		for ; signal == syscall.SIGTERM && processes > 0; processes-- {
			w.arrived(t)
		}

		return syscall.Kill(pid, signal)
	}
}

// gone waits for the end of all processes.
func (w *witness) gone(t *testing.T) {
	t.Helper()

	_ = w.holder.Close()

	if _, err := io.Copy(io.Discard, w.end); err != nil {
		t.Errorf("a process lives on: %v", err)
	}
}

// tool is a command that runs the stand-in.
func tool(t *testing.T, words ...string) []string {
	t.Helper()

	binary, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}

	return append([]string{binary, "stand-in"}, words...)
}

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
}
