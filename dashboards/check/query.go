package check

import (
	"regexp"
	"slices"
	"strings"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"
)

// A selector selects the series of one metric.
type selector struct{ *parser.VectorSelector }

func (s selector) name() string {
	for _, m := range s.LabelMatchers {
		if m.Name == model.MetricNameLabel && m.Type == labels.MatchEqual {
			return m.Value
		}
	}

	return ""
}

// level is that of a recorded series; "" of others.
func (s selector) level() string {
	level, _, recorded := strings.Cut(s.name(), ":")
	if !recorded || !slices.Contains([]string{"chip", "host", "rack", "superpod", "cluster"}, level) {
		return ""
	}

	return level
}

// fixes says whether only one value of a label is selected.
func (s selector) fixes(label string) bool {
	return slices.ContainsFunc(s.LabelMatchers, func(m *labels.Matcher) bool {
		return m.Name == label && m.Type == labels.MatchEqual && m.Value != ""
	})
}

// parse reads an expression in which Grafana's own variables stand for times. Others stand in texts.
func parse(expr string) (parser.Expr, error) {
	expr = strings.NewReplacer("$__rate_interval", "5m", "$__interval", "1m", "$__range_s", "3600", "$__range", "1h").Replace(expr)

	return parser.NewParser(parser.Options{}).ParseExpr(expr)
}

func labelValues(definition string) (expr string, ok bool) {
	match := regexp.MustCompile(`^label_values\((.+), *[a-z_]+\)$`).FindStringSubmatch(definition)
	if match == nil {
		return "", false
	}

	return match[1], true
}

func (c *checker) selectors(what, expr string) []selector {
	parsed, err := parse(expr)
	if err != nil {
		c.problem("%s: %w", what, err)

		return nil
	}

	var found []selector

	parser.Inspect(parsed, func(node parser.Node, _ []parser.Node) error {
		if s, ok := node.(*parser.VectorSelector); ok {
			found = append(found, selector{s})
		}

		return nil
	})

	return found
}

// targetsOf checks the queries of a panel, and that queries.json tells the same.
func (c *checker) targetsOf(p panel) {
	if len(p.Targets) == 0 {
		c.problem("%s: asks nothing", p.Title)
	}

	drawn := 0
	seen := make(map[string]bool)

	for _, t := range p.Targets {
		if seen[t.RefID] {
			c.problem("%s: the name %q of a query is not its own", p.Title, t.RefID)
		}

		seen[t.RefID] = true
		drawn += c.target(p, t)
	}

	if drawn > mostLines && !p.Targets[0].Instant {
		c.problem("%s: may draw %d lines, more than %d", p.Title, drawn, mostLines)
	}
}

// target checks one query of a panel, and gives its limit.
func (c *checker) target(p panel, t target) int {
	what := p.Title + ", " + t.RefID

	if t.LegendFormat == "" {
		c.problem("%s: has no legend", what)
	}

	if t.Datasource.UID != "${datasource}" {
		c.problem("%s: the data source is %q, not that of the page", what, t.Datasource.UID)
	}

	told, ok := c.targets[place{p.ID, t.RefID}]
	if !ok || told.Expr != t.Expr || told.Instant != t.Instant || told.Title != p.Title || told.Interval != p.Interval {
		c.problem("%s: queries.json does not tell of it, or tells something else", what)
	}

	if told.Limit < 1 || p.Type == "table" && told.Limit > mostRows {
		c.problem("%s: may give %d series, not 1 to %d", what, told.Limit, mostRows)
	}

	c.query(p, t, what)

	return told.Limit
}

func (c *checker) query(p panel, t target, what string) {
	for _, match := range regexp.MustCompile(`\$\{?([a-z]\w*)`).FindAllStringSubmatch(t.Expr, -1) {
		if !slices.Contains(c.all[c.board.UID], match[1]) {
			c.problem("%s: the page has no variable %s", what, match[1])
		}
	}

	selectors := c.selectors(what, t.Expr)

	if levels := wide(c.board.UID); levels != nil {
		for _, s := range selectors {
			if s.name() != "ALERTS" && !slices.Contains(levels, s.level()) {
				c.problem("%s: reads %s on a page above the rack: recorded by %s it would be fast", what, s, strings.Join(levels, ", "))
			}
		}
	}

	if p.Type != "table" {
		return
	}

	if !t.Instant {
		c.problem("%s: a table is of now", what)
	}

	if expr, err := parse(t.Expr); err == nil && !limited(expr) {
		c.problem("%s: nothing limits the rows in Prometheus: topk, a comparison, or one host or rack", what)
	}
}

// limited says whether an expression gives few series however large the fleet is.
func limited(expr parser.Expr) bool {
	switch x := expr.(type) {
	case *parser.VectorSelector:
		s := selector{x}

		return slices.Contains([]string{"superpod", "cluster"}, s.level()) || s.fixes("instance") || s.fixes("rack")
	case *parser.AggregateExpr:
		many := x.Without || slices.ContainsFunc(x.Grouping, func(label string) bool { return label != "cluster" && label != "superpod" })

		return !many || slices.Contains([]parser.ItemType{parser.TOPK, parser.BOTTOMK, parser.LIMITK}, x.Op) || limited(x.Expr)
	case *parser.BinaryExpr:
		return limitedBinary(x)
	default:
		return slices.ContainsFunc(parser.Children(expr), func(node parser.Node) bool {
			inner, ok := node.(parser.Expr)

			return ok && limited(inner)
		})
	}
}

func limitedBinary(x *parser.BinaryExpr) bool {
	switch x.Op {
	case parser.LOR:
		return limited(x.LHS) && limited(x.RHS)
	case parser.LUNLESS:
		return limited(x.LHS)
	default:
		return x.Op.IsComparisonOperator() && !x.ReturnBool || limited(x.LHS) || limited(x.RHS)
	}
}
