// Package compat_test checks the rules that record native metrics under the names of another exporter.
package compat_test

import (
	"os"
	"regexp"
	"slices"
	"testing"

	"github.com/prometheus/common/model"
	"github.com/prometheus/common/promslog"
	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/promql/parser"

	"github.com/ascend-exporter/ascend_exporter/collector"
)

const file = "npu-exporter.yml"

// names are those of the metrics of groups.
func names(groups []collector.Group) []string {
	var all []string

	for _, group := range groups {
		for _, metric := range group.Metrics {
			all = append(all, metric.Name)
		}
	}

	return all
}

// TestNames: what is read is a native metric or was recorded before, and what is recorded is a metric of npu-exporter.
func TestNames(t *testing.T) {
	t.Parallel()

	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}

	groups, errs := rulefmt.Parse(content, false, model.UTF8Validation, parser.NewParser(parser.Options{}), promslog.NewNopLogger())
	if len(errs) > 0 || len(groups.Groups) != 1 {
		t.Fatalf("%d groups, %v", len(groups.Groups), errs)
	}

	known, old := names(collector.Reference()), names(collector.NPUExporterReference())
	help := regexp.MustCompile(`^chip:npu_exporter_[a-z]+:info$`) // what the others are made of

	for _, rule := range groups.Groups[0].Rules {
		expr, err := parser.NewParser(parser.Options{}).ParseExpr(rule.Expr)
		if err != nil {
			t.Fatal(err)
		}

		parser.Inspect(expr, func(node parser.Node, _ []parser.Node) error {
			if selector, ok := node.(*parser.VectorSelector); ok && !slices.Contains(known, selector.Name) {
				t.Errorf("%s reads %s, which is not known by then", rule.Record, selector.Name)
			}

			return nil
		})

		if !slices.Contains(old, rule.Record) && !help.MatchString(rule.Record) {
			t.Errorf("%s is no metric of npu-exporter", rule.Record)
		}

		known = append(known, rule.Record)
	}
}
