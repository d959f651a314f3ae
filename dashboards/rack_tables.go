package dashboards

// rackChips lists the chips of a rack that are not well.
func rackChips(l Limits) Panel {
	of := func(expr string) string { return "max by (instance, npu, chip) (" + expr + ")" }
	rows := ` and on (instance, npu, chip) topk(100, ` + of(`
  ascend_npu_health_status{$here} > 0
    or on (cluster, instance, npu, chip) chip:ascend_npu_aicore_frequency_hertz:throttled{$here}
    or on (cluster, instance, npu, chip) chip:ascend_npu_roce_link_up:down{$here}
    or on (cluster, instance, npu, chip) ascend_npu_hccs_links_down{$here} > 0
    or on (cluster, instance, npu, chip) ascend_npu_fault_active{$here}`) + `)`

	return Panel{
		Title: "Chips that are not well", Width: columns, Height: 8, Field: counts(none()), Normal: true,
		About: "Chips whose health is not OK, that have an active fault, are throttled, or whose links are down; nothing is coloured that is well.",
		Empty: "All chips of the rack are well.",
		View: Table{Rows: 100, Sort: []string{"-Health"}, Columns: []Column{
			label(instance, "Host", 160, toHost()),
			label(npu, "NPU", 60, toChipOf()),
			label(chip, "Chip", 60, toChipOf()),
			state("Health", of(`ascend_npu_health_status{$here}`)+rows, health(), 95),
			state("Faults", `count by (instance, npu, chip) (ascend_npu_fault_active{$here})`, counts(marked(notice)), 75).or(noFaults),
			state("Throttled to", of(`chip:ascend_npu_aicore_frequency_hertz:throttled{$here}`), Field{Unit: inHertz, Decimals: 2, Scale: Scale{Base: notice}}, 105).
				or("No chip is throttled."),
			state("RoCE", of(`chip:ascend_npu_roce_link_up:down{$here}`), states(State{"0", "Down", bad}), 75).or("No RoCE link in use is down."),
			state("HCCS down", of(`ascend_npu_hccs_links_down{$here} > 0`), counts(marked(bad)), 100).or(noHCCS),
			state("Temp", of(`ascend_npu_temperature_celsius{$here}`)+rows, celsius(rising(Step{l.HotCelsius, notice}).cell()), 75),
			filled("AICore", of(`ascend_npu_aicore_utilization_ratio{$here}`)+rows, plain(), 120),
			label("namespace", "Namespace", 120).given(Query{
				Expr:  `topk by (instance, npu, chip) (1, group by (instance, npu, chip, namespace, pod) (ascend_npu_pod_info{$here}))` + rows,
				Empty: noPods,
			}),
			label("pod", "Pod", 0),
		}},
	}
}

func rackServers(l Limits) Panel {
	of := func(expr string) string { return "sum by (instance) (" + at("host", expr) + ")" }

	held := number("Held idle", of(spHeld), counts(none()), 90)
	held.Links = []Link{to(uidEfficiency, "Who holds idle chips")}

	return Panel{
		Title: "Servers", Width: columns, Height: 9, Field: counts(none()), Empty: noRack,
		About: "A row for each server. Names lead to its chips. Only what is wrong is coloured.",
		View: Table{Rows: inRack, Sort: []string{"Host"}, Columns: []Column{
			label(instance, "Host", 0, toHost()),
			state("Exporter", "sum by (instance) (host:up:sum{$here} + on (cluster, instance) (host:ascend_exporter_up:sum{$here} or 0 * host:up:sum{$here}))", exporterStates(), 130,
				to(uidMonitoring, "Is the monitoring well?", instance)),
			number("Chips", of(spChips), counts(none()), 75),
			state("Missing", of(spMissing), counts(marked(bad)), 80),
			state("Unhealthy", of(spUnhealthy), counts(marked(bad)), 90),
			state("Unusable", of(spUnusable), counts(marked(bad)), 85),
			state("Throttled", of(spThrottled), counts(marked(notice)), 85),
			number("Busy", of(spBusy), counts(none()), 75),
			held,
			number("Free", of(spFree), counts(none()), 75),
			number("Power", of(spPower), amounts(inWatts, none()), 95).or(noPower),
			state("Hottest", "max by (instance) ("+at("host", spHottest)+")", celsius(rising(Step{l.HotCelsius, notice}).cell()), 85),
			state("HBM", "max by (instance) ("+at("host", spHBM)+")", celsius(rising(Step{l.HBMHigh, notice}, Step{l.HBMWorst, bad}).cell()), 75).or(noHBM),
			state("Planned work", "max by (instance) (host:ascend_exporter_maintenance:last{$here})", states(State{"0", "No", blank}, State{"1", "Yes", notice}), 105),
			state("Alerts", "sum by (instance) ("+firing("cluster, instance", `max by (cluster, instance) (host:up:count{$here})`)+")", counts(marked(bad)), 80).or(noAlerts),
		}},
	}
}

func rackPods() Panel {
	p := podsOf("rack", chipsRack)
	p.Width = columns

	return p
}
