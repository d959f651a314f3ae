package dashboards

import "fmt"

// perHost is the most chips of a host that the page is made for.
const perHost = 64

// host is the page of one host: what npu-smi prints of it, alive and with a past.
func host(l Limits) Page {
	return Page{
		UID: uidHost, Title: "Ascend / Host", Variables: choices(uidHost, 0), Here: ofHost, Interval: "15s", From: "now-1h", Refresh: "30s",
		About: "One host: its chips as npu-smi lists them, what they went through, who holds them, their links and releases.",
		Rows: []Row{
			{Title: "Is it well?", Panels: hostState(l)},
			{Title: "Chips", Panels: []Panel{hostChips(l)}},
			{Title: "Alerts", Panels: []Panel{alertsTable(l, "npu, chip", label(npu, "NPU", 70), label(chip, "Chip", 70, toChip()))}},
			{Title: "States", Panels: hostStates()},
			{Title: "Over time", Panels: hostTrends(l)},
			{Title: "Who holds the chips", Panels: []Panel{podsOf("host", perHost), hostProcesses(), hostJobs()}},
			{Title: "Links", Folded: true, Panels: []Panel{hostRoCE(toChip()), hostLinks(toChip())}},
			{Title: "Parts and releases", Folded: true, Panels: []Panel{hostReleases(), hostParts()}},
			{Title: "Collection", Folded: true, Panels: []Panel{hostQueries()}},
		},
	}
}

// ofHost selects one host, as the rules do: by cluster and instance.
const ofHost = `cluster="$cluster",instance="$instance"`

// byChip gives a series for each chip of what a metric has.
func byChip(expr string) string { return "max by (npu, chip) (" + expr + ")" }

// usedMemory is the share of the memory in use: of the HBM, or of the DDR of chips that have none.
func usedMemory() string {
	return byChip(`ascend_npu_hbm_used_bytes{$here} / ascend_npu_hbm_total_bytes{$here}`) + " or " +
		byChip(`ascend_npu_ddr_used_bytes{$here} / ascend_npu_ddr_total_bytes{$here}`)
}

func toChip() Link { return to(uidChip, "Open the chip", npu, chip) }

const (
	noHost     = "The host was not read: see the tile Exporter."
	noChips    = "No chip of the host was read in this time: see the tile Exporter."
	noProcess  = "The product prints no table of processes (310B), or its chips were not read."
	noPods     = "No pod holds a chip, or no kubelet is asked."
	noRoCE     = "The chips have no RoCE ports, or hccn_tool is not there."
	noHCCS     = "The chips have no HCCS links, or do not tell their state."
	noPorts    = "The chips have no UB ports: only those of 950 do."
	noOptics   = "The chips have no optical modules, or none that can be read."
	noFaults   = "No fault is active."
	noneFailed = "No chip fails a query."
)

// exporterStates are whether an exporter answers plus whether it can read the chips.
func exporterStates() Field {
	return states(State{"0", "Down", bad}, State{"1", "Reads no chips", bad}, State{"2", "Reads the chips", good})
}

func hostState(l Limits) []Panel {
	of := func(title, about, expr string, field Field) Panel {
		p := tile(title, about, expr, field)
		p.Empty = noHost

		return p
	}
	narrow := func(p Panel) Panel {
		p.Width = 2

		return p
	}

	return []Panel{
		tile("Exporter", "Whether the exporter answers, and whether it can read the chips.",
			`max(host:up:sum{$here} + on (cluster, instance) (host:ascend_exporter_up:sum{$here} or 0 * host:up:sum{$here}))`, exporterStates()).
			unless("No exporter of this host is in the discovery of this Prometheus."),
		of("Age of the data", "Time since the last good summary of npu-smi. It turns where the alert on stale data begins.",
			`max(host:ascend_exporter_summary_age_seconds:max{$here})`, amounts(inSeconds, rising(Step{l.StaleSeconds, bad}))),
		of("Chips missing", "Chips that the host should have and that npu-smi does not list.",
			`max(host:ascend_npu_expected_chips:last{$here} - on (cluster, instance) host:ascend_npu_chips:sum{$here})`, counts(faults(bad))),
		of("Unhealthy", "Chips whose health is Warning, Alarm or Critical, and chips without any believable reading.",
			`max(host:ascend_npu_unhealthy_chips:count{$here} + on (cluster, instance) host:ascend_npu_unusable_chips:sum{$here})`, counts(faults(bad))),
		of("Faults", "Fault codes that are active. Without a number the query health does not work.",
			`count(ascend_npu_fault_active{$here}) or 0 * max(ascend_exporter_query_success{$here,query="health"} == 1)`, counts(faults(notice))),
		of("Alerts", "Alerts of the severities critical and warning that fire on this host and its chips.",
			fmt.Sprintf("sum(%s)", firing("cluster, instance", `max by (cluster, instance) (host:up:count{$here})`)), counts(faults(bad))).
			unless(noAlerts),
		narrow(of("Hottest", "Highest temperature of a chip. It turns where the rules count a chip as hot.",
			`max(host:ascend_npu_temperature_celsius:max{$here})`, celsius(rising(Step{l.HotCelsius, notice})))),
		narrow(of("Power", "Measured power of all chips, or of their cards where chips measure none (310P).",
			`max(host:ascend_npu_power_watts:sum{$here})`, amounts(inWatts, plain())).unless(noPower)),
		narrow(of("Planned work", "Whether planned work is announced: alerts are held back then.", `max(host:ascend_exporter_maintenance:last{$here})`,
			states(State{"0", "No", neutral}, State{"1", "Yes", notice}))),
	}
}

