package dashboards

import "fmt"

// chipPage is everything of one chip.
func chipPage(l Limits) Page {
	return Page{
		UID: uidChip, Title: "Ascend / Chip", Variables: choices(uidChip, 0), Here: ofChip, Interval: "15s", From: "now-6h", Refresh: "30s",
		About: "One chip: its state, who holds it and who held it, its work, heat, memory, faults and links, and what identifies it.",
		Rows: []Row{
			{Title: "Is it well?", Panels: chipState(l)},
			{Title: "What is it doing?", Panels: chipUse(l)},
			{Title: "Faults and alerts", Panels: append(chipFaults(), alertsTable(l, "npu, chip", label(npu, "NPU", 70), label(chip, "Chip", 70)))},
			{Title: "Work", Panels: chipWork()},
			{Title: "Who held it", Panels: chipHolders()},
			{Title: "Heat, power and clock", Panels: chipHeat(l)},
			{Title: "Errors of the memory", Panels: chipECC(l)},
			{Title: "Links", Panels: chipLinks()},
			{Title: "Optics", Folded: true, Panels: chipOptics()},
			{Title: "Parts and places", Folded: true, Panels: chipParts()},
			{Title: "Collection", Folded: true, Panels: []Panel{chipUnanswered()}},
		},
	}
}

// ofChip selects one chip, ofNPU the chips of its package or card, where power is measured, and aroundChip its rack.
const (
	ofChip     = `cluster="$cluster",instance="$instance",npu="$npu",chip="$chip"`
	ofNPU      = `cluster="$cluster",instance="$instance",npu="$npu"`
	aroundChip = `cluster="$cluster",superpod="$superpod",rack="$rack",rack!=""`
)

const (
	noChip   = "The chip was not read: the page of its host tells why."
	noMeter  = "Neither the chip nor its card measures its power (310)."
	noPages  = "The chip has no HBM, or does not tell its isolated pages."
	noECC    = "The chip has told no ECC counts yet: they are asked for every 5 minutes."
	noUsages = "The product does not tell it."
	noBuses  = "The product does not count it."
)

// one is the value of a metric of the chip.
func one(metric string) string { return "max(" + metric + "{$here})" }

// grown is by how much a counter of the chip grew in the time range, by labels that tell its series apart.
func grown(metric, by string) string {
	return fmt.Sprintf("sum by (%s) (increase(%s{$here}[$__range]))", by, metric)
}

// events is how often a counter of the chip rose, as AscendNpuFaultRepeated counts: what was seen at one look is one event, and a
// counter that starts anew is none.
func events(metric, window string) string {
	return fmt.Sprintf("changes(%[1]s{$here}[%[2]s]) - resets(%[1]s{$here}[%[2]s])", metric, window)
}

// chipTile is a number of the chip.
func chipTile(title, about, expr string, field Field) Panel {
	p := tile(title, about, expr, field)
	p.Empty = noChip

	return p
}

// yes is for what should not be.
func yes(colour string) Field {
	return states(State{"0", "No", good}, State{"1", "Yes", colour})
}

func chipState(l Limits) []Panel {
	return []Panel{
		chipTile("Health", "The health that npu-smi gives.", one("ascend_npu_health_status"), health()),
		chipTile("Faults", "Fault codes that are active. Without a number the query health does not work.",
			`count(ascend_npu_fault_active{$here}) or 0 * max(ascend_exporter_query_success{`+ofHost+`,query="health"} == 1)`, counts(faults(notice))),
		chipTile("Alerts", "Alerts of the severities critical and warning that fire on this chip.",
			fmt.Sprintf("sum(%s)", firing("cluster, instance", `max by (cluster, instance) (host:up:count{`+ofHost+`})`)), counts(faults(bad))).
			unless(noAlerts),
		chipTile("Throttled", "Whether the chip ran below its rated clock while it was busy.",
			`count(chip:ascend_npu_aicore_frequency_hertz:throttled{$here}) or 0 * `+one("ascend_npu_aicore_frequency_hertz"), yes(notice)).unless(noClock),
		chipTile("Isolated pages", "Pages of the HBM that are isolated for errors that could not be corrected. It turns where the alerts on them begin: the vendor resets at the first and replaces at the second.",
			`sum(ascend_npu_ecc_isolated_pages{$here,memory="hbm",type="double_bit"})`,
			counts(Scale{Base: quiet, Steps: []Step{{0, good}, {l.Pages, notice}, {l.PagesWorst, bad}}})).unless(noPages),
		chipTile("RoCE link", "State of the RoCE port. Not in use is a port that is down and was up neither since the chip's start nor within a day, on a host where no other is.",
			"max("+roceLink()+")", roceLinks()).unless(noRoCE),
		chipTile("HCCS links down", "HCCS links of the chip that are down.", one("ascend_npu_hccs_links_down"), counts(faults(bad))).unless(noHCCS),
		chipTile("Not answered", "Queries of the exporter that this chip fails. Below, Collection names them.",
			`count(ascend_exporter_chip_query_failing{$here}) or 0 * `+one("ascend_npu_health_status"), counts(faults(notice))),
	}
}

