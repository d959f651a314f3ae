package sim

import (
	"fmt"
	"strconv"
	"time"
)

func printUBLink(a *answerOf, q ubQuery) int {
	fmt.Fprintf(&a.out, "link status: %s\n", upDown(q.port.Up))

	return 0
}

// prefix is the first cells of a row on a port.
func (q ubQuery) prefix(cells ...string) []string {
	return append([]string{strconv.Itoa(q.chip.LogicID), strconv.Itoa(q.port.Die), strconv.Itoa(q.port.Port)}, cells...)
}

func portHeader(cells ...string) []string {
	return append([]string{"NPU", "UDie", "Port"}, cells...)
}

// printUBLinkStat has its times in UTC, unlike the tool of older products.
func printUBLinkStat(a *answerOf, q ubQuery) int {
	const layout = "Mon Jan 02 15:04:05 2006"

	h := q.port.History
	fmt.Fprintf(&a.out, "link up count : %d\nlink down count : %d\n", h.Ups, h.Downs)

	rows := [][]string{portHeader("Link_Status", "Time_Stamp")}
	for _, change := range h.recorded() {
		rows = append(rows, q.prefix("LINK_"+upDown(change.Up), time.Unix(change.At, 0).UTC().Format(layout)))
	}

	a.writeTable(rows...)

	return 0
}

func printUBStat(a *answerOf, q ubQuery) int {
	fmt.Fprintf(&a.out, "packet statistics:\nport_id: %d\nis_uboe_port: 0\n", q.port.Port)

	for _, key := range ubKeys() {
		fmt.Fprintf(&a.out, "%s: %d\n", printedUBKey(a.state, key), q.port.Stats[key])
	}

	return 0
}

func printUBSpeed(a *answerOf, q ubQuery) int {
	const badTable = 6

	words := []string{"normal", "downgraded", "abnormal"}

	p := q.port
	if p.Status < 0 || p.Status >= len(words) {
		return a.fail(badTable, "Cmd execute failed!")
	}

	speed, width := "unknown", notAvailable
	if p.Speed > 0 {
		speed = fmt.Sprintf("%d G", p.Speed)
	}

	if p.Width > 0 {
		width = fmt.Sprint("X", p.Width)
	}

	a.writeTable(portHeader("Speed", "Cap", "Width", "Status"), q.prefix(speed, fmt.Sprint("X", p.Cap), width, words[p.Status]))

	return 0
}

func printUBBandwidth(a *answerOf, q ubQuery) int {
	writeBandwidth(&a.out, "%10.2f", q.port.TX, q.port.RX)

	return 0
}

func printUBHealth(a *answerOf, q ubQuery) int {
	word := q.chip.Network.Health.word(a.state)
	if word == "" {
		return a.ubFailed(NetworkFailed)
	}

	fmt.Fprintf(&a.out, "net health status: %s\n", word)

	return 0
}

func printUBVersion(a *answerOf, _ ubQuery) int {
	fmt.Fprintf(&a.out, "Network Driver Version:    %s\nNetwork Firmware Version:  B0202_1053\n", a.state.DriverVersion)

	return 0
}

const vnicMask = "255.255.255.0"

func printVNIC(a *answerOf, q ubQuery) int {
	fmt.Fprintf(&a.out, "vnic link status: UP\nvnic ipaddr: %s\nvnic netmask: %s\n", q.chip.Network.VNIC, vnicMask)

	return 0
}

// printDevInfo lists the ports, the interfaces and the endpoints of an NPU.
func printDevInfo(a *answerOf, q ubQuery) int {
	const firstEndpoint = 0x20

	n := q.chip.Network
	rows := [][]string{{"UDie ID", "Port ID", "Speed Ability(Gbps)", "Port Type", "Link Status", "Media Type"}}

	for _, p := range n.Ports {
		rows = append(rows, []string{strconv.Itoa(p.Die), strconv.Itoa(p.Port), strconv.Itoa(p.Ability), "UB", upDown(p.Up), "Electrical"})
	}

	a.writeTable(rows...)

	cell := func(width int, text string) string { return fmt.Sprintf("%-*s", width, text) }
	const name, address, mode, endpoint = 15, 42, 9, 39

	a.writeTable(
		[]string{cell(name, "Interface Name"), cell(address, "IP Address"), cell(address, "Netmask"), cell(mode, "Bond Mode"), cell(name, "Slaves")},
		[]string{"end0v0", n.VNIC, vnicMask, notAvailable, notAvailable},
	)
	a.writeTable(
		[]string{cell(name, "Name"), "EID Index", cell(endpoint, "EID")},
		[]string{"udma1", "0", fmt.Sprintf("0000:0000:0000:0000:0000:0000:0000:%04x", firstEndpoint+q.chip.LogicID)},
	)

	return 0
}
