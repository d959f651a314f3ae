package main

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// A promServer is a real Prometheus server.
type promServer struct {
	t   *testing.T
	url string
	log *lines
}

// startPrometheus scrapes one target each second until the test ends.
func startPrometheus(t *testing.T, target string) *promServer {
	t.Helper()

	binary, err := exec.LookPath("prometheus")
	if err != nil {
		t.Skip("no prometheus on PATH: install Debian's package prometheus")
	}

	folder := t.TempDir()
	config := filepath.Join(folder, "prometheus.yml")
	text := fmt.Sprintf("global:\n  scrape_interval: 1s\nscrape_configs:\n  - job_name: ascend\n    static_configs:\n      - targets: [%q]\n",
		strings.TrimPrefix(target, "http://"))

	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}

	p := &promServer{t: t, url: "http://" + freeAddress(t), log: newLines()}
	cmd := exec.CommandContext(t.Context(), binary,
		"--config.file="+config, "--storage.tsdb.path="+filepath.Join(folder, "data"),
		"--web.listen-address="+strings.TrimPrefix(p.url, "http://"))
	cmd.Stderr, cmd.Stdout = p.log, p.log

	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}

	done := make(chan struct{})

	go func() {
		_ = cmd.Wait()
		p.log.end()
		close(done)
	}()

	t.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt)
		<-done
	})

	p.log.wait(t, regexp.MustCompile(`Server is ready to receive web requests`))

	return p
}

// freeAddress is an address that nobody listens on. Prometheus cannot be given a socket, nor asked for its port.
func freeAddress(t *testing.T) string {
	t.Helper()

	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()

	return listener.Addr().String()
}

// ask calls Prometheus's API and decodes the data of its answer.
func (p *promServer) ask(path string, data any) {
	p.t.Helper()

	response, err := http.Get(p.url + path)
	if err != nil {
		p.t.Fatal(err)
	}
	defer response.Body.Close()

	answer := struct {
		Status string
		Error  string
		Data   any
	}{Data: data}
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil || answer.Status != "success" {
		p.t.Fatalf("%s: %v %s", path, err, answer.Error)
	}
}

// query gives the values of an instant query.
func (p *promServer) query(expression string) []float64 {
	p.t.Helper()

	var data struct {
		Result []struct{ Value [2]any }
	}

	p.ask("/api/v1/query?query="+url.QueryEscape(expression), &data)

	values := make([]float64, 0, len(data.Result))

	for _, series := range data.Result {
		text, ok := series.Value[1].(string)
		if !ok {
			p.t.Fatalf("%s: a value that is no string: %v", expression, series.Value)
		}

		value, err := strconv.ParseFloat(text, 64)
		if err != nil {
			p.t.Fatal(err)
		}

		values = append(values, value)
	}

	return values
}

// until asks until the values are as they should be.
func (p *promServer) until(expression string, good func([]float64) bool) {
	p.t.Helper()

	deadline := time.Now().Add(patience)
	tick := time.NewTicker(200 * time.Millisecond)

	defer tick.Stop()

	for values := p.query(expression); !good(values); values = p.query(expression) {
		if time.Now().After(deadline) {
			p.t.Fatalf("%s stays at %v\n%s", expression, values, p.log.text())
		}

		<-tick.C
	}
}

func is(want ...float64) func([]float64) bool {
	return func(values []float64) bool {
		return fmt.Sprint(values) == fmt.Sprint(want)
	}
}

// TestPrometheusScrapesIt: what a real Prometheus makes of the exporter, before and after the tool begins to hang.
func TestPrometheusScrapesIt(t *testing.T) {
	t.Parallel()

	tool := newStandIn(t, "--product=910B3")
	e := startProcess(t, fast("--npu-smi.command="+tool.command())...)
	p := startPrometheus(t, e.url)

	p.until("up", is(1))
	p.until("ascend_exporter_up", is(1))
	p.until("count(ascend_npu_health_status)", is(8))
	p.until("count(ascend_npu_power_watts * on (instance, npu, chip) group_left (model) ascend_npu_info{model='910B3'})", is(8))
	p.until("scrape_samples_scraped > 100", func(values []float64) bool { return len(values) == 1 })

	tool.behave("--hang=*", "--ignore-sigterm")

	p.until("ascend_exporter_up", is(0))
	p.until("count({__name__=~'ascend_npu_.*', chip!=''})", is()) // stale at once, not after five minutes
	p.until("up", is(1))
	p.until("ascend_npu_expected_chips", is(8))
	p.until("changes(ascend_exporter_failures_total{reason='timeout'}[1m]) > 0", func(values []float64) bool { return len(values) == 1 })

	var targets struct {
		ActiveTargets []struct{ Health, LastError string }
	}

	p.ask("/api/v1/targets", &targets)

	if len(targets.ActiveTargets) != 1 || targets.ActiveTargets[0].Health != "up" || targets.ActiveTargets[0].LastError != "" {
		t.Errorf("targets %+v", targets.ActiveTargets)
	}

	if text := p.log.text(); regexp.MustCompile(`level=(warn|error)|level=(WARN|ERROR)`).MatchString(text) {
		t.Errorf("Prometheus complains:\n%s", text)
	}
}
