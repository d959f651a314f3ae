package poll

import (
	"slices"
	"strconv"
	"time"

	"github.com/ascend-exporter/ascend_exporter/collector/hccntool"
	"github.com/ascend-exporter/ascend_exporter/collector/npusmi"
	"github.com/ascend-exporter/ascend_exporter/collector/optional"
	"github.com/ascend-exporter/ascend_exporter/collector/snapshot"
)

// told makes a Source's Parse of a parser of hccn_tool.
func told[T any](
	parse func([]byte) (T, npusmi.Warnings, error), reading func(Target, T) Reading,
) func(Target, []byte) (Reading, npusmi.Warnings, error) {
	return func(target Target, output []byte) (Reading, npusmi.Warnings, error) {
		answer, warnings, err := parse(output)
		if err != nil {
			return nil, warnings, err
		}

		return reading(target, answer), warnings, nil
	}
}

// A networked is a reading of the network of a chip.
type networked[T any] struct {
	target Target
	answer T
	join   func(*snapshot.Network, T)
}

// onNetwork makes readings that are joined to the network of a chip.
func onNetwork[T any](join func(*snapshot.Network, T)) func(Target, T) Reading {
	return func(target Target, answer T) Reading {
		return networked[T]{target, answer, join}
	}
}

// Join fills in the network of the chip.
func (n networked[T]) Join(draft *Draft) {
	if network := draft.network(n.target); network != nil {
		n.join(network, n.answer)
	}
}

// network is that of the chip of a target; nil where the chip is not there, or may have no measurements.
func (d *Draft) network(target Target) *snapshot.Network {
	chip := d.Measured(target.Key)
	if chip == nil {
		return nil
	}

	if chip.Network == nil {
		chip.Network = new(snapshot.Network)
	}

	return chip.Network
}

// nothing is the reading of an answer that there is nothing to tell.
type nothing struct{}

// Join changes nothing.
func (nothing) Join(*Draft) {}

// link is the reading of `-link`.
type link struct {
	networked[optional.Float]
}

func newLink(target Target, up optional.Float) Reading {
	return link{networked[optional.Float]{target, up, func(n *snapshot.Network, up optional.Float) { n.LinkUp = up }}}
}

// Changed says whether the link has come up or gone down since.
func (l link) Changed(last Reading) bool {
	before, ok := last.(link)

	return ok && before.answer != l.answer
}

// linkStat is the reading of `-link_stat`.
type linkStat struct {
	target Target
	answer hccntool.LinkStat
}

func newLinkStat(target Target, answer hccntool.LinkStat) Reading {
	return linkStat{target, answer}
}

// Observe counts what the tool itself may not.
func (l linkStat) Observe(ledger *Ledger, _ time.Time) {
	ledger.links.look(l.target.Key, l.answer.Changes)
}

// Join takes the tool's counts, else what was observed.
func (l linkStat) Join(draft *Draft) {
	network := draft.network(l.target)
	if network == nil {
		return
	}

	up, down := draft.links.of(l.target.Key)
	network.UpTransitions = l.answer.Up.Or(up)
	network.DownTransitions = l.answer.Down.Or(down)
}

func joinNetHealth(n *snapshot.Network, code optional.Float) { n.Health = code }

func joinSpeed(n *snapshot.Network, megabits optional.Float) { n.Speed = megabits.Times(1e6 / 8) }

func joinIP(n *snapshot.Network, address string) { n.IP = address }

func joinMAC(n *snapshot.Network, address string) { n.MAC = address }

func joinLLDP(n *snapshot.Network, neighbor hccntool.Neighbor) {
	if neighbor != (hccntool.Neighbor{}) {
		n.Neighbor = &snapshot.Neighbor{Switch: neighbor.Switch, Port: neighbor.Port}
	}
}

func joinStat(n *snapshot.Network, stat hccntool.Stat) {
	both := func(before, after string) snapshot.Directions {
		return snapshot.Directions{Transmit: stat.Get(before + "tx" + after), Receive: stat.Get(before + "rx" + after)}
	}

	n.Traffic = snapshot.Traffic{
		MACPackets:  both("mac_", "_total_pkt_num"),
		MACBytes:    both("mac_", "_total_oct_num"),
		MACErrors:   both("mac_", "_bad_pkt_num"),
		MACPauses:   both("mac_", "_mac_pause_num"),
		PFC:         both("mac_", "_pfc_pkt_num"),
		RoCEPackets: both("roce_", "_all_pkt_num"),
		CNP:         both("roce_", "_cnp_pkt_num"),
		RoCEErrors: []snapshot.Count{
			{Name: "packet", Number: stat.Sum("roce_tx_err_pkt_num", "roce_rx_err_pkt_num")},
			{Name: "retransmission", Number: stat.Sum("roce_new_pkt_rty_num")},
			{Name: "protocol", Number: stat.Sum(
				"roce_out_of_order_num", "roce_unexpected_ack_num", "roce_verification_err_num", "roce_qp_status_err_num")},
		},
	}

	for priority := range 8 {
		name := strconv.Itoa(priority)
		n.Traffic.Priorities = append(n.Traffic.Priorities, snapshot.Priority{Name: name, Frames: both("mac_", "_pfc_pri"+name+"_pkt_num")})
	}
}

// ports is the reading of `-dev_info`.
type ports struct {
	networked[[]hccntool.Port]
}

func newPorts(target Target, answer []hccntool.Port) Reading {
	return ports{networked[[]hccntool.Port]{target, answer, joinPorts}}
}

// Ports are those that the chip has.
func (p ports) Ports() []snapshot.PortID {
	ids := make([]snapshot.PortID, 0, len(p.answer))
	for _, port := range p.answer {
		ids = append(ids, snapshot.PortID{Die: port.Die, Port: port.Port})
	}

	return ids
}

// Changed says whether a link has come up or gone down since.
func (p ports) Changed(last Reading) bool {
	before, ok := last.(ports)

	return ok && !slices.Equal(before.answer, p.answer)
}

func joinPorts(n *snapshot.Network, answer []hccntool.Port) {
	for _, p := range answer {
		n.Ports = append(n.Ports, snapshot.Port{PortID: snapshot.PortID{Die: p.Die, Port: p.Port}, Up: p.Up})
	}
}

// onPort makes readings that are joined to a port of a chip.
func onPort[T any](join func(*snapshot.Port, T)) func(Target, T) Reading {
	return func(target Target, answer T) Reading {
		return networked[T]{target, answer, func(n *snapshot.Network, answer T) {
			for i := range n.Ports {
				if n.Ports[i].PortID == target.Port {
					join(&n.Ports[i], answer)
				}
			}
		}}
	}
}

func joinPortStat(p *snapshot.Port, stat hccntool.Stat) {
	p.Errors, p.Retries = stat.PortErrors(), stat.PortRetries()
	p.Packets = snapshot.Directions{Transmit: stat.PortPackets("tx"), Receive: stat.PortPackets("rx")}
}

func joinPortLinkStat(p *snapshot.Port, stat hccntool.LinkStat) {
	p.UpTransitions, p.DownTransitions = stat.Up, stat.Down
}

func joinPortSpeed(p *snapshot.Port, speed hccntool.PortSpeed) {
	p.Speed, p.Degraded = speed.Speed.Times(1e9/8), speed.Degraded
}
