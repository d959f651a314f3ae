package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ascend-exporter/ascend_exporter/cmd/internal/promtest"
)

// documented are the queries of a page, by their first words' order on it.
func documented(t *testing.T, page string) []string {
	t.Helper()

	text, err := os.ReadFile(filepath.Join("..", "..", "docs", page))
	if err != nil {
		t.Fatal(err)
	}

	var queries []string
	for _, match := range regexp.MustCompile("(?s)```promql\n(.*?)```").FindAllStringSubmatch(string(text), -1) {
		queries = append(queries, strings.TrimSpace(match[1]))
	}

	return queries
}

// rows are the samples of an answer as text, ordered: the wanted labels, and the value.
func rows(samples []promtest.Sample, labels string) string {
	lines := make([]string, 0, len(samples))

	for _, sample := range samples {
		var words []string
		for label := range strings.FieldsSeq(labels) {
			words = append(words, sample.Labels[label])
		}

		lines = append(lines, fmt.Sprintf("%s %.6g", strings.Join(words, " "), sample.Value))
	}

	slices.Sort(lines)

	return strings.Join(lines, "\n")
}

// TestJoinsOfProcesses: a real Prometheus answers every query of docs/processes.md with the rows that it should.
func TestJoinsOfProcesses(t *testing.T) {
	t.Parallel()

	machine, tree, jobs := heldHost(t)
	a2 := newStandIn(t, "--replay="+machine)

	// Two packages of two dies, which share their power: one job has the first, another a die of the second.
	a3 := newStandIn(t, "--replay="+heldMachine(t, true,
		heldChip{npu: 0, power: "300.0", aicore: 90, used: 4000}, heldChip{npu: 0, chip: 1, power: "-", aicore: 70, used: 4000},
		heldChip{npu: 1, power: "200.0", aicore: 50, used: 4000}, heldChip{npu: 1, chip: 1, power: "-", aicore: 0, used: 4000},
	))
	a3Jobs := t.TempDir()
	writeJob(t, a3Jobs, "0", "21\tbob\n")
	writeJob(t, a3Jobs, "1", "21\tbob\n")
	writeJob(t, a3Jobs, "2", "22\tcarol\n")

	e2 := startExporter(t, fast("--npu-smi.command="+a2.Command(), "--collector.processes", "--path.procfs="+tree.Root,
		"--collector.jobs", "--path.jobs="+jobs)...)
	e3 := startExporter(t, fast("--npu-smi.command="+a3.Command(), "--path.procfs="+tree.Root, "--collector.jobs", "--path.jobs="+a3Jobs)...)

	state := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; version=0.0.4")
		_, _ = io.WriteString(w, `kube_pod_info{namespace="ml",pod="vllm-0",uid="`+enginePod+`"} 1`+"\n")
	}))
	t.Cleanup(state.Close)

	var targets strings.Builder
	for name, url := range map[string]string{"a2": e2.URL, "a3": e3.URL, "kube-state-metrics": state.URL} {
		fmt.Fprintf(&targets, "      - targets: [%q]\n        labels: {instance: %s}\n", strings.TrimPrefix(url, "http://"), name)
	}

	p := promtest.Start(t, "global:\n  scrape_interval: 1s\nscrape_configs:\n  - job_name: ascend\n    static_configs:\n"+targets.String())

	// What the queries give: labels, and the rows with their values.
	const mib = 1 << 20

	want := map[string][2]string{
		"ascend_npu_process_memory_bytes\n  *": {"npu pid process_name framework user pod_uid", fmt.Sprintf(
			"0 4100 VLLM::EngineCore vllm root %[1]s %.6[2]g\n0 4101 VLLM::Worker_TP0 vllm root %[1]s %.6[3]g\n"+
				"1 4102 VLLM::Worker_TP1 vllm root %[1]s %.6[3]g\n2 4200 python3 pytorch alice  %.6[4]g",
			enginePod, 1000.0*mib, 50000.0*mib, 30000.0*mib)},
		"sum by (framework)": {"framework", fmt.Sprintf("pytorch %.6g\nvllm %.6g", 30000.0*mib, 101000.0*mib)},
		"avg by (user)":      {"user", "alice 0.03\nroot 0.7"},
		"max by (cluster":    {"npu user process_name", "2 alice python3 1"},
		"ascend_npu_process_info{pod_uid": {
			"npu pid namespace pod", "0 4100 ml vllm-0 1\n0 4101 ml vllm-0 1\n1 4102 ml vllm-0 1",
		},
		"ascend_npu_hbm_unattributed_bytes": {"instance npu", fmt.Sprintf("a2 4 %.6g", 33000.0*mib)},
		"ascend_npu_job_info *": {
			"instance npu chip exported_job user", "a2 5 0 4711 alice 0\na3 0 0 21 bob 0.9\na3 0 1 21 bob 0.7\na3 1 0 22 carol 0.5",
		},
		"sum by (exported_job":   {"exported_job user", "21 bob 300\n22 carol 100\n4711 alice 92"},
		"count by (exported_job": {"exported_job user", "4711 alice 1"},
	}

	for _, query := range documented(t, "processes.md") {
		known := false

		for start, answer := range want {
			if strings.HasPrefix(query, start) {
				known = true

				expectRows(t, p, query, answer[0], answer[1])
				delete(want, start)
			}
		}

		if !known {
			t.Errorf("no rows are wanted of a query on the page:\n%s", query)
		}
	}

	for start := range want {
		t.Errorf("no query on the page begins with %q", start)
	}
}

// expectRows asks until the answer is what it should be.
func expectRows(t *testing.T, p *promtest.Server, query, labels, want string) {
	t.Helper()

	deadline := time.Now().Add(patience)
	tick := time.NewTicker(200 * time.Millisecond)

	defer tick.Stop()

	for {
		diff := cmp.Diff(want, rows(p.Query(query), labels))
		if diff == "" {
			return
		}

		if time.Now().After(deadline) {
			t.Errorf("%s\n(-want +got):\n%s", query, diff)

			return
		}

		<-tick.C
	}
}
