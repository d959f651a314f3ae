package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"github.com/ascend-exporter/ascend_exporter/cmd/internal/promtest"
)

// patience bounds every wait of a test. It is no measure of speed.
const patience = time.Minute

// A logged keeps what was logged, for readers beside the writer.
type logged struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logged) Write(text []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()

	return l.text.Write(text)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()

	return l.text.String()
}

// startFleet runs the simulator until the test ends, and waits until all hosts are known.
func startFleet(t *testing.T, args ...string) (address string, log *logged) {
	t.Helper()

	ctx, cancel := context.WithCancel(t.Context())
	status := make(chan int, 1)
	address, log = promtest.FreeAddress(t), &logged{}

	go func() { status <- run(ctx, append(args, "--web.listen-address="+address), io.Discard, log) }()

	t.Cleanup(func() {
		cancel()

		select {
		case code := <-status:
			if code != 0 {
				t.Errorf("it ended with status %d:\n%s", code, log)
			}
		case <-time.After(patience):
			t.Error("it does not end")
		}
	})

	deadline := time.After(patience)
	tick := time.NewTicker(20 * time.Millisecond)

	defer tick.Stop()

	for {
		if response, err := http.Get("http://" + address + "/-/ready"); err == nil {
			if response.Body.Close() == nil && response.StatusCode == http.StatusOK {
				return address, log
			}
		}

		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("it is not ready:\n%s", log)
		}
	}
}

// get fetches a path.
func get(t *testing.T, address, path string, header ...string) (status int, headers http.Header, body string) {
	t.Helper()

	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+address+path, nil)
	if err != nil {
		t.Fatal(err)
	}

	for i := 0; i+1 < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}

	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()

	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}

	return response.StatusCode, response.Header, string(text)
}

// TestServes: what is at which path.
func TestServes(t *testing.T) {
	t.Parallel()

	address, log := startFleet(t, "--cluster=c1", "--racks=1", "--hosts-per-rack=2", "--product=910B3", "--npus=2")

	for path, want := range map[string]string{
		"/":                         `<a href="/host/sp0-r00-h01/metrics">sp0-r00-h01</a>`,
		"/-/healthy":                "Healthy.",
		"/-/ready":                  "Ready.",
		"/metrics":                  "superpod_sim_build_info",
		"/host/sp0-r00-h00/metrics": `ascend_npu_health_status{chip="0",npu="1"} 0`,
	} {
		if status, _, body := get(t, address, path); status != http.StatusOK || !strings.Contains(body, want) {
			t.Errorf("%s: status %d, no %s in\n%s", path, status, want, body)
		}
	}

	if status, _, body := get(t, address, "/host/sp9/metrics"); status != http.StatusNotFound ||
		!strings.Contains(body, `No host "sp9" in this fleet. /sd lists all, such as "sp0-r00-h00".`) {
		t.Errorf("an unknown host: status %d, %s", status, body)
	}

	if status, _, _ := get(t, address, "/nothing"); status != http.StatusNotFound {
		t.Errorf("an unknown path: status %d", status)
	}

	_, header, body := get(t, address, "/host/sp0-r00-h00/metrics", "Accept", "application/openmetrics-text;version=1.0.0", "Accept-Encoding", "gzip")
	if header.Get("Content-Encoding") != "gzip" || !strings.HasPrefix(header.Get("Content-Type"), "application/openmetrics-text") ||
		!strings.HasPrefix(body, "\x1f\x8b") {
		t.Errorf("neither OpenMetrics nor compressed: %v", header)
	}

	if !strings.Contains(log.String(), "all hosts are known") {
		t.Errorf("the log does not tell of the start:\n%s", log)
	}
}

