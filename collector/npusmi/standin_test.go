package npusmi

import (
	"bufio"
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
	case "watch":
		status = watchStandIn(args[0], args[1:])
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
