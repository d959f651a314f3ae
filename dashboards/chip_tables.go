package dashboards

import "fmt"

// lasted is for how long a series of the chip was there in the time range, to the minute.
func lasted(metric, by string) string {
	return fmt.Sprintf("60 * max by (%s) (count_over_time(%s{$here}[$__range:1m]))", by, metric)
}

// seen is when a series of the chip was there first, or last, in the time range: by min or max.
func seen(which, metric, by string) string {
	return fmt.Sprintf("1000 * %[1]s by (%[3]s) (%[1]s_over_time(timestamp(%[2]s{$here})[$__range:1m]))", which, metric, by)
}

func moment() Field { return Field{Unit: inTime, Decimals: auto, Scale: none()} }

func chipFaults() []Panel {
	const by = "code, handling"

	active := chipLines("Faults over time", "Fault codes while they are active, with the classes by which they are handled.", states(State{"1", "Active", bad}).seldom(), Timeline{},
		kinds("{{code}} {{handling}}", `max by (code, handling) (ascend_npu_fault_active{$here})`, 50, "")).unless("No fault was active in the time range.")
	healthy := chipLines("Health over time", "The health that npu-smi gives.", health(), Timeline{}, line("Health", one("ascend_npu_health_status"), ""))
	active.Height, healthy.Height = 6, 6

	codes := Panel{
		Title: "Fault codes", Width: 16, Height: 7, Field: counts(none()), Normal: true,
		About: "Codes that were active in the time range. The class says what the vendor asks for: to isolate the chip, to reset it, or nothing.",
		Empty: "No fault was active in the time range.",
		View: Table{Rows: 50, Sort: []string{"-Last seen"}, Columns: []Column{
			label("code", "Code", 120),
			{Title: "Class", Label: "handling", Field: classes(), Cell: background, Width: 180},
			state("Now", `max by (`+by+`) (ascend_npu_fault_active{$here})`, states(State{"1", "Active", bad}).seldom(), 90),
			number("Active for", lasted("ascend_npu_fault_active", by), amounts(inSeconds, none()), 110),
			number("First seen", seen("min", "ascend_npu_fault_active", by), moment(), 180),
			number("Last seen", seen("max", "ascend_npu_fault_active", by), moment(), 0),
		}},
	}
	onsets := Panel{
		Title: "Faults that set in", Width: 8, Height: 7, Field: counts(none()), Normal: true,
		About: "How often faults set in, by the severity of their class. What sets in at one look counts once, and what was active when the exporter started does not." + kept,
		Empty: "The query health has not been answered yet.",
		View: Table{Rows: 3, Sort: []string{"Severity"}, Columns: []Column{
			{Title: "Severity", Label: "severity", Field: severities(), Cell: background, Width: 100},
			state("Time range", "sum by (severity) ("+events("ascend_npu_fault_onsets_total", "$__range")+")", counts(marked(notice)), 100),
			state("7 days", "sum by (severity) ("+events("ascend_npu_fault_onsets_total", "7d")+")", counts(marked(notice)), 80),
			state("30 days", "sum by (severity) ("+events("ascend_npu_fault_onsets_total", "30d")+")", counts(marked(notice)), 0),
		}},
	}

	return []Panel{healthy, active, codes, onsets}
}

// holders lists who held the chip in the time range, the last first.
func holders(title, about, empty, metric, by string, who ...Column) Panel {
	last := fmt.Sprintf("topk(50, %s)", seen("max", metric, by))
	held := func(expr string) string { return among(last, by, expr) }

	return Panel{
		Title: title, About: about, Empty: empty, Width: 12, Height: 8, Field: counts(none()), Normal: true,
		View: Table{Rows: 50, Sort: []string{"-Last seen"}, Columns: append(who,
			state("Now", held(`max by (`+by+`) (`+metric+`{$here})`), states(State{"1", "Holds it", neutral}).seldom(), 80).or(empty),
			number("Held for", held(lasted(metric, by)), amounts(inSeconds, none()), 90),
			number("First seen", held(seen("min", metric, by)), moment(), 165),
			number("Last seen", last, moment(), 165))},
	}
}

func chipHolders() []Panel {
	processes := holders("Processes", "Processes on the chip in the time range, the last 50, with --collector.processes.",
		"No process held the chip, or --collector.processes is not given.", "ascend_npu_process_info", "pid, process_name, user, framework",
		label("pid", "PID", 90), label("process_name", "Process", 0), label("user", "User", 120), label("framework", "Framework", 120))
	processes.Width = columns

	return []Panel{
		holders("Pods", "Pods that held the chip in the time range, the last 50.", "No pod held the chip, or no kubelet is asked.", "ascend_npu_pod_info", "namespace, pod",
			label("namespace", "Namespace", 110), label("pod", "Pod", 0)),
		holders("Jobs", "Jobs that held the chip by the word of the scheduler, the last 50, with --collector.jobs.", "No job held the chip, or --collector.jobs is not given.",
			"ascend_npu_job_info", "job, user", label("job", "Job", 0), label("user", "User", 100)),
		processes,
	}
}