// TestTargets: each host has its labels, at the address that was asked.
func TestTargets(t *testing.T) {
	t.Parallel()

	address, _ := startFleet(t, "--cluster=c1", "--superpods=2", "--racks=1", "--hosts-per-rack=1", "--npus=1")

	_, header, body := get(t, address, "/sd")
	if got := header.Get("Content-Type"); got != "application/json" {
		t.Errorf("content type %q", got)
	}

	var groups []targetGroup
	if err := json.Unmarshal([]byte(body), &groups); err != nil {
		t.Fatal(err)
	}

	if len(groups) != 2 {
		t.Fatalf("%d targets: %s", len(groups), body)
	}

	want := map[string]string{
		"__metrics_path__": "/host/sp1-r00-h00/metrics", "cluster": "c1", "superpod": "sp1", "rack": "sp1-r00", "instance": "sp1-r00-h00",
	}
	if got := groups[1]; !slices.Equal(got.Targets, []string{address}) || fmt.Sprint(got.Labels) != fmt.Sprint(want) {
		t.Errorf("got %+v, want %v at %s", got, want, address)
	}
}

// series are those of a host, by name.
func series(t *testing.T, address, host string) map[string]int {
	t.Helper()

	_, _, body := get(t, address, metricsPath(host))

	parser := expfmt.NewTextParser(model.UTF8Validation)

	families, err := parser.TextToMetricFamilies(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}

	count := make(map[string]int)
	for name, family := range families {
		count[name] = len(family.Metric)
	}

	return count
}

// TestScenario: a host that is down drops connections, others of the fleet are well, and the page tells.
func TestScenario(t *testing.T) {
	t.Parallel()

	file := filepath.Join(t.TempDir(), "down.yaml")

	const text = "name: one down\nfaults:\n  - {kind: host-down, at: 0s, hosts: \"*-h01\"}\n  - {kind: chip-lost, at: 0s, hosts: \"*-h02\", npu: 1}\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}

	address, _ := startFleet(t, "--racks=1", "--hosts-per-rack=3", "--product=910B3", "--scenario="+file)

	response, err := http.Get("http://" + address + "/host/sp0-r00-h01/metrics")
	if err == nil {
		defer response.Body.Close()
		t.Errorf("a host that is down answers with status %d", response.StatusCode)
	}

	if !errors.Is(err, io.EOF) {
		t.Errorf("the connection is not dropped: %v", err)
	}

	if got := series(t, address, "sp0-r00-h00"); got["ascend_npu_info"] != 8 || got["ascend_exporter_build_info"] != 1 {
		t.Errorf("a good host has %d chips: %v", got["ascend_npu_info"], got)
	}

	_, _, page := get(t, address, "/")
	for _, want := range []string{`>sp0-r00-h01</a></th><td>sp0</td><td>sp0-r00</td><td>down</td><td>one down</td>`, "1 are down", "24 chips"} {
		if !strings.Contains(page, want) {
			t.Errorf("no %s on the page:\n%s", want, page)
		}
	}
}

// TestRefuses: what cannot be meant is refused, and named.
func TestRefuses(t *testing.T) {
	t.Parallel()

	for flag, want := range map[string]string{
		"--racks=0":             "0 racks: a fleet has 1 to 16384 of them",
		"--racks=many":          `--racks="many"`,
		"--product=A4":          `unknown product "A4"`,
		"--scenario=sunshine":   `--scenario="sunshine": unknown scenario`,
		"--web.config.file=/-":  "--web.config.file",
		"--web.listen-address=": `--web.listen-address=""`,
		"--npus=1.5":            `--npus="1.5": must be a whole number`,
		"--nonsense":            "unknown long flag '--nonsense'",
	} {
		var errors bytes.Buffer
		if status := run(t.Context(), []string{flag}, io.Discard, &errors); status != 2 || !strings.Contains(errors.String(), want) {
			t.Errorf("%s: status %d, no %q in %s", flag, status, want, errors.String())
		}
	}

	for _, flag := range []string{"--help", "--version"} {
		var text bytes.Buffer
		if status := run(t.Context(), []string{flag}, &text, io.Discard); status != 0 || !strings.Contains(text.String(), program) {
			t.Errorf("%s: status %d\n%s", flag, status, text.String())
		}
	}

	var log logged
	if status := run(t.Context(), []string{"--web.listen-address=256.0.0.1:0"}, io.Discard, &log); status != 1 ||
		!strings.Contains(log.String(), "256.0.0.1:0") {
		t.Errorf("an address that is none: status %d\n%s", status, log.String())
	}
}
