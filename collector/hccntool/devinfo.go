package hccntool

import (
	"github.com/ascend-exporter/ascend_exporter/collector/npusmi"
	"github.com/ascend-exporter/ascend_exporter/collector/optional"
)

// DevInfo is what `-g -dev_info` says of a 950: all of its ports in one answer.
type DevInfo struct {
	Ports []Port // in the order printed
}

// Port is a port of a 950.
type Port struct {
	UDie, Number int
	Ability      optional.Float // gigabits per second: the most that it can do; the query of its speed has the present one
	Type         string         // UB, ETH, or what a later release calls it; "" for NA
	LinkKnown    bool           // whether the tool printed UP or DOWN, and Up which of them
	Up           bool
	Medium       string // such as Electrical; "" for NA
}

// Headings of the table of ports.
const (
	headingUDieID     = "UDie ID"
	headingPortID     = "Port ID"
	headingLinkStatus = "Link Status"
)

// ParseDevInfo reads the answer. The tables of network interfaces and of entities are left out. It fails where there is no
// table of ports.
func ParseDevInfo(output []byte) (DevInfo, npusmi.Warnings, error) {
	var info DevInfo

	type place struct{ uDie, port int }

	seen, found := make(map[place]bool), false

	setPort := func(r row) (why string) {
		port, why := parsePort(r)
		at := place{port.UDie, port.Number}

		switch {
		case why == whyPort:
			return why
		case seen[at]:
			return "each port once"
		}

		seen[at] = true
		info.Ports = append(info.Ports, port)

		return why
	}

	warnings := readTables(output, func(h headings) reader {
		switch {
		case h.has(headingUDieID, headingPortID, headingLinkStatus):
			found = true

			return setPort
		case h.has("Interface Name"), h.has("EID"):
			return leaveOut
		default:
			return nil
		}
	}, nil)

	if !found {
		return DevInfo{}, warnings, errNoReading
	}

	return info, warnings, nil
}

const whyPort = "a port"

// parsePort reads a row. It returns what it would have expected: whyPort where it is no port.
func parsePort(r row) (port Port, why string) {
	uDie, isUDie := parseIndex(r.cell(headingUDieID))
	number, isPort := parseIndex(r.cell(headingPortID))

	if !isUDie || !isPort {
		return Port{}, whyPort
	}

	port = Port{UDie: uDie, Number: number, Type: printed(r.cell("Port Type")), Medium: printed(r.cell("Media Type"))}

	switch status := r.cell(headingLinkStatus); status {
	case "UP", "DOWN":
		port.LinkKnown, port.Up = true, status == "UP"
	default:
		if printed(status) != "" {
			why = "UP or DOWN"
		}
	}

	ability, ok := npusmi.ParseNumber(r.cell("Speed Ability(Gbps)"))
	if !ok {
		why = "a number"
	}

	port.Ability = ability

	return port, why
}
