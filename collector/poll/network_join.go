package poll

import (
	"maps"
	"slices"
	"strconv"
	"strings"
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
	networked[hccntool.Link]
}

func newLink(target Target, answer hccntool.Link) Reading {
	return link{networked[hccntool.Link]{target, answer, func(n *snapshot.Network, l hccntool.Link) { n.LinkUp = flag(l.Up) }}}
}

// flag is 1 for true, 0 for false.
func flag(is bool) optional.Float {
	if is {
		return optional.Of(1)
	}

	return optional.Of(0)
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
func (l linkStat) Observe(ledger *Ledger, _ time.Time, _ time.Duration) {
	ledger.links.look(l.target.Key, l.answer.Changes)
}

// Join takes the tool's counts, else what was observed.
func (l linkStat) Join(draft *Draft) {
	network := draft.network(l.target)
	if network == nil {
		return
	}

	up, down := draft.links.of(l.target.Key)
	network.UpTransitions = l.answer.Ups.Or(up)
	network.DownTransitions = l.answer.Downs.Or(down)
}

func joinNetHealth(n *snapshot.Network, health hccntool.NetHealth) { n.Health = health.Code }

func joinSpeed(n *snapshot.Network, speed hccntool.Speed) { n.Speed = speed.Megabits.Times(1e6 / 8) }

func joinIP(n *snapshot.Network, ip hccntool.IP) { n.IP = ip.Address }

func joinMAC(n *snapshot.Network, mac hccntool.MAC) { n.MAC = mac.Address }

// joinLLDP takes the chassis of a switch that has no name for it.
func joinLLDP(n *snapshot.Network, neighbor hccntool.Neighbour) {
	name := first(neighbor.System, neighbor.Chassis)
	if name != "" || neighbor.Port != "" {
		n.Neighbor = &snapshot.Neighbor{Switch: name, Port: neighbor.Port}
	}
}

// stat is the reading of `-stat`.
type stat struct {
	target Target
	answer hccntool.Stat
}

func newStat(target Target, answer hccntool.Stat) Reading {
	return stat{target, answer}
}

// Observe measures how fast the port is used.
func (s stat) Observe(ledger *Ledger, at time.Time, _ time.Duration) {
	ledger.bandwidths.look(s.target.Key, at, snapshot.Directions{Transmit: s.answer.Transmit.Bytes, Receive: s.answer.Receive.Bytes})
}

// Join fills in the traffic.
func (s stat) Join(draft *Draft) {
	network := draft.network(s.target)
	if network == nil {
		return
	}

	joinStat(network, s.answer)
	network.Traffic.Bandwidth = draft.bandwidths.of(s.target.Key)
}

func joinStat(n *snapshot.Network, stat hccntool.Stat) {
	both := func(of func(*hccntool.StatDirection) optional.Float) snapshot.Directions {
		return snapshot.Directions{Transmit: of(&stat.Transmit), Receive: of(&stat.Receive)}
	}

	n.Traffic = snapshot.Traffic{
		MACPackets:  both(func(d *hccntool.StatDirection) optional.Float { return d.Packets }),
		MACBytes:    both(func(d *hccntool.StatDirection) optional.Float { return d.Bytes }),
		MACErrors:   both(func(d *hccntool.StatDirection) optional.Float { return d.BadPackets }),
		MACPauses:   both(func(d *hccntool.StatDirection) optional.Float { return d.PausePackets }),
		PFC:         both(func(d *hccntool.StatDirection) optional.Float { return d.PFCPackets }),
		RoCEPackets: both(func(d *hccntool.StatDirection) optional.Float { return d.RoCEPackets }),
		CNP:         both(func(d *hccntool.StatDirection) optional.Float { return d.RoCECNPs }),
		RoCEErrors: snapshot.RoCEErrors{
			Packets:         both(func(d *hccntool.StatDirection) optional.Float { return d.RoCEErrors }),
			Retransmissions: stat.Retransmissions,
			OutOfOrder:      stat.OutOfOrder, UnexpectedAcks: stat.UnexpectedAcks,
			Verification: stat.VerificationErrors, QueuePairs: stat.QPStatusErrors,
		},
		MACErrorBytes: snapshot.Directions{Transmit: stat.Counts.Of("mac_tx_bad_oct_num"), Receive: stat.Counts.Of("mac_rx_bad_oct_num")},
		MACFCSErrors:  stat.Counts.Of("mac_rx_fcs_err_pkt_num"),
		RoCEECN:       stat.Counts.Of("roce_ecn_db_num"),
	}

	for priority := range stat.Transmit.PFCByPriority {
		n.Traffic.Priorities = append(n.Traffic.Priorities, snapshot.Priority{
			Name:   strconv.Itoa(priority),
			Frames: both(func(d *hccntool.StatDirection) optional.Float { return d.PFCByPriority[priority] }),
		})
	}
}

// ports is the reading of `-dev_info`.
type ports struct {
	networked[hccntool.DevInfo]
}

func newPorts(target Target, answer hccntool.DevInfo) Reading {
	return ports{networked[hccntool.DevInfo]{target, answer, joinPorts}}
}

// Ports are those that the chip has.
func (p ports) Ports() []snapshot.PortID {
	ids := make([]snapshot.PortID, 0, len(p.answer.Ports))
	for _, port := range p.answer.Ports {
		ids = append(ids, portID(port))
	}

	return ids
}

func portID(p hccntool.Port) snapshot.PortID {
	return snapshot.PortID{Die: p.UDie, Port: p.Number}
}

// Changed says whether a link has come up or gone down since.
func (p ports) Changed(last Reading) bool {
	before, ok := last.(ports)

	return ok && !slices.Equal(before.answer.Ports, p.answer.Ports)
}

func joinPorts(n *snapshot.Network, answer hccntool.DevInfo) {
	for _, p := range answer.Ports {
		n.Ports = append(n.Ports, snapshot.Port{PortID: portID(p), Up: flag(p.Up).Unless(!p.LinkKnown)})
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

func joinPortStat(p *snapshot.Port, stat hccntool.PortStat) {
	p.Errors, p.Retries = stat.Errors, stat.RetryRequests
	p.Packets = snapshot.Directions{Transmit: packets(stat.Counts, "_cnt_tx"), Receive: packets(stat.Counts, "_cnt_rx")}
}

// packets adds up the packets of all kinds that passed a port in a direction. Where they went within the chip is counted apart.
func packets(counts hccntool.Counts, direction string) optional.Float {
	var sum optional.Float

	for _, key := range slices.Sorted(maps.Keys(counts)) { // so that large numbers are rounded in the same way each time
		if strings.HasSuffix(key, direction) &&
			(strings.HasPrefix(key, "ub_") || strings.HasPrefix(key, "unic_") || strings.HasPrefix(key, "unknown_pkt_")) {
			sum = sum.Plus(counts.Of(key))
		}
	}

	return sum
}

func joinPortLinkStat(p *snapshot.Port, stat hccntool.LinkStat) {
	p.UpTransitions, p.DownTransitions = stat.Ups, stat.Downs
}

// joinPortSpeed also tells whether lanes are missing; of a port whose state the tool does not know it is not known either.
func joinPortSpeed(p *snapshot.Port, speed hccntool.PortSpeed) {
	p.Speed = speed.Gigabits.Times(1e9 / 8)
	p.Degraded = flag(speed.Status == hccntool.LanesDowngraded).
		Unless(speed.Status != hccntool.LanesDowngraded && speed.Status != hccntool.LanesNormal)
}
