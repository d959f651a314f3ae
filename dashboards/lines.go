package dashboards

import (
	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/statetimeline"
	"github.com/grafana/grafana-foundation-sdk/go/timeseries"
)

// Lines are values over time.
type Lines struct {
	Stacked bool
	Steps   bool              // for what jumps from value to value, such as counts
	Colours map[string]string // of series by their names; others take theirs from the palette
}

func (Lines) queries(p Panel) []Query { return p.Queries }
func (Lines) instant() bool           { return false }

func (l Lines) draw(p Panel, _ Page, into *dashboard.Panel) {
	options := timeseries.NewOptions()
	options.Legend.ShowLegend = true
	options.Tooltip = common.VizTooltipOptions{Mode: common.TooltipDisplayModeMulti, Sort: common.SortOrderDescending}

	custom := timeseries.NewFieldConfig()
	custom.DrawStyle, custom.LineWidth = new(common.GraphDrawStyleLine), new(1.0)
	custom.LineInterpolation, custom.FillOpacity = new(common.LineInterpolationLinear), new(6.0)
	custom.ShowPoints, custom.SpanNulls = new(common.VisibilityModeNever), &common.BoolOrFloat64{Bool: new(false)}
	custom.AxisSoftMin, custom.AxisBorderShow = new(0.0), new(false)
	custom.ThresholdsStyle = &common.GraphThresholdsStyleConfig{Mode: common.GraphThresholdsStyleModeOff}
	custom.Stacking = &common.StackingConfig{Mode: new(common.StackingModeNone), Group: new("A")}

	if p.Field.Scale.limits() {
		custom.ThresholdsStyle.Mode = common.GraphThresholdsStyleModeDashed
	}

	if l.Steps {
		custom.LineInterpolation = new(common.LineInterpolationStepAfter)
	}

	if l.Stacked {
		custom.Stacking.Mode, custom.FillOpacity = new(common.StackingModeNormal), new(60.0)
	}

	into.Type, into.Options = "timeseries", options
	into.FieldConfig.Defaults.Custom = custom
	into.FieldConfig.Defaults.Color = &dashboard.FieldColor{Mode: dashboard.FieldColorModeIdPaletteClassicByName}

	for _, q := range p.Queries {
		if colour, ok := l.Colours[q.Legend]; ok {
			into.FieldConfig.Overrides = append(into.FieldConfig.Overrides, override(q.Legend, dashboard.DynamicConfigValue{
				Id: "color", Value: dashboard.FieldColor{Mode: dashboard.FieldColorModeIdFixed, FixedColor: new(colour)},
			}))
		}
	}
}

// override sets what differs for the series or the column of a name.
func override(name string, properties ...dashboard.DynamicConfigValue) dashboard.DashboardFieldConfigSourceOverrides {
	return dashboard.DashboardFieldConfigSourceOverrides{
		Matcher: dashboard.MatcherConfig{Id: "byName", Options: name}, Properties: properties,
	}
}

// A Timeline shows states over time, a line for each series.
type Timeline struct{}

func (Timeline) queries(p Panel) []Query { return p.Queries }
func (Timeline) instant() bool           { return false }

func (Timeline) draw(_ Panel, _ Page, into *dashboard.Panel) {
	options := statetimeline.NewOptions()
	options.ShowValue, options.RowHeight = common.VisibilityModeNever, 0.8
	options.Legend.ShowLegend = true
	options.Tooltip = common.VizTooltipOptions{Mode: common.TooltipDisplayModeSingle, Sort: common.SortOrderNone}

	custom := statetimeline.NewFieldConfig()
	custom.FillOpacity = new(uint32(85))

	into.Type, into.Options = "state-timeline", options
	into.FieldConfig.Defaults.Custom = custom
}
