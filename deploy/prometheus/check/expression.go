package check

import (
	"fmt"
	"slices"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"
)

// An expression is checked with what is known of the metrics.
type expression struct {
	metrics  map[string]metric
	selected []*parser.VectorSelector
	problems []error
}

func (e *expression) problem(format string, args ...any) {
	e.problems = append(e.problems, fmt.Errorf(format, args...))
}

// series are those that an expression gives; a scalar has no labels.
func (e *expression) series(expr parser.Expr) series {
	switch x := expr.(type) {
	case *parser.VectorSelector:
		return e.selector(x)
	case *parser.MatrixSelector:
		return e.series(x.VectorSelector)
	case *parser.SubqueryExpr:
		return e.series(x.Expr)
	case *parser.ParenExpr:
		return e.series(x.Expr)
	case *parser.StepInvariantExpr:
		return e.series(x.Expr)
	case *parser.UnaryExpr:
		return e.series(x.Expr)
	case *parser.AggregateExpr:
		return e.aggregate(x)
	case *parser.BinaryExpr:
		return e.binary(x)
	case *parser.Call:
		return e.call(x)
	default: // numbers and strings
		return series{labels: make(set), fixed: make(set)}
	}
}

func (e *expression) selector(x *parser.VectorSelector) series {
	e.selected = append(e.selected, x)

	m, ok := e.metrics[name(x)]
	if !ok {
		e.problem("%s: neither the exporter nor a rule gives the metric %q", x, name(x))

		return series{labels: setOf(shown()...).with("job"), fixed: make(set)}
	}

	of := series{labels: m.series.labels, fixed: m.series.fixed}

	for _, matcher := range x.LabelMatchers {
		if matcher.Name == model.MetricNameLabel {
			continue
		}

		if !of.labels[matcher.Name] {
			e.problem("%s: %s has no label %q, only %s", x, name(x), matcher.Name, of.labels)
		}

		if matcher.Type == labels.MatchEqual {
			of.fixed = of.fixed.with(matcher.Name)
		}
	}

	return of
}

// name is the name of the metric that is selected; "" where it is not told.
func name(x *parser.VectorSelector) string {
	for _, m := range x.LabelMatchers {
		if m.Name == model.MetricNameLabel && m.Type == labels.MatchEqual {
			return m.Value
		}
	}

	return ""
}

func (e *expression) aggregate(x *parser.AggregateExpr) series {
	of := e.series(x.Expr)
	grouping := setOf(x.Grouping...)

	if missing := grouping.without(of.labels); len(missing) > 0 {
		e.problem("%s: there are no labels %s, only %s", x, missing, of.labels)
	}

	switch {
	case x.Op == parser.TOPK || x.Op == parser.BOTTOMK: // they choose among the series
		return of
	case x.Without:
		return series{labels: of.labels.without(grouping), fixed: of.fixed.without(grouping)}
	}

	return series{labels: grouping, fixed: of.fixed.without(of.fixed.without(grouping))}
}

func (e *expression) call(x *parser.Call) series {
	var of series

	// The last vector: that of histogram_quantile and its like comes after numbers.
	for _, arg := range x.Args {
		s := e.series(arg)
		if t := arg.Type(); of.labels == nil || t == parser.ValueTypeVector || t == parser.ValueTypeMatrix {
			of = s
		}
	}

	switch x.Func.Name {
	case "rate", "increase", "irate", "resets":
		e.counts(x)
	case "label_replace", "label_join":
		if to, ok := x.Args[1].(*parser.StringLiteral); ok {
			of.labels = of.labels.with(to.Val)
		}
	case "absent", "absent_over_time":
		of.labels = of.fixed
	case "vector", "time", "scalar":
		of = series{}
	}

	if of.labels == nil {
		of = series{labels: make(set), fixed: make(set)}
	}

	return of
}

// counts asks for a counter under rate and its like.
func (e *expression) counts(x *parser.Call) {
	parser.Inspect(x, func(node parser.Node, _ []parser.Node) error {
		if selector, ok := node.(*parser.VectorSelector); ok {
			if m, known := e.metrics[name(selector)]; known && !m.counter {
				e.problem("%s: %s is no counter", x, name(selector))
			}
		}

		return nil
	})
}

func (e *expression) binary(x *parser.BinaryExpr) series {
	left, right := e.series(x.LHS), e.series(x.RHS)

	switch m := x.VectorMatching; {
	case m == nil && x.LHS.Type() == parser.ValueTypeScalar:
		return right
	case m == nil:
		return left
	case x.Op.IsSetOperator():
		return e.sets(x, left, right)
	default:
		return e.matched(x, left, right)
	}
}

// on are the labels by which two sides are matched, all of which both sides must have.
func (e *expression) on(x *parser.BinaryExpr, left, right series) set {
	if !x.VectorMatching.On {
		if x.VectorMatching.MatchingLabels != nil || left.labels.String() != right.labels.String() {
			e.problem("%s: without on (…) both sides need the same labels: left %s; right %s", x, left.labels, right.labels)
		}

		return left.labels
	}

	on := setOf(x.VectorMatching.MatchingLabels...)
	for _, side := range []series{left, right} {
		if missing := on.without(side.labels); len(missing) > 0 {
			e.problem("%s: one side has no labels %s, only %s", x, missing, side.labels)
		}
	}

	return on
}

func (e *expression) sets(x *parser.BinaryExpr, left, right series) series {
	if x.Op == parser.LOR {
		if x.VectorMatching.On {
			e.on(x, left, right)
		}

		both := left.fixed.without(left.fixed.without(right.fixed))

		return series{labels: left.labels.with(slices.Collect(keys(right.labels))...), fixed: both}
	}

	e.on(x, left, right)

	return left
}

// matched checks that each series finds one partner, or that several of one side share it where the rule says so, and needs to.
func (e *expression) matched(x *parser.BinaryExpr, left, right series) series {
	on := e.on(x, left, right)
	many, one := left, right

	switch x.VectorMatching.Card {
	case parser.CardOneToOne:
		for _, side := range []series{left, right} {
			if several := side.several(on); len(several) > 0 {
				e.problem("%s: is not one-to-one: there may be several series that differ in %s", x, several)
			}
		}

		if x.VectorMatching.On {
			return series{labels: on, fixed: left.fixed.without(left.fixed.without(on))}
		}

		return left
	case parser.CardOneToMany:
		many, one = right, left
	default:
	}

	if several := one.several(on); len(several) > 0 {
		e.problem("%s: the side of which there should be one may have several series that differ in %s", x, several)
	}

	if len(many.several(on)) == 0 {
		e.problem("%s: is one-to-one: it needs no group_left or group_right", x)
	}

	if missing := setOf(x.VectorMatching.Include...).without(one.labels); len(missing) > 0 {
		e.problem("%s: the side of which there is one has no labels %s, only %s", x, missing, one.labels)
	}

	return series{labels: many.labels.with(x.VectorMatching.Include...), fixed: many.fixed}
}
