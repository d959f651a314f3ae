package dashboards

import (
	"cmp"
	"strings"

	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/prometheus"
)

// A Panel shows the answers to queries.
type Panel struct {
	Title string
	About string // what it shows, and what follows from it: sentences
	// Empty is shown where there is no data, and says what that means. With Normal that is no fault: of a fleet that works too.
	Empty  string
	Normal bool
	// NoValue is shown in the place of Empty where there is no room for a sentence.
	NoValue string
	// Here are the matchers of what the panel is about, where that is not the page's.
	Here string
	// Interval is the shortest step, where what the panel reads changes more seldom than the rest of the page.
	Interval string
	Width    uint32 // of the grid's 24
	Height   uint32
	Field    Field
	Queries  []Query // a Table has its own
	Links    []Link
	View     View
}

// A View is a kind of panel.
type View interface {
	// draw fills in what is of this kind: its type, options, targets and what differs from the panel's field.
	draw(p Panel, on Page, into *dashboard.Panel)
	// queries are those of the panel, in the order of their targets.
	queries(p Panel) []Query
	instant() bool
}

// asked are the queries of a panel as they are asked on a page.
func (p Panel) asked(on Page) []Query {
	var queries []Query

	for _, q := range p.View.queries(p) {
		if q.Empty == "" && p.Normal {
			q.Empty = p.Empty
		}

		queries = append(queries, q.in(cmp.Or(p.Here, on.Here)))
	}

	return queries
}

func (p Panel) build(on Page, id uint32, at dashboard.GridPos) dashboard.Panel {
	noValue := p.NoValue
	if noValue == "" {
		noValue = p.Empty
	}

	config := p.Field.config(noValue)
	for _, link := range p.Links {
		config.Links = append(config.Links, link.data(on, "__field.labels"))
	}

	built := dashboard.Panel{
		Id: new(id), Title: new(p.Title), Description: new(p.description(on)), GridPos: &at, Datasource: datasource(),
		Interval:    new(cmp.Or(p.Interval, on.Interval)),
		FieldConfig: &dashboard.FieldConfigSource{Defaults: config, Overrides: []dashboard.DashboardFieldConfigSourceOverrides{}},
	}

	format := prometheus.PromQueryFormatTimeSeries
	if _, ok := p.View.(Table); ok {
		format = prometheus.PromQueryFormatTable
	}

	for i, q := range p.asked(on) {
		built.Targets = append(built.Targets, q.target(refID(i), format, p.View.instant()))
	}

	p.View.draw(p, on, &built)

	return built
}

// description tells what is shown, where it comes from, and what it means that there is nothing.
func (p Panel) description(on Page) string {
	var exprs []string
	for _, q := range p.asked(on) {
		exprs = append(exprs, q.Expr)
	}

	return p.About + "\n\nFrom `" + strings.Join(sources(strings.Join(exprs, " ")), "`, `") + "`.\n\nNo data: " + p.Empty
}

// targets are the queries of a panel for the manifest.
func (p Panel) targets(on Page, id uint32) []Target {
	var targets []Target

	for i, q := range p.asked(on) {
		targets = append(targets, Target{
			Dashboard: on.UID, Panel: id, Title: p.Title, RefID: refID(i), Expr: q.Expr, Instant: p.View.instant(), Interval: cmp.Or(p.Interval, on.Interval),
			Limit: q.Limit, Empty: q.Empty,
		})
	}

	return targets
}
