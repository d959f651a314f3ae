package main

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"

	"github.com/ascend-exporter/ascend_exporter/deploy/prometheus/check"
)

// recordings are the expressions of the recording rules, by what they record.
type recordings struct {
	expr  map[string]string
	known *check.Metrics
}

func readRecordings(t *testing.T) recordings {
	t.Helper()

	files := ruleTexts(t)

	list, err := check.List(files)
	if err != nil {
		t.Fatal(err)
	}

	r := recordings{expr: make(map[string]string), known: knownMetrics(t)}

	for _, rule := range list {
		if rule.Record != "" && !strings.Contains(rule.Expr, rule.Record) { // what reads its own last result has no other source
			r.expr[rule.Record] = rule.Expr
		}
	}

	return r
}

// raw is the same question asked of the series of scrapes: each recorded series is replaced by what records it.
func (r recordings) raw(text string) (string, error) {
	expr, err := parse(text)
	if err != nil {
		return "", err
	}

	if expr, err = r.replaced(expr); err != nil {
		return "", err
	}

	return expr.String(), nil
}

func parse(text string) (parser.Expr, error) {
	return parser.NewParser(parser.Options{}).ParseExpr(text)
}

func (r recordings) replaced(expr parser.Expr) (parser.Expr, error) {
	var err error

	into := func(inner *parser.Expr) {
		if *inner != nil && err == nil {
			*inner, err = r.replaced(*inner)
		}
	}

	switch x := expr.(type) {
	case *parser.VectorSelector:
		return r.recorded(x)
	case *parser.MatrixSelector:
		selector, ok := x.VectorSelector.(*parser.VectorSelector)
		if !ok || r.expr[selector.Name] == "" {
			return x, nil
		}

		inner, err := r.recorded(selector)

		return &parser.SubqueryExpr{Expr: inner, Range: x.Range, Step: 30 * time.Second}, err
	case *parser.AggregateExpr:
		into(&x.Expr)
	case *parser.BinaryExpr:
		into(&x.LHS)
		into(&x.RHS)
	case *parser.Call:
		for i := range x.Args {
			into(&x.Args[i])
		}
	case *parser.ParenExpr:
		into(&x.Expr)
	case *parser.SubqueryExpr:
		into(&x.Expr)
	case *parser.UnaryExpr:
		into(&x.Expr)
	default: // numbers and texts
	}

	return expr, err
}

// recorded is what records a selection: the same is selected of what it reads.
func (r recordings) recorded(x *parser.VectorSelector) (parser.Expr, error) {
	text, ok := r.expr[x.Name]
	if !ok {
		return x, nil
	}

	expr, err := parse(text)
	if err != nil {
		return nil, err
	}

	parser.Inspect(expr, func(node parser.Node, _ []parser.Node) error {
		selector, ok := node.(*parser.VectorSelector)
		if !ok {
			return nil
		}

		selector.OriginalOffset += x.OriginalOffset

		for _, m := range x.LabelMatchers {
			same := func(other *labels.Matcher) bool { return other.String() == m.String() }
			if m.Name != model.MetricNameLabel && r.known.Has(selector.Name, m.Name) && !slices.ContainsFunc(selector.LabelMatchers, same) {
				selector.LabelMatchers = append(selector.LabelMatchers, m)
			}
		}

		return nil
	})

	if expr, err = r.replaced(expr); err != nil {
		return nil, err
	}

	return &parser.ParenExpr{Expr: expr}, nil
}

// TestRaw: a question about recorded series is turned into the same one about those of scrapes.
func TestRaw(t *testing.T) {
	t.Parallel()

	r := readRecordings(t)

	for text, want := range map[string]string{
		`ascend_npu_power_watts{npu="0"}`:                            `ascend_npu_power_watts{npu="0"}`,
		`topk(3, host:ascend_npu_chips:sum{rack="r"} > 1)`:           `topk(3, (sum by (cluster, superpod, rack, instance) (ascend_npu_chips{rack="r"})) > 1)`,
		`sum(superpod:ascend_npu_chips:sum offset 1d)`:               `sum((sum by (cluster, superpod) ((sum by (cluster, superpod, rack) ((sum by (cluster, superpod, rack, instance) (ascend_npu_chips offset 1d)))))))`,
		`max_over_time(host:ascend_npu_chips:sum{instance="h"}[1h])`: `max_over_time((sum by (cluster, superpod, rack, instance) (ascend_npu_chips{instance="h"}))[1h:30s])`,
		`rack:ascend_npu_pod_chips:count{namespace="n"}`:             `(sum by (cluster, superpod, rack, namespace) ((count by (cluster, superpod, rack, instance, namespace) (group by (cluster, superpod, rack, instance, npu, chip, namespace) (ascend_npu_pod_info{namespace="n"})))))`,
		`host:ascend_npu_expected_chips:last`:                        `host:ascend_npu_expected_chips:last`,
	} {
		got, err := r.raw(text)
		if err != nil || got != want {
			t.Errorf("%s:\n got %s\nwant %s\n%v", text, got, want, err)
		}
	}
}
