package dashboards

// onPods multiplies what a metric says of chips by the pods that hold them, for series by labels of the pods.
func onPods(operation, by, metric string) string {
	return operation + ` by (` + by + `) (
  group by (cluster, instance, npu, chip, namespace, pod) (ascend_npu_pod_info{$here})
    * on (cluster, instance, npu, chip) group_left () ` + metric + `
)`
}

// inUse is the memory in use: the HBM, or the DDR of chips that have none.
const inUse = `(ascend_npu_hbm_used_bytes{$here} or (ascend_npu_ddr_used_bytes{$here} unless on (cluster, instance, npu, chip) ascend_npu_hbm_used_bytes{$here}))`

// podsOf is the table of the pods of a host or a rack.
func podsOf(what string, rows int) Panel {
	return Panel{
		Title: "Pods", Width: 12, Height: 8, Field: counts(none()), Empty: noPods, Normal: true,
		About: "Pods that hold chips of this " + what + ". A chip that several pods share counts whole for each.",
		View: Table{Rows: rows, Sort: []string{"-Chips"}, Columns: []Column{
			label("namespace", "Namespace", 140, to(uidEfficiency, "Efficiency by namespace")),
			label("pod", "Pod", 0),
			number("Chips", `count by (namespace, pod) (group by (instance, npu, chip, namespace, pod) (ascend_npu_pod_info{$here}))`, counts(none()), 80),
			filled("AICore", onPods("avg", "namespace, pod", `ascend_npu_aicore_utilization_ratio{$here}`), plain(), 130),
			number("Memory", onPods("sum", "namespace, pod", inUse),
				amounts(inBytes, none()), 100),
		}},
	}
}

func hostProcesses() Panel {
	return Panel{
		Title: "Processes", Width: 12, Height: 8, Field: counts(none()), Normal: true,
		About: "The processes that hold most memory of a chip, with --collector.processes.",
		Empty: "No process holds a chip, or --collector.processes is not given: the column Processes above counts them without it.",
		View: Table{Rows: perHost, Sort: []string{"-Memory"}, Columns: []Column{
			label(npu, "NPU", 65, toChip()),
			label(chip, "Chip", 65, toChip()),
			label("pid", "PID", 90),
			label("process_name", "Process", 0),
			number("Memory", `topk(64, max by (npu, chip, pid, process_name) (ascend_npu_process_memory_bytes{$here}))`, amounts(inBytes, none()), 100),
			label("user", "User", 100).given(Query{Expr: `
group by (npu, chip, pid, process_name, user, framework) (ascend_npu_process_info{$here})
  and on (npu, chip, pid, process_name)
topk(64, max by (npu, chip, pid, process_name) (ascend_npu_process_memory_bytes{$here}))`}),
			label("framework", "Framework", 110),
		}},
	}
}

func hostJobs() Panel {
	return Panel{
		Title: "Jobs", Width: columns, Height: 6, Field: counts(none()), Normal: true,
		About: "Jobs that hold chips by the word of the scheduler, with --collector.jobs.",
		Empty: "No job holds a chip, or --collector.jobs is not given.",
		View: Table{Rows: perHost, Sort: []string{"-Chips"}, Columns: []Column{
			label("job", "Job", 0),
			label("user", "User", 200),
			number("Chips", `count by (job, user) (ascend_npu_job_info{$here})`, counts(none()), 80),
		}},
	}
}

// roceHealth are the states of ascend_npu_roce_health_status.
func roceHealth() Field {
	return states(State{"0", "Success", good}, State{"1", "Socket fail", bad}, State{"2", "Receive timeout", bad}, State{"3", "Unreachable", bad},
		State{"4", "Time exceeded", bad}, State{"5", "Fault", bad}, State{"6", "Not set", quiet}, State{"7", "Thread error", bad},
		State{"8", "Detect ip set", quiet}, State{"9", "Unknown", unknown})
}

