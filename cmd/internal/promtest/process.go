package promtest

import (
	"bytes"
	"net/http"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"
)

// patience bounds every wait. It is no measure of speed.
const patience = time.Minute

// run runs a command that serves until the test ends, and waits until it is ready. The test is skipped where the command, which the
// package of Debian has, is not on PATH.
func run(t *testing.T, url, command, debian string, args ...string) *log {
	t.Helper()

	binary, err := exec.LookPath(command)
	if err != nil {
		t.Skipf("no %s on PATH: install Debian's package %s", command, debian)
	}

	output := new(log)
	cmd := exec.CommandContext(t.Context(), binary, args...) //nolint:gosec // it is Prometheus or Alertmanager
	cmd.Stderr, cmd.Stdout = output, output

	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}

	ended := make(chan struct{})

	go func() {
		_ = cmd.Wait()
		close(ended)
	}()

	t.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt)
		<-ended
	})

	wait(t, output, func() (string, bool) {
		select {
		case <-ended:
			t.Fatalf("%s ended:\n%s", command, output)
		default:
		}

		response, err := http.Get(url + "/-/ready") //nolint:noctx // the process ends with the test
		if err != nil {
			return err.Error(), false
		}

		return response.Status, response.Body.Close() == nil && response.StatusCode == http.StatusOK
	})

	return output
}

// wait asks again and again until the answer is yes; in the end it fails with what it was told.
func wait(t *testing.T, output *log, ask func() (state string, good bool)) {
	t.Helper()

	deadline := time.Now().Add(patience)
	tick := time.NewTicker(100 * time.Millisecond)

	defer tick.Stop()

	for {
		state, good := ask()
		if good {
			return
		}

		if time.Now().After(deadline) {
			t.Fatalf("%s\n%s", state, output)
		}

		<-tick.C
	}
}

// A log is a buffer that can be read while it is written.
type log struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Write adds to the log.
func (l *log) Write(text []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()

	return l.text.Write(text)
}

// String is the log so far.
func (l *log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()

	return l.text.String()
}
