package snapshot

import (
	"maps"
	"slices"
)

// ByPhysicalID finds chips by their physical ids, by which kubelets, schedulers and other exporters know them: the place of each in the
// list. Where the tool tells none (A2) the logic ids are the physical ones. Two chips of one id are not told apart: neither is found.
func ByPhysicalID(chips []Chip) map[string]int {
	printed := slices.ContainsFunc(chips, func(c Chip) bool { return c.PhyID != "" })
	places := make(map[string]int, len(chips))
	twice := make(map[string]bool)

	for i := range chips {
		id := chips[i].PhyID
		if !printed {
			id = chips[i].LogicID
		}

		_, taken := places[id]
		twice[id] = taken || id == ""
		places[id] = i
	}

	maps.DeleteFunc(places, func(id string, _ int) bool { return twice[id] })

	return places
}

// PhysicalIDs remembers which ids had a chip once: one that is not there any more is missing, which its own metrics tell, and any other
// id is wrong. The zero value has met none.
type PhysicalIDs struct {
	met map[string]bool
}

// Meet takes what ByPhysicalID found.
func (p *PhysicalIDs) Meet(places map[string]int) {
	if p.met == nil {
		p.met = make(map[string]bool, len(places))
	}

	for id := range places {
		p.met[id] = true
	}
}

// Known says whether a chip had the id once.
func (p *PhysicalIDs) Known(id string) bool { return p.met[id] }
