package attribute

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/ascend-exporter/ascend_exporter/collector/snapshot"
)

// A witness is a process of a pod on a chip.
type witness struct {
	snapshot.Owner

	chip snapshot.Key
	pid  string
}

func (w witness) String() string {
	return fmt.Sprintf("process %s on NPU %d chip %d", w.pid, w.chip.NPU, w.chip.Chip)
}

// witnesses are the processes of pods on the chips.
func witnesses(chips []snapshot.Chip) []witness {
	var out []witness

	for i := range chips {
		for _, p := range chips[i].Processes {
			if p.Owner != nil && p.Owner.PodUID != "" {
				out = append(out, witness{Owner: *p.Owner, chip: chips[i].Key, pid: p.PID})
			}
		}
	}

	return out
}

// compare holds the claims against each other and against what runs on the chips.
func (a *allocation) compare(witnesses []witness) {
	a.overlaps()

	var unnamed []witness

	for _, w := range witnesses {
		if name, known := a.owners[w.PodUID]; known {
			a.named(w, name)
		} else {
			a.seen(w)
			unnamed = append(unnamed, w)
		}
	}

	a.grouped(unnamed)
}

// contradict notes the first reason not to believe the claims. An annotation is believed whatever the processes say.
func (h *holder) contradict(why string) {
	if !h.real && h.doubt == "" {
		h.doubt = why
	}
}

// overlaps finds whole chips that two pods claim. One that an annotation gives away is its pod's. Of two others one may have ended,
// which the kubelet still lists: which of them is for the processes to say.
func (a *allocation) overlaps() {
	for i, h := range a.holders {
		for _, c := range h.claims {
			for _, other := range a.holders[i+1:] {
				if !other.on(c.chip, !c.whole) {
					continue
				}

				why := fmt.Sprintf("%s and %s both claim NPU %d chip %d", h.name, other.name, c.chip.NPU, c.chip.Chip)
				h.overlap, other.overlap = why, why
			}
		}
	}
}

// named takes a process whose pod is known by name. Of a pod that claims nothing, such as a privileged one, nothing follows.
func (a *allocation) named(w witness, name podName) {
	at := slices.IndexFunc(a.holders, func(h *holder) bool { return h.name == name })
	if at < 0 {
		return
	}

	if a.holders[at].on(w.chip, false) {
		a.holders[at].confirmed = true

		return
	}

	a.holders[at].contradict(fmt.Sprintf("%v is of this pod, which does not claim the chip", w))

	for _, h := range a.claimants(w.chip) {
		h.contradict(fmt.Sprintf("%v is of %s", w, name))
	}
}

// claimants are the pods that claim all of a chip.
func (a *allocation) claimants(chip snapshot.Key) []*holder {
	var out []*holder

	for _, h := range a.holders {
		if h.on(chip, true) {
			out = append(out, h)
		}
	}

	return out
}

// seen takes a process whose pod's name is not known. Its container was given the devices that it sees, where that is told in
// physical ids: then the chip that it is on is among them.
func (a *allocation) seen(w witness) {
	var chips []snapshot.Key

	for _, phyID := range a.forms.visible(w.VisibleDevices) {
		chip, ok := a.chips[phyID]
		if !ok {
			return
		}

		chips = append(chips, chip)
	}

	slices.SortFunc(chips, snapshot.Key.Compare)
	chips = slices.Compact(chips)

	if !slices.Contains(chips, w.chip) {
		return
	}

	claimants := a.claimants(w.chip)
	same := slices.DeleteFunc(slices.Clone(claimants), func(h *holder) bool {
		return !slices.ContainsFunc(h.claims, func(c claim) bool {
			return c.chip == w.chip && c.whole && slices.Equal(h.wholes(c.container), chips)
		})
	})

	switch len(same) {
	case 0:
		for _, h := range claimants {
			h.contradict(fmt.Sprintf("%v was given the devices %s", w, strconv.Quote(w.VisibleDevices)))
		}
	case 1:
		same[0].confirmed = true
	}
}

// grouped looks at processes of pods whose names are not known: those of one pod are on chips of one, and those on the chips of one
// pod are of one.
func (a *allocation) grouped(witnesses []witness) {
	pods := make(map[string]*holder)   // by uid
	first := make(map[*holder]witness) // that was found on a pod's chips

	for _, w := range witnesses {
		claimants := a.claimants(w.chip)
		if len(claimants) != 1 {
			continue
		}

		h := claimants[0]

		if other := pods[w.PodUID]; other != nil && other != h {
			why := fmt.Sprintf("%v is of a pod that runs on chips of %s and of %s", w, other.name, h.name)
			h.contradict(why)
			other.contradict(why)
		}

		if other, there := first[h]; !there {
			first[h] = w
		} else if other.PodUID != w.PodUID {
			h.contradict(fmt.Sprintf("%v and %v are of different pods", other, w))
		}

		pods[w.PodUID] = h
	}
}
