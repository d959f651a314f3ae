package main

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/ascend-exporter/ascend_exporter/cmd/internal/server"
)

// A child is the exporter as a process of its own, as an init system runs it.
type child struct {
	*exec.Cmd

	url   string
	log   *lines
	ended chan struct{}
	err   error // of Wait, once it has ended
}

// startProcess starts the exporter and waits for its port.
func startProcess(t *testing.T, args ...string) *child {
	t.Helper()

	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}

	args = append([]string{"--web.listen-address=127.0.0.1:0", "--path.lock=" + t.TempDir()}, args...)
	p := &child{Cmd: exec.Command(self, args...)}
	p.begin(t)

	return p
}

// begin starts the command.
func (p *child) begin(t *testing.T) {
	t.Helper()

	p.log, p.ended = newLines(), make(chan struct{})
	p.Env = slices.Concat(os.Environ(), p.Env, []string{asExporter + "=1"})
	p.Stderr = p.log

	if err := p.Start(); err != nil {
		t.Fatal(err)
	}

	go func() {
		p.err = p.Wait()
		p.log.end()
		close(p.ended)
	}()

	// It takes its tool with it.
	t.Cleanup(func() {
		_ = p.Process.Signal(syscall.SIGTERM)
		<-p.ended
	})

	p.url = "http://" + p.log.wait(t, regexp.MustCompile(`address=(127\.0\.0\.1:\d+)`))[1]
}

// status waits for the end and gives the exit status.
func (p *child) status(t *testing.T) int {
	t.Helper()

	select {
	case <-p.ended:
		var exit *exec.ExitError
		if p.err != nil && !errors.As(p.err, &exit) {
			t.Fatal(p.err)
		}

		return p.ProcessState.ExitCode()
	case <-time.After(patience):
		t.Fatalf("it does not end:\n%s", p.log.text())

		return -1
	}
}

// TestTerminationWithAHungTool: the exporter ends in time, and takes the tool with it.
func TestTerminationWithAHungTool(t *testing.T) {
	t.Parallel()

	tool := newStandIn(t, "--hang=*", "--ignore-sigterm")
	p := startProcess(t, "--npu-smi.command="+tool.command())

	// The run has logged its start once it hangs.
	var child string

	deadline := time.Now().Add(patience)
	tick := time.NewTicker(10 * time.Millisecond)

	defer tick.Stop()

	for ; child == "" && time.Now().Before(deadline); <-tick.C {
		if words := strings.Fields(tool.runs()[0]); len(words) > 2 {
			child = words[2]
		}
	}

	if child == "" {
		t.Fatalf("the tool was not started:\n%s", p.log.text())
	}

	begin := time.Now()

	if err := p.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}

	if status := p.status(t); status != 0 {
		t.Errorf("status %d:\n%s", status, p.log.text())
	}

	// Generous: it is half a second where the machine is not loaded.
	if took := time.Since(begin); took > 10*time.Second {
		t.Errorf("it took %v to end", took)
	}

	if state, err := os.ReadFile(filepath.Join("/proc", child, "stat")); err == nil && !strings.Contains(string(state), ") Z ") {
		t.Errorf("the tool lives on: %s", state)
	}
}

func TestHangupDoesNotEndIt(t *testing.T) {
	t.Parallel()

	p := startProcess(t, "--sim")

	if err := p.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}

	response, err := http.Get(p.url + server.HealthyPath)
	if err != nil {
		t.Fatal(err)
	}

	_ = response.Body.Close()

	if err := p.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}

	if status := p.status(t); status != 0 {
		t.Errorf("status %d after a hangup and a termination:\n%s", status, p.log.text())
	}
}

// TestHealthyRunIsSilent: after the start nothing is logged.
func TestHealthyRunIsSilent(t *testing.T) {
	t.Parallel()

	e := startExporter(t, fast("--sim")...)
	e.until("some runs", func(m samples) bool { return m[`ascend_exporter_query_runs_total{query="summary"}`] > 5 })

	for line := range strings.SplitSeq(strings.TrimSpace(e.log.text()), "\n") {
		if !strings.Contains(line, "msg=starting") && !strings.Contains(line, "Listening on") && !strings.Contains(line, "TLS is disabled") {
			t.Errorf("logged: %s", line)
		}
	}

	if status := e.stop(); status != 0 {
		t.Errorf("status %d", status)
	}
}

// TestSystemdSocket hands the exporter a listening socket, as systemd does.
func TestSystemdSocket(t *testing.T) {
	t.Parallel()

	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()

	file, err := listener.(*net.TCPListener).File()
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()

	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}

	// LISTEN_PID has to be that of the exporter, which is known to a shell only.
	p := &child{Cmd: exec.Command("sh", "-c", `LISTEN_PID=$$ LISTEN_FDS=1 exec "$0" --sim --web.systemd-socket`, self)}
	p.ExtraFiles = []*os.File{file}
	p.begin(t)

	if want := "http://" + listener.Addr().String(); p.url != want {
		t.Errorf("listens on %s, want %s", p.url, want)
	}

	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()

	request, err := http.NewRequestWithContext(ctx, http.MethodGet, p.url+"/metrics", nil)
	if err != nil {
		t.Fatal(err)
	}

	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()

	if _, err := io.Copy(io.Discard, response.Body); err != nil || response.StatusCode != http.StatusOK {
		t.Errorf("status %d, %v", response.StatusCode, err)
	}

	if err := p.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}

	if status := p.status(t); status != 0 {
		t.Errorf("status %d", status)
	}
}

// TestSystemdHearsOfIt: that it serves, when it does; that it lives, though its tool hangs; and that it ends.
func TestSystemdHearsOfIt(t *testing.T) {
	t.Parallel()

	socket := filepath.Join(t.TempDir(), "notify")

	systemd, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: socket, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer systemd.Close()

	if err := systemd.SetReadDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}

	buffer := make([]byte, 4096)
	hears := func(state string) {
		t.Helper()

		for heard := ""; heard != state; {
			n, err := systemd.Read(buffer)
			if err != nil {
				t.Fatalf("%s: %v", state, err)
			}

			// Signs of life may stand before and between.
			if heard = string(buffer[:n]); heard != state && heard != "WATCHDOG=1" {
				t.Errorf("heard %q, want %q", heard, state)
			}
		}
	}

	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}

	tool := newStandIn(t, "--hang=*")
	p := &child{Cmd: exec.Command(self, "--web.listen-address=127.0.0.1:0", "--path.lock="+t.TempDir(), "--npu-smi.command="+tool.command())}
	p.Env = []string{"NOTIFY_SOCKET=" + socket, "WATCHDOG_USEC=50000"}
	p.begin(t)

	hears("READY=1")

	response, err := http.Get(p.url + server.HealthyPath)
	if err != nil {
		t.Fatalf("ready, but: %v", err)
	}

	_ = response.Body.Close()

	for range 3 {
		hears("WATCHDOG=1")
	}

	if err := p.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}

	hears("STOPPING=1")

	if status := p.status(t); status != 0 {
		t.Errorf("status %d:\n%s", status, p.log.text())
	}
}
