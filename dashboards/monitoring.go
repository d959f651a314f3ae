package dashboards

import "fmt"

// monitoringPage says whether the other pages are to be trusted: of all hosts, and more of one.
func monitoringPage(l Limits) Page {
	chosen := choices(uidMonitoring, 3)
	here := matchers(chosen[:3])

	return Page{
		UID: uidMonitoring, Title: "Ascend / Monitoring", Variables: chosen, Here: here, Interval: "30s", From: "now-6h", Refresh: "1m",
		About: "Whether the monitoring itself is to be trusted: hosts that are not read, old data, slow queries and scrapes, failures, and the rules.",
		Rows: []Row{
			{Title: "Is it to be trusted?", Panels: monitoringState(l)},
			{Title: "Hosts with trouble", Panels: []Panel{monitoringHosts(l)}},
			{Title: "What fails", Panels: []Panel{monitoringFailures(), monitoringQueries(), monitoringUnanswered()}},
			{Title: "Exporters", Panels: []Panel{monitoringLargest(l), monitoringReleases()}},
			{Title: "Over time", Panels: monitoringTrends(l)},
			{Title: "Prometheus", Panels: monitoringRules()},
			{Title: "Host $instance", Panels: monitoringHost(l, here+`,instance="$instance"`)},
		},
	}
}

const noHosts = "No host of the selection is in the discovery, or the recording rules are missing."

func monitoringState(l Limits) []Panel {
	const read = `(sum(rack:up:sum{$here}) - (sum(rack:ascend_exporter_up:sum{$here}) or 0 * sum(rack:up:sum{$here})))`

	of := func(title, about, expr string, field Field) Panel {
		p := tile(title, about, expr, field)
		p.Empty = noHosts

		return p
	}

	return []Panel{
		of("Hosts", "Hosts in the discovery of this Prometheus.", `sum(rack:up:count{$here})`, counts(plain())),
		of("Exporters down", "Hosts whose exporter does not answer: nothing is known of their chips.", `sum(rack:up:count{$here}) - sum(rack:up:sum{$here})`, counts(faults(bad))),
		of("Chips not read", "Hosts whose exporter answers and cannot read the chips.", read, counts(faults(bad))),
		of("Oldest data", "Age of the oldest summary of npu-smi. It turns where the alert on stale data begins.",
			`max(rack:ascend_exporter_summary_age_seconds:max{$here})`, amounts(inSeconds, rising(Step{l.StaleSeconds, bad}))).unless("No exporter has read the chips."),
		of("Latest query", "By how much the latest query of any exporter is late. It turns where the alert begins.",
			`max(rack:ascend_exporter_schedule_lag_seconds:max{$here})`, amounts(inSeconds, rising(Step{l.LateSeconds, notice}))).unless("No exporter answers."),
		of("Slowest scrape", "The longest scrape of a host. It turns where the alert begins.",
			`max(rack:scrape_duration_seconds:max{$here})`, amounts(inSeconds, rising(Step{l.ScrapeSeconds, notice}))),
		of("Series", "Series that the exporters serve.", `sum(rack:scrape_samples_scraped:sum{$here})`, amounts(inAmount, plain())),
		of("Alerts evaluated", "Whether this Prometheus evaluates the alerts, by the one that always fires. On a level above it they are evaluated below.",
			`count(`+watchdog+`) or 0 * sum(rack:up:count{$here})`, states(State{"0", "No", notice}, State{"1", "Yes", good})),
	}
}

// bySuperPodHere draws a line for each SuperPod of the selection, or cluster without them.
func bySuperPodHere(title, about, expr string, field Field, steps bool) Panel {
	p := bySuperPod(title, about, expr, field, steps)
	p.Empty = noHosts

	return p
}

func monitoringTrends(l Limits) []Panel {
	of := func(operation, metric string) string {
		return operation + " by (cluster, superpod) (" + metric + "{$here})"
	}

	return []Panel{
		bySuperPodHere("Hosts unread", "Hosts in the discovery of which no chip can be read: the exporter is down, or the tool finds nothing.",
			of("sum", "rack:up:count")+" - on (cluster, superpod) ("+of("sum", "rack:ascend_exporter_up:sum")+" or 0 * "+of("sum", "rack:up:count")+")", counts(faults(bad)), true),
		bySuperPodHere("Oldest data", "Age of the oldest summary. The line is where the alert on stale data begins.",
			of("max", "rack:ascend_exporter_summary_age_seconds:max"), amounts(inSeconds, rising(Step{l.StaleSeconds, bad})), false).unless("No exporter has read the chips."),
		bySuperPodHere("Latest query", "By how much the latest query is late: above 0 for long, the plan does not fit into the tool's share of the time. The line is where the alert begins.",
			of("max", "rack:ascend_exporter_schedule_lag_seconds:max"), amounts(inSeconds, rising(Step{l.LateSeconds, notice})), false).unless("No exporter answers."),
		bySuperPodHere("Time in the tools", "Share of the time that npu-smi and hccn_tool run, and that the exporter reads beside them, on the mean host.",
			"100 * "+of("sum", "rack:ascend_exporter_query_duration_seconds:rate")+" / on (cluster, superpod) ("+of("sum", "rack:ascend_exporter_up:sum")+" > 0)",
			amounts(inPercent, plain()), false).unless("No exporter can read the chips."),
		bySuperPodHere("Slowest scrape", "The longest scrape of a host. The line is where the alert begins.",
			of("max", "rack:scrape_duration_seconds:max"), amounts(inSeconds, rising(Step{l.ScrapeSeconds, notice})), false),
		bySuperPodHere("Series", "Series that the exporters serve.", of("sum", "rack:scrape_samples_scraped:sum"), amounts(inAmount, plain()), false),
	}
}

