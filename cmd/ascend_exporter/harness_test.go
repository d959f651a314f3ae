package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"github.com/ascend-exporter/ascend_exporter/cmd/internal/server"
	"github.com/ascend-exporter/ascend_exporter/cmd/internal/simtool"
	"github.com/ascend-exporter/ascend_exporter/collector/sim/podresources"
)

// asExporter in the environment makes the test's binary the exporter, for tests that need a process of their own.
const asExporter = "ASCEND_EXPORTER_TEST_AS_EXPORTER"

func TestMain(m *testing.M) {
	switch {
	case len(os.Args) > 1 && os.Args[1] == asSimulatedTool:
		os.Exit(simtool.MainWithKubelet(os.Args[2:], os.Stdout, os.Stderr, podresources.ServeMachine))
	case os.Getenv(asExporter) != "":
		main()
	default:
		// A program under the race detector lingers for a second when it ends, unless told not to.
		if err := os.Setenv("GORACE", "atexit_sleep_ms=0"); err != nil {
			panic(err)
		}

		os.Exit(withStandIn(m.Run))
	}
}

// standInBinary is npu-smi-sim. It is built for the tests without the race detector, under which the start of a process takes ten
// times as long, and there are thousands of them.
var standInBinary string

// withStandIn builds the stand-in for as long as the tests run.
func withStandIn(tests func() int) int {
	folder, err := os.MkdirTemp("", "npu-smi-sim")
	if err != nil {
		panic(err)
	}
	defer func() { _ = os.RemoveAll(folder) }() // what is left is the system's to clean

	standInBinary = filepath.Join(folder, "npu-smi-sim")
	if out, err := exec.Command("go", "build", "-o", standInBinary, "../npu-smi-sim").CombinedOutput(); err != nil {
		panic(fmt.Sprintf("building the stand-in: %v\n%s", err, out))
	}

	return tests()
}

// patience bounds every wait of a test. It is no measure of speed.
const patience = time.Minute

// A standIn is a simulated npu-smi whose behaviour the test changes while it is in use.
type standIn struct {
	t       *testing.T
	options string // file that every run reads
	log     string // file that every run writes
	args    string
}

// newStandIn makes a stand-in with options of npu-smi-sim that stay.
func newStandIn(t *testing.T, options ...string) *standIn {
	t.Helper()

	folder := t.TempDir()
	s := &standIn{
		t: t, options: filepath.Join(folder, "options"), log: filepath.Join(folder, "log"),
		args: strings.Join(options, " "),
	}
	s.behave()

	return s
}

// behave sets the options of the runs from now on.
func (s *standIn) behave(options ...string) {
	s.t.Helper()

	// A rename, so that no run reads half of them.
	next := s.options + ".next"
	if err := os.WriteFile(next, []byte(strings.Join(options, "\n")), 0o600); err != nil {
		s.t.Fatal(err)
	}

	if err := os.Rename(next, s.options); err != nil {
		s.t.Fatal(err)
	}
}

// command is what --npu-smi.command takes.
func (s *standIn) command() string {
	return fmt.Sprintf("%s --log=%s %s @%s", standInBinary, s.log, s.args, s.options)
}

// runs are the lines that the runs have logged so far.
func (s *standIn) runs() []string {
	s.t.Helper()

	text, err := os.ReadFile(s.log)
	if err != nil && !os.IsNotExist(err) {
		s.t.Fatal(err)
	}

	return strings.Split(strings.TrimSpace(string(text)), "\n")
}

// An exporter is the whole program, run in the test's process.
type exporter struct {
	t      *testing.T
	url    string
	client *http.Client
	log    *lines
	cancel context.CancelFunc
	status chan int
}

// startExporter runs the exporter on a free port until the test ends.
func startExporter(t *testing.T, args ...string) *exporter {
	t.Helper()

	ctx, cancel := context.WithCancel(t.Context())
	e := &exporter{t: t, client: &http.Client{Timeout: patience}, log: newLines(), cancel: cancel, status: make(chan int, 1)}

	args = append([]string{"--web.listen-address=127.0.0.1:0"}, args...)
	if !slices.ContainsFunc(args, func(arg string) bool { return strings.HasPrefix(arg, "--path.lock=") }) {
		args = append(args, "--path.lock="+t.TempDir())
	}

	go func() {
		e.status <- run(ctx, args, io.Discard, e.log)
		e.log.end()
	}()

	t.Cleanup(func() { e.stop() })

	line := e.log.wait(t, regexp.MustCompile(`address=(127\.0\.0\.1:\d+)`))
	e.url = "http://" + line[1]

	return e
}

// stop ends the exporter and gives its exit status.
func (e *exporter) stop() int {
	e.cancel()

	select {
	case status := <-e.status:
		e.status <- status

		return status
	case <-time.After(patience):
		e.t.Fatal("the exporter does not end")

		return -1
	}
}