// hot is where a chip counts as hot.
func (l Limits) hot() Scale { return rising(Step{l.HotCelsius, notice}) }

func (l Limits) hotHBM() Scale { return rising(Step{l.HBMHigh, notice}, Step{l.HBMWorst, bad}) }

func chipUse(l Limits) []Panel {
	return []Panel{
		chipTile("AICore", "Utilisation of the AI Cores now. It reads 0 while a profiler runs on the chip.", one("ascend_npu_aicore_utilization_ratio"), shares(plain())),
		chipTile("Busy", "Share of the time range that the AI Cores were busy, as far as the chip was observed.",
			`sum(increase(ascend_npu_aicore_busy_seconds_total{$here}[$__range])) / sum(increase(ascend_npu_observed_seconds_total{$here}[$__range]) > 0)`, shares(plain())),
		chipTile("Memory", "Share of the HBM in use, or of the DDR of a chip without HBM.", "max("+usedMemory()+")", shares(plain())).
			unless("The chip tells no memory."),
		chipTile("Processes", "Processes on the chip.", one("ascend_npu_processes"), counts(plain())).unless(noProcess),
		chipTile("Power", "Measured power: of an A3 that of the package of two chips, of a 310P that of the card.",
			`sum(ascend_npu_power_watts{`+ofNPU+`}) or max(ascend_npu_card_power_watts{`+ofNPU+`})`, Field{Unit: inWatts, Decimals: 1, Scale: plain()}).unless(noMeter),
		chipTile("Energy", "Energy of the time range: of an A3 that of the package of two chips.",
			`sum(increase(ascend_npu_energy_joules_total{`+ofNPU+`}[$__range])) / 3600`, amounts(inEnergy, plain())).unless(noPower),
		chipTile("Temperature", "Temperature of the chip. It turns where the rules count a chip as hot.", one("ascend_npu_temperature_celsius"), celsius(l.hot())),
		chipTile("HBM", "Temperature of the HBM. It turns where the alerts on it begin.", one("ascend_npu_hbm_temperature_celsius"), celsius(l.hotHBM())).unless(noHBM),
	}
}

// chipLines are lines of the chip over time.
func chipLines(title, about string, field Field, view View, queries ...Query) Panel {
	return Panel{Title: title, About: about, Width: 12, Height: 8, Field: field, View: view, Empty: noChip, Queries: queries}
}

// line is one of them; why says why it may not be there.
func line(legend, expr, why string) Query {
	return Query{Expr: expr, Legend: legend, Limit: 1, Empty: why}
}

// kinds are the lines of a metric of the chip that a label tells apart.
func kinds(legend, expr string, most int, why string) Query {
	return Query{Expr: expr, Legend: legend, Limit: most, Empty: why}
}

func chipWork() []Panel {
	return []Panel{
		chipLines("Utilisation by engine", "Share of the time that the engines of the chip were busy.", shares(plain()), Lines{},
			line("AICore", one("ascend_npu_aicore_utilization_ratio"), ""),
			line("NPU", one("ascend_npu_utilization_ratio"), noUsages),
			line("AI Vector", one("ascend_npu_aivector_utilization_ratio"), noUsages),
			line("AI Cube", one("ascend_npu_aicube_utilization_ratio"), noUsages),
			line("AI CPU", one("ascend_npu_aicpu_utilization_ratio"), noUsages),
			line("Ctrl CPU", one("ascend_npu_ctrlcpu_utilization_ratio"), noUsages),
			kinds("DVPP {{engine}}", "max by (engine) (ascend_npu_dvpp_utilization_ratio{$here})", 8, noUsages)),
		chipLines("Memory", "Memory in use and what there is of it. No process is what the driver keeps, about 3 to 4 GiB, and what an ended process left behind.",
			amounts(inBytes, plain()), Lines{},
			line("HBM in use", one("ascend_npu_hbm_used_bytes"), noHBMSize),
			line("HBM", one("ascend_npu_hbm_total_bytes"), noHBMSize),
			line("HBM, no process", one("ascend_npu_hbm_unattributed_bytes"), "The chip has no HBM, or its processes are not known to be all."),
			line("DDR in use", one("ascend_npu_ddr_used_bytes"), "The chip has no DDR."),
			line("DDR", one("ascend_npu_ddr_total_bytes"), "The chip has no DDR.")).unless("The chip tells no memory."),
		chipLines("Bandwidth of the memory", "Share of the bandwidth that is used.", shares(plain()), Lines{},
			line("HBM", one("ascend_npu_hbm_bandwidth_utilization_ratio"), noUsages),
			line("DDR", one("ascend_npu_ddr_bandwidth_utilization_ratio"), noUsages)).unless(noUsages),
		chipLines("Number of processes", "Processes on the chip.", counts(plain()), Lines{Steps: true},
			line("Processes", one("ascend_npu_processes"), noProcess)).unless(noProcess),
	}
}

const noHBMSize = "The chip has no HBM (310, 310P, 310B)."
