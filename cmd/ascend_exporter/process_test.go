package main

import (
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/ascend-exporter/ascend_exporter/cmd/internal/exportertest"
	"github.com/ascend-exporter/ascend_exporter/cmd/internal/server"
)

// startProcess starts the exporter as a process of its own, as an init system runs it, and waits for its port.
func startProcess(t *testing.T, args ...string) *exportertest.Process {
	t.Helper()

	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}

	args = append([]string{"--web.listen-address=127.0.0.1:0", "--path.lock=" + t.TempDir()}, args...)

	return begin(t, exec.Command(self, args...))
}

// begin starts a command that ends up as the test's own binary.
func begin(t *testing.T, command *exec.Cmd) *exportertest.Process {
	t.Helper()

	command.Env = slices.Concat(os.Environ(), command.Env, []string{asExporter + "=1"})

	return exportertest.Start(t, command)
}

// awaitRun waits until the tool was started, and gives the id of its process.
func awaitRun(t *testing.T, tool *exportertest.StandIn) string {
	t.Helper()

	deadline := time.After(patience)
	tick := time.NewTicker(10 * time.Millisecond)

	defer tick.Stop()

	for {
		if words := strings.Fields(tool.Runs()[0]); len(words) > 2 {
			return words[2]
		}

		select {
		case <-tick.C:
		case <-deadline:
			t.Fatal("the tool was not started")
		}
	}
}

// TestTerminationWithAHungTool: the exporter ends in time, and takes the tool with it.
func TestTerminationWithAHungTool(t *testing.T) {
	t.Parallel()

	tool := newStandIn(t, "--hang=*", "--ignore-sigterm")
	p := startProcess(t, "--npu-smi.command="+tool.Command())

	child := awaitRun(t, tool)
	begin := time.Now()

	if err := p.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}

	if status := p.Status(t); status != 0 {
		t.Errorf("status %d:\n%s", status, p.Log.Text())
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

	response, err := http.Get(p.URL + server.HealthyPath)
	if err != nil {
		t.Fatal(err)
	}

	_ = response.Body.Close()

	if err := p.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}

	if status := p.Status(t); status != 0 {
		t.Errorf("status %d after a hangup and a termination:\n%s", status, p.Log.Text())
	}
}

// TestHealthyRunIsSilent: after the start nothing is logged.
func TestHealthyRunIsSilent(t *testing.T) {
	t.Parallel()

	e := startExporter(t, fast("--sim")...)
	e.Until("some runs", func(m samples) bool { return m[`ascend_exporter_query_runs_total{query="summary"}`] > 5 })

	for line := range strings.SplitSeq(strings.TrimSpace(e.Log.Text()), "\n") {
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
	command := exec.Command("sh", "-c", `LISTEN_PID=$$ LISTEN_FDS=1 exec "$0" --sim --web.systemd-socket`, self)
	command.ExtraFiles = []*os.File{file}
	p := begin(t, command)

	if want := "http://" + listener.Addr().String(); p.URL != want {
		t.Errorf("listens on %s, want %s", p.URL, want)
	}

	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()

	request, err := http.NewRequestWithContext(ctx, http.MethodGet, p.URL+"/metrics", nil)
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

	if status := p.Status(t); status != 0 {
		t.Errorf("status %d", status)
	}
}

// TestNoSystemdSocket: what is no socket to listen on ends the exporter with a word on the flag.
func TestNoSystemdSocket(t *testing.T) {
	t.Parallel()

	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}

	file, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()

	for sockets, words := range map[string]string{"0": "no socket", "1": "no stream socket"} {
		command := exec.Command("sh", "-c", `LISTEN_PID=$$ LISTEN_FDS=`+sockets+` exec "$0" --sim --web.systemd-socket`, self)
		command.Env = append(os.Environ(), asExporter+"=1")
		command.ExtraFiles = []*os.File{file}

		var stderr strings.Builder

		command.Stderr = &stderr

		err := command.Run()
		if log := stderr.String(); command.ProcessState.ExitCode() != 1 || !strings.Contains(log, "--web.systemd-socket: ") || !strings.Contains(log, words) {
			t.Errorf("%s of them: %v:\n%s", sockets, err, log)
		}
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
	command := exec.Command(self, "--web.listen-address=127.0.0.1:0", "--path.lock="+t.TempDir(), "--npu-smi.command="+tool.Command())
	command.Env = []string{"NOTIFY_SOCKET=" + socket, "WATCHDOG_USEC=50000"}
	p := begin(t, command)

	hears("READY=1")

	response, err := http.Get(p.URL + server.HealthyPath)
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

	if status := p.Status(t); status != 0 {
		t.Errorf("status %d:\n%s", status, p.Log.Text())
	}
}
