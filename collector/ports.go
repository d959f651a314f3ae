package collector

import (
	"github.com/ascend-exporter/ascend_exporter/collector/optional"
	"github.com/ascend-exporter/ascend_exporter/collector/snapshot"
)

const only950 = "950"

// portRows are the metrics of the ports of a 950: sums over the ports of a chip, and of single ports what is wrong with them;
// everything of single ports only when asked for.
func portRows(perPort bool) []chipRow {
	rows := []chipRow{
		{
			name: "ascend_npu_ports_up", help: "UB and UBoE ports of the chip whose link is up.",
			source: "net-ports: Link Status", products: only950,
			read: one(portsThat(func(p snapshot.Port) optional.Float { return p.Up })),
		},
		{
			name: "ascend_npu_ports_down", help: "UB and UBoE ports of the chip whose link is down.",
			source: "net-ports: Link Status", products: only950,
			read: one(portsThat(func(p snapshot.Port) optional.Float { return not(p.Up) })),
		},
		{
			name: "ascend_npu_ports_degraded", help: "UB and UBoE ports of the chip that are up with fewer lanes than they have. Absent while that is not known of all.",
			source: "port-speed: Status", products: only950,
			read: one(portsThat(func(p snapshot.Port) optional.Float {
				if p.Up.Is(0) { // it has no lanes to lack
					return optional.Of(0)
				}

				return p.Degraded
			})),
		},
		{
			name: "ascend_npu_ports_errors_total", help: "Errors and dropped packets on all UB and UBoE ports of the chip. Absent while they are not known of all.",
			kind: Counter, source: "port-stat: *_err_*, drop_*, crc_error_sum, …", products: only950,
			read: one(portsThat(func(p snapshot.Port) optional.Float { return p.Errors })),
		},
		{
			name: "ascend_npu_ports_link_down_transitions_total", help: "How often links of the chip's UB and UBoE ports went down since its start. Absent while it is not known of all.",
			kind: Counter, source: "port-link-stat: link down count", products: only950,
			read: one(portsThat(func(p snapshot.Port) optional.Float { return p.DownTransitions })),
		},
		port("ascend_npu_port_up", "Whether the link of a port is up: of ports that are down or have errors, and with --collector.network.per-port of all.",
			Gauge, "net-ports: Link Status", perPort, func(p snapshot.Port) optional.Float { return p.Up }),
		port("ascend_npu_port_errors_total", "Errors and dropped packets on a port that is down or has errors, and with --collector.network.per-port on every one.",
			Counter, "port-stat: *_err_*, drop_*, crc_error_sum, …", perPort, func(p snapshot.Port) optional.Float { return p.Errors }),
	}

	if perPort {
		rows = append(rows, singlePortRows()...)
	}

	return rows
}

// singlePortRows are the metrics of single ports beyond whether they work.
func singlePortRows() []chipRow {
	const only = " With --collector.network.per-port only."

	return []chipRow{
		port("ascend_npu_port_speed_bytes", "Speed of a port in bytes per second."+only, Gauge, "port-speed: Speed", true,
			func(p snapshot.Port) optional.Float { return p.Speed }),
		port("ascend_npu_port_degraded", "Whether a port uses fewer lanes than it has."+only, Gauge, "port-speed: Status", true,
			func(p snapshot.Port) optional.Float { return p.Degraded }),
		port("ascend_npu_port_retries_total", "Retries on a port."+only, Counter, "port-stat: retry_req_sum", true,
			func(p snapshot.Port) optional.Float { return p.Retries }),
		port("ascend_npu_port_link_up_transitions_total", "How often the link of a port came up since the chip's start."+only, Counter, "port-link-stat: link up count", true,
			func(p snapshot.Port) optional.Float { return p.UpTransitions }),
		port("ascend_npu_port_link_down_transitions_total", "How often the link of a port went down since the chip's start."+only, Counter, "port-link-stat: link down count", true,
			func(p snapshot.Port) optional.Float { return p.DownTransitions }),
		{
			name: "ascend_npu_port_packets_total", help: "Packets on a port." + only, kind: Counter, labels: []string{"udie", "port", "direction"},
			source: "port-stat: *_pkt_cnt_tx, *_pkt_cnt_rx", products: only950,
			read: func(c *snapshot.Chip, emit emit) {
				for _, p := range ports(c) {
					for _, way := range []struct {
						name  string
						count optional.Float
					}{{"transmit", p.Packets.Transmit}, {"receive", p.Packets.Receive}} {
						if number, ok := way.count.Get(); ok {
							emit(number, id(p.Die), id(p.Port), way.name)
						}
					}
				}
			},
		},
		portLane("ascend_npu_port_optical_transmit_power_watts", "Power of the light that a lane of a port sends.", "port-optical: TxPower",
			func(l snapshot.Lane) optional.Float { return l.TransmitPower }),
		portLane("ascend_npu_port_optical_receive_power_watts", "Power of the light that a lane of a port receives.", "port-optical: RxPower",
			func(l snapshot.Lane) optional.Float { return l.ReceivePower }),
		portLane("ascend_npu_port_optical_abnormal", "A lane of a port of which its module finds a reading wrong, always 1. Absent of others.", "port-optical: Status",
			func(l snapshot.Lane) optional.Float { return optional.Of(1).Unless(!l.Abnormal) }),
	}
}

// ports are those of the chip.
func ports(c *snapshot.Chip) []snapshot.Port {
	if c.Network == nil {
		return nil
	}

	return c.Network.Ports
}

// not turns 1 into 0 and 0 into 1.
func not(flag optional.Float) optional.Float {
	value, ok := flag.Get()
	if !ok {
		return flag
	}

	return optional.Of(1 - value)
}

// portsThat adds up a value of all ports.
func portsThat(value func(snapshot.Port) optional.Float) func(*snapshot.Chip) optional.Float {
	return func(c *snapshot.Chip) optional.Float { return sumOf(ports(c), value) }
}

// port is a row of a value that each port has, of those that are down or have errors or of all.
func port(name, help string, kind Type, source string, all bool, value func(snapshot.Port) optional.Float) chipRow {
	return chipRow{
		name: name, help: help, kind: kind, labels: []string{"udie", "port"}, source: source, products: only950,
		read: func(c *snapshot.Chip, emit emit) {
			for _, p := range ports(c) {
				wrong := p.Up.Is(0) || p.Errors.Present() && !p.Errors.Is(0)
				if number, ok := value(p).Get(); ok && (all || wrong) {
					emit(number, id(p.Die), id(p.Port))
				}
			}
		},
	}
}

// portLane is a row of a value that each lane of each port has.
func portLane(name, help, source string, value func(snapshot.Lane) optional.Float) chipRow {
	return chipRow{
		name: name, help: help + " With --collector.network.per-port only.", labels: []string{"udie", "port", "lane"}, source: source, products: only950,
		read: func(c *snapshot.Chip, emit emit) {
			for _, p := range ports(c) {
				for _, l := range p.Lanes {
					if number, ok := value(l).Get(); ok {
						emit(number, id(p.Die), id(p.Port), l.Name)
					}
				}
			}
		},
	}
}
