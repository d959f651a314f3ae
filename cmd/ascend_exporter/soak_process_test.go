package main

import (
	"flag"
	"fmt"
	"maps"
	"math"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/ascend-exporter/ascend_exporter/cmd/internal/exportertest"
)

var (
	soakSeconds = flag.Int("soak.seconds", 20, "length of TestSoakProcess")
	soakReport  = flag.String("soak.report", "", "file for the table of TestSoakProcess")
)

// binary in the environment names an exporter for tests that can do with one that is not their own binary.
const binary = "ASCEND_EXPORTER_BIN"

// A soakMeasure is something that is measured each second, and that must not grow.
type soakMeasure struct {
	name   string
	margin float64 // by which the median of the second half may exceed that of the first; the most depends on the moment of a scrape
	some   bool    // whether there has to be some in the second half
	first  []float64
	second []float64
}

// soakMeasures are the measures, in the order in which they are taken.
func soakMeasures() []*soakMeasure {
	return []*soakMeasure{
		{name: "resident memory, MiB", margin: 4},
		{name: "threads", margin: 3},
		{name: "open descriptors", margin: 3},
		{name: "child processes", margin: 2},
		{name: "series", margin: 100},
		{name: "chips that are listed", some: true},
		{name: "failures since the start", margin: math.Inf(1), some: true},
	}
}

// TestSoakProcess scrapes the exporter each second while everything breaks around it, and holds the second half of the time against
// the first.
func TestSoakProcess(t *testing.T) {
	t.Parallel()

	if testing.Short() {
		t.Skip("it takes some seconds of real time")
	}

	length := time.Duration(*soakSeconds) * time.Second
	p := startSoakProcess(t, length)
	checks, measures := newSoakChecks(t), soakMeasures()

	tick := time.NewTicker(time.Second)
	defer tick.Stop()

	for i := range *soakSeconds {
		<-tick.C

		families := slices.Collect(maps.Values(exportertest.ParseFamilies(t, p.page(t, "/metrics"))))
		checks.look(families)

		if i%10 == 0 && !strings.HasSuffix(p.page(t, "/"), "</html>\n") {
			t.Error("the status page is not whole")
		}

		for j, value := range []float64{
			sum(families, "process_resident_memory_bytes") / (1 << 20), p.threads(t), sum(families, "process_open_fds"),
			float64(len(p.children(t))), float64(len(checks.series)), sum(families, "ascend_npu_chips"), sum(families, "ascend_exporter_failures_total"),
		} {
			measures[j].take(i >= *soakSeconds/2, value)
		}
	}

	report := soakTable(length, checks, measures) + p.goroutines(t)
	t.Log("\n" + report)

	if *soakReport != "" {
		if err := os.WriteFile(*soakReport, []byte(report), 0o600); err != nil {
			t.Fatal(err)
		}
	}

	for _, m := range measures {
		if m.some && slices.Max(m.second) == 0 {
			t.Errorf("%s: none in the second half", m.name)
		}

		if first, second := median(m.first), median(m.second); second > first+m.margin {
			t.Errorf("%s: %v in the first half, %v in the second", m.name, first, second)
		}
	}
}

// A soakProcess is the exporter whose process is measured.
type soakProcess struct {
	*exportertest.Process
}

// startSoakProcess starts the exporter over a stand-in of which everything breaks in rounds: some in an hour, one in a minute.
func startSoakProcess(t *testing.T, length time.Duration) soakProcess {
	t.Helper()

	unit := min(10*time.Second, max(length/2/soakRound, 100*time.Millisecond))
	start := time.Now()
	tool := newStandIn(t, "--product="+*soakProduct, "--npus=2", "--seed=11", "--scenario="+soakScenario(t, unit), "--scenario-start="+start.Format(time.RFC3339Nano))

	args := []string{
		"--path.state=" + filepath.Join(t.TempDir(), "state"),
		"--npu-smi.command=" + tool.Command(), "--hccn-tool.command=" + tool.Command() + " --tool=hccn_tool",
		"--collection.interval=1s", "--npu-smi.summary-timeout=3s", "--npu-smi.timeout=2s", "--hccn-tool.timeout=2s",
		"--collector.processes", "--collector.watch", "--compat.npu-exporter",
	}

	if program := os.Getenv(binary); program != "" {
		args = append([]string{"--web.listen-address=127.0.0.1:0", "--path.lock=" + t.TempDir()}, args...)

		return soakProcess{exportertest.Start(t, exec.Command(program, args...))}
	}

	return soakProcess{startProcess(t, args...)}
}

