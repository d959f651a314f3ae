package collector

import "slices"

// A Metric describes one metric for the reference and for checks.
type Metric struct {
	Name   string
	Type   string   // "gauge" or "counter"
	Labels []string // sorted
	Help   string
	Source string // where the value comes from

	Products string // that have it; "" for what is not of the hardware
}

// A Group is the metrics that are read from one thing.
type Group struct {
	Title   string
	Metrics []Metric
}

// Reference describes all metrics that the Collector can have, those behind options too.
func Reference() []Group {
	t := newTables(everything())

	return []Group{
		{Title: "Chips", Metrics: describe(t.chips, chipLabels())},
		{Title: "Cards", Metrics: describe(t.cards, cardLabels())},
		{Title: "Host and exporter", Metrics: describe(t.host, nil)},
		{Title: "Queries", Metrics: describe(t.queries, queryLabels())},
	}
}

func describe[T any](rows []row[T], common []string) []Metric {
	metrics := make([]Metric, 0, len(rows))

	for _, r := range rows {
		kind := "gauge"
		if r.kind == Counter {
			kind = "counter"
		}

		labels := slices.Concat(common, r.labels)
		slices.Sort(labels)

		metrics = append(metrics, Metric{Name: r.name, Type: kind, Labels: labels, Help: r.help, Source: r.source, Products: r.products})
	}

	return metrics
}
