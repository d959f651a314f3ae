package dashboards

import (
	"fmt"
	"maps"
	"slices"
)

// noMedian is of the medians that the alerts compare with.
const noMedian = "The host stands in no rack, or no chip of the rack is busy."

func chipHeat(l Limits) []Panel {
	const noStream = "The fast stream does not run."

	return []Panel{
		chipLines("Temperature", "Temperature of the chip and the median of the busy chips of its rack. A line is where the rules count a chip as hot; where they have a limit for its model, that is one too.",
			celsius(l.hot()), Lines{}, append([]Query{
				line("Chip", one("ascend_npu_temperature_celsius"), ""),
				line("Chip, peak", one("ascend_npu_temperature_peak_celsius"), noStream),
				line("Rack, median of busy chips", `max(rack:ascend_npu_busy_temperature_celsius:median{`+aroundChip+`})`, noMedian),
			}, limitsOfModels(l)...)...),
		chipLines("Temperature of the HBM", "Lines are where the alerts begin.", celsius(l.hotHBM()), Lines{},
			line("HBM", one("ascend_npu_hbm_temperature_celsius"), noHBM)).unless(noHBM),
		chipLines("Power", "Measured power: of an A3 that of the package of two chips, of a 310P that of the card. The median is that of the busy chips of the rack.",
			amounts(inWatts, plain()), Lines{},
			line("NPU", `sum(ascend_npu_power_watts{`+ofNPU+`})`, noPower),
			line("NPU, peak", `sum(ascend_npu_power_peak_watts{`+ofNPU+`})`, noStream),
			line("Card", `max(ascend_npu_card_power_watts{`+ofNPU+`})`, "Only cards of 310P have a meter of their own."),
			line("Rated", one("ascend_npu_rated_power_watts"), "Only a 310 tells its rated power."),
			line("Rack, median of busy chips", `max(rack:ascend_npu_busy_power_watts:median{`+aroundChip+`})`, noMedian)).unless(noMeter),
		chipLines("Clock", "Clock of the AI Cores, what they are rated for, and the clock of the HBM. An idle chip has a low clock for good reason.",
			amounts(inHertz, plain()), Lines{},
			line("AICore", one("ascend_npu_aicore_frequency_hertz"), noClock),
			line("AICore, rated", one("ascend_npu_aicore_rated_frequency_hertz"), noClock),
			line("HBM", one("ascend_npu_hbm_frequency_hertz"), noHBMSize)).unless(noClock),
		chipLines("Temperature by sensor", "Sensors of the chip, by the tool's names.", celsius(plain()), Lines{},
			kinds("{{sensor}}", `max by (sensor) (ascend_npu_sensor_temperature_celsius{$here})`, 40, "")).unless("The product tells no sensors (310, 310B)."),
		chipLines("Voltage", "Voltage of the chip.", Field{Unit: inVolts, Decimals: 2, Scale: plain()}, Lines{},
			line("Chip", one("ascend_npu_voltage_volts"), "")).unless("The product does not tell its voltage."),
	}
}

// limitsOfModels are lines at the limits of the alert on hot chips, of which a chip has that of its model.
func limitsOfModels(l Limits) []Query {
	var lines []Query

	for _, model := range slices.Sorted(maps.Keys(l.TooHotCelsius)) {
		expr := fmt.Sprintf(`max(%g * ascend_npu_info{$here,model=~"%s"})`, l.TooHotCelsius[model], model)
		lines = append(lines, line("Limit of "+model, expr, "The chip is of another model."))
	}

	return lines
}

func chipECC(l Limits) []Panel {
	history := chipLines("Errors over time", "ECC errors since the start of the chip: a line that falls to 0 is a reset. Double bit errors could not be corrected.",
		counts(plain()), Lines{Steps: true},
		kinds("{{memory}} {{type}}", `max by (memory, type) (ascend_npu_ecc_errors_total{$here})`, 10, "")).unless(noECC)
	pages := chipLines("Isolated pages over time", "Pages that are isolated for errors. Lines are where the alerts on the HBM's begin.",
		counts(rising(Step{l.Pages, notice}, Step{l.PagesWorst, bad})), Lines{Steps: true},
		kinds("{{memory}} {{type}}", `max by (memory, type) (ascend_npu_ecc_isolated_pages{$here})`, 10, "")).unless("The product does not tell its isolated pages (310).")
	of := func(metric string) string { return `max by (memory, type) (` + metric + `{$here})` }
	list := Panel{
		Title: "ECC", Width: columns, Height: 6, Field: counts(none()), Empty: noECC, Normal: true,
		About: "Errors and isolated pages by memory and kind. Those of the part's life can be cleared by an operator; those of the start end with a reset.",
		View: Table{Rows: 10, Sort: []string{"Memory", "Kind"}, Columns: []Column{
			label("memory", "Memory", 120),
			label("type", "Kind", 140),
			state("In the time range", grown("ascend_npu_ecc_errors_total", "memory, type"), counts(marked(notice)), 150),
			number("Since the start", of("ascend_npu_ecc_errors_total"), counts(none()), 140),
			number("Life", of("ascend_npu_ecc_lifetime_errors"), counts(none()), 120),
			state("Isolated pages", of("ascend_npu_ecc_isolated_pages"), counts(rising(Step{l.Pages, notice}, Step{l.PagesWorst, bad}).cell()), 140),
			state("Isolated at the next reset", of("ascend_npu_ecc_next_isolated_pages"), counts(marked(notice)), 0).or("The product does not tell it (310, 910A)."),
		}},
	}

	return []Panel{list, history, pages}
}

