package dashboards

// kept is said where columns look back for longer than Prometheus keeps its data by default.
const kept = " Of 30 days it shows what Prometheus keeps: 15 days, unless it is told otherwise."

// faultsActive lists the codes that are active.
func faultsActive() Panel {
	const by = ofChips + ", code, handling"

	lasting := most(`60 * max by (` + by + `) (count_over_time(ascend_npu_fault_active{$here}[1d:1m]) and ascend_npu_fault_active{$here})`)

	return Panel{
		Title: "Active faults", Width: columns, Height: 9, Field: counts(none()), Empty: noneActive, Normal: true,
		About: "The codes that are active, those that lasted longest first, with the class that says what the vendor asks for. Names lead to the chip.",
		View: Table{Rows: perFaults, Sort: []string{"-Active, of a day"}, Columns: append([]Column{
			{Title: "Class", Label: "handling", Field: classes(), Cell: background, Width: 180},
			label("code", "Code", 120),
		}, append(chipColumns(), number("Active, of a day", lasting, amounts(inSeconds, none()), 0))...)},
	}
}

// faultsChips lists the chips on which faults set in again.
func faultsChips() Panel {
	const fault = `ascend_npu_fault_active{$here,` + needLook + `}`

	rows := most(seenAgain(ofChips, fault, "30d"))

	return Panel{
		Title: "Chips with faults", Width: columns, Height: 9, Field: counts(none()), Normal: true,
		About: "How often faults appeared on a chip, without those of the classes NotHandle and RestartRequest. One that was away for five minutes counts anew, also where only the exporter was away." + kept,
		Empty: "No such fault was seen in 30 days.",
		View: Table{Rows: perFaults, Sort: []string{"-30 days"}, Columns: append(chipColumns(),
			state("Now", among(rows, ofChips, `count by (`+ofChips+`) (`+fault+`)`), counts(marked(bad)), 70),
			state("24 hours", among(rows, ofChips, seenAgain(ofChips, fault, "1d")), counts(Scale{Base: blank, Steps: []Step{{2, notice}}}), 90),
			state("7 days", among(rows, ofChips, seenAgain(ofChips, fault, "7d")), counts(Scale{Base: blank, Steps: []Step{{2, notice}}}), 90),
			state("30 days", rows, counts(Scale{Base: blank, Steps: []Step{{2, notice}}}), 90),
			number("Codes", among(rows, ofChips, `count by (`+ofChips+`) (count_over_time(`+fault+`[30d:5m]))`), counts(none()), 0))},
	}
}

// faultsCodes lists the codes by the chips that had them.
func faultsCodes() Panel {
	const by = "code, handling"

	chips := func(window string) string {
		return `count by (` + by + `) (count_over_time(ascend_npu_fault_active{$here}[` + window + `:5m]))`
	}
	rows := most(chips("30d"))

	return Panel{
		Title: "Codes", Width: 10, Height: 9, Field: counts(none()), Normal: true,
		About: "Chips on which a code was active. A code on many chips is rather a release, a switch or a room than the chips." + kept,
		Empty: "No code was active in 30 days.",
		View: Table{Rows: perFaults, Sort: []string{"-30 days"}, Columns: []Column{
			label("code", "Code", 110),
			{Title: "Class", Label: "handling", Field: classes(), Cell: background, Width: 180},
			number("Now", among(rows, by, `count by (`+by+`) (ascend_npu_fault_active{$here})`), counts(none()), 70),
			number("7 days", among(rows, by, chips("7d")), counts(none()), 80),
			number("30 days", rows, counts(none()), 0),
		}},
	}
}

// faultsHosts lists the hosts that keep failing.
func faultsHosts() Panel {
	const (
		alerts = `ALERTS{$here,instance!="",alertstate="firing",alertname=~"Ascend.+",alertname!="AscendRulesTooSlow",severity=~"critical|warning"}`
		fault  = `ascend_npu_fault_active{$here,` + needLook + `}`
	)

	rows := most(hours(ofHosts, alerts, "30d"))

	return Panel{
		Title: "Hosts that keep failing", Width: 14, Height: 9, Field: counts(none()), Normal: true,
		About: "The hours in which alerts of the severities critical and warning fired on a host or its chips, put together, and how many kinds of alerts. One kind for long is a part to replace; many kinds are a host to look at." + kept,
		Empty: "No alert fired on a host in 30 days, or this Prometheus does not evaluate alerts: the tile Repeating tells which.",
		View: Table{Rows: perFaults, Sort: []string{"-30 days"}, Columns: append(hostColumns(),
			number("7 days", among(rows, ofHosts, hours(ofHosts, alerts, "7d")), amounts(inSeconds, none()), 90),
			number("30 days", rows, amounts(inSeconds, none()), 90),
			number("Kinds", among(rows, ofHosts, `count by (`+ofHosts+`) (group by (`+ofHosts+`, alertname) (last_over_time(`+alerts+`[30d])))`), counts(none()), 60),
			number("Faults", among(rows, ofHosts, seenAgain(ofHosts, fault, "30d")), counts(none()), 0).or("No such fault was seen in 30 days."))},
	}
}

