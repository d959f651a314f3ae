package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/ascend-exporter/ascend_exporter/cmd/internal/grafana"
	"github.com/ascend-exporter/ascend_exporter/cmd/superpod-sim/vllm"
	"github.com/ascend-exporter/ascend_exporter/collector/sim"
	"github.com/ascend-exporter/ascend_exporter/collector/sim/fleet"
	"github.com/ascend-exporter/ascend_exporter/deploy/prometheus/check"
)

const dashboardsFolder = "../../dashboards"

// A board is a dashboard with what is listed of its queries.
type board struct {
	grafana.Dashboard

	queries []listed
}

// readBoards reads the dashboards and the list of their queries, which have to agree.
func readBoards(t *testing.T) []board {
	t.Helper()

	dashboards, err := grafana.Read(filepath.Join(dashboardsFolder, "json"))
	if err != nil {
		t.Fatal(err)
	}

	text, err := os.ReadFile(filepath.Join(dashboardsFolder, "queries.json"))
	if err != nil {
		t.Fatal(err)
	}

	var queries []listed
	if err := json.Unmarshal(text, &queries); err != nil {
		t.Fatal(err)
	}

	var (
		boards    []board
		want, got []string
	)

	for _, q := range queries {
		want = append(want, fmt.Sprint(q, q.Expr, q.Instant))
	}

	for _, d := range dashboards {
		b := board{Dashboard: d}

		for _, q := range queries {
			if q.Dashboard == d.UID {
				b.queries = append(b.queries, q)
			}
		}

		for _, p := range d.All() {
			for _, target := range p.Targets {
				q := listed{Dashboard: d.UID, Panel: p.ID, Title: p.Title, RefID: target.RefID}
				got = append(got, fmt.Sprint(q, target.Expr, target.Instant))

				if target.Instant == target.Range || target.Datasource.UID != "${datasource}" {
					t.Errorf("%s: is neither asked once nor over time, or of another data source than the chosen one", q)
				}
			}
		}

		boards = append(boards, b)
	}

	slices.Sort(want)
	slices.Sort(got)

	if diff := gocmp.Diff(want, got); diff != "" {
		t.Errorf("queries.json and the dashboards differ (-list +dashboards):\n%s", diff)
	}

	return boards
}

// TestDashboards: every query of every dashboard, with the variables filled in as Grafana does, is answered by a real Prometheus over
// fleets of every kind: it names what exists, is no more than the panel can show, and is empty only where the panel says so.
func TestDashboards(t *testing.T) {
	t.Parallel()

	if testing.Short() {
		t.Skip("it takes a minute or two")
	}

	boards := readBoards(t)
	known := knownMetrics(t)

	var (
		mu     sync.Mutex
		filled = make(map[string]bool) // queries that some fleet has an answer to
	)

	t.Run("fleets", func(t *testing.T) {
		for _, w := range fleets() {
			t.Run(w.name, func(t *testing.T) {
				t.Parallel()

				begin, end := time.Now(), night()
				a := &asker{startPast(t, pastOptions(t, w.build(t, end), end)), end, make(map[string][]string)}
				t.Logf("history and Prometheus after %s", time.Since(begin).Round(time.Millisecond))
				a.Until(`count_over_time(prometheus_rule_group_last_duration_seconds[1m])`, func(values []float64) bool { return len(values) > 0 && values[0] > 2 })

				for _, b := range boards {
					begin := time.Now()

					o, err := b.openAll(a, w, known)
					if err != nil {
						t.Fatal(err)
					}

					for _, problem := range o.problems {
						t.Error(problem)
					}

					t.Logf("%s: opened in %d ways: %d of %d queries had an answer, in %s",
						b.UID, o.ways, len(o.filled), o.asked, time.Since(begin).Round(time.Millisecond))

					mu.Lock()
					for _, key := range o.filled {
						filled[key] = true
					}
					mu.Unlock()
				}
			})
		}
	})

	if t.Failed() {
		return // fleets that are not there fill nothing
	}

	checkFilled(t, boards, filled)
}

