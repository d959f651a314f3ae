// Package check holds generated dashboards to the rules by which they stay fast, honest and alike.
package check

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/ascend-exporter/ascend_exporter/dashboards"
)

// A board is a dashboard as Grafana reads it, as far as the rules look at it.
type board struct {
	ID            *int     `json:"id"`
	UID           string   `json:"uid"`
	Title         string   `json:"title"`
	Description   string   `json:"description"`
	Tags          []string `json:"tags"`
	SchemaVersion int      `json:"schemaVersion"`
	Panels        []panel  `json:"panels"`
	Links         []struct {
		Type        string   `json:"type"`
		Tags        []string `json:"tags"`
		IncludeVars bool     `json:"includeVars"`
		KeepTime    bool     `json:"keepTime"`
	} `json:"links"`
	Templating struct {
		List []variable `json:"list"`
	} `json:"templating"`
}

type variable struct {
	Name       string `json:"name"`
	Type       string `json:"type"`
	Definition string `json:"definition"`
	Multi      bool   `json:"multi"`
	IncludeAll bool   `json:"includeAll"`
}

type panel struct {
	ID              uint32                   `json:"id"`
	Type            string                   `json:"type"`
	Title           string                   `json:"title"`
	Description     string                   `json:"description"`
	Interval        string                   `json:"interval"`
	GridPos         struct{ X, Y, W, H int } `json:"gridPos"`
	Targets         []target                 `json:"targets"`
	Panels          []panel                  `json:"panels"` // of a row
	FieldConfig     fieldConfig              `json:"fieldConfig"`
	Transformations []transformation         `json:"transformations"`
}

type target struct {
	RefID        string `json:"refId"`
	Expr         string `json:"expr"`
	LegendFormat string `json:"legendFormat"`
	Instant      bool   `json:"instant"`
	Datasource   struct {
		UID string `json:"uid"`
	} `json:"datasource"`
}

type fieldConfig struct {
	Defaults  field `json:"defaults"`
	Overrides []struct {
		Matcher struct {
			ID      string `json:"id"`
			Options any    `json:"options"`
		} `json:"matcher"`
		Properties []struct {
			ID    string          `json:"id"`
			Value json.RawMessage `json:"value"`
		} `json:"properties"`
	} `json:"overrides"`
}

type field struct {
	Unit       string      `json:"unit"`
	NoValue    string      `json:"noValue"`
	Thresholds *thresholds `json:"thresholds"`
	Links      []link      `json:"links"`
}

type thresholds struct {
	Steps []struct {
		Value *float64 `json:"value"`
		Color string   `json:"color"`
	} `json:"steps"`
}

type link struct {
	Title string `json:"title"`
	URL   string `json:"url"`
}

type transformation struct {
	ID      string `json:"id"`
	Options struct {
		ExcludeByName map[string]bool   `json:"excludeByName"`
		RenameByName  map[string]string `json:"renameByName"`
	} `json:"options"`
}

// A checker collects what is wrong with one dashboard.
type checker struct {
	board    board
	all      map[string][]string // the variables of every dashboard by its uid
	targets  map[place]dashboards.Target
	problems []error
}

// A place is where a query stands.
type place struct {
	panel uint32
	refID string
}

func (c *checker) problem(format string, args ...any) {
	c.problems = append(c.problems, fmt.Errorf(c.board.UID+": "+format, args...))
}

