// Package fleet is many simulated hosts in one process: SuperPods of racks of hosts, each polled as a real one is, by the
// exporter's own poller, whose tool is a simulated machine that is read without a process and, as a rule, without text.
package fleet

import (
	"fmt"
	"time"

	"github.com/ascend-exporter/ascend_exporter/collector/sim"
	"github.com/ascend-exporter/ascend_exporter/collector/sim/scenario"
)

// Config says which fleet.
type Config struct {
	Cluster      string
	SuperPods    int // at least 1
	Racks        int // of a SuperPod, at least 1
	HostsPerRack int // at least 1
	Product      string
	NPUs         int // of a host; 0 is as many as the product usually has
	Seed         uint64

	Scenario *scenario.Scenario // faults on schedule; nil is none
	Start    time.Time          // of the scenario
}

// maxHosts bounds a fleet to what one process can simulate.
const maxHosts = 16384

// Place is where a host stands. The names are labels of its target.
type Place struct {
	Name     string // unique in the fleet, such as sp0-r03-h11
	Cluster  string
	SuperPod string
	Rack     string
}

// A Host is a host of the fleet.
type Host struct {
	Place

	machine *sim.Machine
	chips   int
	faults  Schedule
}

// Schedule is the faults of a host; its zero value is none.
type Schedule struct {
	Name   string // of the scenario
	Faults Faults
	Start  time.Time
}

// Faults change a machine and its tool, as a function of the time since they began.
type Faults interface {
	// Apply changes the state of the machine.
	Apply(since time.Duration, state *sim.State)
	// Outages are the times until then in which network links were cut.
	Outages(since time.Duration) sim.Outages
	// Tool is how a call of npu-smi behaves: how much longer it takes, and whether it never answers.
	Tool(since time.Duration, args []string) (delay time.Duration, hangs bool)
	// NetworkTool is the same for hccn_tool.
	NetworkTool(since time.Duration, args []string) (delay time.Duration, hangs bool)
	// Down says whether the host answers nobody.
	Down(since time.Duration) bool
	// LostFromBus is the number of PCI functions that are gone.
	LostFromBus(since time.Duration) int
}

// New makes the hosts of a fleet, in the order of their places.
func New(c Config) ([]*Host, error) {
	for _, n := range []struct {
		name  string
		value int
	}{{"SuperPods", c.SuperPods}, {"racks", c.Racks}, {"hosts per rack", c.HostsPerRack}} {
		if n.value < 1 || n.value > maxHosts {
			return nil, fmt.Errorf("%d %s: a fleet has 1 to %d of them", n.value, n.name, maxHosts)
		}
	}

	if total := c.SuperPods * c.Racks * c.HostsPerRack; total > maxHosts {
		return nil, fmt.Errorf("%d hosts: one process simulates %d at most", total, maxHosts)
	}

	var hosts []*Host

	for pod := range c.SuperPods {
		for rack := range c.Racks {
			for server := range c.HostsPerRack {
				h, err := c.host(pod, rack, server)
				if err != nil {
					return nil, err
				}

				hosts = append(hosts, h)
			}
		}
	}

	return hosts, nil
}

func (c Config) host(pod, rack, server int) (*Host, error) {
	h := &Host{Place: Place{
		Name:     fmt.Sprintf("sp%d-r%02d-h%02d", pod, rack, server),
		Cluster:  c.Cluster,
		SuperPod: fmt.Sprintf("sp%d", pod),
		Rack:     fmt.Sprintf("sp%d-r%02d", pod, rack),
	}}

	index := rack*c.HostsPerRack + server

	machine, err := sim.New(sim.Config{
		Product: c.Product, NPUs: c.NPUs, Seed: c.Seed + uint64(pod*c.Racks*c.HostsPerRack+index), //nolint:gosec // both are small and positive
		SuperPodID: pod, ServerIndex: index, Rack: h.Rack, Slot: server,
	})
	if err != nil {
		return nil, err
	}

	h.machine = machine
	for _, npu := range machine.At(time.Time{}).NPUs {
		h.chips += len(npu.Chips)
	}

	return h, c.schedule(h)
}

// schedule gives the host its faults of the scenario.
func (c Config) schedule(h *Host) error {
	if c.Scenario == nil {
		return nil
	}

	faults, err := c.Scenario.On(h.Name, h.machine, c.Start)
	if err != nil {
		return err
	}

	if !faults.Empty() {
		h.SetFaults(Schedule{Name: c.Scenario.Name, Faults: faults, Start: c.Start})
	}

	return nil
}

// SetFaults gives the host a schedule of faults. It must come before anything is asked of the host.
func (h *Host) SetFaults(s Schedule) {
	h.faults = s
}

// Scenario is the name of the host's faults; "" where it has none.
func (h *Host) Scenario() string {
	return h.faults.Name
}

// Chips is the number of chips that the host is built with.
func (h *Host) Chips() int {
	return h.chips
}

// Down says whether the host answers nobody at a moment.
func (h *Host) Down(at time.Time) bool {
	return h.faults.Faults != nil && h.faults.Faults.Down(at.Sub(h.faults.Start))
}

// state is the machine with its faults.
func (h *Host) state(at time.Time) sim.State {
	s := h.machine.At(at)
	if h.faults.Faults != nil {
		h.faults.Faults.Apply(at.Sub(h.faults.Start), &s)
	}

	return s
}

// networkState is the same with networks, of which a function makes a machine with nothing broken but its links.
func (h *Host) networkState(at time.Time, of func(time.Time, sim.Outages) sim.State) sim.State {
	f := h.faults
	if f.Faults == nil {
		return of(at, nil)
	}

	since := at.Sub(f.Start)
	s := of(at, f.Faults.Outages(since))
	f.Faults.Apply(since, &s)

	return s
}
