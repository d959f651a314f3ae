package poll

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/ascend-exporter/ascend_exporter/collector/npusmi"
	"github.com/ascend-exporter/ascend_exporter/collector/snapshot"
)

// layout is what the targets of the queries follow from.
type layout struct {
	chips   []snapshot.Key
	bare    bool                               // whether chips have no id of their own
	devices map[snapshot.Key]string            // ids that hccn_tool knows the chips by; without those that are not known for sure
	ports   map[snapshot.Key][]snapshot.PortID // of chips that have told theirs
}

// locate makes the tasks of hccn_tool fit an answer that says by which ids it knows the chips, or which ports a chip has.
func (p *Poller) locate(t *task, now time.Time) {
	if p.Network == nil || t.failure != nil {
		return
	}

	l := &p.layout

	if ported, ok := t.reading.(Ported); ok && !slices.Equal(l.ports[t.target.Key], ported.Ports()) {
		ports := maps.Clone(l.ports)
		if ports == nil {
			ports = make(map[snapshot.Key][]snapshot.PortID)
		}

		ports[t.target.Key] = ported.Ports()
		l.ports = ports
	} else if devices := devicesOf(l.chips, p.mapping(now)); maps.Equal(l.devices, devices) {
		return
	} else {
		l.devices = devices
	}

	for _, q := range p.queries {
		if q.Network {
			q.lane.blocked = nil
			q.retarget(l, now)
		}
	}
}

// mapping is what the mapping says, while it may be believed.
func (p *Poller) mapping(now time.Time) mapping {
	for _, q := range p.queries {
		if q.Name == Mapping && q.tasks[0].fresh(now) {
			entries, _ := q.tasks[0].reading.(mapping)

			return entries
		}
	}

	return nil
}

// devicesOf are the ids that hccn_tool knows the chips by: the physical ones. Where the mapping has no column for them the logic
// id is the physical id. An id that two chips have is none.
func devicesOf(chips []snapshot.Key, entries []npusmi.MappingEntry) map[snapshot.Key]string {
	physical := slices.ContainsFunc(entries, func(e npusmi.MappingEntry) bool { return e.PhyID != "" })
	devices := make(map[snapshot.Key]string, len(chips))
	holders := make(map[string]int, len(chips))

	for _, entry := range entries {
		id := entry.LogicID
		if physical {
			id = entry.PhyID
		}

		key := snapshot.Key{NPU: entry.NPU, Chip: entry.Chip}
		if id != "" && strings.Trim(id, "0123456789") == "" && slices.Contains(chips, key) {
			devices[key] = id
			holders[id]++
		}
	}

	maps.DeleteFunc(devices, func(_ snapshot.Key, id string) bool { return holders[id] > 1 })

	return devices
}

// follow brings forward what follows an answer that is another than the last one.
func (p *Poller) follow(t *task, reading Reading, now time.Time) {
	changer, ok := reading.(Changer)
	if !ok || t.reading == nil || !changer.Changed(t.reading) {
		return
	}

	for _, q := range t.query.lane.queries {
		if q.Follows != t.query.Name {
			continue
		}

		for _, other := range q.tasks {
			if other.target.Key == t.target.Key && other.failure == nil {
				other.due = earliest(other.due, now)
			}
		}
	}
}
