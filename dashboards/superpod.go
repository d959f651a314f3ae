package dashboards

import (
	"fmt"
	"strings"
)

// perRack is the most racks of a SuperPod that the page is made for.
const perRack = 200

// superPod is the page of one SuperPod, or of a cluster without them: its racks, and its worst chips.
func superPod(l Limits) Page {
	chosen := choices(uidSuperPod, 0)
	racks := rackMap(l)

	return Page{
		UID: uidSuperPod, Title: "Ascend / SuperPod", Variables: append(chosen, racks.View.(Switch).variable("Racks by")), Here: matchers(chosen),
		Interval: "30s", From: "now-6h", Refresh: "1m",
		About: "One SuperPod, or a cluster without SuperPods: its racks at a glance, its worst chips, and what changed.",
		Rows: []Row{
			{Title: "Is it well?", Panels: fleetState()},
			{Title: "What is it doing?", Panels: fleetUse(l)},
			{Title: "Racks", Panels: []Panel{racks}},
			{Title: "Racks with problems", Panels: []Panel{rackStates(), rackProblems()}},
			{Title: "Ten worst chips", Panels: []Panel{chipsByAlerts(), chipsByHeat(l), chipsByClock(), chipsWithoutLink()}},
			{Title: "Faults", Panels: superPodFaults()},
			{Title: "Over time", Panels: superPodTrends(l)},
			{Title: "Alerts", Panels: []Panel{alertsTable(l, "rack", label(rack, "Rack", 200, toRack()))}},
			{Title: "Releases", Folded: true, Panels: superPodReleases()},
		},
	}
}

// at tells of the parts at a lower level what an expression tells of SuperPods: recorded series have the same names at all levels.
func at(level, expr string) string {
	labels := "cluster, superpod, rack"
	if level == "host" {
		labels += ", instance"
	}

	return strings.NewReplacer("superpod:", level+":", "(cluster, superpod)", "("+labels+")").Replace(expr)
}

func toRack() Link { return to(uidRack, "Open the rack", rack) }

const noRacks = "No host of the SuperPod was read, or the recording rules are missing."

func rackMap(l Limits) Panel {
	return Panel{
		Title: "Racks", Width: columns, Height: 10, Field: celsius(plain()), Empty: noRacks,
		About: "A tile for each rack, coloured by what is chosen above under \"Racks by\". It leads to the rack. Hosts without the label rack are one tile without a name.",
		Links: []Link{toRack()},
		View: Switch{Legend: "{{rack}}", Limit: perRack, Choices: []Choice{
			{"Temperature", at(rack, spHottest), celsius(heat(l))},
			{"HBM temperature", at(rack, spHBM), celsius(rising(Step{l.HBMHigh, notice}, Step{l.HBMWorst, bad}))},
			{"AI Core use", at(rack, spUsed), shares(graded(0.25, 0.5, 0.75))},
			{"Chips busy", at(rack, spBusy+" / on (cluster, superpod) ("+spKnown+" > 0)"), shares(graded(0.25, 0.5, 0.75))},
			{"Unhealthy chips", at(rack, spUnhealthy+" + on (cluster, superpod) "+spUnusable), counts(faults(bad))},
			{"Power", at(rack, spPower), amounts(inWatts, plain())},
		}},
	}
}

// heat is the scale of temperatures for maps: it begins well below where a chip counts as hot, so that a warm rack stands out.
func heat(l Limits) Scale {
	return Scale{Base: quiet, Steps: []Step{{l.HotCelsius - 25, neutral}, {l.HotCelsius, notice}, {l.HotCelsius + 10, bad}}}
}

// graded is the scale of how much is used, for maps: none of it is good or bad.
func graded(steps ...float64) Scale {
	return Scale{Base: blank, Steps: []Step{{steps[0], quiet}, {steps[1], neutral}, {steps[2], good}}}
}

// rackState numbers the worst of what is wrong with a rack, and gives nothing for racks that are well.
func rackState() string {
	of := func(state int, problem string) string {
		return fmt.Sprintf("%d + 0 * ((%s) > 0)", state, at(rack, problem))
	}

	return strings.Join([]string{
		of(6, spUnlisted), of(5, spUnread), of(4, spUnhealthy+" + on (cluster, superpod) "+spUnusable), of(3, spLinksDown()),
		of(2, `superpod:ascend_npu_hot_chips:count{$here}`), of(1, spThrottled),
	}, "\n or ")
}

