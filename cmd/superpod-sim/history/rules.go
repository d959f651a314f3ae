package history

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/common/promslog"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/promql/parser"
)

// A rule records a metric, or is an alert.
type rule struct {
	file, group string
	name        string // of the metric that it records, or of the alert
	alert       bool
	wait, keep  time.Duration // of an alert: before it fires, and after its reason has gone
	text        string        // of the expression
	expr        parser.Expr
	labels      map[string]string
	interval    time.Duration
	inputs      []string // the metrics that it selects
}

// String tells where the rule is.
func (r *rule) String() string {
	return fmt.Sprintf("rule %s of group %q in %s", r.name, r.group, r.file)
}

// readRules reads the rules of files. interval is that of groups that have none, and the least of all.
func readRules(files []string, interval time.Duration) ([]*rule, error) {
	var rules []*rule

	p := parser.NewParser(parser.Options{})

	for _, file := range files {
		groups, errs := rulefmt.ParseFile(file, false, model.UTF8Validation, p, promslog.NewNopLogger())
		if len(errs) > 0 {
			return nil, fmt.Errorf("rules: %w", errors.Join(errs...))
		}

		for _, group := range groups.Groups {
			for i := range group.Rules {
				r, err := newRule(p, file, group, &group.Rules[i], interval)
				if err != nil {
					return nil, err
				}

				rules = append(rules, r)
			}
		}
	}

	return rules, nil
}

func newRule(p parser.Parser, file string, group rulefmt.RuleGroup, from *rulefmt.Rule, interval time.Duration) (*rule, error) {
	if group.Interval != 0 {
		interval = max(interval, time.Duration(group.Interval)) // more often there is nothing new
	}

	r := &rule{
		file: file, group: group.Name, name: from.Record + from.Alert, text: from.Expr, interval: interval,
		alert: from.Alert != "", wait: time.Duration(from.For), keep: time.Duration(from.KeepFiringFor),
		labels: make(map[string]string, len(group.Labels)+len(from.Labels)),
	}
	maps.Copy(r.labels, group.Labels)
	maps.Copy(r.labels, from.Labels)

	var err error
	if r.expr, err = p.ParseExpr(from.Expr); err != nil {
		return nil, fmt.Errorf("%s: %w", r, err)
	}

	if r.inputs, err = selected(r.expr); err != nil {
		return nil, fmt.Errorf("%s: %w", r, err)
	}

	return r, nil
}

// selected are the names of the metrics that an expression selects.
func selected(expr parser.Expr) ([]string, error) {
	var (
		names []string
		err   error
	)

	parser.Inspect(expr, func(node parser.Node, _ []parser.Node) error {
		if selector, ok := node.(*parser.VectorSelector); ok {
			if name := metric(selector.LabelMatchers); name != "" {
				names = append(names, name)
			} else {
				err = fmt.Errorf("%s selects series without the name of a metric: which rules it has to wait for is not known", selector)
			}
		}

		return nil
	})

	slices.Sort(names)

	return slices.Compact(names), err
}

// metric is the name of the metric that matchers select; "" where they name none.
func metric(matchers []*labels.Matcher) string {
	i := slices.IndexFunc(matchers, func(m *labels.Matcher) bool {
		return m.Name == model.MetricNameLabel && m.Type == labels.MatchEqual
	})
	if i < 0 {
		return ""
	}

	return matchers[i].Value
}

// window is how long before a moment the expression looks, beyond the usual look-back for a sample.
func window(expr parser.Expr) time.Duration {
	var longest time.Duration

	parser.Inspect(expr, func(node parser.Node, path []parser.Node) error {
		selector, ok := node.(*parser.VectorSelector)
		if !ok {
			return nil
		}

		back := selector.OriginalOffset

		for _, parent := range path {
			switch p := parent.(type) {
			case *parser.MatrixSelector:
				back += p.Range
			case *parser.SubqueryExpr:
				back += p.Range + p.OriginalOffset
			}
		}

		longest = max(longest, back)

		return nil
	})

	return longest
}
