package main

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ascend-exporter/ascend_exporter/cmd/internal/promtest"
	"github.com/ascend-exporter/ascend_exporter/collector"
)

// A migration is a row of the table of docs/migration.md.
type migration struct {
	old    []string // metrics
	native []string
	query  string // that gives the old values; "" where none does
}

// quoted are the words in code font.
func quoted(text string) []string {
	var words []string
	for _, match := range regexp.MustCompile("`([^`]*)`").FindAllStringSubmatch(text, -1) {
		words = append(words, match[1])
	}

	return words
}

func migrations(t *testing.T) []migration {
	t.Helper()

	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "migration.md"))
	if err != nil {
		t.Fatal(err)
	}

	_, table, found := strings.Cut(string(text), "\n## Metric by metric\n")
	if !found {
		t.Fatal("no table of metrics")
	}

	var all []migration

	for line := range strings.Lines(table) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), " | ")
		if len(cells) != 4 || !strings.Contains(cells[0], "`") {
			continue
		}

		row := migration{old: quoted(cells[0]), native: quoted(cells[2])}
		if last := strings.TrimSpace(cells[3]); strings.HasPrefix(last, "`") && strings.Count(last, "`") == 2 && strings.HasSuffix(last, "`") {
			row.query = strings.Trim(last, "`")
		}

		all = append(all, row)
	}

	return all
}

// TestMigrationTable holds the table against what is served under either names.
func TestMigrationTable(t *testing.T) {
	t.Parallel()

	sources := make(map[string]string)

	for _, group := range collector.NPUExporterReference() {
		for _, metric := range group.Metrics {
			sources[metric.Name] = metric.Source
		}
	}

	native := make(map[string]bool)

	for _, group := range collector.Reference() {
		for _, metric := range group.Metrics {
			native[metric.Name] = true
		}
	}

	native["ascend_exporter_build_info"] = true

	for _, row := range migrations(t) {
		for _, name := range row.old {
			source, served := sources[name]
			delete(sources, name)

			if !served {
				t.Errorf("%s is not served, or is twice in the table", name)
			}

			for metric := range strings.SplitSeq(source, ", ") {
				if metric != "" && !slices.Contains(row.native, metric) {
					t.Errorf("%s: the table does not name %s", name, metric)
				}
			}
		}

		for _, name := range slices.Concat(row.native, regexp.MustCompile(`ascend_\w+`).FindAllString(row.query, -1)) {
			if !native[name] {
				t.Errorf("%v: there is no metric %s", row.old, name)
			}

			if !slices.Contains(row.native, name) && name != "ascend_npu_info" && name != "ascend_npu_chips" {
				t.Errorf("%v: the query takes %s, which the row does not name", row.old, name)
			}
		}
	}

	for name := range sources {
		t.Errorf("%s is not in the table", name)
	}
}

// migrationHosts starts exporters over machines that stand still and of which a pod holds a chip each, one with an ill chip, and one with a
// link that is down. It gives the targets of a scrape configuration.
func migrationHosts(t *testing.T) (targets string) {
	t.Helper()

	scenario := filepath.Join(t.TempDir(), "ill.yaml")
	text := "name: ill\ndescription: NPU 1 is ill, and NPU 0 is cut off.\nexpect: [health]\nfaults:\n" +
		"  - {kind: health, at: 1m, for: 2h, npu: 1, state: alarm, codes: {80E01801: a fault}}\n" +
		"  - {kind: hbm-ecc, at: 1m, for: 2h, npu: 1, single-bit-per-hour: 120, double-bit: 4, isolated-pages: 2}\n" +
		"  - {kind: roce-link, at: 1m, for: 2h, npu: 0}\n"

	if err := os.WriteFile(scenario, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}

	var b strings.Builder

	for _, machine := range []struct{ product, resource string }{{"910B3", "Ascend910"}, {"A3", "Ascend910"}, {"310P-Duo", "Ascend310P"}} {
		options := []string{"--product=" + machine.product, "--npus=2", "--time=2026-03-02T14:30:00Z"}
		if machine.product == "910B3" {
			options = append(options, "--scenario="+scenario, "--scenario-start=2026-03-02T14:00:00Z")
		}

		tool, hccn := newStandIn(t, options...), newStandIn(t, append(options, "--tool=hccn_tool")...)
		k := newKubelet(t).has(newPod("train-0", machine.resource, machine.resource+"-1")).start()
		e := startExporter(t, "--compat.npu-exporter", "--npu-smi.command="+tool.Command(), "--hccn-tool.command="+hccn.Command(),
			"--collection.interval=1s", "--collection.max-duty=1", "--hccn-tool.max-duty=1", "--collector.net-stat.interval=5s",
			"--collector.pods", "--path.pod-resources="+k.socket, "--collector.pods.interval=1s", "--collector.processes", "--collector.network.detail")

		fmt.Fprintf(&b, "      - targets: [%q]\n        labels: {instance: %s}\n", strings.TrimPrefix(e.URL, "http://"), machine.product)
	}

	return b.String()
}

