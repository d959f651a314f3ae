package check

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/common/model"
)

// most is what a panel may draw.
const (
	mostLines = 100
	mostRows  = 200
)

// wide are the pages above the rack: what of recorded series they read. Fleet has to work on the level above, which has no others.
func wide(uid string) []string {
	switch uid {
	case "ascend-fleet":
		return []string{"rack", "superpod", "cluster"}
	case "ascend-superpod":
		return []string{"chip", "host", "rack", "superpod", "cluster"}
	default:
		return nil
	}
}

func (c *checker) panel(p panel) {
	known := []string{"stat", "table", "timeseries", "state-timeline", "status-history", "bargauge", "heatmap"}
	if !slices.Contains(known, p.Type) {
		c.problem("%s: the kind of panel %q is deprecated or not one of %s", p.Title, p.Type, strings.Join(known, ", "))
	}

	defaults := p.FieldConfig.Defaults

	for what, text := range map[string]string{"title": p.Title, "description": p.Description, "text for no data": defaults.NoValue} {
		if text == "" {
			c.problem("%q (%d): has no %s", p.Title, p.ID, what)
		}
	}

	if defaults.Unit == "" {
		c.problem("%s: has no unit", p.Title)
	}

	c.thresholds(p.Title, defaults.Thresholds)
	c.interval(p)
	c.targetsOf(p)

	for _, l := range defaults.Links {
		c.link(p, l, `__(?:field\.labels|data\.fields)`)
	}

	if p.Type == "table" {
		c.columns(p)
	}
}

// thresholds are explicit, of our colours, and never green for what is not known.
func (c *checker) thresholds(what string, t *thresholds) {
	if t == nil || len(t.Steps) == 0 || t.Steps[0].Value != nil {
		c.problem("%s: has no thresholds with a base", what)

		return
	}

	for i, step := range t.Steps {
		if !slices.Contains([]string{"#009E73", "#6F9BD1", "#E69F00", "#D55E00", "#A3003C", "#CC79A7", "#8E959E", "transparent"}, step.Color) {
			c.problem("%s: %q is none of the colours of these pages", what, step.Color)
		}

		if i > 0 && (step.Value == nil || i > 1 && *step.Value <= *t.Steps[i-1].Value) {
			c.problem("%s: thresholds do not rise", what)
		}
	}

	if t.Steps[0].Color == "#009E73" {
		c.problem("%s: is green where nothing is known", what)
	}
}

// interval asks for steps that are no shorter than what is read changes.
func (c *checker) interval(p panel) {
	least := 15 * time.Second
	if wide(c.board.UID) != nil {
		least = 30 * time.Second
	}

	if d, err := model.ParseDuration(p.Interval); err != nil || time.Duration(d) < least {
		c.problem("%s: the shortest step %q is below %s", p.Title, p.Interval, least)
	}
}

// columns asks for a unit and thresholds of every column that is shown.
func (c *checker) columns(p panel) {
	set := make(map[string]map[string]json.RawMessage)

	for _, o := range p.FieldConfig.Overrides {
		name, _ := o.Matcher.Options.(string)
		if o.Matcher.ID != "byName" && !crossed(p) {
			c.problem("%s: columns are set by name, not by %s", p.Title, o.Matcher.ID)
		}

		set[name] = make(map[string]json.RawMessage)
		for _, property := range o.Properties {
			set[name][property.ID] = property.Value
		}
	}

	for _, t := range p.Transformations {
		for field, title := range t.Options.RenameByName {
			if t.Options.ExcludeByName[field] {
				continue
			}

			of := set[title]
			if of["unit"] == nil || of["thresholds"] == nil || of["noValue"] == nil {
				c.problem("%s: the column %s needs a unit, thresholds and a sign for no value", p.Title, title)

				continue
			}

			var (
				steps thresholds
				links []link
			)

			if json.Unmarshal(of["thresholds"], &steps) == nil {
				c.thresholds(p.Title+", "+title, &steps)
			}

			if of["links"] != nil && json.Unmarshal(of["links"], &links) != nil {
				c.problem("%s: the links of the column %s cannot be read", p.Title, title)
			}

			for _, l := range links {
				c.link(p, l, `__data\.fields`)
			}
		}
	}
}

// crossed says whether labels give a table its columns, whose names are not known then.
func crossed(p panel) bool {
	return slices.ContainsFunc(p.Transformations, func(t transformation) bool { return t.ID == "groupingToMatrix" })
}

// link checks that a link leads to a page that there is, with variables that it has, and takes them from what there is.
func (c *checker) link(p panel, l link, labels string) {
	if l.Title == "" {
		c.problem("%s: a link has no title", p.Title)
	}

	for _, match := range regexp.MustCompile(`\$\{`+labels+`\.([A-Za-z_]+)`).FindAllStringSubmatch(l.URL, -1) {
		if !shows(p, match[1]) {
			c.problem("%s: the link %q takes the label %s, which is not there", p.Title, l.Title, match[1])
		}
	}

	path, query, _ := strings.Cut(l.URL, "?")

	uid, inside := strings.CutPrefix(path, "/d/")
	if !inside {
		if !strings.HasPrefix(l.URL, "https://") {
			c.problem("%s: the link %q leads neither to a page nor to https://…", p.Title, l.Title)
		}

		return
	}

	has, ok := c.all[uid]
	if !ok {
		c.problem("%s: the link %q leads to %s, which does not exist", p.Title, l.Title, uid)

		return
	}

	if !strings.HasSuffix(query, "&${__url_time_range}") {
		c.problem("%s: the link %q does not keep the time range", p.Title, l.Title)
	}

	for part := range strings.SplitSeq(query, "&") {
		name, own := strings.CutSuffix(strings.TrimPrefix(part, "${"), ":queryparam}")

		if own && !slices.Contains(c.all[c.board.UID], name) {
			c.problem("%s: the link %q passes on %s, which this page has not", p.Title, l.Title, name)
		}

		if set, _, ok := strings.Cut(strings.TrimPrefix(part, "var-"), "="); ok && strings.HasPrefix(part, "var-") {
			name, own = set, true
		}

		if own && name != "datasource" && !slices.Contains(has, name) {
			c.problem("%s: the link %q sets %s, which %s has not", p.Title, l.Title, name, uid)
		}
	}
}

// shows says whether the series of a panel have a label, by what its queries say: they group by it, or its table shows it.
func shows(p panel, label string) bool {
	for _, t := range p.Transformations {
		for field, title := range t.Options.RenameByName {
			if label == field || label == title {
				return true
			}
		}
	}

	for _, t := range p.Targets {
		if strings.Contains(t.LegendFormat, "{{"+label+"}}") || regexp.MustCompile(`by \([^)]*\b`+label+`\b`).MatchString(t.Expr) {
			return true
		}
	}

	return false
}
