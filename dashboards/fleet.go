package dashboards

import "fmt"

// perSuperPod is the most SuperPods, and clusters without them, that the page is made for.
const perSuperPod = 100

// fleet is the page of all SuperPods, or clusters without them. It reads what is recorded by SuperPod, so it works on the level above
// too, which has nothing else.
func fleet(l Limits) Page {
	chosen := choices(uidFleet, 2)

	return Page{
		UID: uidFleet, Title: "Ascend / Fleet", Variables: chosen, Here: matchers(chosen), Interval: "30s", From: "now-6h", Refresh: "1m",
		About: "All SuperPods, and clusters without them: what is wrong, what is in use, and where to look next.",
		Rows: []Row{
			{Title: "Is it well?", Panels: fleetState()},
			{Title: "What is it doing?", Panels: fleetUse(l)},
			{Title: "SuperPods", Panels: []Panel{fleetTable(l)}},
			{Title: "Over time", Panels: fleetTrends(l)},
			{Title: "Alerts", Panels: []Panel{alertsTable(l, "cluster, superpod", label(cluster, "Cluster", 160),
				label(superpod, "SuperPod", 160, to(uidSuperPod, "SuperPod", cluster, superpod)))}},
		},
	}
}

// Expressions that give a series for each SuperPod.
const (
	spChips     = `superpod:ascend_npu_chips:sum{$here}`
	spMissing   = `superpod:ascend_npu_missing_chips:count{$here}`
	spUnlisted  = `superpod:ascend_npu_expected_chips:sum{$here} - on (cluster, superpod) superpod:ascend_npu_chips:sum{$here}` // of hosts that answer
	spUnhealthy = `superpod:ascend_npu_unhealthy_chips:count{$here}`
	spUnusable  = `superpod:ascend_npu_unusable_chips:sum{$here}`
	spUnread    = `superpod:up:count{$here} - on (cluster, superpod) (superpod:ascend_exporter_up:sum{$here} or 0 * superpod:up:count{$here})`
	spThrottled = `superpod:ascend_npu_throttled_chips:count{$here}`
	spBusy      = `superpod:ascend_npu_busy_chips:count{$here}`
	spHeld      = `superpod:ascend_npu_idle_held_chips:count{$here}`
	spFree      = `superpod:ascend_npu_idle_free_chips:count{$here}`
	spPower     = `superpod:ascend_npu_power_watts:sum{$here}`
	spHottest   = `superpod:ascend_npu_temperature_celsius:max{$here}`
	spHBM       = `superpod:ascend_npu_hbm_temperature_celsius:max{$here}`
	spUsed      = `superpod:ascend_npu_aicore_utilization_ratio:sum{$here} / on (cluster, superpod) superpod:ascend_npu_aicore_utilization_ratio:count{$here}`
)

// spLinksDown is of both kinds of links, where there are such.
func spLinksDown() string {
	return both(`superpod:ascend_npu_roce_links_down:count{$here}`, `superpod:ascend_npu_hccs_links_down:sum{$here}`)
}

// tile is a number of the whole selection.
func tile(title, about, expr string, field Field) Panel {
	return Panel{
		Title: title, About: about, Width: 3, Height: 4, Field: field, View: Tile{}, NoValue: "not known",
		Empty:   "No host of the selection was read, or the recording rules are missing.",
		Queries: []Query{{Expr: expr, Legend: title, Limit: 1}},
	}
}

// unless says when a tile is empty for good reason.
func (p Panel) unless(reason string) Panel {
	p.Empty, p.Normal = reason, true

	return p
}

const (
	noLinks = "No chip here has RoCE ports or HCCS links that tell their state."
	noPower = "No chip here measures its power (310)."
	noHBM   = "No chip here tells the temperature of an HBM (310, 310P, 310B)."
	noClock = "No chip here tells its clock (310, 310B)."
)

