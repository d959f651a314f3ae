package pictures

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// patience bounds every wait.
const patience = time.Minute

// exporterBinary is the exporter that the variable ASCEND_EXPORTER_BIN names, or one built from this checkout.
func exporterBinary(t *testing.T) string {
	t.Helper()

	if binary := os.Getenv("ASCEND_EXPORTER_BIN"); binary != "" {
		return binary
	}

	binary := filepath.Join(t.TempDir(), "ascend_exporter")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", binary, "./cmd/ascend_exporter")
	build.Dir = filepath.Join("..", "..")

	if output, err := build.CombinedOutput(); err != nil {
		t.Fatalf("building the exporter: %v\n%s", err, output)
	}

	return binary
}

// startExporter runs the exporter until the test ends and gives the address of its status page.
func startExporter(ctx context.Context, t *testing.T, binary string, args ...string) string {
	t.Helper()

	ctx, cancel := context.WithCancel(ctx)

	args = append([]string{"--web.listen-address=127.0.0.1:0"}, args...)
	exporter := exec.CommandContext(ctx, binary, args...)
	exporter.Cancel = func() error { return exporter.Process.Signal(syscall.SIGTERM) }
	exporter.WaitDelay = 10 * time.Second

	stderr, err := exporter.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}

	if err := exporter.Start(); err != nil {
		t.Fatal(err)
	}

	addresses := make(chan string, 1)
	logged := make(chan string, 1)

	go func() { logged <- readLog(stderr, addresses) }()

	t.Cleanup(func() {
		cancel()

		text := <-logged // all of it, before Wait closes the pipe
		err := exporter.Wait()

		if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
			t.Errorf("the exporter ended with %v", exit)
		}

		if t.Failed() {
			t.Logf("the exporter's log:\n%s", text)
		}
	})

	select {
	case address, ok := <-addresses:
		if !ok {
			t.Fatal("the exporter ended before it listened")
		}

		return "http://" + address + "/"
	case <-time.After(patience):
		t.Fatal("the exporter does not listen")

		return ""
	}
}

// readLog reads the exporter's log to its end, and tells the address on which it listens.
func readLog(r io.Reader, addresses chan<- string) string {
	defer close(addresses)

	listening := regexp.MustCompile(`msg="Listening on" address=(\S+)`)

	var text strings.Builder

	lines := bufio.NewScanner(r)
	for lines.Scan() {
		text.WriteString(lines.Text() + "\n")

		if match := listening.FindStringSubmatch(lines.Text()); match != nil {
			addresses <- match[1]
		}
	}

	return text.String()
}

// waitCollected waits until the first collection has ended and the page shows what came of it.
func waitCollected(ctx context.Context, t *testing.T, page string) {
	t.Helper()

	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()

	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()

	for {
		ready, _ := get(ctx, t, page+"-/ready")
		_, text := get(ctx, t, page)
		_, metrics := get(ctx, t, page+"metrics")

		// The mapping comes after the summary, and only where that works.
		whole := strings.Contains(metrics, "ascend_exporter_up 0") || strings.Contains(metrics, `query="mapping"`)
		if ready == http.StatusOK && whole && !strings.Contains(text, `http-equiv="refresh"`) {
			return
		}

		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatal("the first collection does not end")
		}
	}
}

func get(ctx context.Context, t *testing.T, address string) (status int, body string) {
	t.Helper()

	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}

	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}

	text, err := io.ReadAll(response.Body)
	if err := errors.Join(err, response.Body.Close()); err != nil {
		t.Fatal(err)
	}

	return response.StatusCode, string(text)
}
