package collector

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/ascend-exporter/ascend_exporter/collector/optional"
	"github.com/ascend-exporter/ascend_exporter/collector/snapshot"
)

// vendorLinkRows are the RoCE port of a chip. Those of a 950 are ports of another kind. Unknown is the value of a state that is not
// known, of a chip of whose network anything is known.
func vendorLinkRows(unknown optional.Float) []vendorRow {
	return []vendorRow{
		{
			name: "npu_chip_info_network_status", help: "Whether the network's own probe finds no fault: 1 Success or Init (no address to probe is set), else 0.",
			source: "ascend_npu_roce_health_status", products: withRoCE,
			read: roceOf(func(n *snapshot.Network) optional.Float { return networkHealth(n.Health).Or(unknown) }),
		},
		{
			name: "npu_chip_info_link_status", help: "Whether the link of the RoCE port is up: 1 or 0.", source: "ascend_npu_roce_link_up", products: withRoCE,
			read: roceOf(func(n *snapshot.Network) optional.Float { return n.LinkUp.Or(unknown) }),
		},
		{
			name: "npu_chip_info_bandwidth_tx", help: "What the RoCE port sent in MB/s, on average between two answers of hccn_tool.",
			source: "ascend_npu_mac_bytes_total", products: withRoCE,
			read: roceOf(func(n *snapshot.Network) optional.Float { return n.Traffic.Bandwidth.Transmit.Per(mega) }),
		},
		{
			name: "npu_chip_info_bandwidth_rx", help: "What the RoCE port received in MB/s, on average between two answers of hccn_tool.",
			source: "ascend_npu_mac_bytes_total", products: withRoCE,
			read: roceOf(func(n *snapshot.Network) optional.Float { return n.Traffic.Bandwidth.Receive.Per(mega) }),
		},
		{
			name: "npu_chip_link_speed", help: "Speed of the RoCE port in Mb/s.", source: "ascend_npu_roce_speed_bytes", products: withRoCE,
			read: roceOf(func(n *snapshot.Network) optional.Float { return n.Speed.Times(8).Per(mega) }),
		},
		{
			name: "npu_chip_link_up_num", help: "How often the link of the RoCE port came up.", source: "ascend_npu_roce_link_up_transitions_total", products: withRoCE,
			read: roceOf(func(n *snapshot.Network) optional.Float { return n.UpTransitions }),
		},
	}
}

// networkHealth is 1 for a probe that finds no fault and 0 for one that does; absent where it is not known. npu-exporter takes a port
// without an address to probe (6, Init) for healthy.
func networkHealth(code optional.Float) optional.Float {
	number, known := code.Get()

	return optional.Of(yes(number == 0 || number == 6)).Unless(!known || number == 9)
}

// vendorSIORows are the errors between the dies of a package.
func vendorSIORows() []vendorRow {
	const products = "A3, 950"

	return []vendorRow{
		{
			name: "npu_chip_info_sio_crc_tx_err_cnt", help: "CRC errors in what was sent to the other die of the package.",
			source: "ascend_npu_sio_errors_total", products: products,
			read: one(func(c *vendorChip) optional.Float { return c.Detail.SIOTransmit }),
		},
		{
			name: "npu_chip_info_sio_crc_rx_err_cnt", help: "CRC errors in what was received from the other die of the package.",
			source: "ascend_npu_sio_errors_total", products: products,
			read: one(func(c *vendorChip) optional.Float { return c.Detail.SIOReceive }),
		},
	}
}

// roceOf reads a value that a chip has of its RoCE port.
func roceOf(value func(*snapshot.Network) optional.Float) func(*vendorChip, emit) {
	return one(func(c *vendorChip) optional.Float {
		if c.Network == nil || is950(c.Chip) {
			return optional.Float{}
		}

		return value(c.Network)
	})
}

