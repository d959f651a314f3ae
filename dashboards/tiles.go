package dashboards

import (
	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/stat"
)

// A Tile is one number of now: the last one of a range would be shown long after it ended.
type Tile struct{}

func (Tile) queries(p Panel) []Query { return p.Queries }
func (Tile) instant() bool           { return true }

func (Tile) draw(_ Panel, _ Page, into *dashboard.Panel) {
	options := tiles()
	options.ColorMode, options.TextMode = common.BigValueColorModeValue, common.BigValueTextModeValue

	into.Type, into.Options = "stat", options
}

// A Grid is a tile for each series, whose background is its state: a map of racks or chips.
type Grid struct{}

func (Grid) queries(p Panel) []Query { return p.Queries }
func (Grid) instant() bool           { return true }

func (Grid) draw(_ Panel, _ Page, into *dashboard.Panel) {
	options := tiles()
	options.ColorMode, options.TextMode = common.BigValueColorModeBackgroundSolid, common.BigValueTextModeValueAndName
	options.Text = &common.VizTextDisplayOptions{TitleSize: new(12.0), ValueSize: new(14.0)}

	into.Type, into.Options = "stat", options
}

func tiles() *stat.Options {
	options := stat.NewOptions()
	options.GraphMode, options.JustifyMode = common.BigValueGraphModeNone, common.BigValueJustifyModeCenter
	options.Orientation, options.ReduceOptions.Calcs = common.VizOrientationAuto, []string{"lastNotNull"}

	return options
}
