package hccntool

import (
	"github.com/ascend-exporter/ascend_exporter/collector/npusmi"
	"github.com/ascend-exporter/ascend_exporter/collector/optional"
)

// PortSpeed is what `-g -speed` says of a port of a 950.
type PortSpeed struct {
	Gigabits optional.Float // per second; absent for unknown, as a rule of a link that is down
	Lanes    optional.Float // that the port has: X4 is 4
	Width    optional.Float // lanes in use; absent for NA, as a rule of a link that is down
	Status   LaneStatus
}

// LaneStatus is whether a port uses all of its lanes.
type LaneStatus int

// The states. The zero value means that the tool printed none that is known.
const (
	LanesAbsent     LaneStatus = iota
	LanesNormal                // all, or the link is down
	LanesDowngraded            // fewer, and the port is slower
	LanesAbnormal
)

// ParsePortSpeed reads the answer.
func ParsePortSpeed(output []byte) (PortSpeed, npusmi.Warnings, error) {
	var speed PortSpeed

	found := false

	setSpeed := func(r row) (why string) {
		if found {
			return "one port"
		}

		found = true

		return speed.set(r)
	}

	warnings := readTables(output, func(h headings) reader {
		if !h.has("Speed", "Status") {
			return nil
		}

		return setSpeed
	}, nil)

	if !found {
		return PortSpeed{}, warnings, errNoReading
	}

	return speed, warnings, nil
}

// set reads a row. It returns what it would have expected.
func (s *PortSpeed) set(r row) (why string) {
	if value := r.cell("Speed"); value != "unknown" {
		why = setQuantity(&s.Gigabits, value, "G")
	}

	var lanesOK, widthOK bool

	s.Lanes, lanesOK = parseLanes(r.cell("Cap"))
	s.Width, widthOK = parseLanes(r.cell("Width"))

	if !lanesOK || !widthOK {
		why = "numbers of lanes, such as X4"
	}

	switch status := r.cell("Status"); status {
	case "normal":
		s.Status = LanesNormal
	case "downgraded":
		s.Status = LanesDowngraded
	case "abnormal":
		s.Status = LanesAbnormal
	default:
		why = "normal, downgraded or abnormal"
	}

	return why
}

// parseLanes reads X4; a release without the column, and NA, are absent.
func parseLanes(text string) (lanes optional.Float, ok bool) {
	if printed(text) == "" {
		return optional.Float{}, true
	}

	if text[0] != 'X' {
		return optional.Float{}, false
	}

	count, ok := parseCount(text[1:])

	return optional.Of(float64(count)).Unless(!ok), ok
}
