package poll

import (
	"cmp"
	"slices"

	"github.com/ascend-exporter/ascend_exporter/collector/optional"
	"github.com/ascend-exporter/ascend_exporter/collector/snapshot"
)

// attribute fills in what follows from the processes on the chips of a snapshot.
func (p *Poller) attribute(s *snapshot.Snapshot) {
	for i := range s.Chips {
		// The rate of use that stands in for the summary is too coarse.
		s.Chips[i].Unattributed = unattributed(&s.Chips[i], p.local.HostPIDs).Unless(s.Fallback)
	}

	p.limit.apply(s.Chips, p.MaxProcesses)
}

// unattributed is the HBM in use that no process holds. It is not known unless all processes are: not where the tool shows as
// many as it can, nor where it shows none in a container, which may not see them.
func unattributed(chip *snapshot.Chip, hostPIDs bool) optional.Float {
	used, known := chip.HBM.Used.Get()
	if !known || !chip.ProcessCount.Present() || chip.ProcessesCut || !hostPIDs && len(chip.Processes) == 0 {
		return optional.Float{}
	}

	for _, process := range chip.Processes {
		memory, known := process.Memory.Get()
		if !known {
			return optional.Float{}
		}

		used -= memory
	}

	// More than is in use: the two were not read at the same time, or memory that is shared counts twice.
	return optional.Of(used).Unless(used < 0)
}

// A processLimit leaves out the smallest processes where there are too many.
type processLimit struct {
	total uint64              // that were left out since the start
	out   map[processKey]bool // that are left out now
}

// processKey is a process on a chip.
type processKey struct {
	chip snapshot.Key
	pid  string
}

// apply marks those that are left out, so that no more than most stay; 0 is no limit.
func (l *processLimit) apply(chips []snapshot.Chip, most int) {
	type entry struct {
		processKey

		process *snapshot.Process
	}

	var all []entry

	for i := range chips {
		for j := range chips[i].Processes {
			process := &chips[i].Processes[j]
			all = append(all, entry{processKey{chips[i].Key, process.PID}, process})
		}
	}

	out := make(map[processKey]bool)

	if most > 0 && len(all) > most {
		// Largest first; of equals always the same ones.
		slices.SortFunc(all, func(a, b entry) int {
			sizeA, _ := a.process.Memory.Get()
			sizeB, _ := b.process.Memory.Get()

			return cmp.Or(cmp.Compare(sizeB, sizeA), a.chip.Compare(b.chip), cmp.Compare(a.pid, b.pid))
		})

		for _, e := range all[most:] {
			e.process.LeftOut = true
			out[e.processKey] = true

			if !l.out[e.processKey] {
				l.total++
			}
		}
	}

	l.out = out
}
