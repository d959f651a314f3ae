package sim

import (
	"bytes"
	"cmp"
	"fmt"
	"time"
)

// networkItem is something that hccn_tool is asked for.
type networkItem struct {
	name     string
	variants []string // what can stand behind -g
	local    bool     // the driver answers it, not the device's own channel
	print    func(a *answerOf, c *Chip, variant string) int
}

// networkItems are the queries that have an answer. What the tool knows beside them is configuration, and tests that act.
func networkItems() []networkItem {
	return []networkItem{
		{name: "link", print: printLink},
		{name: "net_health", local: true, print: printNetworkHealth},
		{name: "speed", print: printSpeed},
		{name: "duplex", print: printDuplex},
		{name: "stat", print: printStat},
		{name: "stat_extra", print: printStatExtra},
		{name: "link_stat", print: printLinkStat},
		{name: "optical", variants: []string{opticalTables, opticalSettings}, print: printOptical},
		{name: "fec", local: true, print: printFEC},
		{name: "ip", print: printIP},
		{name: "mac", print: printMAC},
		{name: "mtu", print: printMTU},
		{name: "gateway", print: printGateway},
		{name: "netdetect", print: printDetect},
		{name: "lldp", print: printLLDP},
		{name: "hw_stats", print: printHWStats},
		{name: "bandwidth", variants: []string{"time %d"}, print: printBandwidth},
	}
}

func upDown(up bool) string {
	if up {
		return "UP"
	}

	return "DOWN"
}

func printLink(a *answerOf, c *Chip, _ string) int {
	fmt.Fprintf(&a.out, "link status: %s\n", upDown(c.Network.RoCE.Up))

	return 0
}

func printNetworkHealth(a *answerOf, c *Chip, _ string) int {
	word := c.Network.Health.word(a.state)
	if word == "" {
		return a.failed(NetworkFailed)
	}

	fmt.Fprintf(&a.out, "net health status: %s\n", word)

	return 0
}

// word is the tool's for a state of the network; empty for one that it does not know.
func (h NetworkHealth) word(s State) string {
	words := [...]string{
		"Success", "Socket fail", "Receive timeout", "Unreachable", "Time exceeded", "Fault", "Init", "Thread error", "Detect ip set", "Unknown",
	}

	switch {
	case h < 0 || int(h) >= len(words):
		return ""
	case h == 1 && !s.since(release241):
		return "Socket failed"
	default:
		return words[h]
	}
}

func printSpeed(a *answerOf, c *Chip, _ string) int {
	if speed := c.Network.RoCE.Speed; speed != UnknownSpeed {
		fmt.Fprintf(&a.out, "Speed: %d Mb/s\n", speed)
	} else {
		fmt.Fprintln(&a.out, "Speed: Unknown!")
	}

	return 0
}

func printDuplex(a *answerOf, c *Chip, _ string) int {
	words := map[int]string{0: "Half", 1: "Full"}
	fmt.Fprintf(&a.out, "Duplex: %s\n", cmp.Or(words[c.Network.RoCE.Duplex], "Unknown!"))

	return 0
}

func printStat(a *answerOf, c *Chip, _ string) int {
	fmt.Fprintln(&a.out, "packet statistics:")

	for _, key := range statKeys(a.state) {
		fmt.Fprintf(&a.out, "%s:%d\n", key, c.Network.RoCE.Stats[key])
	}

	return 0
}

func printStatExtra(a *answerOf, c *Chip, _ string) int {
	extra := c.Network.RoCE.Extra

	fmt.Fprintln(&a.out, "extra statistics info:")

	for _, key := range extraKeys() {
		fmt.Fprintf(&a.out, "%s : %d\n", key, extra[key])
	}

	corrected, all := extra["cw_total_correct_bit"], extra["trans_total_bit"]
	if corrected == 0 || all == 0 {
		fmt.Fprintln(&a.out, "correcting_bit_rate : 0")
	} else {
		fmt.Fprintf(&a.out, "correcting_bit_rate : %.2e\n", float64(corrected)/float64(all))
	}

	return 0
}

// asctime is how the C library writes a time.
const asctime = "Mon Jan _2 15:04:05 2006"