// vendorTrafficRows are what the RoCE port of a chip has counted.
func vendorTrafficRows() []vendorRow {
	const roceErrors = "ascend_npu_roce_errors_total"

	rows := slices.Concat(
		bothWays("npu_chip_mac_%s_pause_num", "Pause frames of the whole link that were %s.", "ascend_npu_mac_pause_packets_total",
			func(t *snapshot.Traffic) snapshot.Directions { return t.MACPauses }),
		bothWays("npu_chip_mac_%s_pfc_pkt_num", "Priority flow control frames that were %s.", "ascend_npu_pfc_packets_total",
			func(t *snapshot.Traffic) snapshot.Directions { return t.PFC }),
		bothWays("npu_chip_mac_%s_bad_pkt_num", "Bad packets on the wire that were %s.", "ascend_npu_mac_errors_total",
			func(t *snapshot.Traffic) snapshot.Directions { return t.MACErrors }),
		bothWays("npu_chip_mac_%s_bad_oct_num", "Bytes of bad packets on the wire that were %s.", "",
			func(t *snapshot.Traffic) snapshot.Directions { return t.MACErrorBytes }),
		bothWays("npu_chip_roce_%s_all_pkt_num", "RoCE packets that were %s.", "ascend_npu_roce_packets_total",
			func(t *snapshot.Traffic) snapshot.Directions { return t.RoCEPackets }),
		bothWays("npu_chip_roce_%s_err_pkt_num", "Bad RoCE packets that were %s.", roceErrors,
			func(t *snapshot.Traffic) snapshot.Directions { return t.RoCEErrors.Packets }),
		bothWays("npu_chip_roce_%s_cnp_pkt_num", "Congestion notifications that were %s.", "ascend_npu_roce_cnp_packets_total",
			func(t *snapshot.Traffic) snapshot.Directions { return t.CNP }),
	)

	for _, count := range []struct {
		name, help, source string
		value              func(*snapshot.Traffic) optional.Float
	}{
		{
			"npu_chip_roce_new_pkt_rty_num", "RoCE packets that were sent again.", roceErrors,
			func(t *snapshot.Traffic) optional.Float { return t.RoCEErrors.Retransmissions },
		},
		{
			"npu_chip_roce_unexpected_ack_num", "RoCE acknowledgements that nothing waited for.", roceErrors,
			func(t *snapshot.Traffic) optional.Float { return t.RoCEErrors.UnexpectedAcks },
		},
		{
			"npu_chip_roce_out_of_order_num", "RoCE packets in the wrong order.", roceErrors,
			func(t *snapshot.Traffic) optional.Float { return t.RoCEErrors.OutOfOrder },
		},
		{
			"npu_chip_roce_verification_err_num", "RoCE packets that failed their check.", roceErrors,
			func(t *snapshot.Traffic) optional.Float { return t.RoCEErrors.Verification },
		},
		{
			"npu_chip_roce_qp_status_err_num", "RoCE packets for a queue pair in a wrong state.", roceErrors,
			func(t *snapshot.Traffic) optional.Float { return t.RoCEErrors.QueuePairs },
		},
		{
			"npu_chip_info_rx_fcs_num", "Packets received whose checksum is wrong. Absent of releases that do not count them.", "",
			func(t *snapshot.Traffic) optional.Float { return t.MACFCSErrors },
		},
		{
			"npu_chip_info_rx_ecn_num", "RoCE packets received that were marked for congestion. Absent of releases that do not count them.", "",
			func(t *snapshot.Traffic) optional.Float { return t.RoCEECN },
		},
	} {
		rows = append(rows, trafficRow(count.name, count.help, count.source, count.value))
	}

	return rows
}

// bothWays are the rows of a count in both directions, rx and tx in the name.
func bothWays(name, help, source string, value func(*snapshot.Traffic) snapshot.Directions) []vendorRow {
	return []vendorRow{
		trafficRow(fmt.Sprintf(name, "rx"), fmt.Sprintf(help, "received"), source, func(t *snapshot.Traffic) optional.Float { return value(t).Receive }),
		trafficRow(fmt.Sprintf(name, "tx"), fmt.Sprintf(help, "sent"), source, func(t *snapshot.Traffic) optional.Float { return value(t).Transmit }),
	}
}

func trafficRow(name, help, source string, value func(*snapshot.Traffic) optional.Float) vendorRow {
	return vendorRow{
		name: name, help: help, source: source, products: withRoCE,
		read: roceOf(func(n *snapshot.Network) optional.Float { return value(&n.Traffic) }),
	}
}

// vendorOpticalRows are the optical module of the RoCE port.
func vendorOpticalRows() []vendorRow {
	const milli = 1000

	optical := func(name, help, source string, value func(*snapshot.Optical) optional.Float) vendorRow {
		return vendorRow{
			name: name, help: help, source: source, products: withRoCE,
			read: roceOf(func(n *snapshot.Network) optional.Float {
				if n.Optical == nil {
					return optional.Float{}
				}

				return value(n.Optical)
			}),
		}
	}

	rows := []vendorRow{
		optical("npu_chip_optical_state", "Whether an optical module is plugged in: 1 or 0.", "ascend_npu_optical_present",
			func(o *snapshot.Optical) optional.Float { return o.Present }),
		optical("npu_chip_optical_vcc", "Supply voltage of the optical module in millivolts.", "ascend_npu_optical_voltage_volts",
			func(o *snapshot.Optical) optional.Float { return inUnit(o.Voltage, milli) }),
		optical("npu_chip_optical_temp", "Temperature of the optical module in degrees Celsius.", "ascend_npu_optical_temperature_celsius",
			func(o *snapshot.Optical) optional.Float { return o.Temperature }),
	}

	for lane := range 4 {
		name := strconv.Itoa(lane)

		rows = append(rows,
			optical("npu_chip_optical_tx_power_"+name, "Power of the light that lane "+name+" sends in milliwatts.", "ascend_npu_optical_transmit_power_watts",
				func(o *snapshot.Optical) optional.Float { return inUnit(laneOf(o, name).TransmitPower, milli) }),
			optical("npu_chip_optical_rx_power_"+name, "Power of the light that lane "+name+" receives in milliwatts.", "ascend_npu_optical_receive_power_watts",
				func(o *snapshot.Optical) optional.Float { return inUnit(laneOf(o, name).ReceivePower, milli) }),
		)
	}

	return rows
}

// laneOf is the lane of a number; one that measures nothing where there is none.
func laneOf(o *snapshot.Optical, number string) snapshot.Lane {
	at := slices.IndexFunc(o.Lanes, func(l snapshot.Lane) bool { return l.Name == number })
	if at < 0 {
		return snapshot.Lane{}
	}

	return o.Lanes[at]
}
