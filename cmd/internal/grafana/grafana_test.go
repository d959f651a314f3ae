package grafana_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ascend-exporter/ascend_exporter/cmd/internal/grafana"
)

const text = `{
  "uid": "one", "title": "One", "time": {"from": "now-6h", "to": "now"},
  "links": [{"type": "dashboards", "tags": ["ascend"], "keepTime": true, "includeVars": true}],
  "templating": {"list": [
    {"name": "datasource", "type": "datasource", "query": "prometheus"},
    {"name": "cluster", "type": "query", "query": {"query": "label_values(x{a!=\"b\"}, cluster)", "refId": "A"}},
    {"name": "rack", "type": "query", "query": "label_values(x{cluster=~\"$cluster\"}, rack)", "multi": true, "includeAll": true,
     "current": {"text": ["All"], "value": ["$__all"]}},
    {"name": "host", "type": "query", "query": "label_values(host)", "regex": "/(.+)\\.example/"},
    {"name": "any", "type": "custom", "query": "1m, 5m", "includeAll": true, "allValue": ".*", "current": {"value": "$__all"}},
    {"name": "size", "type": "custom", "query": "1m, 5m", "current": {"value": "5m"}}
  ]},
  "panels": [
    {"id": 1, "type": "row", "panels": [{"id": 2, "type": "stat", "title": "Folded"}]},
    {"id": 3, "type": "table", "title": "Table", "links": [{"url": "/d/two?var-rack=x"}],
     "targets": [{"refId": "A", "expr": "up", "instant": true, "datasource": {"uid": "${datasource}"}}],
     "fieldConfig": {"defaults": {"links": [{"url": "/d/three/name?${cluster:queryparam}&var-cluster=a&var-rack=${__data.fields.rack}"}]},
       "overrides": [{"properties": [{"id": "unit", "value": "s"}, {"id": "links", "value": [{"url": "https://example.org/"}]}]}]}}
  ]
}`

func read(t *testing.T) grafana.Dashboard {
	t.Helper()

	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "one.json"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}

	dashboards, err := grafana.Read(folder)
	if err != nil || len(dashboards) != 1 {
		t.Fatal(dashboards, err)
	}

	return dashboards[0]
}

// TestRead: panels in folded rows are found, and all links of a panel.
func TestRead(t *testing.T) {
	t.Parallel()

	d := read(t)

	var panels []string
	for _, p := range d.All() {
		panels = append(panels, p.Title)
	}

	if diff := cmp.Diff([]string{"Folded", "Table"}, panels); diff != "" {
		t.Error(diff)
	}

	links, err := d.All()[1].DataLinks()
	if err != nil || len(links) != 3 {
		t.Fatal(links, err)
	}

	var leads []string

	for _, link := range links {
		uid, variables, ok := link.Leads()
		if ok {
			leads = append(leads, uid+" "+strings.Join(variables, " "))
		}
	}

	if diff := cmp.Diff([]string{"two rack", "three cluster rack"}, leads); diff != "" {
		t.Error(diff)
	}

	if _, err := grafana.Read(t.TempDir()); err == nil {
		t.Error("a folder without dashboards has some")
	}
}

// answer answers the queries of the variables.
func answer(of map[grafana.LabelValues][]string) grafana.Asker {
	return func(query grafana.LabelValues) ([]string, error) { return of[query], nil }
}

