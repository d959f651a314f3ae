package collector

import "github.com/ascend-exporter/ascend_exporter/collector/snapshot"

// A Sample is one series of a snapshot and its value.
type Sample struct {
	Name   string
	Labels []string // name, value, name, value …, in no particular order; only valid during the visit
	Value  float64
}

// Visit visits the series that Gather would have of a snapshot, without making families of them: for those who store the
// metrics of thousands of hosts at many moments. Of the metrics only those are read that are wanted; nil wants all.
func (c *Collector) Visit(s *snapshot.Snapshot, wanted func(metric string) bool, visit func(Sample)) {
	labels := make([]string, 0, 2*len(chipLabels()))

	for j := range s.Chips {
		labels = append(labels[:0], "npu", id(s.Chips[j].NPU), "chip", id(s.Chips[j].Chip))
		visitRows(c.tables.chips, &s.Chips[j], labels, wanted, visit)
	}

	for j := range s.Cards {
		labels = append(labels[:0], "npu", id(s.Cards[j].NPU))
		visitRows(c.tables.cards, &s.Cards[j], labels, wanted, visit)
	}

	visitRows(c.tables.host, s, nil, wanted, visit)

	queries := shownQueries(s.Queries)
	for j := range queries {
		labels = append(labels[:0], "query", queries[j].Name)
		visitRows(c.tables.queries, &queries[j], labels, wanted, visit)
	}
}

// visitRows visits the series of one chip, card, query or host. All of them have the labels, beside those of their row.
func visitRows[T any](rows []row[T], from *T, labels []string, wanted func(string) bool, visit func(Sample)) {
	all := labels

	for i := range rows {
		r := &rows[i]
		if wanted != nil && !wanted(r.name) {
			continue
		}

		r.read(from, func(value float64, values ...string) {
			all = append(all[:0], labels...)
			for j, name := range r.labels {
				all = append(all, name, values[j])
			}

			visit(Sample{Name: r.name, Labels: all, Value: value})
		})
	}
}