// checkFilled asks every query for an answer in some fleet, unless there is a reason to have none.
func checkFilled(t *testing.T, boards []board, filled map[string]bool) {
	t.Helper()

	for _, b := range boards {
		for _, q := range b.queries {
			reasoned := slices.ContainsFunc(slices.Collect(maps.Keys(unfilled())), func(metric string) bool { return strings.Contains(q.Expr, metric) })
			if !filled[q.String()] && !reasoned {
				t.Errorf("%s: has an answer in no fleet, without a reason: %s", q, q.Expr)
			}
		}
	}

	for metric, reason := range unfilled() {
		asked, answered := 0, 0

		for _, b := range boards {
			for _, q := range b.queries {
				if strings.Contains(q.Expr, metric) {
					asked++

					if filled[q.String()] {
						answered++
					}
				}
			}
		}

		if asked > 0 && asked == answered {
			t.Errorf("every query of %s has an answer, though %s", metric, reason)
		}
	}
}

// unfilled says of metrics why a query of them may have an answer in none of the fleets.
func unfilled() map[string]string {
	const (
		off  = "exporters of a simulated fleet have what is off by default off"
		well = "nothing in a simulated fleet is as bad as that"
	)

	return map[string]string{
		"ascend_npu_job_info":                         "simulated hosts have no folder of jobs",
		"ascend_npu_process_info":                     "processes of simulated hosts are nobody's",
		"ascend_npu_process_memory_bytes":             off,
		"ascend_npu_card_power_watts":                 off,
		"ascend_npu_topology_info":                    off,
		"ascend_npu_power_peak_watts":                 off,
		"ascend_npu_temperature_peak_celsius":         off,
		"ascend_npu_vnpu_info":                        "no simulated chip is cut into slices",
		"process_resident_memory_bytes":               "all simulated exporters are one process",
		"ascend_exporter_build_info":                  "the past of a simulated host was made by no release",
		"ascend_exporter_maintenance":                 "no work is planned in simulated fleets",
		"ascend_exporter_unkillable_processes":        well,
		"ascend_exporter_attribution_conflicts_total": well,
		"ascend_exporter_unrecognized_lines_total":    well,
		"scrape_samples_scraped":                      well,
	}
}

// knownMetrics are all that there are.
func knownMetrics(t *testing.T) *check.Metrics {
	t.Helper()

	files := ruleTexts(t)

	place := []string{"cluster", "superpod", "rack", "instance", "job"}
	foreign := []check.Foreign{
		// An alert has the labels of what it is of.
		{Name: "ALERTS", Labels: append([]string{"alertname", "alertstate", "severity", "npu", "chip"}, place...)},
		{Name: "process_resident_memory_bytes", Labels: place},
		{Name: "ascend_exporter_build_info", Labels: append([]string{"version", "revision", "branch", "goversion", "goos", "goarch", "tags"}, place...)},
		{Name: "prometheus_rule_group_last_duration_seconds", Labels: []string{"rule_group", "instance", "job"}},
		{Name: "prometheus_rule_group_interval_seconds", Labels: []string{"rule_group", "instance", "job"}},
		{Name: "prometheus_tsdb_head_series", Labels: []string{"instance", "job"}},
		{Name: "vllm:gpu_cache_usage_perc", Labels: vllmLabels()}, // the name of former releases
	}

	vllm.Visit(sim.Service{}, func(name string, labels []string, _ float64) {
		of := vllmLabels()
		for pair := range slices.Chunk(labels, 2) {
			of = append(of, pair[0])
		}

		counter := slices.ContainsFunc([]string{"_total", "_bucket", "_sum", "_count"}, func(end string) bool { return strings.HasSuffix(name, end) })
		foreign = append(foreign, check.Foreign{Name: name, Counter: counter, Labels: of})
	})

	known, err := check.Known(files, foreign...)
	if err != nil {
		t.Fatal(err)
	}

	return known
}

// vllmLabels are those that targets of vLLM need, and all of its metrics have.
func vllmLabels() []string {
	return []string{"cluster", "namespace", "pod", "instance", "job", "engine", "model_name"}
}

// places are the variables that say which place or chip a dashboard is about, from the largest down.
func places() []string {
	return []string{"cluster", "superpod", "rack", "instance", "npu", "chip"}
}

// opened is what comes of opening a dashboard in every way.
type opened struct {
	ways, asked int
	filled      []string // queries that had an answer, as often as they had
	problems    []string
}

func (o *opened) problem(format string, args ...any) {
	o.problems = append(o.problems, fmt.Sprintf(format, args...))
}

