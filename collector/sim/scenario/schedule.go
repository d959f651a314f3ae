package scenario

import (
	"slices"
	"time"

	"github.com/ascend-exporter/ascend_exporter/collector/sim"
)

// Schedule is the faults of one host. All its methods are pure functions of the time since the scenario's start.
type Schedule struct {
	faults  []fault
	repeat  time.Duration
	machine *sim.Machine
	start   time.Time
	buses   map[string][]place
	devices map[int]place // the chips by the ids that hccn_tool has for them
}

// Empty says whether the host is spared: all faults are on others.
func (s *Schedule) Empty() bool {
	return len(s.faults) == 0
}

// place is a chip of the machine.
type place struct {
	npu, chip int
}

// Apply changes the state of the host's machine: what it would be at that moment if nothing were broken.
func (s *Schedule) Apply(since time.Duration, state *sim.State) {
	for _, last := range []bool{false, true} {
		for i := range s.faults {
			f := &s.faults[i]

			in, begun := s.forceOf(f, since)
			if !begun || f.kind.last != last || !in.active && !f.kind.traces {
				continue
			}

			switch e := f.effect.(type) {
			case onHost:
				e.change(&in, state)
			case onChip:
				changeChips(e, &in, state)
			}
		}
	}
}

func changeChips(e onChip, in *force, state *sim.State) {
	for i := range state.NPUs {
		n := &state.NPUs[i]
		for j := range n.Chips {
			if in.fault.aims(n.ID, n.Chips[j].ID) {
				e.changeChip(in, n, &n.Chips[j])
			}
		}
	}
}

// Outages are the times in which the links of the chips were cut, until that moment.
func (s *Schedule) Outages(since time.Duration) sim.Outages {
	return func(npu, chip int, port sim.PortID) (recent []sim.Outage, before int) {
		for i := range s.faults {
			f := &s.faults[i]
			if e, ok := f.effect.(onLink); ok && f.aims(npu, chip) {
				if in, begun := s.forceOf(f, since); begun {
					newer, older := e.outages(&in, port)
					recent, before = append(recent, newer...), before+older
				}
			}
		}

		return recent, before
	}
}

// Tool is how a call of npu-smi behaves, with the arguments behind its name: how much longer it takes, and whether it
// never answers.
func (s *Schedule) Tool(since time.Duration, args []string) (delay time.Duration, hangs bool) {
	return s.call(since, call{args: args})
}

// NetworkTool is the same for a call of hccn_tool.
func (s *Schedule) NetworkTool(since time.Duration, args []string) (delay time.Duration, hangs bool) {
	return s.call(since, call{network: true, args: args, devices: s.devices})
}

func (s *Schedule) call(since time.Duration, c call) (delay time.Duration, hangs bool) {
	for i := range s.faults {
		f := &s.faults[i]

		e, ok := f.effect.(onTool)
		if !ok {
			continue
		}

		if in, _ := s.forceOf(f, since); in.active {
			longer, never := e.call(&in, c)
			delay += longer
			hangs = hangs || never
		}
	}

	return delay, hangs
}

// Down says whether the host answers nobody.
func (s *Schedule) Down(since time.Duration) bool {
	return s.any(since, func(f *fault) bool {
		_, down := f.effect.(*hostDown)

		return down
	})
}

// LostFromBus is the number of PCI functions that are gone. A function is gone with the last chip behind it.
func (s *Schedule) LostFromBus(since time.Duration) int {
	gone := 0

	for _, places := range s.buses {
		if !slices.ContainsFunc(places, func(p place) bool {
			return !s.any(since, func(f *fault) bool {
				lost, ok := f.effect.(*chipLost)

				return ok && lost.offBus && f.aims(p.npu, p.chip)
			})
		}) {
			gone++
		}
	}

	return gone
}

// any says whether a fault is in force that is one of those.
func (s *Schedule) any(since time.Duration, those func(*fault) bool) bool {
	for i := range s.faults {
		if in, _ := s.forceOf(&s.faults[i], since); in.active && those(&s.faults[i]) {
			return true
		}
	}

	return false
}

// buses are the chips behind each PCI function of a machine.
func buses(s sim.State) map[string][]place {
	out := make(map[string][]place)

	for _, n := range s.NPUs {
		for _, c := range n.Chips {
			if c.BusID != "" {
				out[c.BusID] = append(out[c.BusID], place{n.ID, c.ID})
			}
		}
	}

	return out
}

// devices are the chips of a machine by the ids that hccn_tool has for them: physical ones, which the 950 does not have.
func devices(s sim.State) map[int]place {
	out := make(map[int]place)

	for _, n := range s.NPUs {
		for _, c := range n.Chips {
			id := c.PhyID
			if s.Family == sim.FamilyA5 {
				id = c.LogicID
			}

			out[id] = place{n.ID, c.ID}
		}
	}

	return out
}
