package dashboards

import (
	"fmt"

	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
)

// show is the variable that chooses what a Switch shows.
const show = "show"

// A Switch is a Grid of one of several quantities: of that which the variable show names. Each has its own unit and colours.
type Switch struct {
	Choices []Choice
	Legend  string
	Limit   int // the most tiles
}

// A Choice is one of the quantities.
type Choice struct {
	Name  string
	Expr  string
	Field Field
}

// variable is that which a page with the switch needs.
func (s Switch) variable(text string) Variable {
	v := Variable{Name: show, Label: text}
	for _, c := range s.Choices {
		v.Choices = append(v.Choices, c.Name)
	}

	return v
}

// queries give nothing for what is not chosen, so that Grafana draws one of them.
func (s Switch) queries(Panel) []Query {
	var queries []Query

	for _, c := range s.Choices {
		queries = append(queries, Query{
			Expr: fmt.Sprintf(`(%s) and on () (label_replace(vector(1), "show", "$show", "", "") and on (show) label_replace(vector(1), "show", "%s", "", ""))`,
				c.Expr, c.Name),
			Legend: s.Legend, Limit: s.Limit, Empty: "Something else is chosen, or no chip here has it.",
		})
	}

	return queries
}

func (Switch) instant() bool { return true }

func (s Switch) draw(p Panel, on Page, into *dashboard.Panel) {
	Grid{}.draw(p, on, into)

	for i, c := range s.Choices {
		into.FieldConfig.Overrides = append(into.FieldConfig.Overrides, dashboard.DashboardFieldConfigSourceOverrides{
			Matcher: dashboard.MatcherConfig{Id: "byFrameRefID", Options: refID(i)}, Properties: c.Field.properties(),
		})
	}
}
