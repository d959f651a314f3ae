package sim

import "fmt"

// rack is the switch at the other end of a machine's links.
type rack struct {
	name string
	slot int
}

func newRack(c Config) rack {
	r := rack{name: c.Rack, slot: c.Slot}
	if r.name == "" {
		r.name = fmt.Sprintf("rack-%d", c.Seed)
	}

	return r
}

// The sizes of what a NIC sends, in bytes with all headers.
const (
	dataSize  = 4178
	ackSize   = 94
	pauseSize = 64
	// codewordBits is the size of a codeword of the FEC.
	codewordBits = 5440
	lineSpeed    = 200000 // Mbit/s
)

// nic is the network of a chip with a NIC.
func (m *Machine) nic(now instant, c *chip, a *activity, l link, out *Chip) *Network {
	s := c.at("NIC", 0)
	speed := lineSpeed

	if m.product.family == Family910 {
		speed /= 2
	}

	f := newFlow(s, speed, l.sent, l.since)
	lately := newFlow(s, speed, l.lately, 0)

	r := &RoCE{
		Up: l.up, Speed: speed, Duplex: 1, History: l.history, FEC: 4, MTU: 4200,
		Stats: f.stats(s, now.up), Extra: f.extra(speed), HW: m.resources(now, a, f),
		TX: lately.megabytes(lately.tx), RX: lately.megabytes(lately.rx),
	}
	m.address(c, r)
	r.Module, r.Rear = m.nicModule(now, c, out), m.product.family == FamilyA3 && out.PhyID >= rearLanes

	n := &Network{Health: NetworkSuccess, RoCE: r}

	if l.up {
		r.LLDP = m.rack.neighbour(c.logicID, m.chips())
	} else {
		const unknown = 255

		n.Health, r.Speed, r.Duplex = NetworkUnreachable, UnknownSpeed, unknown
	}

	return n
}

// chips is the number of chips of the machine.
func (m *Machine) chips() int {
	return len(m.units) * m.product.chips
}

// address gives the NIC its addresses: no two of hosts whose seeds follow each other are the same.
func (m *Machine) address(c *chip, r *RoCE) {
	const first, hosts, values = 16, 65000, 256

	host := uint64(m.source)%hosts + 1
	network := fmt.Sprintf("10.%d", (first+c.logicID)%values)

	r.MAC = fmt.Sprintf("02:53:%02x:%02x:%02x:%02x", host>>16&0xFF, host>>8&0xFF, host&0xFF, c.logicID)
	r.IP = fmt.Sprintf("%s.%d.%d", network, host/values, host%values)
	r.Mask, r.Gateway, r.Detect = "255.255.0.0", network+".255.254", network+".255.253"
}

// neighbour is what the switch tells a chip of itself.
func (r rack) neighbour(chip, chips int) string {
	const ports = 48 // of a board of the switch

	n := r.slot*chips + chip

	mac := source(0).at(r.name, 0) & 0xFFFFFF // a number that the name of a rack has

	return fmt.Sprintf("Chassis ID TLV\n\tMAC: 02:73:%02x:%02x:%02x:00\n"+
		"Port ID TLV\n\tIfname: 400GE%d/0/%d\nTime to Live TLV\n\t120\nSystem Name TLV\n\t%s-leaf\n"+
		"System Description TLV\n\tSimulated switch\n"+
		"System Capabilities TLV\n\tSystem capabilities:  Bridge, Router\n\tEnabled capabilities: Bridge, Router\n"+
		"Maximum Frame Size TLV\n\t9216\nEnd of LLDPDU TLV",
		mac>>16, mac>>8&0xFF, mac&0xFF, n/ports+1, n%ports+1, r.name)
}

// flow is what a NIC has sent and received, in packets.
type flow struct {
	tx, rx uint64 // with data
	small  uint64 // ms that it has been up: what is sent without load follows it
}

// newFlow is that of a link which was up for some ms, and over which the team has sent so much. Each is an integer made of integers.
func newFlow(s source, speed int, sent, since int64) flow {
	const full, spread = 2100, 200 // packets in a ms at full load

	packets := func(way float64) uint64 {
		return uint64(sent) * (full + uint64(s.at("flow", way))%spread) * uint64(speed) / lineSpeed //nolint:gosec // neither is negative
	}

	return flow{tx: packets(0), rx: packets(1), small: uint64(since)} //nolint:gosec // it is not negative
}

// megabytes is how many MB so many packets with data are.
func (f flow) megabytes(packets uint64) float64 {
	const mega = 1e6

	return rounded(float64(packets*dataSize)/mega, 2)
}

