package collector

import (
	"slices"

	"github.com/ascend-exporter/ascend_exporter/collector/optional"
	"github.com/ascend-exporter/ascend_exporter/collector/snapshot"
)

// withRoCE are the products whose chips have a RoCE port each; those of a 950 have ports of another kind.
const withRoCE = "910A, 910B, A3"

// networkRows are the metrics of the network of each chip.
func networkRows(options Options) []chipRow {
	return slices.Concat(
		linkStateRows(), trafficRows(), trafficDetailRows(options), opticalRows(options.OpticalDetail), portRows(options.PerPort),
	)
}

// linkStateRows are the metrics of the RoCE link itself.
func linkStateRows() []chipRow {
	return []chipRow{
		{
			name: "ascend_npu_roce_link_up", help: "Whether the link of the RoCE port is up.",
			source: "net-link: link status", products: withRoCE,
			read: network(func(n *snapshot.Network) optional.Float { return n.LinkUp }),
		},
		{
			name:   "ascend_npu_roce_health_status",
			help:   "Result of the last probe of the configured address: 0 Success, 1 Socket fail, 2 Receive timeout, 3 Unreachable, 4 Time exceeded, 5 Fault, 6 Init (none is configured), 7 Thread error, 8 Detect ip set, 9 Unknown.",
			source: "net-health: net health status", products: withRoCE + ", 950",
			read: network(func(n *snapshot.Network) optional.Float { return n.Health }),
		},
		{
			name: "ascend_npu_roce_speed_bytes", help: "Speed of the RoCE port in bytes per second. Absent where it is not known, as while the link is down.",
			source: "net-speed: Speed", products: withRoCE,
			read: network(func(n *snapshot.Network) optional.Float { return n.Speed }),
		},
		{
			name:   "ascend_npu_roce_link_up_transitions_total",
			help:   "How often the link of the RoCE port came up: since the start of the chip; of a release that does not count, since the start of the exporter.",
			kind:   Counter,
			source: "net-link-stat: link up count, link change records", products: withRoCE,
			read: network(func(n *snapshot.Network) optional.Float { return n.UpTransitions }),
		},
		{
			name:   "ascend_npu_roce_link_down_transitions_total",
			help:   "How often the link of the RoCE port went down: since the start of the chip; of a release that does not count, since the start of the exporter.",
			kind:   Counter,
			source: "net-link-stat: link down count, link change records", products: withRoCE,
			read: network(func(n *snapshot.Network) optional.Float { return n.DownTransitions }),
		},
		{
			name: "ascend_npu_roce_info", help: "Addresses of the RoCE port, always 1. Absent where neither is known; what is not set is empty.",
			labels: []string{"ip", "mac"},
			source: "net-ip: ipaddr; net-mac: mac addr", products: withRoCE,
			read: func(c *snapshot.Chip, emit emit) {
				if n := c.Network; n != nil && (n.IP != "" || n.MAC != "") {
					emit(1, n.IP, n.MAC)
				}
			},
		},
		{
			name: "ascend_npu_roce_neighbor_info", help: "The switch and its port that the RoCE port is connected to, by LLDP, always 1. Absent without a neighbour.",
			labels: []string{"switch", "port"},
			source: "net-lldp: System Name TLV, Port ID TLV", products: withRoCE,
			read: func(c *snapshot.Chip, emit emit) {
				if n := c.Network; n != nil && n.Neighbor != nil {
					emit(1, n.Neighbor.Switch, n.Neighbor.Port)
				}
			},
		},
	}
}