// hostRoCE lists the RoCE ports of what the page is about; chips are where their names lead.
func hostRoCE(chips ...Link) Panel {
	grown := func(metric string) string { return "sum by (npu, chip) (increase(" + metric + "[$__range]))" }
	neighbour := Query{Expr: `group by (npu, chip, switch, port) (ascend_npu_roce_neighbor_info{$here})`, Empty: "No neighbour is told by LLDP."}

	return Panel{
		Title: "RoCE ports", Width: columns, Height: 9, Field: counts(none()), Empty: noRoCE, Normal: true,
		About: "The RoCE port of each chip: its state now, and what it counted in the time range.",
		View: Table{Rows: perHost, Sort: []string{"NPU", "Chip"}, Columns: []Column{
			label(npu, "NPU", 65, chips...),
			label(chip, "Chip", 65, chips...),
			state("Link", byChip(`ascend_npu_roce_link_up{$here}`), states(State{"0", "Down", notice}, State{"1", "Up", good}), 70),
			state("Probe", byChip(`ascend_npu_roce_health_status{$here}`), roceHealth(), 130),
			number("Speed", byChip(`ascend_npu_roce_speed_bytes{$here}`), amounts(inRate, none()), 100),
			state("Went down", grown(`ascend_npu_roce_link_down_transitions_total{$here}`), counts(marked(notice)), 95),
			state("Errors", grown(`ascend_npu_roce_errors_total{$here}`), counts(marked(notice)), 80),
			state("Bad packets", grown(`ascend_npu_mac_errors_total{$here}`), counts(marked(notice)), 105),
			number("PFC", grown(`ascend_npu_pfc_packets_total{$here}`), counts(none()), 80),
			number("Sent", `sum by (npu, chip) (rate(ascend_npu_mac_bytes_total{$here,direction="transmit"}[15m]))`, amounts(inRate, none()), 95),
			number("Received", `sum by (npu, chip) (rate(ascend_npu_mac_bytes_total{$here,direction="receive"}[15m]))`, amounts(inRate, none()), 95),
			number("Module", byChip(`ascend_npu_optical_temperature_celsius{$here}`), celsius(none()), 80).or(noOptics),
			number("Light in", `min by (npu, chip) (ascend_npu_optical_receive_power_watts{$here})`, Field{Unit: inWatts, Decimals: 2, Scale: none()}, 95).or(noOptics),
			state("Optics", `count by (npu, chip) (ascend_npu_optical_alarm{$here} or ascend_npu_optical_loss{$here})`, counts(marked(notice)), 80).
				or("No module is beyond its limits, or has lost the signal."),
			label("switch", "Switch", 0).given(neighbour),
			label("port", "Port", 110),
			label("ip", "IP", 120).given(Query{Expr: `group by (npu, chip, ip) (ascend_npu_roce_info{$here})`, Empty: "No address is known."}),
		}},
	}
}

// hostLinks lists the other links in the same way.
func hostLinks(chips ...Link) Panel {
	return Panel{
		Title: "HCCS, SIO, PCIe and UB ports", Width: columns, Height: 9, Field: counts(none()), Empty: noChips, Normal: true,
		About: "Links within the server, and the ports of a 950: their state now, and what they counted in the time range. Ports without a cable are down too.",
		View: Table{Rows: perHost, Sort: []string{"NPU", "Chip"}, Columns: []Column{
			label(npu, "NPU", 65, chips...),
			label(chip, "Chip", 65, chips...),
			number("HCCS links", byChip(`ascend_npu_hccs_links{$here}`), counts(none()), 100).or(noHCCS),
			state("HCCS down", byChip(`ascend_npu_hccs_links_down{$here}`), counts(marked(bad)), 100).or(noHCCS),
			number("HCCS retries", `sum by (npu, chip) (increase(ascend_npu_hccs_retries_total{$here}[$__range]))`, counts(none()), 110).or(noHCCS),
			state("HCCS errors", `sum by (npu, chip) (increase(ascend_npu_hccs_errors_total{$here}[$__range]))`, counts(marked(notice)), 110).or(noHCCS),
			state("SIO errors", `sum by (npu, chip) (increase(ascend_npu_sio_errors_total{$here}[$__range]))`, counts(marked(notice)), 100).
				or("Only chips with two dies have this link."),
			state("PCIe errors", `sum by (npu, chip) (increase(ascend_npu_pcie_errors_total{$here}[$__range]))`, counts(marked(notice)), 105).
				or("The product does not count them."),
			number("Ports up", byChip(`ascend_npu_ports_up{$here}`), counts(none()), 85).or(noPorts),
			number("Ports down", byChip(`ascend_npu_ports_down{$here}`), counts(none()), 100).or(noPorts),
			state("Degraded", byChip(`ascend_npu_ports_degraded{$here}`), counts(marked(notice)), 90).or(noPorts),
			state("Port errors", `sum by (npu, chip) (increase(ascend_npu_ports_errors_total{$here}[$__range]))`, counts(marked(notice)), 0).or(noPorts),
		}},
	}
}

