package check

import (
	"errors"
	"fmt"

	"github.com/prometheus/prometheus/promql/parser"
)

// A Foreign metric is neither the exporter's nor recorded by a rule, and has exactly these labels.
type Foreign struct {
	Name    string
	Counter bool
	Labels  []string
}

// Metrics are all that may be asked for.
type Metrics struct {
	metrics map[string]metric
}

// Known are the exporter's metrics, those that rules in files record, given by the files' names, and foreign ones.
func Known(files map[string][]byte, foreign ...Foreign) (*Metrics, error) {
	rules, err := parse(files)
	if err != nil {
		return nil, err
	}

	ordered, err := order(rules)
	if err != nil {
		return nil, err
	}

	metrics := known()

	for _, r := range ordered {
		if r.Record != "" {
			(&expression{metrics: metrics}).record(r)
		}
	}

	for _, f := range foreign {
		metrics[f.Name] = metric{series: series{labels: setOf(f.Labels...), fixed: make(set)}, counter: f.Counter}
	}

	return &Metrics{metrics}, nil
}

// Query checks an expression without variables: that every metric and label in it exists, and that joins match as they claim to. The
// error tells all that is wrong.
func (m *Metrics) Query(text string) error {
	expr, err := parser.NewParser(parser.Options{}).ParseExpr(text)
	if err != nil {
		return fmt.Errorf("%s: %w", text, err)
	}

	e := &expression{metrics: m.metrics}
	e.series(expr)

	return errors.Join(e.problems...)
}

// Has says whether there is a metric, and whether it has a label.
func (m *Metrics) Has(name, label string) bool {
	of, ok := m.metrics[name]

	return ok && (label == "" || of.series.labels[label])
}
