package hccntool

import "github.com/ascend-exporter/ascend_exporter/collector/npusmi"

// ParsePortLinkStat reads the answer to `-g -link_stat`, of a port of a 950. Its times are UTC, and it has no LinkStat.Now.
func ParsePortLinkStat(output []byte) (LinkStat, npusmi.Warnings, error) {
	var stat LinkStat

	found := false

	setChange := func(r row) (why string) {
		when, ok := parseTime(r.cell("Time_Stamp"))
		status := r.cell("Link_Status")

		switch {
		case !ok:
			return "a time"
		case status != "LINK_UP" && status != "LINK_DOWN":
			return "LINK_UP or LINK_DOWN"
		}

		stat.Changes = append(stat.Changes, LinkChange{Time: when, Up: status == "LINK_UP"})

		return ""
	}

	warnings := readTables(output, func(h headings) reader {
		if !h.has("Link_Status", "Time_Stamp") {
			return nil
		}

		found = true

		return setChange
	}, func(text string) (why string) {
		why = stat.set(text)
		found = found || why == ""

		return why
	})

	if !found {
		return LinkStat{}, warnings, errNoReading
	}

	return stat, warnings, nil
}
