package faults

import (
	"maps"
	"strings"
)

// Look is what one look at a chip says of its faults.
type Look[Chip comparable] struct {
	Chip Chip

	// Known says whether the codes could be had. A chip that was seen but not asked, or that failed, has a look without.
	Known bool
	Codes []string // that are active, in any order
}

// Counts are the onsets of a chip since the start, by severity.
type Counts struct {
	Info, Warning, Critical uint64
}

// Of is the count of a severity.
func (c Counts) Of(severity Severity) uint64 {
	switch severity {
	case Info:
		return c.Info
	case Critical:
		return c.Critical
	default:
		return c.Warning
	}
}

func (c *Counts) add(severity Severity) {
	switch severity {
	case Info:
		c.Info++
	case Critical:
		c.Critical++
	default:
		c.Warning++
	}
}

// Onsets counts how often faults set in on each chip. It never changes: each round of looks gives another. The zero value has
// seen no chip.
type Onsets[Chip comparable] struct {
	chips map[Chip]chipOnsets
}

type chipOnsets struct {
	counts Counts
	looked bool            // whether the codes were known once
	active map[string]bool // at the last look that knew them
}

// After is what is known after a round of looks. A code that was not active at the chip's last look is an onset, also one
// that was there before that; those of its first look are not, since nobody knows when they set in. A chip that nobody looked
// at keeps its state, and one that is seen for the first time has counts of 0.
func (o Onsets[Chip]) After(table Table, looks ...Look[Chip]) Onsets[Chip] {
	chips := make(map[Chip]chipOnsets, len(o.chips)+len(looks))
	maps.Copy(chips, o.chips)

	for _, look := range looks {
		before := chips[look.Chip]
		after := before

		if look.Known {
			after.looked = true
			after.active = make(map[string]bool, len(look.Codes))

			for _, code := range look.Codes {
				code = strings.ToUpper(code)
				if before.looked && !before.active[code] && !after.active[code] {
					after.counts.add(table.Severity(code))
				}

				after.active[code] = true
			}
		}

		chips[look.Chip] = after
	}

	return Onsets[Chip]{chips: chips}
}

// Of gives the counts of a chip; ok is false for one that was never seen.
func (o Onsets[Chip]) Of(chip Chip) (counts Counts, ok bool) {
	state, ok := o.chips[chip]

	return state.counts, ok
}
