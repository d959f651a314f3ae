// Package grafana reads dashboards as Grafana does, so that tests can ask what their panels ask without a Grafana.
package grafana

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// A Dashboard is what a file has that matters to queries and links.
type Dashboard struct {
	UID        string `json:"uid"`
	Title      string `json:"title"`
	Panels     []Panel
	Templating struct {
		List []Variable
	}
	Time struct {
		From, To string // such as now-1h and now
	}
	Links []Link
}

// A Panel is a panel, or a row, which may have panels.
type Panel struct {
	ID          uint32 `json:"id"`
	Type        string
	Title       string
	GridPos     struct{ X, Y, W, H int }
	Interval    string // the shortest step, such as 30s; "" is the data source's
	TimeFrom    string // another range than the dashboard's, such as 24h
	Targets     []Target
	Panels      []Panel // of a row that is folded up
	Links       []Link
	FieldConfig struct {
		Defaults  struct{ Links []Link }
		Overrides []struct {
			Properties []struct {
				ID    string `json:"id"`
				Value json.RawMessage
			}
		}
	}
}

// A Target is a query of a panel.
type Target struct {
	RefID        string `json:"refId"`
	Expr         string
	Instant      bool
	Range        bool
	Interval     string
	LegendFormat string
	Datasource   struct{ UID string }
}

// A Link leads to a dashboard, or to several by their tags.
type Link struct {
	Title string
	URL   string
	Type  string // of a dashboard's own: link or dashboards
	Tags  []string
	// KeepTime and IncludeVars carry the time range and the variables along.
	KeepTime    bool
	IncludeVars bool
}

// Read reads the dashboards in a folder, in the order of their files.
func Read(folder string) ([]Dashboard, error) {
	files, err := filepath.Glob(filepath.Join(folder, "*.json"))
	if err != nil {
		return nil, err
	}

	if len(files) == 0 {
		return nil, fmt.Errorf("no dashboards in %s", folder)
	}

	var dashboards []Dashboard

	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}

		var d Dashboard
		if err := json.Unmarshal(text, &d); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}

		dashboards = append(dashboards, d)
	}

	return dashboards, nil
}

// All are the panels that show something, those of folded rows included.
func (d Dashboard) All() []Panel {
	var all []Panel

	for _, p := range d.Panels {
		if p.Type != "row" {
			all = append(all, p)
		}

		all = append(all, p.Panels...)
	}

	return all
}

// Variable is the variable of a name.
func (d Dashboard) Variable(name string) (Variable, bool) {
	i := slices.IndexFunc(d.Templating.List, func(v Variable) bool { return v.Name == name })
	if i < 0 {
		return Variable{}, false
	}

	return d.Templating.List[i], true
}

// DataLinks are those of a panel: of its title, of its values, and of single fields.
func (p Panel) DataLinks() ([]Link, error) {
	links := slices.Concat(p.Links, p.FieldConfig.Defaults.Links)

	for _, override := range p.FieldConfig.Overrides {
		for _, property := range override.Properties {
			if property.ID != "links" {
				continue
			}

			var of []Link
			if err := json.Unmarshal(property.Value, &of); err != nil {
				return nil, fmt.Errorf("panel %q: links: %w", p.Title, err)
			}

			links = append(links, of...)
		}
	}

	return links, nil
}

// Leads gives the uid of the dashboard that a link leads to, and the variables that it sets there.
func (l Link) Leads() (uid string, variables []string, ok bool) {
	path, query, _ := strings.Cut(l.URL, "?")

	uid, ok = strings.CutPrefix(path, "/d/")
	if !ok {
		return "", nil, false
	}

	uid, _, _ = strings.Cut(uid, "/")

	for part := range strings.SplitSeq(query, "&") {
		if name, ok := strings.CutPrefix(part, "var-"); ok {
			name, _, _ = strings.Cut(name, "=")
			variables = append(variables, name)
		}
	}

	return uid, variables, true
}
