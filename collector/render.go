package collector

import (
	"slices"
	"strings"

	dto "github.com/prometheus/client_model/go"
	"google.golang.org/protobuf/proto"
)

// newFamily is the family of a row, without series.
func newFamily[T any](r *row[T]) *dto.MetricFamily {
	return &dto.MetricFamily{Name: proto.String(r.name), Help: proto.String(r.help), Type: r.kind.dto().Enum()}
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
			pairs = append(pairs, &dto.LabelPair{Name: proto.String(name), Value: proto.String(values[i])})
		}

		for i, name := range r.labels {
			pairs = append(pairs, &dto.LabelPair{Name: proto.String(name), Value: proto.String(labels[i])})
		}

		slices.SortFunc(pairs, func(a, b *dto.LabelPair) int { return strings.Compare(a.GetName(), b.GetName()) })

		metric := &dto.Metric{Label: pairs}
		if r.kind == Counter {
			metric.Counter = &dto.Counter{Value: proto.Float64(value)}
		} else {
			metric.Gauge = &dto.Gauge{Value: proto.Float64(value)}
		}

		family.Metric = append(family.Metric, metric)
	})
}
