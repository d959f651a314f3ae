package dashboards

import "fmt"

// perMonitoring is the most hosts that a column of this page lists.
const perMonitoring = 50

// monitoringHosts lists the hosts of which something is beyond its limit, and only that.
func monitoringHosts(l Limits) Panel {
	beyond := func(title, metric, limit string, field Field, width int, why string) Column {
		return Column{
			Title: title, Field: field, Cell: background, Width: width,
			Query: Query{Expr: fmt.Sprintf("topk(%d, max by (%s) (%s) %s)", perMonitoring, ofHosts, metric, limit), Empty: why},
		}
	}
	over := func(colour string) Scale { return Scale{Base: blank, Steps: []Step{{0, colour}}} }
	seconds := func(colour string) Field { return amounts(inSeconds, over(colour)) }

	return Panel{
		Title: "Hosts with trouble", Width: columns, Height: 10, Field: counts(none()), Normal: true,
		About: "Hosts that do not answer, cannot read their chips, or are beyond the limit of an alert. A column has a value only where it is beyond its limit. Names lead to the host.",
		Empty: "No host has trouble, or the recording rules are missing.",
		View: Table{Rows: perMonitoring, Sort: []string{"Exporter", "Chips"}, Columns: append(hostColumns(),
			beyond("Exporter", `host:up:sum{$here}`, "== 0", states(State{"0", "Down", bad}).seldom(), 90, "All exporters answer."),
			beyond("Chips", `host:ascend_exporter_up:sum{$here}`, "== 0", states(State{"0", "Not read", bad}).seldom(), 90, "All chips are read."),
			beyond("Data is old", `host:ascend_exporter_summary_age_seconds:max{$here}`, fmt.Sprintf("> %g", l.StaleSeconds), seconds(bad), 100, "No data is old."),
			beyond("Query is late", `host:ascend_exporter_schedule_lag_seconds:max{$here}`, fmt.Sprintf("> %g", l.LateSeconds), seconds(notice), 110, "No query is late."),
			beyond("Scrape is slow", `host:scrape_duration_seconds:max{$here}`, fmt.Sprintf("> %g", l.ScrapeSeconds), seconds(notice), 115, "No scrape is slow."),
			beyond("Tool hangs", `ascend_exporter_unkillable_processes{$here}`, "> 0", counts(over(bad)), 95, "No process of the tool hangs."),
			beyond("Series too many", fmt.Sprintf(`host:scrape_samples_scraped:sum{$here} > on (%[1]s) %g + %g * host:ascend_npu_chips:sum{$here}`, ofHosts, l.SeriesHost, l.Series), "> 0",
				counts(over(notice)), 120, "No exporter serves too many series."),
			beyond("Pods contradicted", `increase(ascend_exporter_attribution_conflicts_total{$here}[1h])`, "> 0", counts(over(notice)), 130, "No pod is contradicted, or no kubelet is asked."),
			beyond("Planned work", `host:ascend_exporter_maintenance:sum{$here}`, "> 0", states(State{"1", "Yes", neutral}).seldom(), 0, "No planned work is announced."))},
	}
}

// monitoringFailures counts failed runs of the tools by reason.
func monitoringFailures() Panel {
	const grown = "increase(ascend_exporter_failures_total{$here}[1h])"

	rows := fmt.Sprintf("topk(%d, sum by (reason) (%s) > 0)", perMonitoring, grown)

	return Panel{
		Title: "Failures by reason", Width: 7, Height: 8, Field: counts(none()), Normal: true,
		About: "Failed runs of npu-smi and hccn_tool in the last hour, and the hosts on which they failed. Busy is not bad: another instance held the tool.",
		Empty: "No run failed in the last hour.",
		View: Table{Rows: perMonitoring, Sort: []string{"-Failures"}, Columns: []Column{
			label("reason", "Reason", 130),
			number("Failures", rows, counts(none()), 90),
			number("Hosts", among(rows, "reason", "count by (reason) ("+grown+" > 0)"), counts(none()), 0),
		}},
	}
}

// monitoringQueries counts the hosts on which queries do not work.
func monitoringQueries() Panel {
	rows := fmt.Sprintf("topk(%d, count by (query) (ascend_exporter_query_success{$here} == 0))", perMonitoring)

	return Panel{
		Title: "Queries that fail", Width: 8, Height: 8, Field: counts(none()), Normal: true,
		About: "Hosts on which a query does not work now: at least one chip that should answer fails it. Beside it, how long the oldest good answer of these hosts is ago.",
		Empty: "All queries work.",
		View: Table{Rows: perMonitoring, Sort: []string{"-Hosts"}, Columns: []Column{
			label("query", "Query", 120),
			number("Hosts", rows, counts(none()), 80),
			number("Last success", among(rows, "query", `time() - min by (query) (ascend_exporter_query_last_success_timestamp_seconds{$here}
    and on (cluster, instance, query) ascend_exporter_query_success{$here} == 0)`), amounts(inSeconds, none()), 0).
				or("These queries have not worked since the exporters started."),
		}},
	}
}

// monitoringLargest lists the exporters that take most memory.
func monitoringLargest(l Limits) Panel {
	rows := fmt.Sprintf(`topk(20, max by (%s) (process_resident_memory_bytes{$here,job=~"%s"}))`, ofHosts, l.Job)

	return Panel{
		Title: "Largest exporters", Width: 14, Height: 8, Field: counts(none()), Normal: true,
		About: "The twenty exporters that take most memory, and the series that they serve.",
		Empty: "No exporter answers, or all have --web.disable-exporter-metrics.",
		View: Table{Rows: 20, Sort: []string{"-Memory"}, Columns: append(hostColumns(),
			number("Memory", rows, amounts(inBytes, none()), 100),
			number("Series", among(rows, ofHosts, "host:scrape_samples_scraped:sum{$here}"), amounts(inAmount, none()), 0))},
	}
}

// monitoringUnanswered counts the chips that leave queries unanswered.
func monitoringUnanswered() Panel {
	const by = "query, reason"

	rows := fmt.Sprintf("topk(%d, count by (%s) (group by (%s, cluster, instance, npu, chip) (ascend_exporter_chip_query_failing{$here})))", perMonitoring, by, by)

	return Panel{
		Title: "Queries that chips fail", Width: 9, Height: 8, Field: counts(none()), Normal: true,
		About: "Queries that chips leave unanswered now, by the reason. One that fails on all chips is rather a release of the tool than the chips.",
		Empty: "No chip fails a query.",
		View: Table{Rows: perMonitoring, Sort: []string{"-Chips"}, Columns: []Column{
			label("query", "Query", 110),
			label("reason", "Reason", 110),
			number("Chips", rows, counts(none()), 70),
			number("Hosts", among(rows, by, "count by ("+by+") (group by ("+by+", cluster, instance) (ascend_exporter_chip_query_failing{$here}))"), counts(none()), 0),
		}},
	}
}

// monitoringReleases counts the hosts by what they read the chips with.
func monitoringReleases() Panel {
	return Panel{
		Title: "Releases of npu-smi and the driver", Width: 10, Height: 8, Field: counts(none()), Empty: "No exporter has read the chips.", Normal: true,
		About: "Hosts by release: what comes out otherwise on some of them may have another tool.",
		View: Table{Rows: perMonitoring, Sort: []string{"-Hosts"}, Columns: []Column{
			label("version", "npu-smi", 150),
			label("driver_version", "Driver", 150),
			number("Hosts", fmt.Sprintf("topk(%d, sum by (version, driver_version) (rack:ascend_npu_smi_info:count{$here}))", perMonitoring), counts(none()), 0),
		}},
	}
}
