package hccntool

import (
	"strconv"

	"github.com/ascend-exporter/ascend_exporter/collector/npusmi"
	"github.com/ascend-exporter/ascend_exporter/collector/optional"
)

// Port is what `-dev_info` says of a port of a 950: one call for all ports of a chip.
type Port struct {
	Die, Port int            // as -u and -p take them
	Ability   optional.Float // gigabits per second that it is made for
	Type      string         // UB, ETH
	Up        optional.Float // 1 or 0
	Medium    string         // Electrical, Optical
}

const (
	headDie  = "UDie ID"
	headPort = "Port ID"
	headLink = "Link Status"
)

// ParsePorts reads the answer: a table of ports, and tables of interfaces and of EIDs, which are left alone. A chip may have no
// port.
func ParsePorts(output []byte) ([]Port, npusmi.Warnings, error) {
	var (
		ports    []Port
		warnings npusmi.Warnings
	)

	found := false

	for _, table := range tables(output, &warnings) {
		for _, r := range table {
			if _, ok := r.cells[headLink]; !ok {
				break // another table
			}

			found = true

			port := Port{
				Ability: count(r.cells["Speed Ability(Gbps)"]), Type: r.cells["Port Type"], Up: linkState(r.cells[headLink]), Medium: r.cells["Media Type"],
			}

			var ok bool
			if port.Die, port.Port, ok = r.port(headDie, headPort); !ok {
				warnings.Add(r.number, r.line, "the numbers of a die and a port")

				continue
			}

			if !port.Up.Present() {
				warnings.Add(r.number, r.line, "UP or DOWN")
			}

			ports = append(ports, port)
		}
	}

	if !found {
		return nil, warnings, errNothing
	}

	return ports, warnings, nil
}

// port reads which port a row is about.
func (r row) port(headDie, headPort string) (die, port int, ok bool) {
	die, err1 := strconv.Atoi(r.cells[headDie])
	port, err2 := strconv.Atoi(r.cells[headPort])

	return die, port, err1 == nil && err2 == nil && die >= 0 && port >= 0
}
