package dashboards

import "slices"

const (
	inRack     = 64  // the most servers of a rack that the page is made for
	chipsRack  = 200 // the most chips
	noRack     = "No host of the rack was read, or the recording rules are missing."
	noRackChip = "No chip of the rack was read."
)

// rackPage is the page of one rack: its servers by their chips, its links, and who works on it.
func rackPage(l Limits) Page {
	chosen := choices(uidRack, 0)

	return Page{
		UID: uidRack, Title: "Ascend / Rack", Variables: chosen, Here: matchers(chosen), Interval: "30s", From: "now-3h", Refresh: "30s",
		About: "One rack: a map of its servers by their chips, what is wrong on it, its links and its pods. Hosts without the label rack are shown together.",
		Rows: []Row{
			{Title: "Is it well?", Panels: ofRack(fleetState())},
			{Title: "What is it doing?", Panels: ofRack(fleetUse(l))},
			{Title: "Servers by NPU", Panels: rackMaps(l)},
			{Title: "What is wrong", Panels: []Panel{rackChips(l), alertsTable(l, "instance, npu, chip", label(instance, "Host", 160, toHost()),
				label(npu, "NPU", 60, toChipOf()), label(chip, "Chip", 60, toChipOf()))}},
			{Title: "Servers", Panels: []Panel{rackServers(l)}},
			{Title: "Over time", Panels: rackTrends(l)},
			{Title: "Links", Panels: rackLinks()},
			{Title: "Pods", Panels: []Panel{rackPods()}},
		},
	}
}

// ofRack are panels of SuperPods for a rack.
func ofRack(panels []Panel) []Panel {
	of := make([]Panel, 0, len(panels))

	for _, p := range panels {
		p.Queries = slices.Clone(p.Queries)
		for i, q := range p.Queries {
			p.Queries[i].Expr = at(rack, q.Expr)
		}

		of = append(of, p)
	}

	return of
}

func toHost() Link   { return to(uidHost, "Open the host", instance) }
func toChipOf() Link { return to(uidChip, "Open the chip", instance, npu, chip) }

// byServer is a map of the servers of the rack by their chips.
func byServer(title, about, expr string, field Field) Panel {
	return Panel{
		Title: title, Width: 12, Height: 10, Field: field, View: Matrix{}, Empty: noRackChip,
		About:   about + " A row for each server, a column for each NPU; of NPUs with two chips the chip 1 of the NPU 3 is 3.1.",
		Queries: []Query{{Expr: byDie(expr), Legend: title, Limit: chipsRack}}, Links: []Link{toHost()},
	}
}

func rackMaps(l Limits) []Panel {
	return []Panel{
		byServer("Health", "The health that npu-smi gives.", `ascend_npu_health_status{$here}`, health()),
		byServer("Temperature", "Temperature of the chips; it turns where the rules count a chip as hot.", `ascend_npu_temperature_celsius{$here}`, celsius(heat(l))),
		byServer("AICore", "Utilisation of the AI Cores.", `ascend_npu_aicore_utilization_ratio{$here}`, shares(graded(0.05, 0.3, 0.7))),
		byServer("Memory", "Share of the HBM in use, or of the DDR of chips without HBM.", `
ascend_npu_hbm_used_bytes{$here} / ascend_npu_hbm_total_bytes{$here}
  or ascend_npu_ddr_used_bytes{$here} / (ascend_npu_ddr_total_bytes{$here} unless on (cluster, instance, npu, chip) ascend_npu_hbm_total_bytes{$here})`,
			shares(graded(0.1, 0.5, 0.8))),
	}
}

// byHost draws a line for each server.
func byHost(title, about, expr string, field Field) Panel {
	return Panel{
		Title: title, About: about, Width: 12, Height: 8, Field: field, View: Lines{},
		Empty:   "No host of the rack was read in this time, or the recording rules are missing.",
		Queries: []Query{{Expr: expr, Legend: "{{instance}}", Limit: inRack}}, Links: []Link{toHost()},
	}
}

