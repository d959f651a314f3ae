package dashboards

import "fmt"

func rackProblems() Panel {
	rows := "topk(50, max by (rack) (\n" + rackState() + "\n))"
	first := state("Worst", rows, rackStateField(), 130, toRack()) // leads on where there is no name
	of := func(title, expr string, colour string, width int) Column {
		return state(title, "max by (rack) ("+at(rack, expr)+") and on (rack) "+rows, counts(marked(colour)), width)
	}

	return Panel{
		Title: "Racks with problems now", Width: columns, Height: 8, Field: counts(none()), Empty: allWell, Normal: true,
		About: "What is wrong with each rack now, the worst first. Hosts unread are hosts of which no chip can be read.",
		View: Table{Rows: 50, Sort: []string{"-Worst"}, Columns: []Column{
			label(rack, "Rack", 200, toRack()),
			first,
			of("Hosts unread", spUnread, unknown, 110),
			of("Chips missing", spMissing, worst, 110),
			of("Unhealthy", spUnhealthy, bad, 100),
			of("Unusable", spUnusable, bad, 100),
			of("Links down", spLinksDown(), bad, 100).or(noLinks),
			of("Hot chips", `superpod:ascend_npu_hot_chips:count{$here}`, notice, 100).or("The temperature of no chip was read."),
			of("Throttled", spThrottled, notice, 100),
			of("In maintenance", `superpod:ascend_exporter_maintenance:sum{$here}`, neutral, 0),
		}},
	}
}

// chipOf selects a series for each chip of a SuperPod.
func chipOf(expr string) string { return "max by (rack, instance, npu, chip) (" + expr + ")" }

// places are the columns that say which chip of a SuperPod it is.
func places() []Column {
	link := to(uidChip, "Open the chip", rack, instance, npu, chip)

	return []Column{
		label(rack, "Rack", 110, toRack()),
		label(instance, "Host", 0, to(uidHost, "Open the host", rack, instance)),
		label(npu, "NPU", 60, link),
		label(chip, "Chip", 60, link),
	}
}

// worstChips is a table of ten chips, by one of whose columns they are sorted.
func worstChips(title, about, empty, sort string, values ...Column) Panel {
	return Panel{
		Title: title, About: about, Empty: empty, Normal: true, Width: 12, Height: 9, Field: counts(none()),
		View: Table{Rows: 10, Sort: []string{sort}, Columns: append(places(), values...)},
	}
}

func chipsByAlerts() Panel {
	firing := func(severity string) string {
		return fmt.Sprintf(`count by (rack, instance, npu, chip) (ALERTS{$here,alertstate="firing",alertname=~"Ascend.+",severity="%s",npu!="",chip!=""})`, severity)
	}
	// One that is critical weighs more than all warnings.
	rows := fmt.Sprintf("topk(10, sum by (rack, instance, npu, chip) (label_replace(100 * %s, \"of\", \"critical\", \"\", \"\") or %s))", firing("critical"), firing("warning"))
	of := func(expr string) string { return expr + " and on (rack, instance, npu, chip) " + rows }

	return worstChips("By alerts", "Chips with the most alerts that fire, critical ones first.",
		"No alert on a chip fires, or this Prometheus does not evaluate alerts: the tile Alerts tells which.", "-Critical",
		state("Critical", of(firing("critical")), counts(marked(worst)), 80),
		state("Warning", of(firing("warning")), counts(marked(notice)), 80))
}

func chipsByHeat(l Limits) Panel {
	rows := "topk(10, " + chipOf(`last_over_time(chip:ascend_npu_temperature_celsius:hottest{$here}[10m])`) + ")"

	p := worstChips("Hottest", "Chips with the highest temperature as the mean of five minutes; beside it, how far that is above the median of the busy chips of the rack.",
		noRacks, "-Temp",
		state("Temp", rows, celsius(rising(Step{l.HotCelsius, notice}).cell()), 70),
		number("Above rack", "("+rows+") - on (rack) group_left () rack:ascend_npu_busy_temperature_celsius:median{$here}", celsius(none()), 95).
			or("No chip of these racks is busy."))
	p.Normal = false

	return p
}

