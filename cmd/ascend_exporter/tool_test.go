package main

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/ascend-exporter/ascend_exporter/cmd/internal/exportertest"
	"github.com/ascend-exporter/ascend_exporter/cmd/internal/server"
)

// fast makes the exporter collect, time out and age quickly.
func fast(args ...string) []string {
	return append([]string{
		"--collection.interval=50ms", "--npu-smi.summary-timeout=2s", "--npu-smi.timeout=2s", "--collection.max-duty=1",
	}, args...)
}

func TestHungToolDelaysNothing(t *testing.T) {
	t.Parallel()

	tool := newStandIn(t, "--hang=*")
	e := startExporter(t, "--npu-smi.command="+tool.Command(), "--npu-smi.summary-timeout=3s")

	// The port answers while the first collection runs, and every scrape does.
	for range 5 {
		m := e.Metrics()
		if m["ascend_exporter_up"] != 0 || m.Hardware() > 0 || m["ascend_exporter_maintenance"] != 0 {
			t.Fatalf("up %v, %d series of chips", m["ascend_exporter_up"], m.Hardware())
		}
	}

	if status, _ := e.Get(server.ReadyPath); status != http.StatusServiceUnavailable {
		t.Errorf("%s answers %d before the first collection has ended", server.ReadyPath, status)
	}

	if status, _ := e.Get(server.HealthyPath); status != http.StatusOK {
		t.Errorf("%s answers %d", server.HealthyPath, status)
	}

	m := e.Until("a time-out", func(m samples) bool { return m[`ascend_exporter_failures_total{reason="timeout"}`] > 0 })
	if m[`ascend_exporter_query_success{query="summary"}`] != 0 || m[`ascend_exporter_query_runs_total{query="summary"}`] != 1 {
		t.Errorf("success %v", m[`ascend_exporter_query_success{query="summary"}`])
	}

	e.ready() // after the snapshot that tells of the attempt
}

func TestToolAppearsLater(t *testing.T) {
	t.Parallel()

	tool := newStandIn(t, "--product=A3")
	words := strings.SplitN(tool.Command(), " ", 2)
	link := filepath.Join(t.TempDir(), "npu-smi")

	e := startExporter(t, fast("--npu-smi.command="+link+" "+words[1])...).ready()

	m := e.Metrics()
	if m["ascend_exporter_up"] != 0 || m[`ascend_exporter_failures_total{reason="start"}`] == 0 {
		t.Errorf("up %v, failures %v without a tool", m["ascend_exporter_up"], m[`ascend_exporter_failures_total{reason="start"}`])
	}

	if err := os.Symlink(words[0], link); err != nil {
		t.Fatal(err)
	}

	e.Until("16 chips with their ids", func(m samples) bool {
		return m["ascend_exporter_up"] == 1 && m["ascend_npu_chips"] == 16 &&
			m[`ascend_exporter_query_success{query="mapping"}`] == 1
	})

	if failing := strings.Count(e.Log.Text(), "query fails"); failing != 1 {
		t.Errorf("the missing tool was logged %d times:\n%s", failing, e.Log.Text())
	}
}

func TestMissingToolSaysWhatToDo(t *testing.T) {
	t.Setenv("PATH", t.TempDir())

	if _, err := os.Stat("/usr/local/bin/npu-smi"); err == nil {
		t.Skip("this host has npu-smi")
	}

	e := startExporter(t).ready()
	if up, there := e.Metrics()["ascend_exporter_up"]; !there || up != 0 {
		t.Errorf("up %v, %v", up, there)
	}

	line := e.Log.Wait(t, regexp.MustCompile(`.*query fails.*`))
	for _, word := range []string{"level=WARN", "npu-smi", "--npu-smi.command", "--sim"} {
		if !strings.Contains(line[0], word) {
			t.Errorf("the log does not say %q: %s", word, line[0])
		}
	}
}

func TestChipsVanishAndReturn(t *testing.T) {
	t.Parallel()

	tool := newStandIn(t, "--product=910B3")
	e := startExporter(t, fast("--npu-smi.command="+tool.Command())...)

	e.Until("8 chips", func(m samples) bool { return m["ascend_npu_chips"] == 8 })
	tool.Behave("--lose=3")

	m := e.Until("7 chips", func(m samples) bool { return m["ascend_npu_chips"] == 7 })
	if m["ascend_npu_expected_chips"] != 8 || m.Count("ascend_npu_health_status") != 7 {
		t.Errorf("%v expected, %d with a health", m["ascend_npu_expected_chips"], m.Count("ascend_npu_health_status"))
	}

	if _, there := m[`ascend_npu_health_status{chip="0", npu="3"}`]; there {
		t.Error("the lost chip is shown")
	}

	tool.Behave()
	e.Until("8 chips again", func(m samples) bool { return m["ascend_npu_chips"] == 8 && m.Count("ascend_npu_info") == 8 })
}

