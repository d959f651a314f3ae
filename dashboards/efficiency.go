package dashboards

import "fmt"

// efficiency is the page of what chips are used for: by whom, and what nobody uses.
func efficiency(l Limits) Page {
	chosen := choices(uidEfficiency, 3)

	return Page{
		UID: uidEfficiency, Title: "Ascend / Efficiency", Variables: chosen, Here: matchers(chosen), Interval: "30s", From: "now-24h", Refresh: "5m",
		About: "What the chips are used for: busy, held and idle, or free; by whom; what that takes in energy; and what could be given back.",
		Rows: []Row{
			{Title: "How much is used?", Panels: efficiencyTiles(l)},
			{Title: "Over time", Panels: efficiencyTrends()},
			{Title: "Who holds the chips?", Panels: []Panel{namespaces(l), podsEverywhere(l), jobsEverywhere(l)}},
			{Title: "What could be given back?", Panels: []Panel{idleHeld(l), idleFree(l), unheld(l)}},
		},
	}
}

func efficiencyTiles(l Limits) []Panel {
	sum := func(expr string) string { return "sum(" + at(rack, expr) + ")" }
	mean := func(metric string) string { return fmt.Sprintf("sum(avg_over_time(rack:%s{$here}[$__range]))", metric) }

	return []Panel{
		ofRack([]Panel{busyTile()})[0],
		tile("Held idle", "Chips that a process, a pod or a job holds and that did nothing for a quarter of an hour.", sum(spHeld), counts(faults(notice))),
		tile("Free", "Chips that did nothing for a quarter of an hour and that nobody holds.", sum(spFree), counts(plain())),
		tile("Busy time", "Share of the time range that the AI Cores worked, over all chips.",
			mean("ascend_npu_aicore_busy_seconds:rate")+" / "+mean("ascend_npu_observed_seconds:rate"), shares(plain())),
		tile("HBM in use", "Share of the HBM in use.", "sum(rack:ascend_npu_hbm_used_bytes:sum{$here}) / sum(rack:ascend_npu_hbm_total_bytes:sum{$here})", shares(plain())).
			unless("The chips have no HBM (310, 310P, 310B)."),
		tile("Power", "Measured power of all chips, or of their cards where chips measure none (310P).", sum(spPower), amounts(inWatts, plain())).unless(noPower),
		tile("Power of idle NPUs", "Power of NPUs no chip of which was busy within a quarter of an hour, held or free.", `
sum(
  last_over_time(chip:ascend_npu_power_watts:avg{$here}[10m])
    unless on (cluster, instance, npu) `+busyChips(l)+`
) or 0 * sum(last_over_time(chip:ascend_npu_power_watts:avg{$here}[10m]))`, amounts(inWatts, rising())).unless(noPower),
		// Each value of a step of five minutes stands for 300 s; a watt-hour has 3,600 joules.
		tile("Energy", "Energy of the chips in the time range, so far as it was recorded.",
			"sum(sum_over_time(rack:ascend_npu_energy_joules:rate{$here}[$__range:5m])) * 300 / 3600", amounts(inEnergy, plain())).unless(noPower),
	}
}

// ofNamespaces draws a line for each of the namespaces that held most chips in the time range.
func ofNamespaces(title, about, expr string, field Field) Panel {
	const most = 20

	return Panel{
		Title: title, About: about + " The 20 namespaces that held most chips in the time range are shown.", Width: 12, Height: 8, Field: field, View: Lines{},
		Empty: noPods, Normal: true,
		Queries: []Query{{
			Expr: fmt.Sprintf(`%s
  and on (cluster, namespace)
topk(%d, sum by (cluster, namespace) (sum_over_time(rack:ascend_npu_pod_chips:count{$here}[$__range] @ end())))`, expr, most),
			Legend: "{{cluster}} {{namespace}}", Limit: most,
		}},
	}
}

func efficiencyTrends() []Panel {
	const held = `sum by (cluster, namespace) (rack:ascend_npu_pod_chips:count{$here})`

	return []Panel{
		ofRack([]Panel{chipsByUse()})[0],
		{
			Title: "Energy", Width: 12, Height: 8, Field: amounts(inWatts, plain()), View: Lines{}, Empty: noPower, Normal: true,
			About:   "Mean power over five minutes, by SuperPod: what is below a line is energy.",
			Queries: []Query{{Expr: `sum by (cluster, superpod) (rack:ascend_npu_energy_joules:rate{$here})`, Legend: "{{cluster}} {{superpod}}", Limit: perSuperPod}},
			Links:   []Link{to(uidSuperPod, "Open the SuperPod", cluster, superpod)},
		},
		ofNamespaces("Chips by namespace", "Chips that pods of a namespace hold.", held, counts(plain())),
		ofNamespaces("AI Core use by namespace", "Mean utilisation of the AI Cores of the chips that pods of a namespace hold.",
			`sum by (cluster, namespace) (rack:ascend_npu_pod_aicore_utilization_ratio:sum{$here}) / `+held, shares(plain())),
	}
}