// openAll opens a dashboard in every way and asks all of its queries.
func (b board) openAll(a *asker, w watched, known *check.Metrics) (opened, error) {
	var o opened

	ways, err := a.openings(b.Dashboard)
	if err != nil {
		return o, err
	}

	for _, way := range ways {
		values, options, err := b.Resolve(a.scope(), way, a.values)
		if err != nil {
			return o, err
		}

		for _, v := range b.Templating.List {
			// Hosts may stand in no SuperPod or rack, and there may be no services.
			if len(options[v.Name]) == 0 && w.place == nil && slices.Contains(places(), v.Name) {
				o.problem("%s, opened with %v: the variable %s has no values", b.UID, way, v.Name)
			}
		}

		for _, q := range b.queries {
			o.ask(b, a, q, values, known, len(w.breaks) == 0)
		}

		o.ways++
	}

	return o, nil
}

// ask asks a query of a dashboard and notes what is wrong with the answer; in a fleet that is well it is empty only where that is normal.
func (o *opened) ask(b board, a *asker, q listed, values grafana.Values, known *check.Metrics, well bool) {
	o.asked++

	expr, given, err := b.ask(a, q, values)
	if err == nil && o.ways == 0 {
		err = known.Query(expr)
	}

	switch {
	case err != nil:
		o.problem("%s: %s: %v", q, expr, err)
	case given.series > q.Limit:
		o.problem("%s: %d series, and the panel shows %d: %s", q, given.series, q.Limit, expr)
	case given.series == 0 && q.Empty == "" && well:
		o.problem("%s: is empty, and the panel does not say why: %s", q, expr)
	case given.series > 0 && !given.numbers:
		o.problem("%s: is no number at any time: %s", q, expr)
	case given.series > 0:
		o.filled = append(o.filled, q.String())
	}
}

// ask asks a query of the dashboard, and gives what it came to with the variables filled in.
func (b board) ask(a *asker, q listed, values grafana.Values) (expr string, given answer, err error) {
	panels := b.All()
	panel := panels[slices.IndexFunc(panels, func(p grafana.Panel) bool { return p.ID == q.Panel })]

	scope, err := a.scopeOf(b.Dashboard, panel, values)
	if err != nil {
		return q.Expr, given, err
	}

	if expr, err = scope.Expand(q.Expr); err != nil {
		return q.Expr, given, err
	}

	given, err = a.ask(expr, q.Instant, own(expr, scope))

	return expr, given, err
}

// TestDashboardsFindFaults: each fault of a dashboard is found.
func TestDashboardsFindFaults(t *testing.T) {
	t.Parallel()

	w := watched{config: fleet.Config{Cluster: "c1", SuperPods: 1, Racks: 1, HostsPerRack: 1, Product: "910B3", NPUs: 2}}
	end := night()
	a := &asker{startPast(t, pastOptions(t, w.build(t, end), end)), end, make(map[string][]string)}

	var b board
	if err := json.Unmarshal([]byte(`{"uid": "bad", "time": {"from": "now-1h"}, "panels": [{"id": 1, "gridPos": {"w": 12}}], "templating": {"list": [
		{"name": "rack", "type": "query", "query": "label_values(rack:up:count, rack)"},
		{"name": "chip", "type": "query", "query": "label_values(rack:up:count, chip)"}]}}`), &b.Dashboard); err != nil {
		t.Fatal(err)
	}

	for _, q := range []struct {
		expr, want string
		limit      int
	}{
		{expr: `rack:up:count{rack="$rack"}`},
		{expr: `rack:up:count{rack="$rack"`, want: "parse error"},
		{expr: `up{instance="$host"}`, want: `there is no variable "host"`},
		{expr: `up{instance="none"}`, want: "is empty, and the panel does not say why"},
		{expr: `ascend_npu_temperature`, want: `the metric "ascend_npu_temperature"`},
		{expr: `count(ascend_npu_info{die="0"})`, want: `ascend_npu_info has no label "die"`},
		{expr: `ascend_npu_info`, limit: 1, want: "2 series, and the panel shows 1"},
		{expr: `sum(0 * rack:up:count) / sum(0 * rack:up:count)`, want: "is no number at any time"},
	} {
		b.queries = []listed{{Panel: 1, Expr: q.expr, Limit: cmp.Or(q.limit, 2)}}

		o, err := b.openAll(a, w, knownMetrics(t))
		if err != nil {
			t.Fatal(err)
		}

		if len(o.problems) == 0 || !strings.Contains(o.problems[0], "the variable chip has no values") {
			t.Errorf("a variable without values is not found: %q", o.problems)
		}

		if found := strings.Join(o.problems[1:], "\n"); !strings.Contains(found, q.want) || (q.want == "") != (found == "") {
			t.Errorf("%s: found %q, want %q", q.expr, found, q.want)
		}
	}
}
