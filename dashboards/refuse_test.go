package dashboards_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/ascend-exporter/ascend_exporter/dashboards/check"
)

// object is a part of a dashboard's JSON.
type object = map[string]any

// An editor changes a dashboard.
type editor struct {
	t     *testing.T
	board object
}

// at walks down to an object by keys and indexes.
func (e editor) at(from any, keys ...any) object {
	e.t.Helper()

	for _, key := range keys {
		switch k := key.(type) {
		case string:
			o, _ := from.(object)
			from = o[k]
		case int:
			list, _ := from.([]any)
			if k >= len(list) {
				e.t.Fatalf("%v: there is no %d", keys, k)
			}

			from = list[k]
		}
	}

	o, ok := from.(object)
	if !ok {
		e.t.Fatalf("%v is no object", keys)
	}

	return o
}

// kind is the first panel of a kind.
func (e editor) kind(of string) object {
	e.t.Helper()

	for i := range e.board["panels"].([]any) {
		if p := e.at(e.board, "panels", i); p["type"] == of {
			return p
		}
	}

	e.t.Fatalf("no panel %s", of)

	return nil
}

// link is the first link on lines.
func (e editor) link() object {
	e.t.Helper()

	for i := range e.board["panels"].([]any) {
		p := e.at(e.board, "panels", i)
		if p["type"] == "timeseries" && e.at(p, "fieldConfig", "defaults")["links"] != nil {
			return e.at(p, "fieldConfig", "defaults", "links", 0)
		}
	}

	e.t.Fatal("no link on lines")

	return nil
}

// expr replaces the first query of a panel.
func (e editor) expr(panel object, expr string) {
	e.t.Helper()
	e.at(panel, "targets", 0)["expr"] = expr
}

