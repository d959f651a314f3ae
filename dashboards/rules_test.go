package dashboards_test

import (
	"encoding/json"
	"flag"
	"maps"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ascend-exporter/ascend_exporter/dashboards"
	"github.com/ascend-exporter/ascend_exporter/dashboards/check"
	rules "github.com/ascend-exporter/ascend_exporter/deploy/prometheus"
)

var update = flag.Bool("update", false, "write the dashboards and queries.json")

// generated are the files as the code makes them.
func generated(t *testing.T) map[string][]byte {
	t.Helper()

	values, err := rules.Defaults()
	if err != nil {
		t.Fatal(err)
	}

	limits, err := dashboards.NewLimits(values)
	if err != nil {
		t.Fatal(err)
	}

	files, err := dashboards.Files(dashboards.Pages(limits))
	if err != nil {
		t.Fatal(err)
	}

	return files
}

// split are the dashboards by their base names, and queries.json.
func split(files map[string][]byte) (boards map[string][]byte, queries []byte) {
	boards = make(map[string][]byte)

	for name, content := range files {
		if name == "queries.json" {
			queries = content
		} else {
			boards[path.Base(name)] = content
		}
	}

	return boards, queries
}

// TestFresh: the files are what the code makes, and there are no others.
func TestFresh(t *testing.T) {
	t.Parallel()

	files := generated(t)

	for name, want := range files {
		if *update {
			if err := os.WriteFile(name, want, 0o644); err != nil {
				t.Fatal(err)
			}
		}

		got, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}

		if diff := cmp.Diff(string(got), string(want)); diff != "" {
			t.Errorf("%s is stale: run make generate (-file +code):\n%s", name, diff)
		}
	}

	found, err := filepath.Glob("json/*")
	if err != nil {
		t.Fatal(err)
	}

	for _, file := range found {
		if _, ok := files[file]; !ok {
			t.Errorf("%s comes from no page", file)
		}
	}
}

// TestRules: the dashboards keep the rules.
func TestRules(t *testing.T) {
	t.Parallel()

	boards, queries := split(generated(t))
	if err := check.Dashboards(boards, queries, dashboards.Planned()); err != nil {
		t.Error(err)
	}
}

// TestAlertsLead: links of the alerts set variables that the pages have.
func TestAlertsLead(t *testing.T) {
	t.Parallel()

	values, err := rules.Defaults()
	if err != nil {
		t.Fatal(err)
	}

	rendered, err := rules.Render(values)
	if err != nil {
		t.Fatal(err)
	}

	seen := make(map[string]bool)

	for _, content := range rendered {
		for _, match := range regexp.MustCompile(`dashboard_url: (\S.*)`).FindAllStringSubmatch(string(content), -1) {
			link, err := url.Parse(regexp.MustCompile(`{{[^}]*}}`).ReplaceAllString(match[1], "x"))
			if err != nil {
				t.Fatal(err)
			}

			uid := path.Base(link.Path)
			seen[uid] = true

			for key := range link.Query() {
				if !slices.Contains(dashboards.Variables(uid), strings.TrimPrefix(key, "var-")) {
					t.Errorf("an alert leads to %s, which does not take %s", match[1], key)
				}
			}
		}
	}

	if !seen["ascend-host"] || !seen["ascend-chip"] {
		t.Errorf("alerts lead to %v only: their links are not found", slices.Sorted(maps.Keys(seen)))
	}
}

// TestLimits: colours turn where the rules say.
func TestLimits(t *testing.T) {
	t.Parallel()

	values, err := rules.Defaults()
	if err != nil {
		t.Fatal(err)
	}

	if err := values.Set("mine.yml", []byte("recording: {hot_celsius: 71.5}\nrunbooks: https://wiki.example/npu")); err != nil {
		t.Fatal(err)
	}

	limits, err := dashboards.NewLimits(values)
	if err != nil {
		t.Fatal(err)
	}

	files, err := dashboards.Files(dashboards.Pages(limits))
	if err != nil {
		t.Fatal(err)
	}

	fleet := string(files["json/ascend-fleet.json"])
	for _, want := range []string{`"value": 71.5`, "https://wiki.example/npu/${__data.fields.alertname"} {
		if !strings.Contains(fleet, want) {
			t.Errorf("no %s in the page", want)
		}
	}

	if err := values.Set("mine.yml", []byte("recording: {hot_celsius: 70}")); err != nil {
		t.Fatal(err)
	}

	values["recording"] = map[string]any{}

	if _, err := dashboards.NewLimits(values); err == nil || !strings.Contains(err.Error(), "no number recording.hot_celsius") {
		t.Errorf("without a value: got %v", err)
	}
}

// object is a part of a dashboard's JSON.
type object = map[string]any

