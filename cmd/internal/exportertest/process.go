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
func Start(t *testing.T, command *exec.Cmd) *Process {
	t.Helper()

	p := Launch(t, command)
	p.URL = "http://" + p.Log.Wait(t, regexp.MustCompile(`address=(127\.0\.0\.1:\d+)`))[1]

	return p
}

// Launch is Start for one that does not say its address, or nobody hears of it.
func Launch(t *testing.T, command *exec.Cmd) *Process {
	t.Helper()

	p := &Process{Cmd: command, Client: NewClient(t, NewLines()), ended: make(chan struct{})}
	p.Stderr = p.Log

	if err := p.Start(); err != nil {
		t.Fatal(err)
	}

	go func() {
		p.err = p.Wait()
		p.Log.End()
		close(p.ended)
	}()

	// It takes its tool with it.
	t.Cleanup(func() {
		_ = p.Process.Signal(syscall.SIGTERM)
		_ = p.Process.Signal(syscall.SIGCONT) // where it was stopped
		<-p.ended
	})

	return p
}

// Status waits for the end and gives the exit status.
func (p *Process) Status(t *testing.T) int {
	t.Helper()

	select {
	case <-p.ended:
		var exit *exec.ExitError
		if p.err != nil && !errors.As(p.err, &exit) {
			t.Fatal(p.err)
		}

		return p.ProcessState.ExitCode()
	case <-time.After(Patience):
		t.Fatalf("it does not end:\n%s", p.Log.Text())

		return -1
	}
}