func hostChips(l Limits) Panel {
	pods := Query{Expr: `topk by (npu, chip) (1, group by (npu, chip, namespace, pod) (ascend_npu_pod_info{$here}))`, Empty: noPods}

	return Panel{
		Title: "Chips", Width: columns, Height: 10, Field: counts(none()), Empty: noHost,
		About: "What npu-smi lists, a row for each chip. Memory is the HBM, or the DDR of chips without HBM. The power of an A3 is that of the package, on its chip 0. " +
			"Of several pods on a chip one is shown: the table of pods has all.",
		View: Table{Rows: perHost, Sort: []string{"NPU", "Chip"}, Columns: []Column{
			label(npu, "NPU", 65, toChip()),
			label(chip, "Chip", 65, toChip()),
			label("model", "Name", 110).given(Query{Expr: `group by (npu, chip, model, phy_id, bus_id) (ascend_npu_info{$here})`}),
			state("Health", byChip(`ascend_npu_health_status{$here}`), health(), 95, toChip()),
			state("Faults", `count by (npu, chip) (ascend_npu_fault_active{$here})`, counts(marked(notice)), 75, toChip()).or(noFaults),
			number("Power", byChip(`ascend_npu_power_watts{$here}`), Field{Unit: inWatts, Decimals: 1, Scale: none()}, 85).or(noPower),
			state("Temp", byChip(`ascend_npu_temperature_celsius{$here}`), celsius(rising(Step{l.HotCelsius, notice}).cell()), 75),
			state("HBM", byChip(`ascend_npu_hbm_temperature_celsius{$here}`), celsius(rising(Step{l.HBMHigh, notice}, Step{l.HBMWorst, bad}).cell()), 75).or(noHBM),
			number("Clock", byChip(`ascend_npu_aicore_frequency_hertz{$here}`), Field{Unit: inHertz, Decimals: 2, Scale: none()}, 95).or(noClock),
			filled("AICore", byChip(`ascend_npu_aicore_utilization_ratio{$here}`), plain(), 130),
			filled("Memory", usedMemory(), plain(), 130),
			number("In use", byChip(`ascend_npu_hbm_used_bytes{$here}`)+" or "+byChip(`ascend_npu_ddr_used_bytes{$here}`), amounts(inBytes, none()), 95),
			number("Processes", byChip(`ascend_npu_processes{$here}`), counts(none()), 90).or(noProcess),
			label("namespace", "Namespace", 120).given(pods),
			label("pod", "Pod", 0),
			label("phy_id", "Phy-ID", 75),
			label("bus_id", "Bus-Id", 120),
		}},
	}
}

// perChip has a series for each chip.
func perChip(title, about, expr string, field Field, view View) Panel {
	return Panel{
		Title: title, About: about, Width: 12, Height: 9, Field: field, View: view, Empty: noChips,
		Queries: []Query{{Expr: expr, Legend: "NPU {{npu}} chip {{chip}}", Limit: perHost}}, Links: []Link{toChip()},
	}
}

// roceLink tells a RoCE port that is down from one that is not in use.
func roceLink() string {
	return byChip(`ascend_npu_roce_link_up{$here} == 1`) + " or " + byChip(`chip:ascend_npu_roce_link_up:down{$here}`) + " or " +
		byChip(`ascend_npu_roce_link_up{$here} == 0`) + " - 1"
}

// roceLinks are the states of roceLink.
func roceLinks() Field {
	return states(State{"1", "Up", good}, State{"0", "Down", bad}, State{"-1", "Not in use", quiet})
}

func hostStates() []Panel {
	throttled := byChip(`chip:ascend_npu_aicore_frequency_hertz:throttled{$here}`) + " > bool 0 or 0 * " + byChip(`ascend_npu_aicore_frequency_hertz{$here}`)

	return []Panel{
		perChip("Health", "The health that npu-smi gives.", byChip(`ascend_npu_health_status{$here}`), health(), Timeline{}),
		perChip("Throttled", "Whether a chip ran below its rated clock while it was busy.", throttled,
			states(State{"0", "No", good}, State{"1", "Yes", notice}), Timeline{}).unless(noClock),
		perChip("RoCE link", "State of the RoCE port. Not in use is a port that is down and was up neither since the chip's start nor within a day, on a host where no other is.", roceLink(),
			roceLinks(), Timeline{}).unless(noRoCE),
		perChip("HCCS links down", "HCCS links of the chip that are down.", byChip(`ascend_npu_hccs_links_down{$here}`), counts(faults(bad)), Timeline{}).unless(noHCCS),
	}
}

func hostTrends(l Limits) []Panel {
	return []Panel{
		perChip("AICore", "Utilisation of the AI Cores.", byChip(`ascend_npu_aicore_utilization_ratio{$here}`), shares(plain()), Lines{}),
		perChip("Memory", "Share of the HBM in use, or of the DDR of chips without HBM.", usedMemory(), shares(plain()), Lines{}),
		perChip("Temperature", "Temperature of the chips; the line is where the rules count a chip as hot.", byChip(`ascend_npu_temperature_celsius{$here}`),
			celsius(rising(Step{l.HotCelsius, notice})), Lines{}),
		perChip("Power", "Measured power. That of an A3 is the package's, on its chip 0.", byChip(`ascend_npu_power_watts{$here}`),
			amounts(inWatts, plain()), Lines{}).unless(noPower),
	}
}