func TestHangAfterGoodDataAgesOut(t *testing.T) {
	t.Parallel()

	tool := newStandIn(t, "--product=310P-Duo")
	e := startExporter(t, fast("--npu-smi.command="+tool.Command())...)

	e.Until("8 chips", func(m samples) bool { return m["ascend_npu_chips"] == 8 })
	tool.Behave("--hang=*", "--ignore-sigterm")

	m := e.Until("not up", func(m samples) bool { return m["ascend_exporter_up"] == 0 })
	if m.Hardware() > 0 || m.Count("ascend_npu_chips") > 0 || m["ascend_npu_expected_chips"] != 8 {
		t.Errorf("%d series of chips are still served", m.Hardware())
	}

	tool.Behave()
	e.Until("up again", func(m samples) bool { return m["ascend_exporter_up"] == 1 && m["ascend_npu_chips"] == 8 })

	if m := e.Metrics(); m["ascend_exporter_unkillable_processes"] != 0 {
		t.Errorf("%v processes live on", m["ascend_exporter_unkillable_processes"])
	}
}

func TestFailuresAreTold(t *testing.T) {
	t.Parallel()

	for reason, options := range map[string][]string{
		"init":             {"--absent"},
		"occupied":         {"--exit=172", "--stdout=dcmi model initialized failed, because the device is used. ret is -8020"},
		"no_device":        {"--exit=211", "--stdout=npu get board type failed. ret is -9005"},
		"permission":       {"--stdout=This command can be executed only by the root user."},
		"query":            {"--exit=197", "--stdout="},
		"parse":            {"--garbage"},
		"output_too_large": {"--flood=5000000"},
	} {
		t.Run(reason, func(t *testing.T) {
			t.Parallel()

			tool := newStandIn(t, "--product=910B3")
			e := startExporter(t, fast("--npu-smi.command="+tool.Command())...)

			e.Until("up", func(m samples) bool { return m["ascend_exporter_up"] == 1 })
			tool.Behave(options...)
			e.Until(reason+" counted", func(m samples) bool {
				return m[fmt.Sprintf("ascend_exporter_failures_total{reason=%q}", reason)] > 0
			})
			e.Until("not up", func(m samples) bool { return m["ascend_exporter_up"] == 0 && m.Hardware() == 0 })

			if _, page := e.Get("/"); !strings.Contains(page, "npu-smi info") {
				t.Error("the status page does not show the run")
			}
		})
	}
}

// TestInstancesTakeTurns runs two exporters and several --once over one tool: no two runs of it overlap.
func TestInstancesTakeTurns(t *testing.T) {
	t.Parallel()

	tool := newStandIn(t, "--npus=2", "--delay=10ms")
	locks := t.TempDir()
	args := []string{"--npu-smi.command=" + tool.Command(), "--path.lock=" + locks, "--collection.interval=150ms", "--collection.max-duty=1"}

	first, second := startExporter(t, args...), startExporter(t, args...)

	for range 3 {
		var out, log strings.Builder
		if status := run(t.Context(), append(args, "--once"), &out, &log); status != 0 {
			t.Errorf("--once ended with %d: %s", status, log.String())
		}

		if m := exportertest.ParseSamples(t, out.String()); m["ascend_npu_chips"] != 2 {
			t.Errorf("--once shows %v chips", m["ascend_npu_chips"])
		}
	}

	for _, e := range []*exporter{first, second} {
		e.Until("several runs", func(m samples) bool { return m[`ascend_exporter_query_runs_total{query="summary"}`] >= 5 })
	}

	// Before any is ended: a run that is cut off logs no end.
	running, runs := "", 0

	for _, line := range tool.Runs() {
		words := strings.Fields(line) // start|end, time, pid, arguments
		if len(words) < 3 {
			t.Fatalf("odd line in the log: %q", line)
		}

		switch {
		case words[0] == "start" && running != "":
			t.Fatalf("a run began while %s was under way:\n%s", running, line)
		case words[0] == "start":
			running = words[2]
			runs++
		case words[2] != running:
			t.Fatalf("the end of a run that was not under way: %s", line)
		default:
			running = ""
		}
	}

	if runs < 16 {
		t.Errorf("%d runs are too few to tell", runs)
	}
}

func TestDifferentToolsDoNotWait(t *testing.T) {
	t.Parallel()

	locks := t.TempDir()
	hanging, good := newStandIn(t, "--hang=*"), newStandIn(t)

	startExporter(t, "--npu-smi.command="+hanging.Command(), "--path.lock="+locks)
	e := startExporter(t, "--npu-smi.command="+good.Command(), "--path.lock="+locks)

	begin := time.Now()
	e.Until("up", func(m samples) bool { return m["ascend_exporter_up"] == 1 })

	// The other one's hang lasts for 30 s, its deadline.
	if took := time.Since(begin); took > 25*time.Second {
		t.Errorf("up after %v: it waited for another tool", took)
	}
}