func chipLinks() []Panel {
	roce, others := hostRoCE(), hostLinks()
	roce.Title, roce.Height, others.Height = "RoCE port", 4, 4
	roce.About = "The RoCE port of the chip: its state now, and what it counted in the time range."
	others.About = "Links within the server, and the ports of a 950: their state now, and what they counted in the time range. Ports without a cable are down too."

	traffic := chipLines("RoCE traffic", "Bytes on the wire, those of bad packets included.", amounts(inRate, plain()), Lines{},
		kinds("{{direction}}", `max by (direction) (rate(ascend_npu_mac_bytes_total{$here}[$__rate_interval]))`, 2, "")).unless(noRoCE)
	trouble := chipLines("RoCE trouble", "Bad packets, retransmissions, errors of the protocol, flow control and losses of the link, in each step of the graph.", counts(plain()), Lines{Steps: true},
		kinds("RoCE {{kind}}", `max by (kind) (increase(ascend_npu_roce_errors_total{$here}[$__rate_interval]))`, 5, ""),
		kinds("bad packets, {{direction}}", `max by (direction) (increase(ascend_npu_mac_errors_total{$here}[$__rate_interval]))`, 2, ""),
		kinds("PFC, {{direction}}", `max by (direction) (increase(ascend_npu_pfc_packets_total{$here}[$__rate_interval]))`, 2, ""),
		line("link went down", `max(increase(ascend_npu_roce_link_down_transitions_total{$here}[$__rate_interval]))`, "")).unless(noRoCE)
	hccs := chipLines("HCCS traffic", "Bytes on all HCCS links of the chip.", amounts(inRate, plain()), Lines{},
		line("transmit", `max(rate(ascend_npu_hccs_transmit_bytes_total{$here}[$__rate_interval]))`, ""),
		line("receive", `max(rate(ascend_npu_hccs_receive_bytes_total{$here}[$__rate_interval]))`, "")).unless("The chip has no HCCS links.")
	buses := chipLines("Trouble of the other links", "Retries and errors of HCCS, CRC errors between the dies of a package, errors of PCIe and of the ports of a 950, in each step of the graph.",
		counts(plain()), Lines{Steps: true},
		line("HCCS retries", `max(increase(ascend_npu_hccs_retries_total{$here}[$__rate_interval]))`, noBuses),
		line("HCCS errors", `max(increase(ascend_npu_hccs_errors_total{$here}[$__rate_interval]))`, noBuses),
		kinds("SIO {{direction}}", `max by (direction) (increase(ascend_npu_sio_errors_total{$here}[$__rate_interval]))`, 2, noBuses),
		kinds("PCIe {{type}}", `max by (type) (increase(ascend_npu_pcie_errors_total{$here}[$__rate_interval]))`, 5, noBuses),
		line("ports", `max(increase(ascend_npu_ports_errors_total{$here}[$__rate_interval]))`, noPorts)).unless(noBuses)

	// The tools are asked for these every minute, and every 5 minutes.
	traffic.Interval, trouble.Interval, hccs.Interval, buses.Interval = "2m", "2m", "10m", "10m"

	link := chipLines("RoCE link", "State of the RoCE port. Not in use is a port that is down and was up neither since the chip's start nor within a day, on a host where no other is.",
		roceLinks(), Timeline{}, line("RoCE", "max("+roceLink()+")", "")).unless(noRoCE)
	down := chipLines("HCCS links down", "HCCS links of the chip that are down.", counts(faults(bad)), Timeline{},
		line("HCCS", one("ascend_npu_hccs_links_down"), "")).unless(noHCCS)
	link.Height, down.Height = 4, 4

	return []Panel{roce, others, link, down, traffic, trouble, hccs, buses, chipPorts()}
}

func chipOptics() []Panel {
	panels := []Panel{
		chipLines("Light", "Power of the light that each lane receives and sends.", amounts(inWatts, plain()), Lines{},
			kinds("in, lane {{lane}}", `max by (lane) (ascend_npu_optical_receive_power_watts{$here})`, 8, ""),
			kinds("out, lane {{lane}}", `max by (lane) (ascend_npu_optical_transmit_power_watts{$here})`, 8, "")).unless(noOptics),
		chipLines("Temperature of the module", "Temperature of the optical module.", celsius(plain()), Lines{},
			line("Module", one("ascend_npu_optical_temperature_celsius"), "")).unless(noOptics),
		chipLines("Voltage of the module", "Supply voltage of the optical module.", Field{Unit: inVolts, Decimals: 2, Scale: plain()}, Lines{},
			line("Module", one("ascend_npu_optical_voltage_volts"), "")).unless(noOptics),
		chipLines("Beyond its limits", "Readings beyond the module's own limits, and lost signals, while they last. Chips that share a module see each other's lanes.",
			states(State{"1", "Yes", bad}), Timeline{},
			kinds("{{quantity}}, {{bound}}", `max by (quantity, bound) (ascend_npu_optical_alarm{$here})`, 10, ""),
			kinds("{{loss}}, {{direction}}", `max by (loss, direction) (ascend_npu_optical_loss{$here})`, 4, "")).
			unless("No module is beyond its limits, or has lost the signal; or none can be read."),
	}

	return panels
}