// faultsPages lists the chips whose memory has isolated pages.
func faultsPages(l Limits) Panel {
	of := func(metric string) string {
		return `max by (` + ofChips + `) (` + metric + `{$here,memory="hbm",type="double_bit"})`
	}
	rows := most(of("ascend_npu_ecc_isolated_pages") + " > 0")

	return Panel{
		Title: "Isolated pages of the HBM", Width: columns, Height: 9, Field: counts(none()), Normal: true,
		About: "Chips with pages of the HBM that are isolated for errors that could not be corrected. The colours turn where the alerts begin: the vendor resets at the first and replaces at the second.",
		Empty: "No page is isolated, or no chip has HBM.",
		View: Table{Rows: perFaults, Sort: []string{"-Isolated"}, Columns: append(chipColumns(),
			state("Isolated", rows, counts(rising(Step{l.Pages, notice}, Step{l.PagesWorst, bad}).cell()), 90),
			number("At the next reset", among(rows, ofChips, of("ascend_npu_ecc_next_isolated_pages")), counts(none()), 130),
			number("Errors since the start", among(rows, ofChips, of("ascend_npu_ecc_errors_total")), counts(none()), 160),
			number("Errors of its life", among(rows, ofChips, of("ascend_npu_ecc_lifetime_errors")), counts(none()), 135),
			label("product", "Product", 130).given(Query{Expr: among(rows, ofChips, `group by (`+ofChips+`, product, serial) (ascend_npu_board_info{$here})`)}),
			label("serial", "Serial number", 0))},
	}
}

// faultsLinks lists the RoCE links that were down.
func faultsLinks() Panel {
	const (
		down     = `chip:ascend_npu_roce_link_up:down{$here}`
		flapping = `ALERTS{$here,alertstate="firing",alertname="AscendLinkFlapping"}`
	)

	lasting := func(window string) string {
		return `60 * max by (` + ofChips + `) (count_over_time(` + down + `[` + window + `:1m]))`
	}
	rows := most(`(` + lasting("30d") + ` or 0 * group by (` + ofChips + `) (last_over_time(` + flapping + `[30d])))`)

	return Panel{
		Title: "RoCE links", Width: columns, Height: 9, Field: counts(none()), Normal: true,
		About: "Links that were down while they were in use, those that were down longest first, and links whose flapping was alerted on. Ports of one switch that go down together are the switch." + kept,
		Empty: "No link in use was down in 30 days, or no chip has RoCE ports.",
		View: Table{Rows: perFaults, Sort: []string{"-Down, 30 days"}, Columns: append(chipColumns(),
			state("Now", among(rows, ofChips, `max by (`+ofChips+`) (`+down+`)`), states(State{"0", "Down", bad}).seldom(), 80).or("No link in use is down."),
			number("Times, 7 days", among(rows, ofChips, seenAgain(ofChips, down, "7d")), counts(none()), 110),
			number("Down, 7 days", among(rows, ofChips, lasting("7d")), amounts(inSeconds, none()), 110),
			number("Down, 30 days", rows, amounts(inSeconds, none()), 115),
			number("Went down", among(rows, ofChips, `max by (`+ofChips+`) (ascend_npu_roce_link_down_transitions_total{$here})`), counts(none()), 95),
			number("Flapping, 30 days", among(rows, ofChips, hours(ofChips, flapping, "30d")), amounts(inSeconds, none()), 130).
				or("No link flapped as often as the alert asks for."),
			label("switch", "Switch", 0).given(Query{
				Expr:  among(rows, ofChips, `group by (`+ofChips+`, switch, port) (ascend_npu_roce_neighbor_info{$here})`),
				Empty: "No neighbour is told by LLDP.",
			}),
			label("port", "Port", 110))},
	}
}