func rackTrends(l Limits) []Panel {
	return []Panel{
		byHost("AI Core use by server", "Mean utilisation of the AI Cores.", at("host", spUsed), shares(plain())),
		byHost("Power by server", "Measured power of the chips, or of the cards where chips measure none (310P).", at("host", spPower), amounts(inWatts, plain())).unless(noPower),
		byHost("Hottest chip by server", "Highest temperature of a chip; the line is where the rules count it as hot.", at("host", spHottest),
			celsius(rising(Step{l.HotCelsius, notice}))),
		byHost("Memory by server", "Share of the HBM in use.",
			`host:ascend_npu_hbm_used_bytes:sum{$here} / on (cluster, superpod, rack, instance) host:ascend_npu_hbm_total_bytes:sum{$here}`, shares(plain())).
			unless("The chips have no HBM (310, 310P, 310B)."),
	}
}

// roceState is 1 of a RoCE port that is up, 0 of one that is down and in use, and -1 of one that is not in use.
const roceState = `
ascend_npu_roce_link_up{$here} == 1
  or chip:ascend_npu_roce_link_up:down{$here}
  or on (cluster, instance, npu, chip) ascend_npu_roce_link_up{$here} - 1`

func rackLinks() []Panel {
	sum := func(metric, more string) string { return "sum by (instance) (" + metric + "{$here" + more + "})" }
	grown := func(metric string) string { return "sum by (instance) (increase(" + metric + "{$here}[$__range]))" }

	return []Panel{
		byServer("RoCE link", "State of the RoCE ports. Not in use is a port that is down and was up neither since the chip's start nor within a day, on a host where no other is.", roceState,
			states(State{"1", "Up", good}, State{"0", "Down", bad}, State{"-1", "Not in use", quiet})).unless(noRoCE),
		byServer("HCCS links down", "HCCS links of the chips that are down.", `ascend_npu_hccs_links_down{$here}`, counts(faults(bad))).unless(noHCCS),
		{
			Title: "Links by server", Width: columns, Height: 9, Field: counts(none()), Empty: "The chips have no links that tell their state.", Normal: true,
			About: "Links of the chips of each server: their state now, traffic of the last quarter of an hour, and what they counted in the time range.",
			View: Table{Rows: inRack, Sort: []string{"Host"}, Columns: []Column{
				label(instance, "Host", 0, toHost()),
				number("RoCE", sum("host:ascend_npu_roce_links:count", ""), counts(none()), 70).or(noRoCE),
				state("RoCE down", sum("host:ascend_npu_roce_links_down:count", ""), counts(marked(bad)), 95).or(noRoCE),
				state("Went down", grown("ascend_npu_roce_link_down_transitions_total"), counts(marked(notice)), 95).or(noRoCE),
				state("RoCE errors", grown("ascend_npu_roce_errors_total"), counts(marked(notice)), 100).or(noRoCE),
				state("Bad packets", grown("ascend_npu_mac_errors_total"), counts(marked(notice)), 100).or(noRoCE),
				number("Sent", sum("host:ascend_npu_mac_bytes:rate", `,direction="transmit"`), amounts(inRate, none()), 95).or(noRoCE),
				number("Received", sum("host:ascend_npu_mac_bytes:rate", `,direction="receive"`), amounts(inRate, none()), 95).or(noRoCE),
				state("Optics", `count by (instance) (group by (instance, npu, chip) (ascend_npu_optical_alarm{$here} or ascend_npu_optical_loss{$here}))`, counts(marked(notice)), 75).
					or("No module is beyond its limits, or has lost the signal."),
				number("HCCS", sum("host:ascend_npu_hccs_links:sum", ""), counts(none()), 70).or(noHCCS),
				state("HCCS down", sum("host:ascend_npu_hccs_links_down:sum", ""), counts(marked(bad)), 95).or(noHCCS),
				number("Over HCCS", sum("host:ascend_npu_hccs_transmit_bytes:rate", ""), amounts(inRate, none()), 95).or(noHCCS),
				number("Ports up", sum("host:ascend_npu_ports_up:sum", ""), counts(none()), 85).or(noPorts),
				number("Ports down", sum("host:ascend_npu_ports_down:sum", ""), counts(none()), 95).or(noPorts),
				state("Degraded", sum("host:ascend_npu_ports_degraded:sum", ""), counts(marked(notice)), 85).or(noPorts),
			}},
		},
	}
}
