package dashboards

import "fmt"

// perFaults is the most rows of a list of this page.
const perFaults = 50

// faultsPage is of what fails, and of what fails again: chips, codes, memory, links and hosts. It reads recorded series, and of the
// raw ones those that are there only while something is wrong; all else is asked for once, not over time.
func faultsPage(l Limits) Page {
	chosen := choices(uidFaults, 3)

	return Page{
		UID: uidFaults, Title: "Ascend / Faults", Variables: chosen, Here: matchers(chosen), Interval: "1m", From: "now-7d", Refresh: "5m",
		About: "What fails now, and what fails again and again: the chips, codes, memories, links and hosts to look after.",
		Rows: []Row{
			{Title: "Now", Panels: faultsState()},
			{Title: "Active faults", Panels: []Panel{faultsActive()}},
			{Title: "Over time", Panels: faultsTrends()},
			{Title: "What comes back", Panels: []Panel{faultsChips(), faultsCodes(), faultsHosts()}},
			{Title: "Memory that wears out", Panels: []Panel{faultsPages(l)}},
			{Title: "Links that flap", Panels: []Panel{faultsLinks()}},
		},
	}
}

// Classes of faults by what they ask for, as the alerts group them.
const (
	needAction = `handling=~"RestartNPU|SeparateNPU|ManuallySeparateNPU"`
	needDrain  = `handling=~"FreeRestartNPU|PreSeparateNPU|SubHealth|RestartBusiness"`
	needLook   = `handling!~"NotHandle|RestartRequest"`
)

// Labels by which the rows of this page are told apart.
const (
	ofHosts = "cluster, superpod, rack, instance"
	ofChips = ofHosts + ", npu, chip"
)

const noneActive = "No fault is active, or no host of the selection was read."

// seenAgain counts in a window how often series of a selector appeared. One that was away for five minutes counts anew.
func seenAgain(by, selector, window string) string {
	return fmt.Sprintf("sum by (%[1]s) (count_over_time((%[2]s unless %[2]s offset 5m)[%[3]s:5m]))", by, selector, window)
}

// hours is the time in a window in which there were series of a selector, rounded up to hours.
func hours(by, selector, window string) string {
	return fmt.Sprintf("3600 * count_over_time((group by (%s) (last_over_time(%s[1h])))[%s:1h])", by, selector, window)
}

// most gives of an expression the largest values, one for each row.
func most(expr string) string { return fmt.Sprintf("topk(%d, %s)", perFaults, expr) }

// among leaves of an expression what is in the rows that another one gives.
func among(rows, by, expr string) string { return fmt.Sprintf("%s\n  and on (%s)\n%s", expr, by, rows) }

// hostColumns are labels of a host, which lead to it.
func hostColumns() []Column {
	open := to(uidHost, "Open the host", cluster, superpod, rack, instance)

	return []Column{label(cluster, "Cluster", 110, open), label(superpod, "SuperPod", 100, open), label(rack, "Rack", 90, open), label(instance, "Host", 150, open)}
}

// chipColumns are labels of a chip, which lead to it.
func chipColumns() []Column {
	open := to(uidChip, "Open the chip", cluster, superpod, rack, instance, npu, chip)

	return append(hostColumns(), label(npu, "NPU", 60, open), label(chip, "Chip", 60, open))
}

func faultsState() []Panel {
	active := func(matchers string) string {
		return `sum(rack:ascend_npu_fault_active:count{$here` + matchers + `}) or 0 * sum(rack:ascend_npu_chips:sum{$here})`
	}
	alerts := func(names string) string {
		return `count(group by (cluster, instance, npu, chip) (ALERTS{$here,alertstate="firing",alertname=~"` + names + `"})) or 0 * count(` + watchdog + `)`
	}

	return []Panel{
		tile("Faults", "Fault codes that are active on chips, of all classes.", active(""), counts(faults(notice))),
		tile("Need action", "Active faults of the classes RestartNPU, SeparateNPU and ManuallySeparateNPU: the chip is to be reset or taken out now.", active(","+needAction), counts(faults(worst))),
		tile("Need a drain", "Active faults of the classes FreeRestartNPU, PreSeparateNPU, SubHealth and RestartBusiness: the chip gets no new jobs.", active(","+needDrain), counts(faults(notice))),
		tile("Not known", "Active faults whose code has no class.", active(`,handling=""`), counts(faults(unknown))),
		tile("Unhealthy", "Chips whose health is Warning, Alarm or Critical.", `sum(rack:ascend_npu_unhealthy_chips:count{$here})`, counts(faults(bad))),
		tile("Repeating", "Chips on which faults set in again and again, by the alert AscendNpuFaultRepeated.", alerts("AscendNpuFaultRepeated"), counts(faults(bad))).unless(noAlerts),
		tile("Worn memory", "Chips with so many isolated pages of the HBM that the alerts on them fire.", alerts("AscendHbmPages.+"), counts(faults(bad))).unless(noAlerts),
		tile("Links down", "RoCE links that are down and in use, and HCCS links that are down.",
			"sum("+both(`rack:ascend_npu_roce_links_down:count{$here}`, `rack:ascend_npu_hccs_links_down:sum{$here}`)+")", counts(faults(bad))).unless(noLinks),
	}
}

func faultsTrends() []Panel {
	lines := func(title, about, empty string, view View, expr string) Panel {
		return Panel{
			Title: title, About: about, Empty: empty, Normal: true, Width: 12, Height: 8, Field: counts(plain()), View: view,
			Queries: []Query{{Expr: `label_replace(` + expr + `, "handling", "(unknown code)", "handling", "")`, Legend: "{{handling}}", Limit: 10}},
		}
	}
	onsets := lines("Faults that set in", "Faults that were not active one step of the graph before, by class. One that is gone again within a step is not seen here.",
		"No fault set in within the time range.", Lines{Steps: true},
		`count by (handling) (ascend_npu_fault_active{$here} unless ascend_npu_fault_active{$here} offset $__interval)`)
	onsets.Interval = "10m" // the codes are asked for as seldom as that

	return []Panel{
		lines("Active faults by class", "Fault codes that are active, by the class by which they are handled.",
			"No fault was active in the time range.", Lines{Stacked: true, Steps: true}, `sum by (handling) (rack:ascend_npu_fault_active:count{$here})`),
		onsets,
	}
}
