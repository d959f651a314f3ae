package poll

import (
	"slices"

	"github.com/ascend-exporter/ascend_exporter/collector/hccntool"
	"github.com/ascend-exporter/ascend_exporter/collector/optional"
	"github.com/ascend-exporter/ascend_exporter/collector/snapshot"
)

// flaps counts how often a link changed of which the tool remembers its last changes only. It counts from the first look on.
type flaps struct {
	seen     []hccntool.LinkChange // newest first
	looked   bool
	up, down uint64
}

// look takes what the tool remembers now, newest first. Changes are told apart by their order, since the chip's clock has whole
// seconds and may be set back. Where nothing is left of what was seen before, all are new: there were too many meanwhile, or the
// chip was reset.
func (f *flaps) look(changes []hccntool.LinkChange) {
	fresh := 0
	for fresh < len(changes) && !f.follows(changes[fresh:]) {
		fresh++
	}

	if f.looked {
		for _, change := range changes[:fresh] {
			if change.Up {
				f.up++
			} else {
				f.down++
			}
		}
	}

	f.looked, f.seen = true, slices.Clone(changes)
}

// follows says whether the changes are the newest of those that were seen before, of which the oldest may have been forgotten.
func (f *flaps) follows(changes []hccntool.LinkChange) bool {
	return len(changes) <= len(f.seen) && slices.Equal(changes, f.seen[:len(changes)])
}

// linkChanges are the flaps of the links of all chips.
type linkChanges map[snapshot.Key]*flaps

// look takes what the tool remembers of a chip's link.
func (l linkChanges) look(chip snapshot.Key, changes []hccntool.LinkChange) {
	if l[chip] == nil {
		l[chip] = new(flaps)
	}

	l[chip].look(changes)
}

// of is how often a chip's link came up and went down since the first look; absent before.
func (l linkChanges) of(chip snapshot.Key) (up, down optional.Float) {
	f := l[chip]
	if f == nil {
		return optional.Float{}, optional.Float{}
	}

	return optional.Of(float64(f.up)), optional.Of(float64(f.down))
}
