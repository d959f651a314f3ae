package dashboards

import (
	"regexp"
	"slices"
	"strings"

	"github.com/grafana/grafana-foundation-sdk/go/cog/variants"
	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/prometheus"
)

// A Query is asked of Prometheus.
type Query struct {
	// Expr is PromQL. $here stands for the matchers of what the page is about; every selector has braces.
	Expr   string
	Legend string // the name of a series, with labels as {{rack}}
	Limit  int    // the most series that it may give
	// Empty says in a sentence why it may give none on a fleet that works; "" where that would be wrong.
	Empty string
}

// both adds two numbers, of which one may not exist: not every product has both.
func both(a, b string) string {
	return "(" + a + " + " + b + ") or " + a + " or " + b
}

// sources are the metrics that an expression selects.
func sources(expr string) []string {
	var names []string

	for _, match := range regexp.MustCompile(`([a-zA-Z_:][a-zA-Z0-9_:]*)\{`).FindAllStringSubmatch(expr, -1) {
		if !slices.Contains(names, match[1]) {
			names = append(names, match[1])
		}
	}

	return names
}

// in fills in what the page is about.
func (q Query) in(here string) Query {
	q.Expr = strings.ReplaceAll(q.Expr, "$here", here)

	return q
}

// refID names the queries of a panel A, B, ….
func refID(i int) string { return "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[i : i+1] }

// datasource is the one that is chosen on the page.
func datasource() *common.DataSourceRef {
	return &common.DataSourceRef{Type: new("prometheus"), Uid: new("${datasource}")}
}

func (q Query) target(id string, format prometheus.PromQueryFormat, instant bool) variants.Dataquery {
	return prometheus.Dataquery{
		Expr: q.Expr, RefId: new(id), LegendFormat: new(q.Legend), Format: new(format), Datasource: datasource(),
		Instant: new(instant), Range: new(!instant), EditorMode: new(prometheus.QueryEditorModeCode),
	}
}