func chipPorts() Panel {
	return Panel{
		Title: "Ports with trouble", Width: columns, Height: 6, Field: counts(none()), Normal: true,
		About: "UB and UBoE ports of a 950 that are down or have errors; with --collector.network.per-port all. Ports without a cable are down too.",
		Empty: "No port is down or has errors, or the chip has no such ports.",
		View: Table{Rows: 100, Sort: []string{"Die", "Port"}, Columns: []Column{
			label("udie", "Die", 80),
			label("port", "Port", 80),
			state("Link", `max by (udie, port) (ascend_npu_port_up{$here})`, states(State{"0", "Down", notice}, State{"1", "Up", good}), 90),
			state("Errors in the time range", grown("ascend_npu_port_errors_total", "udie, port"), counts(marked(notice)), 190),
			number("Errors since the start", `max by (udie, port) (ascend_npu_port_errors_total{$here})`, counts(none()), 0),
		}},
	}
}

func chipParts() []Panel {
	place := Query{
		Expr:  `group by (npu, chip, superpod_id, superpod_size, server_index, sdid) (ascend_npu_superpod_info{$here})`,
		Empty: "Only chips of A3 and 950 tell their SuperPod.",
	}
	head := func() []Column { return []Column{label(npu, "NPU", 65), label(chip, "Chip", 65)} }

	parts := Panel{
		Title: "Parts", Width: columns, Height: 4, Field: counts(none()), Empty: noChip,
		About: "What identifies the chip and its card, as a claim for a replacement asks for it.",
		View: Table{Rows: 4, Columns: append(head(),
			label("model", "Name", 110).given(Query{Expr: `group by (npu, chip, model, phy_id, logic_id, bus_id) (ascend_npu_info{$here})`}),
			label("phy_id", "Phy-ID", 75),
			label("logic_id", "Logic-ID", 80),
			label("bus_id", "Bus-Id", 120),
			label("product", "Product", 140).given(Query{
				Expr:  `group by (npu, chip, product, serial, firmware_version, board_id, pcb_id, bom_id, vdie_id) (ascend_npu_board_info{$here})`,
				Empty: "The query board has not been answered yet: it is asked once an hour.",
			}),
			label("serial", "Serial number", 180),
			label("firmware_version", "Firmware", 120),
			label("board_id", "Board", 75),
			label("pcb_id", "PCB", 60),
			label("bom_id", "BOM", 60),
			label("vdie_id", "VDie", 0))},
	}
	places := Panel{
		Title: "Places", Width: columns, Height: 4, Field: counts(none()), Empty: "Neither addresses nor a place in a SuperPod are known.", Normal: true,
		About: "Where the chip stands in its SuperPod by its own word, and its address, by which messages of HCCL name it.",
		View: Table{Rows: 4, Columns: append(head(),
			label("superpod_id", "SuperPod", 100).given(place),
			label("superpod_size", "Size", 90),
			label("server_index", "Server", 90),
			label("sdid", "SDID", 140),
			label("ip", "IP", 150).given(Query{Expr: `group by (npu, chip, ip, mac) (ascend_npu_roce_info{$here})`}),
			label("mac", "MAC", 0))},
	}
	peers := Panel{
		Title: "Links to other chips", Width: 12, Height: 8, Field: counts(none()), Normal: true,
		About: "The kinds of links to the other chips of the host, with --collector.topo.", Empty: "--collector.topo is not given, or not answered.",
		View: Table{Rows: 64, Sort: []string{"NPU", "Chip"}, Columns: []Column{
			label("peer_npu", "NPU", 100).given(Query{Expr: `max by (peer_npu, peer_chip, link) (ascend_npu_topology_info{$here})`}),
			label("peer_chip", "Chip", 100),
			label("link", "Link", 0),
		}},
	}

	vnpus := Panel{
		Title: "Slices", Width: 12, Height: 8, Field: counts(none()), Normal: true,
		About: "Slices of the chip (vNPU).", Empty: "The chip is not sliced, or the product has no slices.",
		View: Table{Rows: 20, Sort: []string{"vNPU"}, Columns: []Column{
			label("vnpu", "vNPU", 90).given(Query{Expr: `max by (vnpu, template, status, container_id) (ascend_npu_vnpu_info{$here})`}),
			label("template", "Template", 140),
			label("status", "Status", 90),
			label("container_id", "Container", 0),
		}},
	}

	return []Panel{parts, places, peers, vnpus}
}

func chipUnanswered() Panel {
	return Panel{
		Title: "Queries that the chip fails", Width: columns, Height: 6, Field: counts(none()), Normal: true,
		About: "What the exporter asks of the chip and gets no answer to, and why. It has been so for as long as the cell says, in the time range.",
		Empty: noneFailed,
		View: Table{Rows: 50, Sort: []string{"Query"}, Columns: []Column{
			label("query", "Query", 200),
			label("reason", "Reason", 200),
			state("Now", `max by (query, reason) (ascend_exporter_chip_query_failing{$here})`, states(State{"1", "Fails", bad}).seldom(), 100),
			number("Failed for", lasted("ascend_exporter_chip_query_failing", "query, reason"), amounts(inSeconds, none()), 0),
		}},
	}
}
