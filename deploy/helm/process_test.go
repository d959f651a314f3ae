package helm

import (
	"crypto/tls"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// patience bounds every wait. It is no measure of speed.
const patience = 3 * time.Minute

// serve starts a command that serves until the test ends, and waits until its URL answers. Its output is shown if the test fails.
func serve(t *testing.T, command string, args []string, url string) {
	t.Helper()

	path := filepath.Join(t.TempDir(), filepath.Base(command)+".log")

	output, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer output.Close()

	cmd := exec.CommandContext(t.Context(), command, args...)
	cmd.Stdout, cmd.Stderr = output, output

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

		select {
		case <-ended:
		case <-time.After(30 * time.Second):
			_ = cmd.Process.Kill()
			<-ended
		}

		if t.Failed() {
			text, _ := os.ReadFile(path)
			t.Logf("%s said at last:\n%s", filepath.Base(command), text[max(0, len(text)-3000):])
		}
	})

	// The API server signs its own certificate.
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}

	await(t, url, func() bool {
		select {
		case <-ended:
			t.Fatalf("%s ended", command)
		default:
		}

		response, err := client.Get(url)
		if err != nil {
			return false
		}

		return response.Body.Close() == nil && response.StatusCode == http.StatusOK
	})
}

// await asks again and again until the answer is yes.
func await(t *testing.T, what string, ask func() bool) {
	t.Helper()

	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()

	for deadline := time.Now().Add(patience); !ask(); <-tick.C {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain: %s", what)
		}
	}
}
