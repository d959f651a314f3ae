package poll

import (
	"time"

	"github.com/ascend-exporter/ascend_exporter/collector/npusmi"
	"github.com/ascend-exporter/ascend_exporter/collector/optional"
	"github.com/ascend-exporter/ascend_exporter/collector/snapshot"
)

// fallbackAfter is how many listings must fail in a row before queries of single chips stand in for them.
const fallbackAfter = 2

// falling says whether queries of single chips stand in for the listing: it fails again and again, and not because nothing
// could be read.
func (p *Poller) falling() bool {
	return p.misses >= fallbackAfter && !p.gone
}

// missed follows up on a listing that failed. One that says that there is nothing to read ends the fallback.
func (p *Poller) missed(now time.Time) {
	if p.gone || p.listing.tasks[0].failure.Reason == npusmi.ReasonStart {
		p.misses = 0

		return
	}

	p.misses++
	if p.misses != fallbackAfter {
		return
	}

	// A host that was never listed is known by its mapping.
	if len(p.known) == 0 {
		for _, entry := range p.draft(now).Mapping {
			key := snapshot.Key{NPU: entry.NPU, Chip: entry.Chip}
			p.known = append(p.known, snapshot.Chip{Key: key, LogicID: entry.LogicID, PhyID: entry.PhyID})
			p.layout.chips = append(p.layout.chips, key)
		}

		p.changed(now)
	}

	for _, q := range p.queries {
		if q.Fallback == FallbackNone {
			continue
		}

		for _, t := range q.tasks {
			// What was read before is no sign of life: it lasts no longer here than a summary would have.
			t.maxAge = min(t.maxAge, 3*p.listing.Interval+t.query.Deadline)

			if t.failure == nil {
				t.due = now
			}
		}
	}

	p.Logger.Warn("the summary fails: the chips are asked one by one", "chips", len(p.layout.chips))
}

// standIn puts the known chips into a draft that has no summary, for the readings to fill in.
func (p *Poller) standIn(draft *Draft) {
	draft.Fallback = true
	draft.answered = make(map[snapshot.Key]bool)
	draft.Bare = p.layout.bare

	for _, chip := range p.known {
		chip.Unusable = false                // whether it is, only the summary could say
		chip.ProcessCount = optional.Float{} // it was the summary's, of then
		draft.Chips = append(draft.Chips, chip)
	}
}

// onlyAnswered leaves out the chips of which no reading that stands in for the summary came.
func (d *Draft) onlyAnswered() {
	chips := d.Chips[:0]

	for _, chip := range d.Chips {
		if d.answered[chip.Key] {
			chips = append(chips, chip)
		}
	}

	d.Chips = chips
	d.Host.Chips = optional.Of(float64(len(chips)))
}

// Answered says that a reading that stands in for the summary came of the chip.
func (d *Draft) Answered(key snapshot.Key) {
	if d.Fallback {
		d.answered[key] = true
	}
}
