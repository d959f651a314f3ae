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

// renderRows adds the families of rows that have series of the things they are read from. Common are the labels that each of
// these has in every series, ordered; the series share them.
func renderRows[T any](families []*dto.MetricFamily, rows []row[T], from []T, common [][]*dto.LabelPair) []*dto.MetricFamily {
	for i := range rows {
		family := newFamily(&rows[i])
		for j := range from {
			rows[i].render(family, &from[j], common[j])
		}

		if len(family.Metric) > 0 {
			families = append(families, family)
		}
	}

	return families
}

// labelPairs are labels, ordered by name.
func labelPairs(names, values []string) []*dto.LabelPair {
	pairs := make([]*dto.LabelPair, 0, len(names))
	for i, name := range names {
		pairs = append(pairs, &dto.LabelPair{Name: new(name), Value: new(values[i])}) //nolint:gosec // there are as many values
	}

	sortPairs(pairs)

	return pairs
}

func sortPairs(pairs []*dto.LabelPair) {
	slices.SortFunc(pairs, func(a, b *dto.LabelPair) int { return strings.Compare(a.GetName(), b.GetName()) })
}

// render adds the row's series of one chip, query or host, with the labels that the row's table adds to each of them.
func (r *row[T]) render(family *dto.MetricFamily, from *T, common []*dto.LabelPair) {
	r.read(from, func(value float64, labels ...string) {
		pairs := common
		if len(labels) > 0 {
			pairs = slices.Concat(common, labelPairs(r.labels, labels))
			sortPairs(pairs)
		}

		metric := &dto.Metric{Label: pairs}
		if r.kind == Counter {
			metric.Counter = &dto.Counter{Value: new(value)}
		} else {
			metric.Gauge = &dto.Gauge{Value: new(value)}
		}

		family.Metric = append(family.Metric, metric)
	})
}
