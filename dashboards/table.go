package dashboards

import (
	"strings"

	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/table"
)

// A Cell is how a column shows its values.
type Cell string

// Kinds of cells.
const (
	text       Cell = "auto"
	background Cell = "color-background" // for states: the colour is the news
	gauge      Cell = "gauge"            // for shares
)

// A Table is of now. Its queries give series with the same labels, each of which becomes a row.
type Table struct {
	Columns []Column
	Rows    int // the most that there may be: the queries see to that
	// Sort has the titles of the columns by which rows are sorted; with a "-" before it the largest come first.
	Sort []string
}

// A Column is the value of a query, or a label.
type Column struct {
	Title string
	Query Query  // none where an earlier column's query gives the label
	Label string // the label that is shown; "" shows the value
	Field Field  // of a value
	Cell  Cell
	Width int // in pixels; 0 leaves it to Grafana
	Links []Link
}

// label is a column for a label that all queries have.
func label(name, title string, width int, links ...Link) Column {
	return Column{Title: title, Label: name, Field: Field{Unit: inText, Decimals: auto, Scale: none()}, Cell: text, Width: width, Links: links}
}

// given is a label that only this query gives; further ones of it are labels behind it.
func (c Column) given(by Query) Column {
	c.Query = by

	return c
}

// number is a column for a value without a state.
func number(title, expr string, field Field, width int) Column {
	return Column{Title: title, Query: Query{Expr: expr}, Field: field, Cell: text, Width: width}
}

// state is a column for a value whose colour is the news.
func state(title, expr string, field Field, width int, links ...Link) Column {
	return Column{Title: title, Query: Query{Expr: expr}, Field: field, Cell: background, Width: width, Links: links}
}

// filled is a column for a share.
func filled(title, expr string, scale Scale, width int) Column {
	return Column{Title: title, Query: Query{Expr: expr}, Field: shares(scale), Cell: gauge, Width: width}
}

// or says of a column why it may be empty in all rows.
func (c Column) or(why string) Column {
	c.Query.Empty = why

	return c
}

// absent is what a cell shows where a product has no such value, or it is not known.
const absent = "–"

func (t Table) queries(Panel) []Query {
	var queries []Query

	for _, c := range t.Columns {
		if c.Query.Expr == "" {
			continue
		}

		q := c.Query
		q.Legend, q.Limit = c.Title, t.Rows
		queries = append(queries, q)
	}

	return queries
}

func (Table) instant() bool { return true }

func (t Table) draw(p Panel, on Page, into *dashboard.Panel) {
	options := table.NewOptions()
	options.CellHeight, options.Footer = new(common.TableCellHeightSm), nil

	for _, by := range t.Sort {
		title, descending := strings.CutPrefix(by, "-")
		options.SortBy = append(options.SortBy, common.TableSortByFieldState{DisplayName: title, Desc: new(descending)})
	}

	into.Type, into.Options = "table", options
	into.FieldConfig.Defaults.Custom = map[string]any{"align": "auto", "inspect": false, "filterable": false}
	into.FieldConfig.Defaults.Links = nil
	into.Transformations = t.transformations(len(t.queries(p)))

	for _, c := range t.Columns {
		into.FieldConfig.Overrides = append(into.FieldConfig.Overrides, override(c.Title, c.properties(on)...))
	}
}

// transformations make one table of the answers, and bring the columns into their order, under their titles.
func (t Table) transformations(queries int) []dashboard.DataTransformerConfig {
	exclude := map[string]bool{"Time": true}
	index := make(map[string]int)
	rename := make(map[string]string)
	asked := 0

	for i, c := range t.Columns {
		value := ""
		if c.Query.Expr != "" {
			if value = "Value"; queries > 1 {
				value = "Value #" + refID(asked)
			}

			asked++
		}

		field := c.Label
		if field == "" {
			field = value
		} else if value != "" {
			exclude[value] = true
		}

		index[field], rename[field] = i, c.Title
	}

	organize := dashboard.DataTransformerConfig{Id: "organize", Options: map[string]any{
		"excludeByName": exclude, "indexByName": index, "renameByName": rename,
	}}
	if queries == 1 {
		return []dashboard.DataTransformerConfig{organize}
	}

	return []dashboard.DataTransformerConfig{{Id: "merge", Options: map[string]any{}}, organize}
}

func (c Column) properties(on Page) []dashboard.DynamicConfigValue {
	noValue := absent
	if c.Label != "" {
		noValue = "" // what is not there must not go into a link as a sign
	}

	cell := map[string]any{"type": string(c.Cell)}

	switch c.Cell {
	case background:
		cell["mode"] = common.TableCellBackgroundDisplayModeBasic
	case gauge:
		cell["mode"], cell["valueDisplayMode"] = common.BarGaugeDisplayModeBasic, common.BarGaugeValueModeText
	default:
	}

	of := append(c.Field.properties(),
		dashboard.DynamicConfigValue{Id: "noValue", Value: noValue}, dashboard.DynamicConfigValue{Id: "custom.cellOptions", Value: cell})

	if c.Width > 0 {
		of = append(of, dashboard.DynamicConfigValue{Id: "custom.width", Value: c.Width})
	}

	if len(c.Links) > 0 {
		var links []dashboard.DashboardLink
		for _, link := range c.Links {
			links = append(links, link.data(on, "__data.fields"))
		}

		of = append(of, dashboard.DynamicConfigValue{Id: "links", Value: links})
	}

	return of
}
