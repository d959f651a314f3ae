package sim

import "fmt"

// serverPorts are the ports of the unified bus of a chip in a server.
func serverPorts() []PortID { return []PortID{{0, 4}, {0, 5}, {0, 6}, {0, 7}, {1, 5}, {1, 6}} }

// cardPorts are those of a card.
func cardPorts() []PortID { return []PortID{{0, 4}, {0, 5}, {0, 6}} }

// ports are the network of a chip on the unified bus.
func (m *Machine) ports(now instant, c *chip, own func(PortID) link, out *Chip) *Network {
	const ability, lanes, modules = 400, 4, 3 // GBit/s of a port, lanes of a port, modules of an NPU

	lastAddress := 199 - c.logicID // the tool's own network counts down
	n := &Network{Health: NetworkSuccess, VNIC: fmt.Sprintf("192.168.2.%d", lastAddress)}

	ids := serverPorts()
	if m.product.card != "" {
		ids = cardPorts()
	} else {
		for id := range modules {
			n.Modules = append(n.Modules, m.serverModule(now, c, id, out))
		}
	}

	for _, id := range ids {
		s := c.at("port", float64(id.Die*maxPorts+id.Port))
		l := own(id)
		f, lately := newUBFlow(s, l.sent, l.since), newUBFlow(s, l.lately, 0)

		p := UBPort{Die: id.Die, Port: id.Port, Up: l.up, Ability: ability, Cap: lanes, History: l.history, Stats: f.stats(s, now.up)}
		if l.up {
			p.Speed, p.Width = ability, lanes
			p.TX, p.RX = lately.megabytes(lately.tx), lately.megabytes(lately.rx)
		}

		n.Ports = append(n.Ports, p)
	}

	return n
}

// maxPorts is more than a die has.
const maxPorts = 16

// ubFlow is what a port has sent and received, in flits.
type ubFlow struct {
	tx, rx uint64
}

// newUBFlow is as newFlow.
func newUBFlow(s source, sent, since int64) ubFlow {
	const (
		full, spread = 800_000, 90_000 // flits in a ms at full load
		least        = 3               // flits in a ms without load
	)

	flits := func(way float64) uint64 {
		return uint64(sent)*(full+uint64(s.at("flow", way))%spread) + uint64(since)*least //nolint:gosec // neither is negative
	}

	return ubFlow{tx: flits(0), rx: flits(1)}
}

// megabytes is how many MB so many flits are.
func (f ubFlow) megabytes(flits uint64) float64 {
	const mega = 1e6

	return rounded(float64(flits*bytesInPacket)/mega, 2)
}

// stats are the counts of -stat: what the jobs send are accesses to memory, and messages now and then.
func (f ubFlow) stats(s source, up int64) map[string]uint64 {
	const access, message, acked = 16, 1200, 8 // flits

	retries := uint64(newHabit(s, "retries", 0.1, 4, 80).count(up)) //nolint:gosec // it is not negative

	return map[string]uint64{
		"ub_mem_pkt_cnt_tx": f.tx / access, "ub_ipv4_pkt_cnt_tx": f.tx / message, "tx_busi_flit_num": f.tx, "tx_recv_ack_flit": f.tx / acked,
		"ub_mem_pkt_cnt_rx": f.rx / access, "ub_ipv4_pkt_cnt_rx": f.rx / message, "rx_busi_flit_num": f.rx, "rx_send_ack_flit": f.rx / acked,
		"retry_req_sum": retries, "retry_ack_sum": retries, "crc_error_sum": retries,
	}
}