// stats are the counts of -stat.
func (f flow) stats(s source, up int64) map[string]uint64 {
	const congested, acked, completed = 40000, 4, 8 // packets for one of each

	bad := uint64(newHabit(s, "bad packets", 0.08, 5, 100).count(up)) //nolint:gosec // it is not negative
	disorder := uint64(newHabit(s, "disorder", 0.2, 1, 20).count(up)) //nolint:gosec // it is not negative
	txCNP, rxCNP := f.rx/congested, f.tx/congested
	txNIC, rxNIC := f.small/2000, f.small/3000

	var txPause, rxPause uint64

	if s.chance("pauses", 0.4) {
		txPause = f.rx / 9000
	}

	if s.chance("is paused", 0.2) {
		rxPause = f.tx / 30000
	}

	rxAcks, txAcks := f.tx/acked, f.rx/acked
	out := map[string]uint64{
		"mac_tx_pfc_pkt_num": txPause, "mac_tx_pfc_pri4_pkt_num": txPause,
		"mac_rx_pfc_pkt_num": rxPause, "mac_rx_pfc_pri4_pkt_num": rxPause,
		"mac_rx_bad_pkt_num": bad, "mac_rx_bad_oct_num": bad * dataSize, "mac_rx_fcs_err_pkt_num": bad,
		"roce_rx_rc_pkt_num": f.rx + rxAcks, "roce_rx_all_pkt_num": f.rx + rxAcks + rxCNP,
		"roce_tx_rc_pkt_num": f.tx + txAcks, "roce_tx_all_pkt_num": f.tx + txAcks + txCNP,
		"roce_cqe_num": f.tx / completed, "roce_rx_cnp_pkt_num": rxCNP, "roce_tx_cnp_pkt_num": txCNP,
		"roce_out_of_order_num": disorder + bad, "roce_new_pkt_rty_num": disorder,
		"nic_tx_all_pkg_num": txNIC, "nic_tx_all_oct_num": txNIC * 81, "nic_rx_all_pkg_num": rxNIC, "nic_rx_all_oct_num": rxNIC * 62,
	}

	out["mac_tx_total_pkt_num"] = out["roce_tx_all_pkt_num"] + txNIC + txPause
	out["mac_rx_total_pkt_num"] = out["roce_rx_all_pkt_num"] + rxNIC + rxPause + bad
	out["mac_tx_total_oct_num"] = f.tx*dataSize + (txAcks+txCNP)*ackSize + out["nic_tx_all_oct_num"] + txPause*pauseSize
	out["mac_rx_total_oct_num"] = f.rx*dataSize + (rxAcks+rxCNP)*ackSize + out["nic_rx_all_oct_num"] + rxPause*pauseSize + bad*dataSize

	return out
}

// extra are the counts of -stat_extra: of codewords, which are sent all the time.
func (f flow) extra(speed int) map[string]uint64 {
	const (
		words   = 36764     // in a ms at 200 Gbit/s
		seldom  = 140000000 // words for one that has to be corrected
		perWord = 2         // wrong bits of such a word
	)

	all := f.small * words * uint64(speed) / lineSpeed //nolint:gosec // it is not negative
	corrected := all / seldom

	return map[string]uint64{
		"cw_total_cnt": all, "cw_before_correct_cnt": all, "cw_correct_cnt": corrected, "trans_total_bit": all * codewordBits,
		"cw_total_correct_bit": corrected * perWord, "rx_send_app_good_pkts": f.rx,
	}
}

// resources are the counts of -hw_stats: what the jobs have allocated and given back.
func (m *Machine) resources(now instant, a *activity, f flow) map[string]uint64 {
	const events = 48 // packets for one

	slot, _ := a.team.slot(now.ms)
	first, _ := a.team.slot(m.start)

	ended := uint64(max(0, slot-first))
	if a.team.kind == idling {
		ended = 0
	}

	begun := ended

	if j, busy := a.team.jobIn(slot); busy && a.since >= j.start {
		begun++

		if a.since >= j.end {
			ended++
		}
	}

	out := map[string]uint64{"ceqe": f.tx / events}

	for name, each := range map[string]uint64{"pd": 2, "mr": 12, "cq": 4, "qp": 4 * uint64(a.team.members)} { //nolint:gosec // small
		out[name+"_alloc"], out[name+"_dealloc"], out[name+"_active"] = 1+begun*each, ended*each, 1+(begun-ended)*each
	}

	return out
}
