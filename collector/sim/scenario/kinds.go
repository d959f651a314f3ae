package scenario

import (
	"slices"
	"time"

	"github.com/ascend-exporter/ascend_exporter/collector/sim"
)

// kind is something that can break: a row of the table of all.
type kind struct {
	name  string
	does  string // what happens
	where where
	group string // of kinds that exclude each other at the same place; "" is the kind alone

	traces bool // something of it is left after its end
	last   bool // it comes after others that are in *force, whatever their order in the file

	effect func() effect // with its parameters as they are when none is given
}

// where is what a fault is on.
type where string

const (
	onlyHost where = "host" // the whole host: npu and chip make no sense
	wherever where = "chip" // one chip, one NPU, or the whole host
)

// effect is what a fault of a kind does, by its parameters. It is one or more of the interfaces below.
type effect interface {
	// parameters are the kind's own.
	parameters() []parameter
}

// onHost changes the machine.
type onHost interface {
	change(in *force, s *sim.State)
}

// onChip changes each chip that the fault is on.
type onChip interface {
	changeChip(in *force, n *sim.NPU, c *sim.Chip)
	// fits says what a chip lacks that the fault needs.
	fits(c sim.Chip) error
}

// onLink cuts links of each chip that the fault is on.
type onLink interface {
	// outages are as in sim.Outages, of one link.
	outages(in *force, port sim.PortID) (recent []sim.Outage, before int)
	// fits is as in onChip.
	fits(c sim.Chip) error
}

// onTool changes a call of a tool.
type onTool interface {
	call(in *force, c call) (delay time.Duration, hangs bool)
}

// kinds is the table of all kinds. A further one is a row here and a type for its effect. One of a tool that is not yet
// simulated has its row when there is something that it changes.
func kinds() []kind {
	return slices.Concat(chipKinds(), networkKinds(), hostKinds())
}

func chipKinds() []kind {
	return []kind{
		{
			name: "overheat", does: "The chip and its memory get hotter with a lag, and cool again with it. Where it gets hotter than a limit the clock and the power fall.",
			where: wherever, traces: true, effect: newOverheat,
		},
		{
			name: "power-brake", does: "The board caps the power: the clock falls.",
			where: wherever, effect: newPowerBrake,
		},
		{
			name: "health", does: "The health state is bad, with fault codes or without.",
			where: wherever, effect: newIllness,
		},
		{
			name: "hbm-ecc", does: "The memory has errors. The counts rise while it lasts, and stay.",
			where: wherever, traces: true, effect: newMemoryErrors,
		},
		{
			name: "hccs-link", does: "A link to other chips is down, or goes down and up again (flaps).",
			where: wherever, traces: true, effect: newLink,
		},
		{
			name: "job-hang", does: "The job hangs: process and memory are there, and nothing is computed. Where no job ran there is one now.",
			where: wherever, group: "job", effect: newHungJob,
		},
		{
			name: "zombie-memory", does: "The job has ended without a trace, but its memory is still held.",
			where: wherever, group: "job", effect: newZombie,
		},
		{
			name: "zeros", does: "Every reading of the chip fails: npu-smi prints zeros, no name and UNKNOWN, and hccn_tool asks for the health again and again (a 950: fails).",
			where: wherever, effect: newZeros,
		},
		{
			name: "chip-hang", does: "The chip answers nothing: every call of npu-smi and of hccn_tool that asks it hangs, among them the summary of all chips.",
			where: wherever, effect: newChipHang,
		},
		{
			name: "chip-lost", does: "The chip is gone from the tool, and still on the bus.",
			where: wherever, group: "loss", last: true, effect: newChipLost,
		},
		{
			name: "chip-off-bus", does: "The chip is gone from the tool and from the PCI bus.",
			where: wherever, group: "loss", last: true, effect: newChipOffBus,
		},
	}
}

func networkKinds() []kind {
	return []kind{
		{
			name: "roce-link", does: "The link of a chip's NIC, or of its ports on a 950, is down, or goes down and up again (flaps). What it would have carried is never counted.",
			where: wherever, traces: true, effect: newNetworkLink,
		},
		{
			name: "dirty-fibre", does: "The light that comes in on a lane gets weaker and weaker, until it is below the module's own limit: then packets begin to break.",
			where: wherever, traces: true, effect: newDirtyFibre,
		},
		{
			name: "packet-errors", does: "Packets arrive broken, and are sent again. The counts rise while it lasts, and stay.",
			where: wherever, traces: true, effect: newPacketErrors,
		},
		{
			name: "pause-storm", does: "The switch tells the NIC to pause, again and again. The counts of PFC rise while it lasts, and stay.",
			where: wherever, traces: true, effect: newPauseStorm,
		},
		{
			name: "network-tool-hang", does: "hccn_tool never answers of the chip. npu-smi goes on.",
			where: wherever, effect: newNetworkToolHang,
		},
	}
}

func hostKinds() []kind {
	return []kind{
		{
			name: "driver-gone", does: "There is no driver: every call of npu-smi and of hccn_tool fails.",
			where: onlyHost, group: "driver", effect: newDriverGone,
		},
		{
			name: "driver-occupied", does: "A container holds the chips: every call of npu-smi and of hccn_tool fails.",
			where: onlyHost, group: "driver", effect: newDriverOccupied,
		},
		{
			name: "tool-slow", does: "Every call of npu-smi and of hccn_tool takes longer.",
			where: onlyHost, group: "tool", effect: newSlowTool,
		},
		{
			name: "tool-hang", does: "No call of npu-smi or of hccn_tool ever ends: both wait for the same driver.",
			where: onlyHost, group: "tool", effect: newHungTool,
		},
		{
			name: "noise", does: "A library below npu-smi and hccn_tool prints a line before every answer.",
			where: onlyHost, effect: newNoise,
		},
		{
			name: "host-down", does: "The host answers nobody. Only a host of a fleet can.",
			where: onlyHost, effect: newHostDown,
		},
	}
}

// excludes is what a kind shares with those that it excludes.
func (k kind) excludes() string {
	if k.group != "" {
		return "group " + k.group
	}

	return k.name
}

func kindNames() []string {
	var names []string
	for _, k := range kinds() {
		names = append(names, k.name)
	}

	return names
}