// trafficRows are the metrics of what the RoCE port counts.
func trafficRows() []chipRow {
	rows := []chipRow{
		directed("ascend_npu_mac_packets_total", "Packets on the wire, bad ones included.", "mac_*_total_pkt_num",
			func(t *snapshot.Traffic) snapshot.Directions { return t.MACPackets }),
		directed("ascend_npu_mac_bytes_total", "Bytes on the wire, those of bad packets included.", "mac_*_total_oct_num",
			func(t *snapshot.Traffic) snapshot.Directions { return t.MACBytes }),
		directed("ascend_npu_mac_errors_total", "Bad packets on the wire.", "mac_*_bad_pkt_num",
			func(t *snapshot.Traffic) snapshot.Directions { return t.MACErrors }),
		directed("ascend_npu_pfc_packets_total", "Priority flow control frames of all priorities: the sender asks the other side to pause.", "mac_*_pfc_pkt_num",
			func(t *snapshot.Traffic) snapshot.Directions { return t.PFC }),
		directed("ascend_npu_roce_packets_total", "RoCE packets.", "roce_*_all_pkt_num",
			func(t *snapshot.Traffic) snapshot.Directions { return t.RoCEPackets }),
	}

	return append(rows, chipRow{
		name:   "ascend_npu_roce_errors_total",
		help:   "What went wrong with RoCE, by kind: packet (bad packets), retransmission (packets sent again), protocol (out of order, unexpected acknowledgements, failed verifications, bad states of queue pairs).",
		kind:   Counter,
		labels: []string{"kind"},
		source: "net-stat: roce_*_err_pkt_num, roce_new_pkt_rty_num, roce_out_of_order_num, roce_unexpected_ack_num, roce_verification_err_num, roce_qp_status_err_num",

		products: withRoCE,
		read: func(c *snapshot.Chip, emit emit) {
			if c.Network == nil {
				return
			}

			errors := &c.Network.Traffic.RoCEErrors

			for _, kind := range []snapshot.Count{
				{Name: "packet", Number: errors.Packets.Transmit.Plus(errors.Packets.Receive)},
				{Name: "retransmission", Number: errors.Retransmissions},
				{Name: "protocol", Number: errors.OutOfOrder.Plus(errors.UnexpectedAcks).Plus(errors.Verification).Plus(errors.QueuePairs)},
			} {
				if number, ok := kind.Number.Get(); ok {
					emit(number, kind.Name)
				}
			}
		},
	})
}

// trafficDetailRows are the metrics of the traffic that are there only when asked for.
func trafficDetailRows(options Options) []chipRow {
	var rows []chipRow

	if options.PerPriority {
		rows = append(rows, chipRow{
			name:   "ascend_npu_pfc_priority_packets_total",
			help:   "Priority flow control frames of one priority. With --collector.network.per-priority only.",
			kind:   Counter,
			labels: []string{"direction", "priority"},
			source: "net-stat: mac_*_pfc_pri*_pkt_num", products: withRoCE,
			read: func(c *snapshot.Chip, emit emit) {
				if c.Network == nil {
					return
				}

				for _, priority := range c.Network.Traffic.Priorities {
					emitDirections(priority.Frames, emit, priority.Name)
				}
			},
		})
	}

	if options.NetworkDetail {
		rows = append(rows,
			directed("ascend_npu_mac_pause_packets_total", "Pause frames of the whole link. With --collector.network.detail only.", "mac_*_mac_pause_num",
				func(t *snapshot.Traffic) snapshot.Directions { return t.MACPauses }),
			directed("ascend_npu_roce_cnp_packets_total", "Congestion notification packets. With --collector.network.detail only.", "roce_*_cnp_pkt_num",
				func(t *snapshot.Traffic) snapshot.Directions { return t.CNP }),
		)
	}

	return rows
}

// network reads a value that a chip has of its network.
func network(value func(*snapshot.Network) optional.Float) func(*snapshot.Chip, emit) {
	return one(func(c *snapshot.Chip) optional.Float {
		if c.Network == nil {
			return optional.Float{}
		}

		return value(c.Network)
	})
}

// directed is a row of a count in both directions.
func directed(name, help, keys string, value func(*snapshot.Traffic) snapshot.Directions) chipRow {
	return chipRow{
		name: name, help: help, kind: Counter, labels: []string{"direction"},
		source: "net-stat: " + keys, products: withRoCE,
		read: func(c *snapshot.Chip, emit emit) {
			if c.Network != nil {
				emitDirections(value(&c.Network.Traffic), emit)
			}
		},
	}
}

// emitDirections emits both directions of a count, with further labels after the direction.
func emitDirections(d snapshot.Directions, emit emit, labels ...string) {
	if number, ok := d.Transmit.Get(); ok {
		emit(number, append([]string{"transmit"}, labels...)...)
	}

	if number, ok := d.Receive.Get(); ok {
		emit(number, append([]string{"receive"}, labels...)...)
	}
}
