package hccntool

import (
	"strings"

	"github.com/ascend-exporter/ascend_exporter/collector/npusmi"
)

// Neighbour is what `-lldp -g` says of the switch at the other end of a chip's link, as the switch tells it. All of it is ""
// where there is no neighbour: the answer is an empty line then. What the switch does not tell is "" too.
type Neighbour struct {
	System          string // name of the switch: System Name
	Port            string // of the switch: Port ID, such as 400GE1/0/1
	PortSubtype     string // what Port is: Ifname, Local, MAC, …
	PortDescription string
	Chassis         string // Chassis ID, as a rule a MAC address
}

// ParseLLDP reads the answer. It fails where it is empty to the last byte, as it is when the query failed.
func ParseLLDP(output []byte) (Neighbour, npusmi.Warnings, error) {
	var (
		neighbour Neighbour
		warnings  npusmi.Warnings
	)

	number, section, empty := 0, "", false

	for line := range strings.Lines(strings.ToValidUTF8(string(output), "\uFFFD")) {
		number++

		text := strings.TrimSpace(line)
		if text == "" || npusmi.IsNoise(text) {
			empty = empty || text == ""

			continue
		}

		// Values are indented, but for the further lines of one that has several.
		heading, ok := strings.CutSuffix(strings.TrimRight(line, " \t\r\n"), " TLV")

		switch {
		case ok && heading != "" && !strings.ContainsAny(heading[:1], " \t"):
			section = heading
		case section == "":
			warnings.Add(number, text, "the heading of a TLV")
		default:
			neighbour.set(section, text)
		}
	}

	if section == "" && (!empty || warnings.Count > 0) {
		return Neighbour{}, warnings, errNoReading
	}

	return neighbour, warnings, nil
}

// set takes the first line of a section. Sections of no use here have text of any kind.
func (n *Neighbour) set(section, text string) {
	switch section {
	case "System Name":
		setOnce(&n.System, text)
	case "Port Description":
		setOnce(&n.PortDescription, text)
	case "Chassis ID":
		if _, id, ok := strings.Cut(text, ":"); ok {
			setOnce(&n.Chassis, strings.TrimSpace(id))
		}
	case "Port ID":
		if subtype, id, ok := strings.Cut(text, ":"); ok && n.Port == "" {
			n.PortSubtype, n.Port = strings.TrimSpace(subtype), strings.TrimSpace(id)
		}
	}
}

func setOnce(where *string, text string) {
	if *where == "" {
		*where = text
	}
}
