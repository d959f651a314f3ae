package simtool

import (
	"bufio"
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// patience is how long a test waits for what must happen.
const patience = 20 * time.Second

// start runs the stand-in as a process of its own.
func start(t *testing.T, stdout io.Writer, args ...string) (cmd *exec.Cmd, ended <-chan struct{}) {
	t.Helper()

	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}

	cmd = exec.Command(self, args...)
	cmd.Env = append(os.Environ(), asTool+"=1")
	cmd.Stdout = stdout

	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}

	done := make(chan struct{})

	go func() {
		_ = cmd.Wait() // the tests look at the state of the process

		close(done)
	}()

	t.Cleanup(func() { _ = cmd.Process.Kill() })

	return cmd, done
}

// eventually waits until something holds.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()

	for deadline := time.Now().Add(patience); !holds(); <-time.After(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not in %v: %s", patience, what)
		}
	}
}

// diedOf waits for the end of a process and gives the signal that ended it; -1 if none did.
func diedOf(t *testing.T, cmd *exec.Cmd, ended <-chan struct{}) syscall.Signal {
	t.Helper()

	select {
	case <-ended:
	case <-time.After(patience):
		t.Fatalf("process %d has not ended", cmd.Process.Pid)
	}

	status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus)
	if !ok || !status.Signaled() {
		return -1
	}

	return status.Signal()
}

func TestHang(t *testing.T) {
	t.Parallel()

	for _, tc := range []struct {
		name   string
		option string
		dies   bool // of SIGTERM
	}{
		{"SIGTERM", "--seed=1", true},
		{"SIGTERM ignored", "--ignore-sigterm", false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()

			var out bytes.Buffer

			log := filepath.Join(t.TempDir(), "log")
			cmd, ended := start(t, &out, "--hang=info*", tc.option, "--log="+log, "info", "-m")

			eventually(t, "start in the log", func() bool {
				text, _ := os.ReadFile(log)

				return len(text) > 0
			})

			select {
			case <-ended:
				t.Fatalf("a call that hangs has ended: %v", cmd.ProcessState)
			case <-time.After(200 * time.Millisecond):
			}

			if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
				t.Fatal(err)
			}

			want := syscall.SIGTERM

			if !tc.dies {
				want = syscall.SIGKILL

				select {
				case <-ended:
					t.Fatalf("ended at SIGTERM: %v", cmd.ProcessState)
				case <-time.After(200 * time.Millisecond):
				}

				if err := cmd.Process.Kill(); err != nil {
					t.Fatal(err)
				}
			}

			if got := diedOf(t, cmd, ended); got != want {
				t.Errorf("died of %v, want %v", got, want)
			}

			if busy := cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(); busy > 5*time.Second {
				t.Errorf("hanging took %v of CPU time", busy)
			}

			if out.Len() > 0 {
				t.Errorf("printed %q", out.String())
			}

			if text, err := os.ReadFile(log); err != nil || bytes.Contains(text, []byte("end ")) {
				t.Errorf("log: %v\n%s", err, text)
			}
		})
	}
}

// TestReplayRunning checks that a call that was recorded while it ran prints what was recorded, and runs.
func TestReplayRunning(t *testing.T) {
	t.Parallel()

	recording := write(t, "recording.txtar", "-- info watch => killed --\nNpuID(Idx)  Pwr(W)\n0           90.4\n")

	r, w := io.Pipe()
	cmd, ended := start(t, w, "--replay="+recording, "info", "watch")

	want := "NpuID(Idx)  Pwr(W)\n0           90.4\n"
	got := make([]byte, len(want))

	if _, err := io.ReadFull(r, got); err != nil || string(got) != want {
		t.Fatalf("printed %q, %v", got, err)
	}

	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}

	if got := diedOf(t, cmd, ended); got != syscall.SIGTERM {
		t.Errorf("died of %v", got)
	}
}

// TestStream checks that the stream has one header and then rounds of all chips, until nobody listens any more.
func TestStream(t *testing.T) {
	t.Parallel()

	r, w := io.Pipe()
	_, ended := start(t, w, "--npus=2", "info", "watch", "-d", "1", "-s", "t")

	lines := bufio.NewScanner(r)

	for i, want := range []string{"NpuID(Idx)  ChipId(Idx) Temp(C)", "0 0", "1 0", "0 0", "1 0"} {
		if !lines.Scan() {
			t.Fatalf("no line %d: %v", i, lines.Err())
		}

		got := strings.TrimSpace(lines.Text())
		if fields := strings.Fields(got); i > 0 && len(fields) == 3 {
			got = fields[0] + " " + fields[1]
		}

		if got != want {
			t.Errorf("line %d: %q, want %q", i, got, want)
		}
	}

	_ = r.Close() // it cannot fail

	select {
	case <-ended:
	case <-time.After(patience):
		t.Error("it goes on for nobody")
	}
}

// TestSameMachine checks that two processes see one machine.
func TestSameMachine(t *testing.T) {
	t.Parallel()

	var outs [2]bytes.Buffer

	for i := range outs {
		cmd, ended := start(t, &outs[i], "--product=A3", "--seed=5", at, "info")
		if got := diedOf(t, cmd, ended); got != -1 {
			t.Fatalf("died of %v", got)
		}
	}

	if outs[0].Len() == 0 || outs[0].String() != outs[1].String() {
		t.Errorf("two processes differ:\n%s\n%s", outs[0].String(), outs[1].String())
	}
}
