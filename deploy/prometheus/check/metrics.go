package check

import "github.com/ascend-exporter/ascend_exporter/collector"

// A metric is what may be selected.
type metric struct {
	series  series
	counter bool
}

// known are the metrics that no rule records: the exporter's, and those that Prometheus makes of scrapes and of itself.
func known() map[string]metric {
	metrics := make(map[string]metric)

	add := func(name string, counter bool, labels ...string) {
		metrics[name] = metric{series{labels: setOf(labels...).with(place()...).with("job"), fixed: make(set)}, counter}
	}

	for _, group := range collector.Reference() {
		for _, m := range group.Metrics {
			add(m.Name, m.Type == "counter", m.Labels...)
		}
	}

	for _, name := range []string{"up", "scrape_duration_seconds", "scrape_samples_scraped"} {
		add(name, false)
	}

	add("prometheus_rule_group_iterations_missed_total", true, "rule_group")

	return metrics
}