// Dashboards checks all dashboards, given by the names of their files, with queries.json. The error tells all that is wrong.
func Dashboards(files map[string][]byte, queries []byte) error {
	var (
		boards   []board
		targets  []dashboards.Target
		problems []error
	)

	all := make(map[string][]string, len(files))

	for _, name := range slices.Sorted(maps.Keys(files)) {
		var b board
		if err := json.Unmarshal(files[name], &b); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}

		if name != b.UID+".json" {
			problems = append(problems, fmt.Errorf("%s: has the uid %q", name, b.UID))
		}

		all[b.UID] = nil
		for _, v := range b.Templating.List {
			all[b.UID] = append(all[b.UID], v.Name)
		}

		boards = append(boards, b)
	}

	if err := json.Unmarshal(queries, &targets); err != nil {
		return fmt.Errorf("queries.json: %w", err)
	}

	for _, b := range boards {
		c := &checker{board: b, all: all, targets: make(map[place]dashboards.Target)}

		for _, t := range targets {
			if t.Dashboard == b.UID {
				c.targets[place{t.Panel, t.RefID}] = t
			}
		}

		c.page()
		c.layout()
		problems = append(problems, c.problems...)
	}

	return errors.Join(problems...)
}

// page checks what is of the dashboard as a whole.
func (c *checker) page() {
	b := c.board

	if b.ID != nil {
		c.problem("has an id of one Grafana: %d", *b.ID)
	}

	if b.Title == "" || b.Description == "" {
		c.problem("needs a title and a description")
	}

	if b.SchemaVersion < 39 {
		c.problem("schema %d is older than Grafana 11", b.SchemaVersion)
	}

	if !slices.Contains(b.Tags, dashboards.Tag) {
		c.problem("has no tag %s", dashboards.Tag)
	}

	if len(b.Links) != 1 || b.Links[0].Type != "dashboards" || !slices.Contains(b.Links[0].Tags, dashboards.Tag) || !b.Links[0].IncludeVars || !b.Links[0].KeepTime {
		c.problem("needs one row of links to all dashboards, which keeps time and variables")
	}

	if len(b.Templating.List) == 0 || b.Templating.List[0].Type != "datasource" {
		c.problem("the data source is no variable")
	}

	for _, v := range b.Templating.List {
		c.variable(v)
	}

	for _, name := range dashboards.Variables(b.UID) {
		if !slices.Contains(c.all[b.UID], name) {
			c.problem("has no variable %s, which links to it set", name)
		}
	}
}

// variable asks for values out of few series, and for a choice of one from the hosts downwards.
func (c *checker) variable(v variable) {
	if v.Type == "datasource" || v.Type == "custom" { // ask nothing
		return
	}

	if (v.Multi || v.IncludeAll) && slices.Contains([]string{"instance", "npu", "chip"}, v.Name) {
		c.problem("variable %s: all hosts or chips may be chosen at once", v.Name)
	}

	expr, ok := labelValues(v.Definition)
	if !ok {
		c.problem("variable %s: %q is no label_values(series, label)", v.Name, v.Definition)

		return
	}

	for _, s := range c.selectors("variable "+v.Name, expr) {
		// Services are few.
		if s.level() == "" && !s.fixes("instance") && !strings.HasPrefix(s.name(), "vllm:") {
			c.problem("variable %s: reads raw series of several hosts: %s", v.Name, s)
		}
	}
}

// layout checks all panels, and that they lie side by side.
func (c *checker) layout() {
	var placed []panel

	ids := make(map[uint32]bool)

	var visit func(panels []panel)

	visit = func(panels []panel) {
		for _, p := range panels {
			at := p.GridPos
			if p.ID == 0 || ids[p.ID] {
				c.problem("%s: the id %d is 0 or not its own", p.Title, p.ID)
			}

			if at.W < 1 || at.H < 1 || at.X < 0 || at.Y < 0 || at.X+at.W > 24 {
				c.problem("%s: lies outside of the grid: %+v", p.Title, at)
			}

			for _, other := range placed {
				o := other.GridPos
				if at.X < o.X+o.W && o.X < at.X+at.W && at.Y < o.Y+o.H && o.Y < at.Y+at.H {
					c.problem("%s: lies on %s", p.Title, other.Title)
				}
			}

			ids[p.ID] = true
			placed = append(placed, p)

			if p.Type == "row" {
				if p.Title == "" {
					c.problem("a row has no title")
				}

				visit(p.Panels)
			} else {
				c.panel(p)
			}
		}
	}

	visit(c.board.Panels)
}
