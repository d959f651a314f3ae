package hccntool

import (
	"strings"
	"time"

	"github.com/ascend-exporter/ascend_exporter/collector/npusmi"
	"github.com/ascend-exporter/ascend_exporter/collector/optional"
)

// LinkStat is what `-link_stat -g` says of a chip's port: how often its link came up and went down.
//
// Its times are what a clock on the wall shows: the tool prints the host's local time and no zone. They are given as if that
// were UTC; their differences are true but for a change of the clocks in between. On 950 they are UTC.
type LinkStat struct {
	Now        time.Time      // of the device, when it answered; zero where it is not printed (950)
	Ups, Downs optional.Float // since the device started; older releases do not count the latter
	Changes    []LinkChange   // newest first; the device keeps the last 10 of both kinds
}

// LinkChange is a link that came up or went down. Two can have the same second.
type LinkChange struct {
	Time time.Time
	Up   bool
}

// ParseLinkStat reads the answer.
func ParseLinkStat(output []byte) (LinkStat, npusmi.Warnings, error) {
	var (
		stat     LinkStat
		warnings npusmi.Warnings
	)

	found := false

	for number, line := range answerLines(output) {
		text := withoutDevice(line)

		why := ""
		if change, ok := parseLinkChange(text); ok {
			stat.Changes = append(stat.Changes, change)
		} else {
			why = stat.set(text)
		}

		found = found || why == ""

		if why != "" {
			warnings.Add(number, line, why)
		}
	}

	if !found {
		return LinkStat{}, warnings, errNoReading
	}

	return stat, warnings, nil
}

// withoutDevice takes the "[devid 0]" off that begins each line; some releases have "[device 0]".
func withoutDevice(line string) string {
	if strings.HasPrefix(line, "[dev") {
		if _, rest, ok := strings.Cut(line, "]"); ok {
			return strings.TrimSpace(rest)
		}
	}

	return line
}

// parseLinkChange reads "Tue Aug  1 14:43:40 2022    LINK UP".
func parseLinkChange(text string) (change LinkChange, ok bool) {
	when, up := strings.CutSuffix(text, "LINK UP")
	change.Up = up

	if !up {
		if when, ok = strings.CutSuffix(text, "LINK DOWN"); !ok {
			return LinkChange{}, false
		}
	}

	change.Time, ok = parseTime(when)

	return change, ok
}

// set reads a line that is no change. It returns what it would have expected.
func (s *LinkStat) set(text string) (why string) {
	key, value, ok := splitField(text)
	if !ok {
		return "a count or a change of the link"
	}

	switch key {
	case "current time":
		if s.Now, ok = parseTime(value); !ok {
			return "a time"
		}

		return ""
	case "link up count":
		return setCount(&s.Ups, value)
	case "link down count":
		return setCount(&s.Downs, value)
	case "link change records":
		if value != "" && value != "NA" {
			return "changes of the link, or NA"
		}

		return ""
	default:
		return whyKey
	}
}

// parseTime reads "Tue Aug  1 14:43:40 2022", whatever pads the day.
func parseTime(text string) (when time.Time, ok bool) {
	when, err := time.Parse("Mon Jan 2 15:04:05 2006", strings.Join(strings.Fields(text), " "))

	return when, err == nil
}