// at walks down to an object by keys and indexes.
func at(t *testing.T, from any, keys ...any) object {
	t.Helper()

	for _, key := range keys {
		switch k := key.(type) {
		case string:
			from = from.(object)[k]
		case int:
			from = from.([]any)[k]
		}
	}

	o, ok := from.(object)
	if !ok {
		t.Fatalf("%v is no object", keys)
	}

	return o
}

// kind is the first panel of a kind.
func kind(t *testing.T, board object, of string) object {
	t.Helper()

	for _, p := range board["panels"].([]any) {
		if p.(object)["type"] == of {
			return p.(object)
		}
	}

	t.Fatalf("no panel %s", of)

	return nil
}

// TestRulesRefuse: of a dashboard that keeps the rules, each change that breaks one is refused.
func TestRulesRefuse(t *testing.T) {
	t.Parallel()

	const fleet, host = "ascend-fleet", "ascend-host"

	expr := func(p object, expr string) { p["targets"].([]any)[0].(object)["expr"] = expr }

	for name, test := range map[string]struct {
		page   string
		change func(t *testing.T, board object)
		want   string
	}{
		"raw series above the rack": {fleet, func(t *testing.T, b object) {
			expr(kind(t, b, "stat"), `sum(ascend_npu_chips{cluster=~"$cluster"})`)
		}, "reads ascend_npu_chips"},
		"series by host above the SuperPod": {fleet, func(t *testing.T, b object) {
			expr(kind(t, b, "stat"), `sum(host:ascend_npu_chips:sum{cluster=~"$cluster"})`)
		}, "reads host:ascend_npu_chips:sum"},
		"too many rows": {host, func(t *testing.T, b object) {
			expr(kind(t, b, "table"), `sum by (instance, npu, chip) (ascend_npu_health_status{cluster="$cluster"})`)
		}, "nothing limits the rows"},
		"rows with an alternative that nothing limits": {host, func(t *testing.T, b object) {
			expr(kind(t, b, "table"), `topk(5, ascend_npu_health_status{}) or ascend_npu_processes{}`)
		}, "nothing limits the rows"},
		"no PromQL": {fleet, func(t *testing.T, b object) { expr(kind(t, b, "stat"), "sum(") }, "parse error"},
		"a variable that is not there": {fleet, func(t *testing.T, b object) {
			expr(kind(t, b, "stat"), `sum(superpod:up:sum{cluster="$planet"})`)
		}, "no variable planet"},
		"a query that is not told": {fleet, func(t *testing.T, b object) {
			expr(kind(t, b, "stat"), `sum(superpod:up:sum{cluster=~"$cluster"})`)
		}, "queries.json does not tell"},
		"a variable of raw series": {host, func(t *testing.T, b object) {
			at(t, b, "templating", "list", 1)["definition"] = "label_values(ascend_npu_chips, cluster)"
		}, "reads raw series of several hosts"},
		"a variable that is no list of labels": {host, func(t *testing.T, b object) {
			at(t, b, "templating", "list", 1)["definition"] = "query_result(up)"
		}, "is no label_values"},
		"all hosts at once": {host, func(t *testing.T, b object) {
			at(t, b, "templating", "list", 4)["includeAll"] = true
		}, "may be chosen at once"},
		"no data source to choose": {fleet, func(t *testing.T, b object) {
			at(t, b, "templating")["list"] = at(t, b, "templating")["list"].([]any)[1:]
		}, "data source is no variable"},
		"a fixed data source": {fleet, func(t *testing.T, b object) {
			at(t, kind(t, b, "stat"), "targets", 0, "datasource")["uid"] = "PBFA97CFB590B2093"
		}, "the data source is"},
		"short steps": {fleet, func(t *testing.T, b object) { kind(t, b, "timeseries")["interval"] = "15s" }, "is below 30s"},
		"no legend":   {fleet, func(t *testing.T, b object) { at(t, kind(t, b, "timeseries"), "targets", 0)["legendFormat"] = "" }, "has no legend"},
		"the name of a query twice": {fleet, func(t *testing.T, b object) {
			at(t, kind(t, b, "table"), "targets", 1)["refId"] = "A"
		}, "not its own"},
		"no unit": {fleet, func(t *testing.T, b object) {
			delete(at(t, kind(t, b, "stat"), "fieldConfig", "defaults"), "unit")
		}, "has no unit"},
		"no thresholds": {fleet, func(t *testing.T, b object) {
			delete(at(t, kind(t, b, "stat"), "fieldConfig", "defaults"), "thresholds")
		}, "no thresholds"},
		"green without data": {fleet, func(t *testing.T, b object) {
			at(t, kind(t, b, "stat"), "fieldConfig", "defaults", "thresholds", "steps", 0)["color"] = "#009E73"
		}, "green where nothing is known"},
		"another colour": {fleet, func(t *testing.T, b object) {
			at(t, kind(t, b, "stat"), "fieldConfig", "defaults", "thresholds", "steps", 0)["color"] = "red"
		}, "none of the colours"},
		"a column without a unit": {fleet, func(t *testing.T, b object) {
			at(t, kind(t, b, "table"), "fieldConfig", "overrides", 2)["properties"] = []any{}
		}, "the column Chips needs a unit"},
		"no title":       {fleet, func(t *testing.T, b object) { kind(t, b, "stat")["title"] = "" }, "has no title"},
		"no description": {fleet, func(t *testing.T, b object) { kind(t, b, "stat")["description"] = "" }, "has no description"},
		"no text for no data": {fleet, func(t *testing.T, b object) {
			delete(at(t, kind(t, b, "stat"), "fieldConfig", "defaults"), "noValue")
		}, "has no text for no data"},
		"a deprecated panel": {fleet, func(t *testing.T, b object) { kind(t, b, "timeseries")["type"] = "graph" }, `"graph" is deprecated`},
		"an id twice":        {fleet, func(t *testing.T, b object) { kind(t, b, "stat")["id"] = 1.0 }, "not its own"},
		"beyond the grid":    {fleet, func(t *testing.T, b object) { at(t, kind(t, b, "stat"), "gridPos")["x"] = 22.0 }, "outside of the grid"},
		"panels on each other": {fleet, func(t *testing.T, b object) {
			at(t, kind(t, b, "timeseries"), "gridPos")["y"] = at(t, kind(t, b, "table"), "gridPos")["y"]
		}, "lies on"},
		"a link to nowhere": {fleet, func(t *testing.T, b object) {
			at(t, kind(t, b, "timeseries"))
			link(t, b)["url"] = "/d/ascend-cabinet?${__url_time_range}"
		}, "which does not exist"},
		"a link that sets what is not there": {fleet, func(t *testing.T, b object) {
			link(t, b)["url"] = "/d/ascend-superpod?var-npu=1&${__url_time_range}"
		}, "sets npu, which ascend-superpod has not"},
		"a link that passes on what is not here": {fleet, func(t *testing.T, b object) {
			link(t, b)["url"] = "/d/ascend-rack?${rack:queryparam}&${__url_time_range}"
		}, "passes on rack, which this page has not"},
		"a link that takes a label that is not there": {fleet, func(t *testing.T, b object) {
			link(t, b)["url"] = "/d/ascend-rack?var-rack=${__field.labels.rack:percentencode}&${__url_time_range}"
		}, "takes the label rack"},
		"a link that forgets the time": {fleet, func(t *testing.T, b object) { link(t, b)["url"] = "/d/ascend-superpod?var-cluster=x" }, "does not keep the time"},
		"an old schema":                {fleet, func(_ *testing.T, b object) { b["schemaVersion"] = 30.0 }, "older than Grafana 11"},
		"the id of one Grafana":        {fleet, func(_ *testing.T, b object) { b["id"] = 7.0 }, "has an id"},
		"no tag":                       {fleet, func(_ *testing.T, b object) { b["tags"] = []any{} }, "has no tag"},
		"no row of links":              {fleet, func(_ *testing.T, b object) { b["links"] = []any{} }, "one row of links"},
		"another uid":                  {fleet, func(_ *testing.T, b object) { b["uid"] = "x" }, `has the uid "x"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			boards, queries := split(generated(t))

			var board object
			if err := json.Unmarshal(boards[test.page+".json"], &board); err != nil {
				t.Fatal(err)
			}

			test.change(t, board)

			changed, err := json.Marshal(board)
			if err != nil {
				t.Fatal(err)
			}

			boards[test.page+".json"] = changed

			if err := check.Dashboards(boards, queries, dashboards.Planned()); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
}

// link is the first link on lines.
func link(t *testing.T, board object) object {
	t.Helper()

	for _, p := range board["panels"].([]any) {
		if p.(object)["type"] == "timeseries" {
			if defaults := at(t, p, "fieldConfig", "defaults"); defaults["links"] != nil {
				return at(t, defaults, "links", 0)
			}
		}
	}

	t.Fatal("no link on lines")

	return nil
}

// TestTooManySeries: what a query may give is limited, and what a panel draws.
func TestTooManySeries(t *testing.T) {
	t.Parallel()

	boards, queries := split(generated(t))

	for old, want := range map[string]string{`"limit": 100`: "may draw 1000 lines", `"limit": 1,`: "may give 0 series"} {
		replaced := strings.NewReplacer(`"limit": 100`, `"limit": 1000`).Replace(string(queries))
		if old == `"limit": 1,` {
			replaced = strings.ReplaceAll(string(queries), old, `"limit": 0,`)
		}

		if err := check.Dashboards(boards, []byte(replaced), dashboards.Planned()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}