func monitoringRules() []Panel {
	const ours = `{rule_group=~".*;ascend-.*"}`

	return []Panel{
		{
			Title: "Time of the rules", Width: 12, Height: 8, Field: amounts(inPercent, rising(Step{100, bad})), View: Lines{}, Normal: true,
			About: "Time that the evaluation of each group of rules takes, as a share of its interval: from the whole of it on evaluations are left out, and alerts come late. A tenth is good.",
			Empty: "This Prometheus does not scrape itself, or has no rules.",
			Queries: []Query{{
				Expr:   `100 * max by (rule_group) (prometheus_rule_group_last_duration_seconds` + ours + ` / prometheus_rule_group_interval_seconds` + ours + `)`,
				Legend: "{{rule_group}}", Limit: 60,
			}},
		},
		{
			Title: "Series of Prometheus", Width: 12, Height: 8, Field: amounts(inAmount, plain()), View: Lines{}, Normal: true,
			About: "Series that each Prometheus holds in memory, those of other exporters included.",
			Empty: "This Prometheus does not scrape itself.",
			Queries: []Query{{
				Expr: `max by (instance) (prometheus_tsdb_head_series{})`, Legend: "{{instance}}", Limit: 20,
			}},
		},
	}
}

func monitoringHost(l Limits, here string) []Panel {
	of := func(title, about, empty string, field Field, queries ...Query) Panel {
		return Panel{
			Title: title, About: about, Empty: empty, Normal: true, Here: here, Width: 12, Height: 8, Field: field, View: Lines{}, Queries: queries,
		}
	}
	each := func(expr, legend string, limit int) Query { return Query{Expr: expr, Legend: legend, Limit: limit} }
	spent := of("Time by query", "Time that each query takes, as a share of all time: npu-smi and hccn_tool run one at a time.", "The exporter does not answer.", amounts(inPercent, plain()),
		each(`100 * sum by (query) (rate(ascend_exporter_query_duration_seconds_total{$here}[$__rate_interval]))`, "{{query}}", 60))
	failed := of("Failures by reason", "Failed runs of the tools, in each step of the graph.", "The exporter does not answer, or no run ever failed.", counts(plain()),
		each(`sum by (reason) (increase(ascend_exporter_failures_total{$here}[$__rate_interval]))`, "{{reason}}", 20))
	passed := of("Lines not understood", "Lines of output that were passed over, in each step of the graph: a new release of the tool shows here first.",
		"No line was passed over, or the exporter does not answer.", counts(plain()),
		each(`sum by (query) (increase(ascend_exporter_unrecognized_lines_total{$here}[$__rate_interval])) > 0`, "{{query}}", 60))

	// Queries are asked every minute, and many every 5 minutes.
	spent.Interval, failed.Interval, passed.Interval = "5m", "5m", "5m"

	budget := fmt.Sprintf(`max(%g + %g * host:ascend_npu_chips:sum{$here})`, l.SeriesHost, l.Series)

	return []Panel{
		spent, failed, passed,
		of("Latest query and age of the data", "By how much the latest query is late, and how old the summary is.", "The exporter does not answer.", amounts(inSeconds, plain()),
			each(`max(host:ascend_exporter_schedule_lag_seconds:max{$here})`, "Latest query", 1),
			each(`max(host:ascend_exporter_summary_age_seconds:max{$here})`, "Age of the summary", 1)),
		of("Series and their budget", "Series that the exporter serves, and from how many on the rules say that it is too many.", "The exporter was never seen.", amounts(inAmount, plain()),
			each(`max(host:scrape_samples_scraped:sum{$here})`, "Series", 1), each(budget, "Budget", 1)),
		of("Memory of the exporter", "Resident memory of the exporter's process.", "The exporter does not answer, or --web.disable-exporter-metrics is given.", amounts(inBytes, plain()),
			each(`max(process_resident_memory_bytes{$here,job=~"`+l.Job+`"})`, "Exporter", 1)),
	}
}