func fleetState() []Panel {
	sum := func(expr string) string { return fmt.Sprintf("sum(%s)", expr) }

	return []Panel{
		tile("Hosts unread", "Hosts in the discovery of which no chip can be read: the exporter is down, or the tool finds nothing.", sum(spUnread), counts(faults(bad))),
		tile("Chips missing", "Chips that hosts should have by the last word of their exporters and that npu-smi does not list: all of a host that is down, none of one in maintenance.", sum(spMissing), counts(faults(bad))),
		tile("Unhealthy", "Chips whose health is Warning, Alarm or Critical.", sum(spUnhealthy), counts(faults(bad))),
		tile("Unusable", "Chips that npu-smi lists without any believable reading.", sum(spUnusable), counts(faults(bad))),
		tile("Links down", "RoCE links that are down and in use, and HCCS links that are down.", sum(spLinksDown()), counts(faults(bad))).unless(noLinks),
		tile("Throttled", "Chips that ran below their rated clock while they were busy.", sum(spThrottled), counts(faults(notice))),
		tile("Alerts", "Alerts of the severities critical and warning that fire.",
			fmt.Sprintf("sum(%s)", firing("cluster, superpod", `superpod:up:count{$here}`)), counts(faults(bad))).unless(noAlerts),
		tile("In maintenance", "Hosts on which planned work is announced: their alerts are held back.", sum(`superpod:ascend_exporter_maintenance:sum{$here}`), counts(plain())),
	}
}

// spKnown are the chips whose use is known.
const spKnown = "(" + spBusy + " + on (cluster, superpod) " + spHeld + " + on (cluster, superpod) " + spFree + ")"

// busyTile is the share of busy chips, of which each page shows the same.
func busyTile() Panel {
	return tile("Busy", "Share of the chips whose AI Cores worked within a quarter of an hour, of all whose use is known.",
		fmt.Sprintf("sum(%s) / sum(%s)", spBusy, spKnown), shares(plain()))
}

func fleetUse(l Limits) []Panel {
	sum := func(expr string) string { return fmt.Sprintf("sum(%s)", expr) }

	return []Panel{
		tile("Chips", "Chips that npu-smi lists.", sum(spChips), counts(plain())),
		busyTile(),
		tile("Held idle", "Chips that a process, a pod or a job holds and that did nothing for a quarter of an hour.", sum(spHeld), counts(plain())),
		tile("Free", "Chips that did nothing for a quarter of an hour and that nobody holds.", sum(spFree), counts(plain())),
		tile("AI Core use", "Mean utilisation of the AI Cores.",
			`sum(superpod:ascend_npu_aicore_utilization_ratio:sum{$here}) / sum(superpod:ascend_npu_aicore_utilization_ratio:count{$here})`, shares(plain())),
		tile("Power", "Measured power of all chips, or of their cards where chips measure none (310P).", sum(spPower), amounts(inWatts, plain())).unless(noPower),
		tile("Hottest chip", "Highest temperature of a chip. It turns where the rules count a chip as hot.", fmt.Sprintf("max(%s)", spHottest),
			celsius(rising(Step{l.HotCelsius, notice}))),
		tile("Hottest HBM", "Highest temperature of an HBM. It turns where the alerts on it begin.", fmt.Sprintf("max(%s)", spHBM),
			celsius(rising(Step{l.HBMHigh, notice}, Step{l.HBMWorst, bad}))).unless(noHBM),
	}
}