func hostReleases() Panel {
	return Panel{
		Title: "Releases", Width: columns, Height: 4, Field: counts(none()), Empty: noHost,
		About: "Releases of npu-smi, of the driver and of the exporter.",
		View: Table{Rows: 4, Columns: []Column{
			label(instance, "Host", 200),
			label("driver_version", "Driver", 200).given(Query{Expr: `group by (instance, version, driver_version) (ascend_npu_smi_info{$here})`}),
			label("version", "npu-smi", 200),
			label("exporter", "Exporter", 0).given(Query{ // whose label is named as that of npu-smi
				Expr:  `group by (instance, exporter) (label_join(ascend_exporter_build_info{$here}, "exporter", "", "version"))`,
				Empty: "The exporter does not answer.",
			}),
		}},
	}
}

func hostParts() Panel {
	return Panel{
		Title: "Parts", Width: columns, Height: 9, Field: counts(none()), Empty: "The query board has not been answered yet: it is asked once an hour.",
		About: "What identifies the cards and chips, as a claim for a replacement asks for it.",
		View: Table{Rows: perHost, Sort: []string{"NPU", "Chip"}, Columns: []Column{
			label(npu, "NPU", 65, toChip()),
			label(chip, "Chip", 65, toChip()),
			label("product", "Product", 140).given(Query{Expr: `
group by (npu, chip, product, serial, firmware_version, board_id, pcb_id, bom_id, vdie_id) (ascend_npu_board_info{$here})`}),
			label("serial", "Serial number", 200),
			label("firmware_version", "Firmware", 130),
			label("board_id", "Board", 80),
			label("pcb_id", "PCB", 70),
			label("bom_id", "BOM", 70),
			label("vdie_id", "VDie", 0),
		}},
	}
}

func hostQueries() Panel {
	return Panel{
		Title: "Queries of the exporter", Width: columns, Height: 9, Field: counts(none()), Empty: noHost,
		About: "What the exporter asks npu-smi and hccn_tool, and what it reads beside them. The status page of the exporter shows why a query fails.",
		View: Table{Rows: perHost, Sort: []string{"Works", "Query"}, Columns: []Column{
			label("query", "Query", 140, to(uidMonitoring, "Monitoring")),
			state("Works", `min by (query) (ascend_exporter_query_success{$here})`, states(State{"0", "No", bad}, State{"1", "Yes", good}), 80),
			number("Last success", `time() - min by (query) (ascend_exporter_query_last_success_timestamp_seconds{$here})`, amounts(inSeconds, none()), 110),
			number("Runs", `sum by (query) (increase(ascend_exporter_query_runs_total{$here}[$__range]))`, counts(none()), 80),
			state("Failures", `sum by (query) (increase(ascend_exporter_query_failures_total{$here}[$__range]))`, counts(marked(notice)), 85),
			number("Mean duration", `sum by (query) (rate(ascend_exporter_query_duration_seconds_total{$here}[$__range])) / sum by (query) (rate(ascend_exporter_query_runs_total{$here}[$__range]) > 0)`,
				Field{Unit: inSeconds, Decimals: 2, Scale: none()}, 120),
			state("Chips that fail", `count by (query) (group by (query, npu, chip) (ascend_exporter_chip_query_failing{$here}))`, counts(marked(notice)), 0).or(noneFailed),
		}},
	}
}
