package scenario

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ascend-exporter/ascend_exporter/collector/sim"
)

// fault is one fault of a scenario.
type fault struct {
	kind   kind
	effect effect
	line   int // in the file

	at    time.Duration // since the scenario's start
	lasts time.Duration // 0 is for good, or until the schedule starts anew

	hosts []string // patterns; none is every host
	npus  []int    // none is all
	chip  int      // allChips is all of the NPU
}

const allChips = sim.AllChips

// maxID is the highest id of an NPU or a chip.
const maxID = 1023

// What stands for the id of an NPU until the machine is known.
const (
	firstNPU = -1
	lastNPU  = -2
)

// on is the fault with the ids of a machine.
func (f fault) on(s sim.State) fault {
	f.npus = slices.Clone(f.npus)

	for i, npu := range f.npus {
		switch npu {
		case firstNPU:
			f.npus[i] = s.NPUs[0].ID
		case lastNPU:
			f.npus[i] = s.NPUs[len(s.NPUs)-1].ID
		}
	}

	f.hosts = nil // from here on there is but this one

	return f
}

// selects says whether the fault is one of the host's.
func (f *fault) selects(host string) bool {
	return len(f.hosts) == 0 || slices.ContainsFunc(f.hosts, func(pattern string) bool {
		ok, _ := path.Match(pattern, host)

		return ok
	})
}

// aims says whether the fault is one of the chip's.
func (f *fault) aims(npu, chip int) bool {
	return (len(f.npus) == 0 || slices.Contains(f.npus, npu)) && (f.chip == allChips || f.chip == chip)
}

// fits says what the fault needs that the machine does not have.
func (f *fault) fits(s sim.State) error {
	var ids []string
	for _, n := range s.NPUs {
		ids = append(ids, strconv.Itoa(n.ID))
	}

	for _, npu := range f.npus {
		i := slices.IndexFunc(s.NPUs, func(n sim.NPU) bool { return n.ID == npu })
		if i < 0 {
			return fmt.Errorf("no NPU %d in this machine: it has %s", npu, strings.Join(ids, ", "))
		}

		chips := s.NPUs[i].Chips
		if f.chip != allChips && !slices.ContainsFunc(chips, func(c sim.Chip) bool { return c.ID == f.chip }) {
			return fmt.Errorf("no chip %d in NPU %d of this machine: it has 0 to %d", f.chip, npu, len(chips)-1)
		}
	}

	needs, ok := f.effect.(interface{ fits(c sim.Chip) error })
	if !ok {
		return nil
	}

	for _, n := range s.NPUs {
		for _, c := range n.Chips {
			if !f.aims(n.ID, c.ID) {
				continue
			}

			if err := needs.fits(c); err != nil {
				return fmt.Errorf("NPU %d, chip %d: %w", n.ID, c.ID, err)
			}
		}
	}

	return nil
}

// ends is when the fault ends, after the scenario's start.
func (f *fault) ends(repeat time.Duration) time.Duration {
	switch {
	case f.lasts > 0:
		return f.at + f.lasts
	case repeat > 0:
		return repeat
	default:
		return forGood
	}
}

// overlap finds faults that exclude each other: at the same time, on the same chip, of the same group.
func overlap(file string, faults []fault, repeat time.Duration) error {
	for i := range faults {
		for j := range i {
			a, b := &faults[j], &faults[i]
			if a.kind.excludes() != b.kind.excludes() || a.at >= b.ends(repeat) || b.at >= a.ends(repeat) || !meet(a, b) {
				continue
			}

			return fmt.Errorf("%s:%d: %s: it overlaps the fault %s of line %d on the same %s: let one end before the other begins, or aim it at another",
				file, b.line, b.kind.name, a.kind.name, a.line, b.kind.where)
		}
	}

	return nil
}

// meet says whether two faults have a chip of a host in common. Of patterns for hosts it knows no more than whether one is
// in both.
func meet(a, b *fault) bool {
	hosts := len(a.hosts) == 0 || len(b.hosts) == 0 || share(a.hosts, b.hosts)
	npus := len(a.npus) == 0 || len(b.npus) == 0 || share(a.npus, b.npus)
	chips := a.chip == allChips || b.chip == allChips || a.chip == b.chip

	return hosts && npus && chips
}

func share[T comparable](a, b []T) bool {
	return slices.ContainsFunc(a, func(v T) bool { return slices.Contains(b, v) })
}