func fleetTable(l Limits) Panel {
	of := func(level string) string { return "sum by (cluster, superpod) (" + level + ")" }
	down := to(uidSuperPod, "Open the SuperPod", cluster, superpod)
	faulty := to(uidFaults, "Faults of the SuperPod", cluster, superpod)
	idle := to(uidEfficiency, "Who holds idle chips", cluster, superpod)

	chips := number("Chips", of(spChips), counts(none()), 80)
	chips.Links = []Link{down} // where neither label is there

	held := number("Held idle", of(spHeld), counts(none()), 90)
	held.Links = []Link{idle}

	return Panel{
		Title: "SuperPods", Width: columns, Height: 10, Field: counts(none()),
		About: "A row for each SuperPod, or for a cluster without SuperPods. Names lead to its racks. Only what is wrong is coloured.",
		Empty: "No host of the selection was read, or the recording rules are missing.",
		View: Table{Rows: perSuperPod, Sort: []string{"-Unhealthy"}, Columns: []Column{
			label(cluster, "Cluster", 120, down),
			label(superpod, "SuperPod", 120, down),
			chips,
			state("Missing", of(spMissing), counts(marked(bad)), 80),
			state("Unhealthy", of(spUnhealthy), counts(marked(bad)), 90, faulty),
			state("Hosts unread", of(spUnread), counts(marked(bad)), 105, to(uidMonitoring, "Is the monitoring well?", cluster, superpod)),
			filled("Busy", of(spBusy)+" / "+of(spKnown), plain(), 120),
			held,
			number("Free", of(spFree), counts(none()), 80),
			number("Power", of(spPower), amounts(inWatts, none()), 95).or(noPower),
			state("Hottest", "max by (cluster, superpod) ("+spHottest+")", celsius(rising(Step{l.HotCelsius, notice}).cell()), 85),
			state("HBM", "max by (cluster, superpod) ("+spHBM+")", celsius(rising(Step{l.HBMHigh, notice}, Step{l.HBMWorst, bad}).cell()), 80).or(noHBM),
			state("Throttled", of(spThrottled), counts(marked(notice)), 90),
			state("Links down", of(spLinksDown()), counts(marked(bad)), 95).or(noLinks),
			state("Alerts", of(firing("cluster, superpod", `superpod:up:count{$here}`)), counts(marked(bad)), 0).or(noAlerts),
		}},
	}
}

// bySuperPod draws a line for each SuperPod.
func bySuperPod(title, about, expr string, field Field, steps bool) Panel {
	return Panel{
		Title: title, About: about, Width: 12, Height: 8, Field: field, View: Lines{Steps: steps},
		Empty:   "No host of the selection was read in this time, or the recording rules are missing.",
		Queries: []Query{{Expr: expr, Legend: "{{cluster}} {{superpod}}", Limit: perSuperPod}},
		Links:   []Link{to(uidSuperPod, "Open the SuperPod", cluster, superpod)},
	}
}

// chipsByUse adds up to all chips that there should be.
func chipsByUse() Panel {
	return Panel{
		Title: "Chips by what they do", Width: 12, Height: 8, Field: counts(plain()),
		About: "All chips that there should be: busy, held but idle, free, without a reading of their use, and missing. Those of hosts that are down are missing, unless they are in maintenance.",
		Empty: "No host of the selection was read in this time, or the recording rules are missing.",
		View: Lines{Stacked: true, Colours: map[string]string{
			"Busy": neutral, "Held idle": notice, "Free": quiet, "No reading": unknown, "Missing": bad,
		}},
		Queries: []Query{
			{Expr: fmt.Sprintf("sum(%s)", spBusy), Legend: "Busy", Limit: 1},
			{Expr: fmt.Sprintf("sum(%s)", spHeld), Legend: "Held idle", Limit: 1},
			{Expr: fmt.Sprintf("sum(%s)", spFree), Legend: "Free", Limit: 1},
			{Expr: fmt.Sprintf("clamp_min(sum(%s) - sum(%s) - sum(%s) - sum(%s), 0)", spChips, spBusy, spHeld, spFree), Legend: "No reading", Limit: 1},
			{Expr: fmt.Sprintf("sum(%s)", spMissing), Legend: "Missing", Limit: 1},
		},
	}
}

func fleetTrends(l Limits) []Panel {
	return []Panel{
		chipsByUse(),
		bySuperPod("AI Core use", "Mean utilisation of the AI Cores.", spUsed, shares(plain()), false),
		bySuperPod("Power", "Measured power of the chips.", spPower, amounts(inWatts, plain()), false).unless(noPower),
		bySuperPod("Hottest chip", "Highest temperature of a chip; the line is where the rules count it as hot.", spHottest,
			celsius(rising(Step{l.HotCelsius, notice})), false),
		bySuperPod("Unhealthy and unusable chips", "Chips whose health is not OK, and chips without any believable reading.",
			spUnhealthy+" + on (cluster, superpod) "+spUnusable, counts(faults(bad)), true),
		bySuperPod("Links down", "RoCE links that are down and in use, and HCCS links that are down.", spLinksDown(), counts(faults(bad)), true).unless(noLinks),
	}
}
