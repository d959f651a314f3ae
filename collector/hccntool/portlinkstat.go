package hccntool

import "github.com/ascend-exporter/ascend_exporter/collector/npusmi"

// ParsePortLinkStat reads the answer to `-g -link_stat`, of a port of a 950. Its times are UTC, and it has no LinkStat.Now.
func ParsePortLinkStat(output []byte) (LinkStat, npusmi.Warnings, error) {
	var (
		stat     LinkStat
		warnings npusmi.Warnings
	)

	found := false

	tables, rest := parseTables(output)
	for _, line := range rest {
		why := stat.set(line.text)
		found = found || why == ""

		if why != "" {
			warnings.Add(line.number, line.text, why)
		}
	}

	for _, t := range tables {
		if !t.has("Link_Status", "Time_Stamp") {
			warnings.Add(t.number, t.text, "a table of this query")

			continue
		}

		found = true
		t.read(&warnings, func(r row) string {
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
		})
	}

	if !found {
		return LinkStat{}, warnings, errNoReading
	}

	return stat, warnings, nil
}
