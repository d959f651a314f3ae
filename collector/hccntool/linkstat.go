package hccntool

import (
	"strings"
	"time"

	"github.com/ascend-exporter/ascend_exporter/collector/npusmi"
	"github.com/ascend-exporter/ascend_exporter/collector/optional"
)

// LinkStat is what `-link_stat` says of how a link changed, on any product.
type LinkStat struct {
	Up, Down optional.Float // how often, since the chip's start; absent in releases that do not count

	Changes []LinkChange // the last ones, newest first; the tool remembers ten
}

// LinkChange is one change of a link.
type LinkChange struct {
	// Time is by the clock that the tool prints, which has no zone: the host's local time, and UTC on 950. Two changes can have the
	// same.
	Time time.Time
	Up   bool
}

// ParseLinkStat reads the answer: lines that begin with `[devid N]` or `[device N]`, or on 950 counts and a table.
func ParseLinkStat(output []byte) (LinkStat, npusmi.Warnings, error) {
	var (
		stat     LinkStat
		warnings npusmi.Warnings
	)

	found := false

	for number, line := range lines(output) {
		line = strings.TrimSpace(afterDevice(line))

		switch key, value, _ := split(line); {
		case line[:min(1, len(line))] == "+" || strings.HasPrefix(line, "| NPU "):
			found = true
		case key == "current time" || key == "link change records" && (value == "" || value == "NA"):
			found = true
		case key == "link up count" && count(value).Present():
			stat.Up, found = count(value), true
		case key == "link down count" && count(value).Present():
			stat.Down, found = count(value), true
		default:
			change, ok := linkChange(line)
			if !ok {
				warnings.Add(number, line, "a change of the link")

				continue
			}

			stat.Changes, found = append(stat.Changes, change), true
		}
	}

	if !found {
		return LinkStat{}, warnings, errNothing
	}

	return stat, warnings, nil
}

// afterDevice is a line without `[devid N]` before it.
func afterDevice(line string) string {
	if head, rest, ok := strings.Cut(line, "]"); ok && strings.HasPrefix(head, "[dev") {
		return rest
	}

	return line
}

// linkChange reads a change: `DATE    LINK UP`, or a row of the table, whose last two cells are the state and the date.
func linkChange(line string) (change LinkChange, ok bool) {
	var date, state string

	if strings.HasPrefix(line, "|") {
		row := cells(line)
		if len(row) < 2 {
			return LinkChange{}, false
		}

		state, date = row[len(row)-2], row[len(row)-1]
	} else {
		at := strings.LastIndex(line, "LINK ")
		if at < 0 {
			return LinkChange{}, false
		}

		date, state = strings.TrimSpace(line[:at]), strings.Replace(line[at:], " ", "_", 1)
	}

	moment, err := time.Parse(time.ANSIC, date)

	return LinkChange{Time: moment, Up: state == "LINK_UP"}, err == nil && (state == "LINK_UP" || state == "LINK_DOWN")
}