func chipsByClock() Panel {
	rows := "bottomk(10, " + chipOf(`chip:ascend_npu_aicore_frequency_hertz:throttled{$here}`) + ")"

	return worstChips("Throttled", "Chips that ran below their rated clock while they were busy, the slowest first. A synchronous job waits for its slowest chip.",
		"No chip is throttled, or none tells its clock (310, 310B).", "Clock",
		state("Clock", rows, Field{Unit: inHertz, Decimals: 2, Scale: Scale{Base: notice}}, 95),
		number("Hottest of host", "0 * ("+rows+") + on (rack, instance) group_left () max by (rack, instance) (host:ascend_npu_temperature_celsius:max{$here})",
			celsius(none()), 130))
}

func chipsWithoutLink() Panel {
	rows := "topk(10, " + chipOf(`chip:ascend_npu_roce_link_up:down{$here}`) + ")"

	return worstChips("RoCE link down", "Chips whose RoCE link is down and in use. Where there are more than ten, the map and the table of racks tell where.",
		"No RoCE link in use is down, or the chips have none.", "Rack",
		state("Link", rows, states(State{"0", "Down", bad}), 70))
}

// byClass names the class of codes that the exporter does not know.
func byClass(expr string) string {
	return `label_replace(` + expr + `, "handling", "(unknown code)", "handling", "")`
}

func superPodFaults() []Panel {
	const well = "No fault is active."

	return []Panel{
		{
			Title: "Active faults by class", Width: 12, Height: 8, Field: counts(plain()), Empty: well, Normal: true, View: Lines{Steps: true, Stacked: true},
			About:   "Fault codes that are active, by what the vendor's class of the code asks for.",
			Queries: []Query{{Expr: byClass(`sum by (handling) (superpod:ascend_npu_fault_active:count{$here})`), Legend: "{{handling}}", Limit: 20}},
			Links:   []Link{to(uidFaults, "Faults of the SuperPod")},
		},
		{
			Title: "Active faults by rack", Width: 12, Height: 8, Field: counts(none()), Empty: well, Normal: true,
			About: "Fault codes that are active now, by rack and class, the most first.",
			View: Table{Rows: 50, Sort: []string{"-Faults"}, Columns: []Column{
				label(rack, "Rack", 0, to(uidFaults, "Faults of the rack", rack)),
				label("handling", "Class", 200),
				state("Faults", `topk(50, `+byClass(`sum by (rack, handling) (rack:ascend_npu_fault_active:count{$here})`)+`)`, counts(marked(notice)), 90),
			}},
		},
	}
}

func superPodReleases() []Panel {
	return []Panel{
		{
			Title: "Drivers", Width: 12, Height: 6, Field: counts(none()), Empty: noRacks,
			About: "Releases of the driver and of npu-smi, by hosts. Jobs over several hosts may fail or be slow with different ones.",
			View: Table{Rows: 20, Sort: []string{"-Hosts"}, Columns: []Column{
				label("driver_version", "Driver", 0),
				label("version", "npu-smi", 200),
				number("Hosts", `topk(20, sum by (driver_version, version) (superpod:ascend_npu_smi_info:count{$here}))`, counts(none()), 90),
			}},
		},
		{
			Title: "Firmware", Width: 12, Height: 6, Field: counts(none()), Empty: "The query board has not been answered yet: it is asked once an hour.", Normal: true,
			About: "Releases of the firmware, by chips.",
			View: Table{Rows: 20, Sort: []string{"-Chips"}, Columns: []Column{
				label("firmware_version", "Firmware", 0),
				number("Chips", `topk(20, sum by (firmware_version) (superpod:ascend_npu_board_info:count{$here}))`, counts(none()), 90),
			}},
		},
	}
}
