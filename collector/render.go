package collector

import (
	"slices"
	"strings"

	dto "github.com/prometheus/client_model/go"
)

// newFamily is the family of a row, without series.
func newFamily[T any](r *row[T]) *dto.MetricFamily {
	return &dto.MetricFamily{Name: new(r.name), Help: new(r.help), Type: r.kind.dto().Enum()}
}

func (t Type) dto() dto.MetricType {
	if t == Counter {
		return dto.MetricType_COUNTER
	}

	return dto.MetricType_GAUGE
}

// render adds the row's series of one chip, query or host. Names and values are the labels that the row's table adds to
// each of them.
func (r *row[T]) render(family *dto.MetricFamily, from *T, names, values []string) {
	r.read(from, func(value float64, labels ...string) {
		pairs := make([]*dto.LabelPair, 0, len(names)+len(labels))

		for i, name := range names {
			pairs = append(pairs, &dto.LabelPair{Name: new(name), Value: new(values[i])})
		}

		for i, name := range r.labels {
			pairs = append(pairs, &dto.LabelPair{Name: new(name), Value: new(labels[i])})
		}

		slices.SortFunc(pairs, func(a, b *dto.LabelPair) int { return strings.Compare(a.GetName(), b.GetName()) })

		metric := &dto.Metric{Label: pairs}
		if r.kind == Counter {
			metric.Counter = &dto.Counter{Value: new(value)}
		} else {
			metric.Gauge = &dto.Gauge{Value: new(value)}
		}

		family.Metric = append(family.Metric, metric)
	})
}