// get fetches a path and gives status and body.
func (e *exporter) get(path string, header ...string) (int, string) {
	e.t.Helper()

	request, err := http.NewRequestWithContext(e.t.Context(), http.MethodGet, e.url+path, nil)
	if err != nil {
		e.t.Fatal(err)
	}

	for i := 0; i+1 < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}

	response, err := e.client.Do(request)
	if err != nil {
		e.t.Fatal(err)
	}
	defer response.Body.Close()

	body, err := io.ReadAll(response.Body)
	if err != nil {
		e.t.Fatal(err)
	}

	return response.StatusCode, string(body)
}

// metrics scrapes and parses.
func (e *exporter) metrics() samples {
	e.t.Helper()

	status, body := e.get("/metrics")
	if status != http.StatusOK {
		e.t.Fatalf("status %d: %s", status, body)
	}

	return parseSamples(e.t, body)
}

// until scrapes until the metrics are as they should be.
func (e *exporter) until(what string, good func(samples) bool) samples {
	e.t.Helper()

	deadline := time.Now().Add(patience)
	tick := time.NewTicker(20 * time.Millisecond)

	defer tick.Stop()

	for {
		m := e.metrics()
		if good(m) {
			return m
		}

		if time.Now().After(deadline) {
			e.t.Fatalf("never: %s\n%s", what, e.log.text())
		}

		<-tick.C
	}
}

// ready waits for the end of the first collection.
func (e *exporter) ready() *exporter {
	e.t.Helper()
	e.until("ready", func(samples) bool {
		status, _ := e.get(server.ReadyPath)

		return status == http.StatusOK
	})

	return e
}

// samples are the values of an exposition by name and labels, as in name{a="b"}.
type samples map[string]float64

func parseSamples(t *testing.T, text string) samples {
	t.Helper()

	out := make(samples)
	for _, family := range parseFamilies(t, text) {
		for _, m := range family.Metric {
			labels := make(model.LabelSet)
			for _, pair := range m.Label {
				labels[model.LabelName(pair.GetName())] = model.LabelValue(pair.GetValue())
			}

			name := family.GetName()
			if len(labels) > 0 {
				name += labels.String()
			}

			out[name] = m.GetGauge().GetValue() + m.GetCounter().GetValue()
		}
	}

	return out
}

func parseFamilies(t *testing.T, text string) map[string]*dto.MetricFamily {
	t.Helper()

	parser := expfmt.NewTextParser(model.UTF8Validation)

	families, err := parser.TextToMetricFamilies(strings.NewReader(text))
	if err != nil {
		t.Fatalf("not an exposition: %v\n%s", err, text)
	}

	return families
}

// count is the number of series of a metric.
func (s samples) count(metric string) int {
	count := 0

	for name := range s {
		if bare, _, _ := strings.Cut(name, "{"); bare == metric {
			count++
		}
	}

	return count
}

// hardware is the number of series about chips.
func (s samples) hardware() int {
	count := 0

	for name := range s {
		if strings.HasPrefix(name, "ascend_npu_") && strings.Contains(name, "chip=") {
			count++
		}
	}

	return count
}

// lines is a log that a test can wait on.
type lines struct {
	mutex  sync.Mutex
	buffer bytes.Buffer
	more   chan struct{}
	ended  bool
}

func newLines() *lines { return &lines{more: make(chan struct{})} }

func (l *lines) Write(text []byte) (int, error) {
	l.mutex.Lock()
	defer l.mutex.Unlock()

	close(l.more)
	l.more = make(chan struct{})

	return l.buffer.Write(text)
}

func (l *lines) end() {
	l.mutex.Lock()
	defer l.mutex.Unlock()

	l.ended = true
	close(l.more)
	l.more = make(chan struct{})
}

func (l *lines) text() string {
	l.mutex.Lock()
	defer l.mutex.Unlock()

	return l.buffer.String()
}

// wait gives the first match in a line of the log, as soon as there is one.
func (l *lines) wait(t *testing.T, pattern *regexp.Regexp) []string {
	t.Helper()

	deadline := time.After(patience)

	for {
		l.mutex.Lock()
		text, more, ended := l.buffer.String(), l.more, l.ended
		l.mutex.Unlock()

		for scanner := bufio.NewScanner(strings.NewReader(text)); scanner.Scan(); {
			if match := pattern.FindStringSubmatch(scanner.Text()); match != nil {
				return match
			}
		}

		if ended {
			t.Fatalf("the log ended without %v:\n%s", pattern, text)
		}

		select {
		case <-more:
		case <-deadline:
			t.Fatalf("no %v in the log:\n%s", pattern, text)
		}
	}
}