// page fetches a page: every time it has to be there.
func (p soakProcess) page(t *testing.T, path string) string {
	t.Helper()

	status, text := p.Get(path)
	if status != http.StatusOK {
		t.Fatalf("%s: status %d", path, status)
	}

	return text
}

// threads is the number of the process's threads.
func (p soakProcess) threads(t *testing.T) float64 {
	t.Helper()

	entries, err := os.ReadDir(fmt.Sprintf("/proc/%d/task", p.Cmd.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}

	return float64(len(entries))
}

// children are the pids of the process's children, also of those that have ended and were not waited for.
func (p soakProcess) children(t *testing.T) []string {
	t.Helper()

	files, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", p.Cmd.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}

	var pids []string

	for _, file := range files {
		text, err := os.ReadFile(file)
		if err == nil { // else the thread has ended
			pids = append(pids, strings.Fields(string(text))...)
		}
	}

	return pids
}

// goroutines ends the process in the way in which Go tells of its goroutines, and gives their number as a row of the table.
func (p soakProcess) goroutines(t *testing.T) string {
	t.Helper()

	const most = 40

	p.HTTP.CloseIdleConnections()

	before := strings.Count(p.Log.Text(), "\n")
	children := p.children(t)

	if err := p.Cmd.Process.Signal(syscall.SIGQUIT); err != nil {
		t.Fatal(err)
	}

	p.Status(t)

	// It could not end its tool, whose calls lead groups of their own.
	for _, pid := range children {
		if pid, err := strconv.Atoi(pid); err == nil {
			_ = syscall.Kill(-pid, syscall.SIGKILL) // it may have ended by itself
		}
	}

	dump := strings.Join(strings.Split(p.Log.Text(), "\n")[before:], "\n")

	count := len(regexp.MustCompile(`(?m)^goroutine [1-9][0-9]* .*\[`).FindAllString(dump, -1))
	if count == 0 || count > most {
		t.Errorf("%d goroutines at the end:\n%s", count, dump)
	}

	return fmt.Sprintf("| goroutines at the end | | %d | at most %d |\n", count, most)
}

// take takes a value of one of the halves.
func (m *soakMeasure) take(second bool, value float64) {
	if second {
		m.second = append(m.second, value)
	} else {
		m.first = append(m.first, value)
	}
}

// median is the value in the middle.
func median(values []float64) float64 {
	return slices.Sorted(slices.Values(values))[len(values)/2]
}

// soakTable is what was measured, as Markdown.
func soakTable(length time.Duration, checks *soakChecks, measures []*soakMeasure) string {
	var text strings.Builder

	fmt.Fprintf(&text, "%v, a scrape each second, none of them failed, and none of %d counters fell.\n\n", length, len(checks.counters))
	text.WriteString("| median, and most | first half | second half | margin of the median |\n|:--|--:|--:|--:|\n")

	for _, m := range measures {
		margin := "any"
		if !math.IsInf(m.margin, 1) {
			margin = strconv.FormatFloat(m.margin, 'f', -1, 64)
		}

		fmt.Fprintf(&text, "| %s | %.4g, %.4g | %.4g, %.4g | %s |\n",
			m.name, median(m.first), slices.Max(m.first), median(m.second), slices.Max(m.second), margin)
	}

	return text.String()
}