// TestRulesRefuse: of a dashboard that keeps the rules, each change that breaks one is refused.
func TestRulesRefuse(t *testing.T) {
	t.Parallel()

	const fleet, host = "ascend-fleet", "ascend-host"

	for name, test := range map[string]struct {
		page   string
		change func(e editor)
		want   string
	}{
		"raw series above the rack": {fleet, func(e editor) {
			e.expr(e.kind("stat"), `sum(ascend_npu_chips{cluster=~"$cluster"})`)
		}, "reads ascend_npu_chips"},
		"series by host above the SuperPod": {fleet, func(e editor) {
			e.expr(e.kind("stat"), `sum(host:ascend_npu_chips:sum{cluster=~"$cluster"})`)
		}, "reads host:ascend_npu_chips:sum"},
		"too many rows": {host, func(e editor) {
			e.expr(e.kind("table"), `sum by (instance, npu, chip) (ascend_npu_health_status{cluster="$cluster"})`)
		}, "nothing limits the rows"},
		"rows with an alternative that nothing limits": {host, func(e editor) {
			e.expr(e.kind("table"), `topk(5, ascend_npu_health_status{}) or ascend_npu_processes{}`)
		}, "nothing limits the rows"},
		"no PromQL": {fleet, func(e editor) { e.expr(e.kind("stat"), "sum(") }, "parse error"},
		"a variable that is not there": {fleet, func(e editor) {
			e.expr(e.kind("stat"), `sum(superpod:up:sum{cluster="$planet"})`)
		}, "no variable planet"},
		"a query that is not told": {fleet, func(e editor) {
			e.expr(e.kind("stat"), `sum(superpod:up:sum{cluster=~"$cluster"})`)
		}, "queries.json does not tell"},
		"a variable of raw series": {host, func(e editor) {
			e.at(e.board, "templating", "list", 1)["definition"] = "label_values(ascend_npu_chips, cluster)"
		}, "reads raw series of several hosts"},
		"a variable that is no list of labels": {host, func(e editor) {
			e.at(e.board, "templating", "list", 1)["definition"] = "query_result(up)"
		}, "is no label_values"},
		"all hosts at once": {host, func(e editor) {
			e.at(e.board, "templating", "list", 4)["includeAll"] = true
		}, "may be chosen at once"},
		"no data source to choose": {fleet, func(e editor) {
			e.at(e.board, "templating")["list"] = e.at(e.board, "templating")["list"].([]any)[1:]
		}, "data source is no variable"},
		"a fixed data source": {fleet, func(e editor) {
			e.at(e.kind("stat"), "targets", 0, "datasource")["uid"] = "PBFA97CFB590B2093"
		}, "the data source is"},
		"short steps": {fleet, func(e editor) { e.kind("timeseries")["interval"] = "15s" }, "is below 30s"},
		"no legend":   {fleet, func(e editor) { e.at(e.kind("timeseries"), "targets", 0)["legendFormat"] = "" }, "has no legend"},
		"the name of a query twice": {fleet, func(e editor) {
			e.at(e.kind("table"), "targets", 1)["refId"] = "A"
		}, "not its own"},
		"no unit": {fleet, func(e editor) {
			delete(e.at(e.kind("stat"), "fieldConfig", "defaults"), "unit")
		}, "has no unit"},
		"no thresholds": {fleet, func(e editor) {
			delete(e.at(e.kind("stat"), "fieldConfig", "defaults"), "thresholds")
		}, "no thresholds"},
		"green without data": {fleet, func(e editor) {
			e.at(e.kind("stat"), "fieldConfig", "defaults", "thresholds", "steps", 0)["color"] = "#009E73"
		}, "green where nothing is known"},
		"another colour": {fleet, func(e editor) {
			e.at(e.kind("stat"), "fieldConfig", "defaults", "thresholds", "steps", 0)["color"] = "red"
		}, "none of the colours"},
		"columns by type": {fleet, func(e editor) {
			e.at(e.kind("table"), "fieldConfig", "overrides", 2, "matcher")["id"] = "byType"
		}, "columns are set by name, not by byType"},
		"a map whose link takes what is not there": {"ascend-rack", func(e editor) {
			e.at(e.kind("table"), "fieldConfig", "defaults", "links", 0)["url"] = "/d/ascend-host?var-instance=${__data.fields.Server}&${__url_time_range}"
		}, "takes the label Server"},
		"a map whose first column has no unit": {"ascend-rack", func(e editor) {
			e.at(e.kind("table"), "fieldConfig", "overrides", 0)["properties"] = []any{}
		}, "the column Host needs a unit"},
		"a column without a unit": {fleet, func(e editor) {
			e.at(e.kind("table"), "fieldConfig", "overrides", 2)["properties"] = []any{}
		}, "the column Chips needs a unit"},
		"no title":       {fleet, func(e editor) { e.kind("stat")["title"] = "" }, "has no title"},
		"no description": {fleet, func(e editor) { e.kind("stat")["description"] = "" }, "has no description"},
		"no text for no data": {fleet, func(e editor) {
			delete(e.at(e.kind("stat"), "fieldConfig", "defaults"), "noValue")
		}, "has no text for no data"},
		"a deprecated panel": {fleet, func(e editor) { e.kind("timeseries")["type"] = "graph" }, `"graph" is deprecated`},
		"an id twice":        {fleet, func(e editor) { e.kind("stat")["id"] = 1.0 }, "not its own"},
		"beyond the grid":    {fleet, func(e editor) { e.at(e.kind("stat"), "gridPos")["x"] = 22.0 }, "outside of the grid"},
		"panels on each other": {fleet, func(e editor) {
			e.at(e.kind("timeseries"), "gridPos")["y"] = e.at(e.kind("table"), "gridPos")["y"]
		}, "lies on"},
		"a link to nowhere": {fleet, func(e editor) {
			e.link()["url"] = "/d/ascend-cabinet?${__url_time_range}"
		}, "which does not exist"},
		"a link that sets what is not there": {fleet, func(e editor) {
			e.link()["url"] = "/d/ascend-superpod?var-npu=1&${__url_time_range}"
		}, "sets npu, which ascend-superpod has not"},
		"a link that passes on what is not here": {fleet, func(e editor) {
			e.link()["url"] = "/d/ascend-rack?${rack:queryparam}&${__url_time_range}"
		}, "passes on rack, which this page has not"},
		"a link that takes a label that is not there": {fleet, func(e editor) {
			e.link()["url"] = "/d/ascend-rack?var-rack=${__field.labels.rack:percentencode}&${__url_time_range}"
		}, "takes the label rack"},
		"a link that forgets the time": {fleet, func(e editor) { e.link()["url"] = "/d/ascend-superpod?var-cluster=x" }, "does not keep the time"},
		"an old schema":                {fleet, func(e editor) { e.board["schemaVersion"] = 30.0 }, "older than Grafana 11"},
		"the id of one Grafana":        {fleet, func(e editor) { e.board["id"] = 7.0 }, "has an id"},
		"no tag":                       {fleet, func(e editor) { e.board["tags"] = []any{} }, "has no tag"},
		"no row of links":              {fleet, func(e editor) { e.board["links"] = []any{} }, "one row of links"},
		"another uid":                  {fleet, func(e editor) { e.board["uid"] = "x" }, `has the uid "x"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			boards, queries := split(generated(t))

			var board object
			if err := json.Unmarshal(boards[test.page+".json"], &board); err != nil {
				t.Fatal(err)
			}

			test.change(editor{t, board})

			changed, err := json.Marshal(board)
			if err != nil {
				t.Fatal(err)
			}

			boards[test.page+".json"] = changed

			if err := check.Dashboards(boards, queries); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
}
