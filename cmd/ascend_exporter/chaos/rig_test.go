package chaos

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ascend-exporter/ascend_exporter/cmd/internal/exportertest"
)

// A rig is the exporter over its stand-in, in which something breaks.
type rig struct {
	*exportertest.Process

	t         *testing.T
	c         Case
	f         fault
	tool      *exportertest.StandIn
	tools     []*exportertest.StandIn // beside it
	command   string                  // of npu-smi
	flags     []string
	transport http.RoundTripper // of the client; nil is the ordinary one
	listener  *net.TCPListener  // that the exporter is given; nil where it opens its own
	folder    string            // which also marks the processes that come of the exporter, in their environment
	locks     string

	truths   []exportertest.Samples // one of which is true of the machine; of the last one, all
	counters map[string]float64     // as they were last
	failed   exportertest.Samples   // what had failed before anything broke
}

// mark begins the variable by which the exporter and what it starts are known.
const mark = "CHAOS_FOLDER="

// start starts the exporter of a case, and waits until it has shown all that is true.
func start(t *testing.T, c Case, f fault) *rig {
	t.Helper()

	// A machine at a moment that stays: what is true of it is known to the last digit.
	options := append([]string{"--time=2026-03-02T14:30:00Z", "--npus=2"}, f.options...)
	r := &rig{
		t: t, c: c, f: f, tool: exportertest.NewStandIn(t, standInBinary, options...),
		folder: t.TempDir(), locks: t.TempDir(), counters: make(map[string]float64),
	}
	r.command = r.tool.Command()

	if len(f.wrap) > 0 && f.wrap[0] == "unshare" {
		if out, err := exec.Command("unshare", "--map-root-user", "--mount", "--time", "true").CombinedOutput(); err != nil {
			t.Skipf("no namespaces for this user: %s", out)
		}
	}

	if f.before != nil {
		f.before(r)
	}

	// What was said before by the queries that are off would stand in for the summary, for minutes.
	r.flags = append(r.flags, "--no-collector.usages", "--no-collector.health", "--path.lock="+r.locks, "--npu-smi.command="+r.command,
		"--collection.interval=500ms", "--npu-smi.summary-timeout=2s", "--npu-smi.timeout=2s", "--collection.max-duty=1")
	r.flags = append(r.flags, f.flags...)

	if !strings.Contains(strings.Join(r.flags, " "), "--hccn-tool.command") {
		r.flags = append(r.flags, "--no-collector.network")
	}

	if c.Log == fallback { // what is counted are the chips that answer
		r.truths = append(r.truths, exportertest.Samples{"ascend_npu_chips": 1})
	}

	r.truths = append(r.truths, r.truth())
	r.launch()
	r.settle()

	return r
}

// settle waits until all that is true is shown, and every query was asked: what was never asked comes before what is asked again.
func (r *rig) settle() {
	r.t.Helper()

	var (
		summaries float64
		asked     int
	)

	r.failed = r.until("all is asked and shown", func(m exportertest.Samples) bool {
		if now := r.asked(); now != asked || !r.complete(m) {
			summaries, asked = summaryRuns(m), now
		}

		return summaryRuns(m) >= summaries+3
	})
}

// asked is how many different calls of its tools there were.
func (r *rig) asked() int {
	calls := make(map[string]bool)

	for _, tool := range append(r.tools, r.tool) {
		for _, run := range tool.Runs() {
			if words := strings.SplitN(run, " ", 4); len(words) == 4 { // start|end, time, pid, arguments
				calls[words[3]] = true
			}
		}
	}

	return len(calls)
}

// launch starts the exporter.
func (r *rig) launch() {
	r.t.Helper()

	words := slices.Concat(r.f.wrap, []string{exporterBinary}, r.flags)
	command := exec.Command(words[0], words[1:]...)
	command.Env = slices.Concat(os.Environ(), []string{mark + r.folder}, r.f.env)

	if r.listener == nil {
		command.Args = append(command.Args, "--web.listen-address=127.0.0.1:0")
		r.Process = exportertest.Start(r.t, command)
	} else {
		r.launchOn(command)
	}

	if r.transport != nil {
		r.HTTP.Transport, r.URL = r.transport, strings.Replace(r.URL, "http:", "https:", 1)
	} else {
		r.HTTP.Transport = http.DefaultTransport.(*http.Transport).Clone() // connections of its own
	}
}