// TestResolve: variables get their values in their order, from those before them.
func TestResolve(t *testing.T) {
	t.Parallel()

	full := map[grafana.LabelValues][]string{
		{Selector: `x{a!="b"}`, Label: "cluster"}:      {"c.1", "c2"},
		{Selector: `x{cluster=~"c.1"}`, Label: "rack"}: {"r1"},
		{Selector: `x{cluster=~"c2"}`, Label: "rack"}:  {"r+1", "r2"},
		{Label: "host"}: {"h1.example", "other"},
	}

	for name, c := range map[string]struct {
		of   map[grafana.LabelValues][]string
		set  map[string]string
		want string
	}{
		"first":   {full, nil, `c.1/r1/h1/.*/5m`},
		"set":     {full, map[string]string{"cluster": "c2", "rack": "r2", "size": "1m", "any": "5m"}, `c2/r2/h1/5m/1m`},
		"all":     {full, map[string]string{"cluster": "c2"}, `c2/(r\\+1|r2)/h1/.*/5m`},
		"unknown": {full, map[string]string{"cluster": "gone"}, `c.1/r1/h1/.*/5m`},
		"none":    {nil, nil, `/()//.*/5m`},
	} {
		values, _, err := read(t).Resolve(grafana.Scope{}, c.set, answer(c.of))
		if err != nil {
			t.Fatal(err)
		}

		got, err := grafana.Scope{Variables: values}.Expand("$cluster/$rack/${host}/[[any]]/$size")
		if err != nil || got != c.want {
			t.Errorf("%s: got %s, want %s, error %v", name, got, c.want, err)
		}
	}
}

// TestExpand: what Grafana fills in, and what it would leave.
func TestExpand(t *testing.T) {
	t.Parallel()

	to := time.Unix(7200, 0)
	scope := grafana.Scope{
		From: to.Add(-time.Hour), To: to, Interval: 30 * time.Second, Scrape: 15 * time.Second,
		Variables: grafana.Values{
			"one":     {Texts: []string{`a.b"c`}},
			"several": {Texts: []string{"a.b", "c"}, Several: true},
			"plain":   {Texts: []string{".*"}, Plain: true},
		},
	}

	for text, want := range map[string]string{
		"rate(x[$__rate_interval]) $__interval ${__interval_ms}": "rate(x[60s]) 30s 30000",
		"[$__range] $__range_s $__range_ms $__from $__to":        "[3600s] 3600 3600000 3600000 7200000",
		`x{a="$one"}`:          `x{a="a.b\"c"}`,
		`x{a=~"$several"}`:     `x{a=~"(a\\.b|c)"}`,
		`x{a=~"${one:regex}"}`: `x{a=~"a\.b"c"}`, // as Grafana does: it is no use in quotes
		`${several:pipe} ${several:csv} ${one:raw} $plain`: `a.b|c a.b,c a.b"c .*`,
	} {
		if got, err := scope.Expand(text); err != nil || got != want {
			t.Errorf("%s: got %s, want %s, error %v", text, got, want, err)
		}
	}

	for text, want := range map[string]string{
		`x{a="$two"}`:        `there is no variable "two" in "x{a=\"$two\"}": there are one, plain, several`,
		`${one:singlequote}`: `the format "singlequote" is not known`,
	} {
		if _, err := scope.Expand(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %s", text, err, want)
		}
	}
}

// TestInterval: steps are lengths that people count in, and no shorter than they may be.
func TestInterval(t *testing.T) {
	t.Parallel()

	for _, c := range []struct{ length, shortest, want time.Duration }{
		{time.Hour, 15 * time.Second, 15 * time.Second},
		{time.Hour, time.Second, 5 * time.Second},
		{24 * time.Hour, 30 * time.Second, 2 * time.Minute},
		{30 * 24 * time.Hour, 30 * time.Second, time.Hour},
	} {
		if got := grafana.Interval(c.length, 800, c.shortest); got != c.want {
			t.Errorf("%+v: got %s", c, got)
		}
	}

	now := time.Unix(1e6, 0)
	if at, err := grafana.Ago("now-2d", now); err != nil || !at.Equal(now.Add(-48*time.Hour)) {
		t.Error(at, err)
	}

	for _, text := range []string{"yesterday", "now-", "now-5x", "now/d"} {
		if at, err := grafana.Ago(text, now); err == nil {
			t.Errorf("%s is %s", text, at)
		}
	}
}
