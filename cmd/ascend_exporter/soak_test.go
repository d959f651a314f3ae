package main

import (
	"context"
	"flag"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/ascend-exporter/ascend_exporter/cmd/internal/server"
	"github.com/ascend-exporter/ascend_exporter/collector"
	"github.com/ascend-exporter/ascend_exporter/collector/attribute"
	"github.com/ascend-exporter/ascend_exporter/collector/npusmi"
	"github.com/ascend-exporter/ascend_exporter/collector/optional"
	"github.com/ascend-exporter/ascend_exporter/collector/poll"
	"github.com/ascend-exporter/ascend_exporter/collector/sim"
	"github.com/ascend-exporter/ascend_exporter/collector/snapshot"
)

var (
	soakHours   = flag.Int("soak.hours", 12, "simulated hours of TestSoak: a multiple of 6")
	soakProduct = flag.String("soak.product", "910B3", "product of the simulated host: one with HCCS and RoCE links")
)

// soakParts is in how many parts the time is divided: what is flat is the same in the last one as in the first.
const soakParts = 6

// How much more there may be in the last part than in the first.
const (
	soakHeap       = 256 << 10 // bytes
	soakGoroutines = 2
	soakSeriesMore = 1.1
)

// soakLines bounds the log of an hour: a single query that told each time that it fails would have as many.
const soakLines = 240

// A soak is an exporter as start makes it, but for its tools, its port and its clock: those are the test's.
type soak struct {
	*soakChecks

	host    *soakHost
	log     *soakLog
	jobs    string // folder
	metrics prometheus.Gatherer
	handler http.Handler
}

// newSoak makes the exporter and runs it until the context ends; ended waits for that.
func newSoak(ctx context.Context, t *testing.T) (s *soak, ended func()) {
	t.Helper()

	s = &soak{soakChecks: newSoakChecks(t), host: newSoakHost(t, soakScenario(t, time.Minute)), log: newSoakLog(t), jobs: t.TempDir()}

	var o options
	if _, err := newApplication(&o, io.Discard, io.Discard).Parse([]string{
		"--collector.processes", "--collector.hccs.per-link", "--collector.network.detail", "--collector.optical.detail", "--compat.npu-exporter",
	}); err != nil {
		t.Fatal(err)
	}

	if err := o.complete(); err != nil {
		t.Fatal(err)
	}

	expected, err := poll.NewExpected(0, filepath.Join(t.TempDir(), "state"))
	if err != nil {
		t.Fatal(err)
	}

	table, err := readFaultTable("")
	if err != nil {
		t.Fatal(err)
	}

	var latest atomic.Pointer[snapshot.Snapshot]

	metrics, compat := collector.New(o.network.choose(collector.Options{Processes: true, PerLink: true})), o.compat.metrics()
	logger := slog.New(slog.NewJSONHandler(s.log, nil))

	poller := poll.New(poll.Config{
		Sources: o.enabledSources, Logger: logger, Faults: table, Expected: expected,
		Tool: &soakTool{soakHost: s.host}, MaxDuty: o.maxDuty,
		Network: &soakTool{soakHost: s.host, network: true}, NetworkDuty: o.network.maxDuty,
		Stream: func(state func(npusmi.WatchState)) poll.Stream {
			return &soakStream{soakHost: s.host, state: state}
		},
		PeakWindow: o.watchWindow, Bandwidths: true, MaxProcesses: o.processLimit,
		Local: func() poll.Local {
			lost := s.host.faults.LostFromBus(time.Since(s.host.begin))

			return poll.Local{PCIDevices: optional.Of(float64(s.host.PCIDevices() - lost)), HostPIDs: true}
		},
		Sides: []poll.Side{
			poll.ReadProcesses(s.host.process, o.interval),
			attribute.ReadPods(attribute.Config{Containers: s.host.containers(), Interval: o.pods.interval, Wanted: true}),
			poll.ReadJobs(s.jobs, o.interval),
		},
		Publish: func(snapshot *snapshot.Snapshot) {
			latest.Store(snapshot)
			metrics.Update(snapshot)
			compat.Update(snapshot)
		},
	})

	s.metrics = metrics
	s.handler = newHandler(&o, o.paths(metrics, compat), latest.Load, poller.Attempted(), logger)

	done := make(chan struct{})

	go func() {
		defer close(done)
		poller.Run(ctx)
	}()

	return s, func() { <-done }
}

// TestSoak runs the exporter for hours, or days, of which each minute takes milliseconds. Everything breaks again and again, and what
// it holds in memory, its goroutines, its series and its log stay as they are.
func TestSoak(t *testing.T) { //nolint:paralleltest // it measures the heap, so nothing may run beside it
	if testing.Short() {
		t.Skip("hours of a simulated exporter take seconds")
	}

	// Memory is measured after a collection of its own: else it would be collected for every few snapshots.
	defer debug.SetGCPercent(debug.SetGCPercent(1000))

	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		s, ended := newSoak(ctx, t)

		defer ended()
		defer cancel()

		var parts []soakPart
		for range soakParts {
			parts = append(parts, s.part(time.Duration(*soakHours)*time.Hour/soakParts))
		}

		for i, p := range parts {
			t.Logf("part %d: %+v", i, p)
		}

		parts[soakParts-1].flat(t, parts[0])
		s.integrals()
	})
}