// launchOn starts the exporter with a socket of the test's, as systemd does.
func (r *rig) launchOn(command *exec.Cmd) {
	r.t.Helper()

	file, err := r.listener.File()
	r.must(err)

	defer file.Close()

	command.Args = append(command.Args, "--web.systemd-socket")
	command.ExtraFiles = []*os.File{file}

	r.Process = exportertest.Launch(r.t, command)
	r.URL = "http://" + r.listener.Addr().String()
}

// ordinary says whether the rig is like any other: truth and goroutines are the same for all of those.
func (r *rig) ordinary() bool {
	return r.f.before == nil && len(r.f.flags)+len(r.f.options)+len(r.f.env)+len(r.f.wrap) == 0
}

// known are truths and goroutines of ordinary rigs.
var known sync.Map

// shared is what is worked out once for all ordinary rigs.
func shared[T any](r *rig, what string, work func() T) T {
	if !r.ordinary() {
		return work()
	}

	value, _ := known.LoadOrStore(what, sync.OnceValue(work))

	return value.(func() T)()
}

// until scrapes until the metrics are as they should be. Each time they must be true.
func (r *rig) until(what string, good func(exportertest.Samples) bool) exportertest.Samples {
	r.t.Helper()

	var m exportertest.Samples

	defer func() {
		if r.t.Failed() {
			r.t.Logf("missing, or other than it should be: %v", missing(m, r.truths[len(r.truths)-1]))
		}
	}()

	return eventually(r, what, func() (exportertest.Samples, bool) {
		m = r.scrape()

		return m, good(m)
	})
}

// eventually looks until what it sees is good.
func eventually[T any](r *rig, what string, look func() (T, bool)) T {
	r.t.Helper()

	return exportertest.Until(r.t, what, r.Log, 100*time.Millisecond, look)
}

// scrape scrapes: it is answered, nothing is invented and no counter has fallen.
func (r *rig) scrape() exportertest.Samples {
	r.t.Helper()

	status, body := r.Get("/metrics")
	if status != http.StatusOK {
		r.t.Fatalf("status %d: %s", status, body)
	}

	families := exportertest.ParseFamilies(r.t, body)
	m := exportertest.SamplesOf(families)

	for name, value := range about(m) {
		if !slices.ContainsFunc(r.truths, func(truth exportertest.Samples) bool { return isTrue(truth, name, value) }) {
			r.t.Errorf("invented: %s %v", name, value)
		}
	}

	for name, value := range m {
		bare, _, _ := strings.Cut(name, "{")
		if family := families[bare]; family == nil || family.GetType().String() != "COUNTER" {
			continue
		}

		if value < r.counters[name] {
			r.t.Errorf("%s has fallen from %v to %v", name, r.counters[name], value)
		}

		r.counters[name] = value
	}

	if r.t.Failed() {
		r.t.Fatalf("the log:\n%s", r.Log.Text())
	}

	return m
}

func queryFailures(query string) string {
	return fmt.Sprintf("ascend_exporter_query_failures_total{query=%q}", query)
}

func summaryRuns(m exportertest.Samples) float64 {
	return m[`ascend_exporter_query_runs_total{query="summary"}`]
}

// write writes a file in the rig's folder, whole, and gives its path.
func (r *rig) write(name, text string, mode os.FileMode) string {
	r.t.Helper()

	path := filepath.Join(r.folder, name)
	if err := os.WriteFile(path+".next", []byte(text), mode); err != nil {
		r.t.Fatal(err)
	}

	r.must(os.Rename(path+".next", path))

	return path
}

func (r *rig) must(err error) {
	r.t.Helper()

	if err != nil {
		r.t.Fatal(err)
	}
}