func rackStateField() Field {
	return states(State{"6", "Chips missing", worst}, State{"5", "Hosts unread", unknown}, State{"4", "Unhealthy", bad},
		State{"3", "Links down", bad}, State{"2", "Hot", notice}, State{"1", "Throttled", notice})
}

const allWell = "No rack has a problem."

func rackStates() Panel {
	const most = 40

	// The same racks are drawn at all times: those with problems for longest.
	longest := fmt.Sprintf("topk(%d, count_over_time((\n%s\n)[$__range:$__interval] @ end()))", most, rackState())

	return Panel{
		Title: "States of racks with problems", Width: columns, Height: 9, Field: rackStateField(), Empty: allWell, Normal: true, View: Timeline{},
		About:   "The worst of what is wrong with a rack, over time; there is nothing where all is well. Of more than 40 racks it shows those with problems for longest.",
		Queries: []Query{{Expr: "(\n" + rackState() + "\n) and on (cluster, superpod, rack)\n" + longest, Legend: "{{rack}}", Limit: most}},
		Links:   []Link{toRack()},
	}
}

// bySuperPodNow draws one line of each of several numbers of the SuperPod.
func bySuperPodNow(title, about string, field Field, colours map[string]string, queries ...Query) Panel {
	for i := range queries {
		queries[i].Limit = max(queries[i].Limit, 1)
	}

	return Panel{
		Title: title, About: about, Width: 12, Height: 8, Field: field, View: Lines{Colours: colours}, Queries: queries,
		Empty: "No host of the SuperPod was read in this time, or the recording rules are missing.",
	}
}

// spread are the highest, the middle and the lowest of the racks.
func spread(expr string) []Query {
	return []Query{
		{Expr: "max(" + at(rack, expr) + ")", Legend: "Highest rack"},
		{Expr: "quantile(0.5, " + at(rack, expr) + ")", Legend: "Median of the racks"},
		{Expr: "min(" + at(rack, expr) + ")", Legend: "Lowest rack"},
	}
}

func superPodTrends(l Limits) []Panel {
	lines := map[string]string{"Highest rack": notice, "Median of the racks": neutral, "Lowest rack": quiet}
	hot := celsius(rising(Step{l.HotCelsius, notice}))

	return []Panel{
		bySuperPodNow("Power", "Measured power of all chips, or of their cards where chips measure none (310P).", amounts(inWatts, plain()), nil,
			Query{Expr: "sum(" + spPower + ")", Legend: "SuperPod"}).unless(noPower),
		bySuperPodNow("Power of racks", "Racks that differ from the others do other work, or lack hosts.", amounts(inWatts, plain()), lines, spread(spPower)...).unless(noPower),
		chipsByUse(),
		bySuperPodNow("AI Core use of racks", "Mean utilisation of the AI Cores. A synchronous job keeps its racks alike.", shares(plain()), lines, spread(spUsed)...),
		bySuperPodNow("Hottest chip of racks", "Highest temperature of a chip; the line is where the rules count it as hot.", hot, lines, spread(spHottest)...),
		bySuperPodNow("Links down", "RoCE links that are down and in use, HCCS links that are down, and ports of a 950 that are up with fewer lanes.", counts(faults(bad)), nil,
			Query{Expr: `sum(superpod:ascend_npu_roce_links_down:count{$here})`, Legend: "RoCE"},
			Query{Expr: `sum(superpod:ascend_npu_hccs_links_down:sum{$here})`, Legend: "HCCS"},
			Query{Expr: `sum(superpod:ascend_npu_ports_degraded:sum{$here})`, Legend: "UB ports degraded"}).unless(noLinks),
		bySuperPodNow("Traffic", "Bytes per second that leave and reach the RoCE ports, and that leave over HCCS.", amounts(inRate, plain()), nil,
			Query{Expr: `sum by (direction) (superpod:ascend_npu_mac_bytes:rate{$here})`, Legend: "RoCE {{direction}}", Limit: 2},
			Query{Expr: `sum(superpod:ascend_npu_hccs_transmit_bytes:rate{$here})`, Legend: "HCCS transmit"}).unless("No chip here counts its traffic."),
		bySuperPodNow("Hosts", "Hosts in the discovery, and those of which no chip can be read.", counts(plain()), map[string]string{"Hosts": neutral, "Unread": bad},
			Query{Expr: `sum(superpod:up:count{$here})`, Legend: "Hosts"}, Query{Expr: "sum(" + spUnread + ")", Legend: "Unread"}),
	}
}
