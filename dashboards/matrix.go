package dashboards

import (
	"strings"

	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/table"
)

// A Matrix has a row for each server and a column for each of its chips, and colours the cells. It is of now, and has one query: byDie.
type Matrix struct{}

// byDie gives a series for each chip of several servers, with its place in the server as one label.
func byDie(expr string) string {
	return `label_join(max by (instance, npu, chip) (` + expr + `), "die", ".", "npu", "chip")`
}

// hostColumn is the title of the first column, by which links find it: it bears no label's name.
const hostColumn = "Host"

func (Matrix) queries(p Panel) []Query { return p.Queries }
func (Matrix) instant() bool           { return true }

func (Matrix) draw(p Panel, on Page, into *dashboard.Panel) {
	options := table.NewOptions()
	options.CellHeight, options.Footer = new(common.TableCellHeightSm), nil
	options.SortBy = []common.TableSortByFieldState{{DisplayName: hostColumn, Desc: new(false)}}

	into.Type, into.Options = "table", options
	into.FieldConfig.Defaults.Custom = map[string]any{
		"align": "center", "inspect": false, "filterable": false, "minWidth": 46,
		"cellOptions": map[string]any{"type": string(background), "mode": common.TableCellBackgroundDisplayModeBasic},
	}
	into.FieldConfig.Defaults.Links = nil

	for _, link := range p.Links {
		of := link.data(on, "__data.fields")
		of.Url = new(strings.ReplaceAll(*of.Url, "__data.fields."+instance, "__data.fields."+hostColumn))
		into.FieldConfig.Defaults.Links = append(into.FieldConfig.Defaults.Links, of)
	}

	into.Transformations = matrix()

	host := label(instance, hostColumn, 150)
	into.FieldConfig.Overrides = append(into.FieldConfig.Overrides,
		override(host.Title, host.properties(on)...),
		// A server that lacks a chip must not show the sentence for a panel without data in its place.
		dashboard.DashboardFieldConfigSourceOverrides{
			Matcher:    dashboard.MatcherConfig{Id: "byType", Options: "number"},
			Properties: []dashboard.DynamicConfigValue{{Id: "noValue", Value: absent}},
		})
}

// matrix makes columns of the chips, in their order: as texts 10.0 would come before 2.0.
func matrix() []dashboard.DataTransformerConfig {
	return []dashboard.DataTransformerConfig{
		{Id: "convertFieldType", Options: map[string]any{
			"fields": map[string]any{}, "conversions": []any{map[string]any{"targetField": "die", "destinationType": "number"}},
		}},
		{Id: "sortBy", Options: map[string]any{"fields": map[string]any{}, "sort": []any{map[string]any{"field": "die"}}}},
		{Id: "groupingToMatrix", Options: map[string]any{
			"columnField": "die", "rowField": instance, "valueField": "Value", "emptyValue": "null",
		}},
		{Id: "organize", Options: map[string]any{
			"excludeByName": map[string]bool{}, "indexByName": map[string]int{}, "renameByName": map[string]string{instance + `\die`: hostColumn},
		}},
	}
}
