package truth

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ascend-exporter/ascend_exporter/collector/sim"
)

// The truth behind a recording of hccn_tool has devices, or NPUs with ports (950), instead of cards. Nothing is known there of what
// npu-smi tells.

// network is what such a file has beside the product.
type network struct {
	Zone    string         `json:"tz"`
	Globals networkGlobals `json:"globals"`
	Devices []values       `json:"devices"`
	NPUs    []networkNPU   `json:"npus"`
}

type networkGlobals struct {
	Now      int64 `json:"now"`
	NoDriver int   `json:"nodriver"`
}

type networkNPU struct {
	ID      int      `json:"id"`
	VNIC    string   `json:"vnicip"`
	Health  int      `json:"net_health"`
	Ports   []values `json:"port"`
	Modules []values `json:"optical"`
}

// state is the machine of a product.
func (n *network) state(product string) (sim.State, error) {
	const driver = "25.7.rc1" // which all recordings of a 950 have

	s := sim.State{Family: sim.Family(product), DriverVersion: driver, UnifiedBus: len(n.NPUs) > 0}

	if n.Globals.NoDriver != 0 {
		s.Init = sim.FailureDriver
	}

	// The zone is as POSIX has it: hours to the west.
	if hours, ok := strings.CutPrefix(n.Zone, "CST"); ok {
		west, err := strconv.Atoi(hours)
		if err != nil {
			return s, fmt.Errorf("tz %q: it is UTC, or CST and the hours to the west, such as CST-8", n.Zone)
		}

		s.Zone = time.FixedZone(n.Zone, -west*int(time.Hour/time.Second))
	}

	for i, v := range n.Devices {
		c, err := n.device(v)
		if err != nil {
			return s, fmt.Errorf("device %d: %w", i, err)
		}

		s.NPUs = append(s.NPUs, sim.NPU{ID: c.PhyID, Chips: []sim.Chip{c}})
	}

	for i, npu := range n.NPUs {
		c, err := n.npu(npu)
		if err != nil {
			return s, fmt.Errorf("NPU %d: %w", i, err)
		}

		s.NPUs = append(s.NPUs, sim.NPU{ID: npu.ID, Chips: []sim.Chip{c}})
	}

	return s, nil
}

// device is a chip with a NIC.
func (n *network) device(v values) (sim.Chip, error) {
	r := &sim.RoCE{
		Up: v.number("link") == 1, Speed: v.number("speed"), Duplex: v.number("duplex"), MTU: v.number("mtu"), FEC: v.number("fec"),
		MAC: v.text("mac"), IP: v.text("ip"), Mask: v.text("ip.mask"), Gateway: v.text("gateway"), Detect: v.text("netdetect"), LLDP: v.text("lldp"),
		Stats: v.counts("stat."), Extra: v.counts("extra."), HW: v.counts("hw."),
	}
	r.TX, _ = v.float("bw.tx").Get()
	r.RX, _ = v.float("bw.rx").Get()

	var err error
	if r.History, err = n.history(v); err != nil {
		return sim.Chip{}, err
	}

	if r.Module, err = nicModule(v); err != nil {
		return sim.Chip{}, err
	}

	id := v.number("id")
	c := sim.Chip{PhyID: id, LogicID: id, Failures: make(map[sim.Reading]sim.FailureCode)}
	c.Network = &sim.Network{Health: sim.NetworkHealth(v.number("net_health")), RoCE: r, Failures: v.networkFailures()}

	if code := v.number("mainboard_fail"); code != 0 { // without it nothing can be asked
		c.Network.Failure = sim.NetworkFailed
	}

	if code := v.number("health_fail"); code != 0 {
		c.Failures[sim.ReadingHealth] = sim.FailureCode(-code)
	}

	if v.text("health") != "" {
		c.Health = -1
	}

	return c, nil
}

// networkFailures are the queries that fail, by item.
func (v values) networkFailures() map[string]sim.NetworkFailure {
	out := make(map[string]sim.NetworkFailure)

	if v.number("channel_fail") != 0 {
		out[""] = sim.NetworkFailed
	}

	for key := range v {
		if item, ok := strings.CutPrefix(key, "fail."); ok {
			out[strings.TrimPrefix(item, "*")] = sim.NetworkFailure(v.number(key))
		}
	}

	for _, item := range []string{"net_health", "ip"} {
		if code := v.number(item + "_fail"); code != 0 {
			out[item] = sim.NetworkFailure(code)
		}
	}

	return out
}

// counts are the values whose keys begin alike, by the rest of the keys.
func (v values) counts(prefix string) map[string]uint64 {
	out := make(map[string]uint64)

	for key := range v {
		if name, ok := strings.CutPrefix(key, prefix); ok {
			out[name], _ = strconv.ParseUint(v.text(key), 10, 64) // 0 is what the tool makes of anything else
		}
	}

	return out
}

// history reads the changes of a link. They are oldest first in the file.
func (n *network) history(v values) (sim.LinkHistory, error) {
	h := sim.LinkHistory{Now: n.Globals.Now, Ups: v.number("linkstat.up"), Downs: v.number("linkstat.down")}

	if v.text("linkstat.rec") == "" {
		return h, nil
	}

	for entry := range strings.SplitSeq(v.text("linkstat.rec"), ",") {
		at, up, _ := strings.Cut(entry, ":")

		seconds, err := strconv.ParseInt(at, 10, 64)
		if err != nil {
			return h, fmt.Errorf("linkstat.rec: %q is no time and 0 or 1, such as 1789740800:1", entry)
		}

		h.Changes = append(h.Changes, sim.LinkChange{At: seconds, Up: up == "1"})
	}

	slices.Reverse(h.Changes)

	return h, nil
}