// A soakPart is what a part of the time took at most.
type soakPart struct {
	Heap       uint64 // at its end
	Goroutines int
	Series     int
	Lines      int // of the log
}

// part lets some time pass, and looks at the exporter meanwhile.
func (s *soak) part(length time.Duration) soakPart {
	tick := time.NewTicker(30 * time.Second)
	defer tick.Stop()

	var p soakPart

	before := s.log.count()

	for end := time.Now().Add(length); time.Now().Before(end); {
		<-tick.C
		synctest.Wait()

		families, err := s.metrics.Gather()
		if err != nil {
			s.t.Fatal(err)
		}

		s.look(families)
		p.Goroutines, p.Series = max(p.Goroutines, runtime.NumGoroutine()), max(p.Series, len(s.series))

		if since := time.Since(s.host.begin); since%(5*time.Minute) == 0 {
			s.holdChips()
			s.ask()
		}
	}

	s.well()

	p.Lines, p.Heap = s.log.count()-before, heap()

	if p.Lines > soakLines*int(length/time.Hour) {
		s.t.Errorf("%d lines in the log of %v", p.Lines, length)
	}

	return p
}

// heap is what is in use once everything that can be let go of is.
func heap() uint64 {
	var stats runtime.MemStats

	for range 2 { // pools outlive the first
		runtime.GC()
	}

	runtime.ReadMemStats(&stats)

	return stats.HeapAlloc
}

// holdChips writes whose jobs hold the chips, as a scheduler's prolog and epilog do: sometimes there is something else in a file.
func (s *soak) holdChips() {
	minute := int(time.Since(s.host.begin).Minutes())

	s.host.chips(func(_ int, chip sim.Chip) {
		text := ""

		switch {
		case minute%60 == 35:
			text = "\x00\xff"
		case len(chip.Processes) > 0:
			text = "job-" + strconv.Itoa(chip.Processes[0].PID) + "\tsomebody\n"
		}

		name := filepath.Join(s.jobs, "."+strconv.Itoa(chip.PhyID))
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			s.t.Fatal(err)
		}

		if err := os.Rename(name, filepath.Join(s.jobs, strconv.Itoa(chip.PhyID))); err != nil {
			s.t.Fatal(err)
		}
	})
}

// ask asks for every page.
func (s *soak) ask() {
	for path, accept := range map[string]string{
		"/metrics": "application/openmetrics-text;version=1.0.0", "/metrics/npu-exporter": "text/plain",
		"/": "text/html", server.HealthyPath: "*/*", server.ReadyPath: "*/*",
	} {
		request := httptest.NewRequest(http.MethodGet, path, nil)
		request.Header.Set("Accept", accept)
		request.Header.Set("Accept-Encoding", "gzip")

		answer := httptest.NewRecorder()
		s.handler.ServeHTTP(answer, request)

		if answer.Code != http.StatusOK || answer.Body.Len() == 0 {
			s.t.Errorf("%s answers %d, %s", path, answer.Code, answer.Body)
		}
	}
}

// well is the exporter after all that is broken has been mended.
func (s *soak) well() {
	families, err := s.metrics.Gather()
	if err != nil {
		s.t.Fatal(err)
	}

	all := 0
	s.host.chips(func(int, sim.Chip) { all++ })

	chips, expected := sum(families, "ascend_npu_chips"), sum(families, "ascend_npu_expected_chips")
	if up := sum(families, "ascend_exporter_up"); up != 1 || chips != float64(all) || expected != chips {
		s.t.Errorf("after %v: up %v, %v chips of %d, %v are expected", time.Since(s.host.begin), up, chips, all, expected)
	}
}

// flat holds the last part against the first one.
func (p soakPart) flat(t *testing.T, first soakPart) {
	t.Helper()

	if p.Heap > first.Heap+soakHeap {
		t.Errorf("the heap grows from %d to %d bytes", first.Heap, p.Heap)
	}

	if p.Goroutines > first.Goroutines+soakGoroutines {
		t.Errorf("the goroutines grow from %d to %d", first.Goroutines, p.Goroutines)
	}

	if float64(p.Series) > soakSeriesMore*float64(first.Series) {
		t.Errorf("the series grow from %d to %d", first.Series, p.Series)
	}
}

// integrals are within what the chips can have done in all that time.
func (s *soak) integrals() {
	const (
		mostWatts = 1200 // a package's
		known     = 0.5  // the share of the time in which the chips could be read, at least
	)

	elapsed := time.Since(s.host.begin).Seconds()

	for name, observed := range s.counters {
		metric, labels, _ := strings.Cut(name, " ")
		if metric != "ascend_npu_observed_seconds_total" {
			continue
		}

		busy := s.counters["ascend_npu_aicore_busy_seconds_total "+labels]
		energy, measured := s.counters["ascend_npu_energy_joules_total "+labels] // of a package as one

		if observed > elapsed || observed < known*elapsed || busy <= 0 || busy > observed || measured && energy <= 0 || energy > mostWatts*observed {
			s.t.Errorf("%s: in %v s %v were observed, %v busy, with %v J", labels, elapsed, observed, busy, energy)
		}
	}
}
