// Package dashboards has the Grafana dashboards as code: a file for each page, which says what is shown, and what all share.
package dashboards

import (
	"fmt"

	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
)

// columns are those of Grafana's grid.
const columns = 24

// A Page is a dashboard.
type Page struct {
	UID, Title string
	About      string // what it answers
	Variables  []Variable
	// Here are the matchers of what the page is about, which take the place of $here in its queries.
	Here     string
	Interval string // the shortest step of its queries: what they read changes no faster
	From     string // the time range up to now that it opens with, such as now-1h
	Refresh  string
	Rows     []Row
}

// A Row is a heading and the panels below it, from left to right.
type Row struct {
	Title string
	// Folded rows are opened by hand, and cost nothing before.
	Folded bool
	Panels []Panel
}

// layout goes through a page from its top, and gives each heading and each panel its id and place.
func (page Page) layout(heading func(Row, uint32, dashboard.GridPos), panel func(Row, Panel, uint32, dashboard.GridPos)) {
	var id, y uint32

	for _, row := range page.Rows {
		id++
		heading(row, id, dashboard.GridPos{H: 1, W: columns, Y: y})
		y++

		var x, height uint32

		for _, p := range row.Panels {
			if x+p.Width > columns {
				x, y, height = 0, y+height, 0
			}

			id++
			panel(row, p, id, dashboard.GridPos{H: p.Height, W: p.Width, X: x, Y: y})
			x, height = x+p.Width, max(height, p.Height)
		}

		y += height
	}
}

// build makes the dashboard.
func (page Page) build() dashboard.Dashboard {
	d := dashboard.NewDashboard()
	d.Uid, d.Title, d.Description, d.Tags = new(page.UID), new(page.Title), new(page.About), []string{Tag}
	d.Time = &dashboard.DashboardDashboardTime{From: page.From, To: "now"}
	d.Refresh, d.GraphTooltip = new(page.Refresh), new(dashboard.DashboardCursorSyncCrosshair)
	d.Links = []dashboard.DashboardLink{navigation()}
	d.Templating.List = []dashboard.VariableModel{source()}

	for _, v := range page.Variables {
		d.Templating.List = append(d.Templating.List, v.model())
	}

	var folded *dashboard.RowPanel // the last heading, if its row is

	page.layout(func(row Row, id uint32, at dashboard.GridPos) {
		h := &dashboard.RowPanel{Type: "row", Title: new(row.Title), Id: id, GridPos: &at, Collapsed: row.Folded, Panels: []dashboard.Panel{}}
		folded = h
		d.Panels = append(d.Panels, dashboard.PanelOrRowPanel{RowPanel: h})
	}, func(row Row, p Panel, id uint32, at dashboard.GridPos) {
		built := p.build(page, id, at)
		if row.Folded {
			folded.Panels = append(folded.Panels, built)
		} else {
			d.Panels = append(d.Panels, dashboard.PanelOrRowPanel{Panel: &built})
		}
	})

	return *d
}

// targets are all queries of a page.
func (page Page) targets() []Target {
	var targets []Target

	page.layout(func(Row, uint32, dashboard.GridPos) {}, func(_ Row, p Panel, id uint32, _ dashboard.GridPos) {
		targets = append(targets, p.targets(page, id)...)
	})

	return targets
}

// Files are the dashboards and queries.json by their names.
func Files(pages []Page) (map[string][]byte, error) {
	files := make(map[string][]byte)

	var targets []Target

	for _, page := range pages {
		built := page.build()
		if err := built.Validate(); err != nil {
			return nil, fmt.Errorf("%s: %w", page.UID, err)
		}

		content, err := written(built)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", page.UID, err)
		}

		files["json/"+page.UID+".json"] = content
		targets = append(targets, page.targets()...)
	}

	queries, err := written(targets)
	if err != nil {
		return nil, fmt.Errorf("queries.json: %w", err)
	}

	files["queries.json"] = queries

	return files, nil
}