// local is a time on the device in the host's zone.
func (a *answerOf) local(unix int64) string {
	zone := a.state.Zone
	if zone == nil {
		zone = time.UTC
	}

	return time.Unix(unix, 0).In(zone).Format(asctime)
}

func printLinkStat(a *answerOf, c *Chip, _ string) int {
	h := c.Network.RoCE.History
	row := func(format string, args ...any) {
		fmt.Fprintf(&a.out, "[devid %d]"+format+"\n", append([]any{c.PhyID}, args...)...)
	}

	row("current time        : %s", a.local(h.Now))
	row("link up count       : %d", h.Ups)

	if a.state.since(release241) {
		row("link down count     : %d", h.Downs)
	}

	if len(h.Changes) == 0 {
		row("link change records : NA")

		return 0
	}

	row("link change records :")

	for _, change := range h.recorded() {
		row("    %s    LINK %s", a.local(change.At), upDown(change.Up))
	}

	return 0
}

// printFEC tells the mode of the first generation. Later ones answer the same whatever they are asked.
func printFEC(a *answerOf, c *Chip, _ string) int {
	if a.state.Family != Family910 {
		fmt.Fprintln(&a.out, "This device does not support switching fec mode.")

		return 0
	}

	words := map[int]string{0: "no", 1: "auto", 4: "rs", 7: "auto"}

	word, known := words[c.Network.RoCE.FEC]
	if !known {
		return a.fail(networkStatusFEC, "Cmd execute failed!")
	}

	fmt.Fprintf(&a.out, "fec mode: %s FEC mode\n", word)

	return 0
}

func printIP(a *answerOf, c *Chip, _ string) int {
	if c.Network.RoCE.IP == "" {
		return a.fail(networkStatusNoIP, "Get ipconf failed, because no ip was preset there!")
	}

	fmt.Fprintf(&a.out, "ipaddr:%s\nnetmask:%s\n", c.Network.RoCE.IP, c.Network.RoCE.Mask)

	return 0
}

func printMAC(a *answerOf, c *Chip, _ string) int {
	fmt.Fprintf(&a.out, "mac addr: %s\n", c.Network.RoCE.MAC)

	return 0
}

func printMTU(a *answerOf, c *Chip, _ string) int {
	fmt.Fprintf(&a.out, "mtu:%d\n", c.Network.RoCE.MTU)

	return 0
}

func printGateway(a *answerOf, c *Chip, _ string) int {
	const interfaces = 8 // of a group of devices

	if c.Network.RoCE.Gateway == "" {
		return a.fail(networkStatusNone, "Get gateway failed, because no gateway was preset there!")
	}

	fmt.Fprintf(&a.out, "default gateway:%s, Iface:eth%d\n", c.Network.RoCE.Gateway, c.PhyID%interfaces)

	return 0
}

func printDetect(a *answerOf, c *Chip, _ string) int {
	key := "addr"
	if !a.state.since(release255) {
		key = "address"
	}

	fmt.Fprintf(&a.out, "netdetect %s: %s\n", key, cmp.Or(c.Network.RoCE.Detect, "0.0.0.0"))

	return 0
}

func printLLDP(a *answerOf, c *Chip, _ string) int {
	fmt.Fprintln(&a.out, c.Network.RoCE.LLDP)

	return 0
}

func printHWStats(a *answerOf, c *Chip, _ string) int {
	for _, key := range hwKeys() {
		fmt.Fprintf(&a.out, "[devid %d] %s: %d\n", c.PhyID, key, c.Network.RoCE.HW[key])
	}

	return 0
}

func printBandwidth(a *answerOf, c *Chip, _ string) int {
	writeBandwidth(&a.out, "%8.2f", c.Network.RoCE.TX, c.Network.RoCE.RX)

	return 0
}

// writeBandwidth writes MB/s in a format.
func writeBandwidth(b *bytes.Buffer, format string, tx, rx float64) {
	fmt.Fprintf(b, "Bandwidth TX: "+format+" MB/sec\nBandwidth RX: "+format+" MB/sec\n", tx, rx)
}
