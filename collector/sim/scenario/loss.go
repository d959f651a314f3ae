package scenario

import "github.com/ascend-exporter/ascend_exporter/collector/sim"

// chipLost is a chip that is gone.
type chipLost struct {
	offBus bool // from the bus too
}

func newChipLost() effect { return &chipLost{} }

func newChipOffBus() effect { return &chipLost{offBus: true} }

func (*chipLost) parameters() []parameter { return nil }

func (*chipLost) change(in *force, s *sim.State) {
	var gone []place

	for _, n := range s.NPUs {
		for _, c := range n.Chips {
			if in.fault.aims(n.ID, c.ID) {
				gone = append(gone, place{n.ID, c.ID})
			}
		}
	}

	for _, p := range gone {
		_ = s.Lose(p.npu, p.chip) // they are there
	}
}
