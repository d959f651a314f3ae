package scenario

import (
	"errors"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/ascend-exporter/ascend_exporter/collector/sim"
)

// dirtyFibre is a lane on which less and less light comes in.
type dirtyFibre struct {
	module, lane int
	over         time.Duration
	power        float64 // mW, at the end
	errors       float64 // a second
}

// weakEnough is the share of the time after which packets begin to break: the light is then surely below the module's limit.
const weakEnough = 0.7

func newDirtyFibre() effect { return &dirtyFibre{over: 5 * time.Minute, power: 0.02, errors: 20} }

func (f *dirtyFibre) parameters() []parameter {
	const lanes, modules, dark, errorsMost = 4, 3, 0.0001, 1e5

	return []parameter{
		whole("lane", &f.lane, 0, lanes-1, "the lane, of the four that are the chip's"),
		whole("module", &f.module, 0, modules-1, "the module; others than 0 only a 950 in a server has"),
		period("over", &f.over, time.Second, "the time in which the power falls, evenly in decibels"),
		decimal("power", &f.power, dark, rxEnough, "mW that come in at the end of it"),
		decimal("errors-per-second", &f.errors, 0, errorsMost, "broken packets, from when seven tenths of the time have passed"),
	}
}

// rxEnough is less than any module warns of, in mW, by so much that the light is below the limit when packets begin to break.
const rxEnough = 0.05

func (f *dirtyFibre) fits(c sim.Chip) error {
	if _, _, _, ok := c.OwnLane(f.module, f.lane); !ok {
		return errors.New("it has no such optical module")
	}

	return nil
}

func (f *dirtyFibre) changeChip(in *force, _ *sim.NPU, c *sim.Chip) {
	m, place, port, ok := c.OwnLane(f.module, f.lane)
	if !ok {
		return
	}

	if in.active {
		progress := min(1, in.elapsed.Seconds()/f.over.Seconds())
		light := m.Lanes[place].RX
		m.Dim(place, light*math.Pow(f.power/light, progress))
	}

	clean := time.Duration(weakEnough * float64(f.over))
	broken := time.Duration(in.before)*max(0, in.lasts-clean) + max(0, in.elapsed-clean)

	breakPackets(c, []sim.PortID{port}, uint64(f.errors*broken.Seconds()), 0)
}

// packetErrors is a link on which packets break.
type packetErrors struct {
	ports   []sim.PortID
	broken  float64 // a second
	retries float64 // a second
}

func newPacketErrors() effect { return &packetErrors{broken: 20, retries: 40} }

func (e *packetErrors) parameters() []parameter {
	const most = 1e5

	return []parameter{
		portOf(&e.ports),
		decimal("bad-per-second", &e.broken, 0, most, "packets that arrive broken"),
		decimal("retries-per-second", &e.retries, 0, most, "packets that are sent again"),
	}
}

func (e *packetErrors) fits(c sim.Chip) error { return fitPorts(c, e.ports) }

func (e *packetErrors) changeChip(in *force, _ *sim.NPU, c *sim.Chip) {
	seconds := in.total().Seconds()

	breakPackets(c, e.ports, uint64(e.broken*seconds), uint64(e.retries*seconds))
}

// breakPackets adds to what a chip's links count: packets that arrived broken, and others that were sent again beside those. No
// ports are all of them.
func breakPackets(c *sim.Chip, ports []sim.PortID, broken, retries uint64) {
	const size = 4178 // bytes of a packet

	n := c.Network
	if n == nil {
		return
	}

	if r := n.RoCE; r != nil {
		r.Stats["mac_rx_bad_pkt_num"] += broken
		r.Stats["mac_rx_bad_oct_num"] += broken * size
		r.Stats["mac_rx_fcs_err_pkt_num"] += broken
		r.Stats["mac_rx_total_pkt_num"] += broken
		r.Stats["mac_rx_total_oct_num"] += broken * size
		r.Stats["roce_out_of_order_num"] += broken
		r.Stats["roce_new_pkt_rty_num"] += retries
		r.Extra["cw_uncorrect_cnt"] += broken
		r.Extra["cw_bad_cnt"] += broken
	}

	for i := range n.Ports {
		p := &n.Ports[i]
		if len(ports) > 0 && !slices.Contains(ports, sim.PortID{Die: p.Die, Port: p.Port}) {
			continue
		}

		p.Stats["crc_error_sum"] += broken
		p.Stats["retry_req_sum"] += broken + retries
		p.Stats["retry_ack_sum"] += broken + retries
	}
}

// pauseStorm is a switch that tells the NIC to pause.
type pauseStorm struct {
	frames   float64 // a second
	priority int
}

func newPauseStorm() effect { return &pauseStorm{frames: 50000, priority: 4} }

func (p *pauseStorm) parameters() []parameter {
	const most, priorities = 5e5, 8

	return []parameter{
		decimal("frames-per-second", &p.frames, 1, most, "pause frames that come in"),
		whole("priority", &p.priority, 0, priorities-1, "the priority that they pause"),
	}
}

func (*pauseStorm) fits(c sim.Chip) error {
	if c.Network == nil || c.Network.RoCE == nil {
		return errors.New("it has no NIC that could be paused")
	}

	return nil
}

func (p *pauseStorm) changeChip(in *force, _ *sim.NPU, c *sim.Chip) {
	const size = 64 // bytes of a frame

	if c.Network == nil || c.Network.RoCE == nil {
		return
	}

	frames := uint64(p.frames * in.total().Seconds())
	stats := c.Network.RoCE.Stats
	stats["mac_rx_pfc_pkt_num"] += frames
	stats["mac_rx_pfc_pri"+strconv.Itoa(p.priority)+"_pkt_num"] += frames
	stats["mac_rx_total_pkt_num"] += frames
	stats["mac_rx_total_oct_num"] += frames * size
}
