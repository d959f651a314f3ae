package hccntool

import (
	"strings"

	"github.com/ascend-exporter/ascend_exporter/collector/npusmi"
)

// Neighbor is what `-lldp` says of the other end of the cable; what it does not tell is "".
type Neighbor struct {
	Switch string // System Name; of a switch that sends none, its Chassis ID
	Port   string // Port ID
}

// ParseLLDP reads the answer: values stand on lines of their own, indented, below the name of what they are. A text of several
// lines can follow such a name. Without a neighbour the answer is empty (see Nothing).
func ParseLLDP(output []byte) (Neighbor, npusmi.Warnings, error) {
	var (
		neighbor Neighbor
		chassis  string
		about    string
		warnings npusmi.Warnings
	)

	for number, line := range lines(output) {
		if name, ok := strings.CutSuffix(line, " TLV"); ok {
			about = name

			continue
		}

		// What a value is, as `Ifname: 400GE1/0/1`, stands before it; a name of a system has none.
		value := line
		if _, after, ok := strings.Cut(line, ": "); ok && about != "System Name" {
			value = strings.TrimSpace(after)
		}

		switch about {
		case "Chassis ID":
			chassis = first(chassis, value)
		case "Port ID":
			neighbor.Port = first(neighbor.Port, value)
		case "System Name":
			neighbor.Switch = first(neighbor.Switch, value)
		case "":
			warnings.Add(number, line, "the name of a TLV")
		}
	}

	if about == "" {
		return Neighbor{}, warnings, errNothing
	}

	neighbor.Switch = first(neighbor.Switch, chassis)

	return neighbor, warnings, nil
}

// first is the first text that is not empty.
func first(texts ...string) string {
	for _, text := range texts {
		if text != "" {
			return text
		}
	}

	return ""
}
