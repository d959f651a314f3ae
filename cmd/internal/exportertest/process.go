package exportertest

import (
	"errors"
	"os/exec"
	"regexp"
	"syscall"
	"testing"
	"time"
)

// A Process is the exporter as a process of its own, as an init system runs it.
type Process struct {
	*exec.Cmd
	*Client

	ended chan struct{}
	err   error // of Wait, once it has ended
}

// Start starts a command that is the exporter and waits for its address, which is in its log. It ends with the test.
func Start(tb testing.TB, command *exec.Cmd) *Process {
	tb.Helper()

	p := Launch(tb, command)
	p.URL = "http://" + p.Log.Wait(tb, regexp.MustCompile(`address=(127\.0\.0\.1:\d+)`))[1]

	return p
}

// Launch is Start for one that does not say its address, or nobody hears of it.
func Launch(tb testing.TB, command *exec.Cmd) *Process {
	tb.Helper()

	p := &Process{Cmd: command, Client: NewClient(tb, NewLines()), ended: make(chan struct{})}
	p.Stderr = p.Log

	if err := p.Start(); err != nil {
		tb.Fatal(err)
	}

	go func() {
		p.err = p.Wait()
		p.Log.End()
		close(p.ended)
	}()

	// It takes its tool with it.
	tb.Cleanup(func() {
		_ = p.Process.Signal(syscall.SIGTERM)
		_ = p.Process.Signal(syscall.SIGCONT) // where it was stopped
		<-p.ended
	})

	return p
}

// Status waits for the end and gives the exit status.
func (p *Process) Status(tb testing.TB) int {
	tb.Helper()

	select {
	case <-p.ended:
		var exit *exec.ExitError
		if p.err != nil && !errors.As(p.err, &exit) {
			tb.Fatal(p.err)
		}

		return p.ProcessState.ExitCode()
	case <-time.After(Patience):
		tb.Fatalf("it does not end:\n%s", p.Log.Text())

		return -1
	}
}