// scrapeJob is a job of a scrape configuration.
func scrapeJob(name, path, targets string) string {
	return fmt.Sprintf("  - job_name: %s\n    metrics_path: %s\n    honor_labels: true\n    static_configs:\n%s", name, path, targets)
}

// byInstance are the values of answers, ordered, of each instance.
func byInstance(p *promtest.Server, queries ...string) map[string][]float64 {
	values := make(map[string][]float64)

	for _, query := range queries {
		for _, sample := range p.Query(query) {
			values[sample.Labels["instance"]] = append(values[sample.Labels["instance"]], sample.Value)
		}
	}

	for _, list := range values {
		slices.Sort(list)
	}

	return values
}

// eventually asks until nothing differs.
func eventually(t *testing.T, what string, differs func() string) {
	t.Helper()

	deadline := time.Now().Add(2 * patience)
	tick := time.NewTicker(200 * time.Millisecond)

	defer tick.Stop()

	for {
		diff := differs()
		if diff == "" {
			return
		}

		if time.Now().After(deadline) {
			t.Errorf("%s (-old +native):\n%s", what, diff)

			return
		}

		<-tick.C
	}
}

// near takes numbers for equal that differ by what floats lose.
func near() cmp.Option {
	return cmp.Comparer(func(a, b float64) bool { return math.Abs(a-b) <= 1e-9*math.Max(math.Abs(a), math.Abs(b)) })
}

// compare asks until two lists of queries have the same values, and some.
func compare(t *testing.T, p *promtest.Server, old []string, native string) {
	t.Helper()

	eventually(t, strings.Join(old, " ")+"\n"+native, func() string {
		was := byInstance(p, old...)
		if len(was) == 0 {
			return "no rows of the old query"
		}

		return cmp.Diff(was, byInstance(p, native), near())
	})
}

// TestMigration: on a real Prometheus the native queries of docs/migration.md give the values of the old ones, and the recorded old names
// are what is served under them.
func TestMigration(t *testing.T) {
	t.Parallel()

	if testing.Short() {
		t.Skip("it takes long, and has no concurrency of its own")
	}

	targets := migrationHosts(t)
	header := "global: {scrape_interval: 1s, evaluation_interval: 1s}\n"
	both := promtest.Start(t, header+"scrape_configs:\n"+scrapeJob("npu-exporter", compatPath, targets)+scrapeJob("ascend", "/metrics", targets))

	rules, err := filepath.Abs(filepath.Join("..", "..", "deploy", "prometheus", "compat", "npu-exporter.yml"))
	if err != nil {
		t.Fatal(err)
	}

	recorded := promtest.Start(t, header+"rule_files: ["+rules+"]\nscrape_configs:\n"+scrapeJob("ascend", "/metrics", targets))

	compared := 0

	for _, row := range migrations(t) {
		if row.query != "" {
			compare(t, both, row.old, row.query)

			compared++
		}
	}

	t.Logf("%d rows of the table give the old values", compared)

	pairs := documented(t, "migration.md")
	if len(pairs)%2 != 0 {
		t.Fatalf("%d queries are not pairs", len(pairs))
	}

	for pair := range slices.Chunk(pairs, 2) {
		switch old, native := pair[0], pair[1]; native {
		case "ascend_npu_health_status > 0 < 4", "ascend_npu_fault_active": // other values, of the same chips
			compare(t, both, []string{"count by (instance) (" + old + ")"}, "count by (instance) ("+native+")")
		case "sum by (instance) (ascend_npu_power_watts)": // the page says what differs on 310P
			compare(t, both, []string{strings.Replace(old, "power", `power{instance!="310P-Duo"}`, 1)}, native)
		default:
			compare(t, both, []string{old}, native)
		}
	}

	text, err := os.ReadFile(rules)
	if err != nil {
		t.Fatal(err)
	}

	names := regexp.MustCompile(`record: ((?:npu|machine|container)_\w+)`).FindAllStringSubmatch(string(text), -1)
	for _, name := range names {
		const labels = "instance id vdie_id pcie_bus_info namespace pod_name container_name"

		eventually(t, "recorded: "+name[1], func() string {
			was := rows(both.Query(name[1]), labels)
			if was == "" {
				return "no rows"
			}

			return cmp.Diff(was, rows(recorded.Query(name[1]), labels))
		})
	}

	t.Logf("%d recorded metrics are what is served", len(names))
}
