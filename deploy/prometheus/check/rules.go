// Package check checks rules with Prometheus's own parser: that every metric and label they name exists, that joins match as they
// claim to, and that alerts have their texts, tests and runbooks.
package check

import (
	"errors"
	"fmt"
	"iter"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/prometheus/common/model"
	"github.com/prometheus/common/promslog"
	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/promql/parser"
)

// maintenance is the recorded series that tells which hosts are in maintenance.
const maintenance = "host:ascend_exporter_maintenance:last"

// A rule is one of a file.
type rule struct {
	rulefmt.Rule

	file, group string
	place       int // in its group
	expr        parser.Expr
	inputs      []string // the metrics that it selects
}

func (r *rule) String() string {
	return fmt.Sprintf("%s: %s%s", r.file, r.Record, r.Alert)
}

// Rules checks rule files, given by their names. The error tells all that is wrong.
func Rules(files map[string][]byte) error {
	rules, err := parse(files)
	if err != nil {
		return err
	}

	ordered, err := order(rules)
	if err != nil {
		return err
	}

	var problems []error

	metrics := known()

	for _, r := range ordered {
		e := &expression{metrics: metrics}

		if r.Record != "" {
			e.record(r)
		} else {
			e.alert(r)
		}

		for _, problem := range e.problems {
			problems = append(problems, fmt.Errorf("%s: %w", r, problem))
		}
	}

	return errors.Join(problems...)
}

func parse(files map[string][]byte) ([]*rule, error) {
	var rules []*rule

	p := parser.NewParser(parser.Options{})

	for _, file := range slices.Sorted(maps.Keys(files)) {
		groups, errs := rulefmt.Parse(files[file], false, model.UTF8Validation, p, promslog.NewNopLogger())
		if len(errs) > 0 {
			return nil, fmt.Errorf("%s: %w", file, errors.Join(errs...))
		}

		for _, group := range groups.Groups {
			for i := range group.Rules {
				r := &rule{Rule: group.Rules[i], file: file, group: group.Name, place: i}

				var err error
				if r.expr, err = p.ParseExpr(r.Expr); err != nil {
					return nil, fmt.Errorf("%s: %w", r, err)
				}

				parser.Inspect(r.expr, func(node parser.Node, _ []parser.Node) error {
					if selector, ok := node.(*parser.VectorSelector); ok {
						r.inputs = append(r.inputs, name(selector))
					}

					return nil
				})

				rules = append(rules, r)
			}
		}
	}

	return rules, nil
}

// order puts rules behind those that record what they read. A rule may read its own last result, and nothing may read in a circle.
func order(rules []*rule) ([]*rule, error) {
	recorders := make(map[string]*rule)
	names := make(map[string]bool)

	for _, r := range rules {
		if names[r.Record+r.Alert] {
			return nil, fmt.Errorf("%s: there is another rule of this name", r)
		}

		names[r.Record+r.Alert] = true

		if r.Record != "" {
			recorders[r.Record] = r
		}
	}

	var (
		ordered []*rule
		visit   func(r *rule, path []*rule) error
	)

	done := make(map[*rule]bool)

	visit = func(r *rule, path []*rule) error {
		if done[r] {
			return nil
		}

		for _, input := range r.inputs {
			before := recorders[input]

			switch {
			case before == nil || before == r:
				continue
			case slices.Contains(path, before):
				return fmt.Errorf("%s: reads %s, which needs its result", r, input)
			case before.file == r.file && before.group == r.group && before.place > r.place:
				return fmt.Errorf("%s: reads %s, which is recorded behind it in the group %s", r, input, r.group)
			}

			if err := visit(before, append(path, r)); err != nil {
				return err
			}
		}

		done[r] = true
		ordered = append(ordered, r)

		return nil
	}

	for _, r := range rules {
		if err := visit(r, nil); err != nil {
			return nil, err
		}
	}

	return ordered, nil
}

// record checks a recording rule, and makes its result known.
func (e *expression) record(r *rule) {
	parts := regexp.MustCompile(`^([a-z]+):[a-z0-9_]+:[a-z0-9]+$`).FindStringSubmatch(r.Record)
	if parts == nil {
		e.problem("the name is not level:metric:operation")

		return
	}

	must, mayNot := levels(parts[1])
	if must == nil {
		e.problem("%q is no level: there are chip, host, rack, superpod and cluster", parts[1])
	}

	e.metrics[r.Record] = metric{series: series{labels: setOf(must...), fixed: make(set)}} // for one that reads itself

	of := e.series(r.expr)

	for _, label := range must {
		if !of.labels[label] {
			e.problem("a series of this level needs the label %s; there are %s", label, of.labels)
		}
	}

	for _, label := range mayNot {
		if of.labels[label] {
			e.problem("a series of this level has no label %s", label)
		}
	}

	if !of.labels[instance] {
		e.recordedOnly()
	}

	e.metrics[r.Record] = metric{series: series{labels: of.labels, fixed: of.fixed}}
}

// recordedOnly asks for recorded series where several hosts are read.
func (e *expression) recordedOnly() {
	for _, selector := range e.selected {
		if !strings.Contains(name(selector), ":") {
			e.problem("reads the raw series %s of several hosts: record them by host first", selector)
		}
	}
}

func keys(s set) iter.Seq[string] { return maps.Keys(s) }
