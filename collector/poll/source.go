package poll

import (
	"context"
	"time"

	"github.com/ascend-exporter/ascend_exporter/collector/npusmi"
	"github.com/ascend-exporter/ascend_exporter/collector/snapshot"
)

// Scope is what one run of a query covers.
type Scope int

// The scopes.
const (
	ScopeHost Scope = iota // one run for all chips
	ScopeCard              // one run for the chips of an NPU ID
	ScopeChip              // one run for each chip
)

// Source is a query of the tool and what becomes of its answer. A new query is one literal in the list of sources.go;
// the poller knows none by name.
type Source struct {
	Name     string        // label `query` of the exporter's own metrics, and the NAME of --collector.NAME
	Help     string        // what it tells, for the flag's help
	Interval time.Duration // between the starts of two runs on one target
	Deadline time.Duration // of one run
	Scope    Scope

	// Lists marks the one query whose answer tells which chips there are. Without it no chip is shown; the targets of the
	// other queries follow from it, and it is not to be late for their sake.
	Lists bool
	// OnChange asks again as soon as the set of chips has changed.
	OnChange bool

	// Args are the tool's arguments for a target; the zero key for ScopeHost, chip 0 for ScopeCard.
	Args func(target snapshot.Key) []string
	// Parse reads an answer. A *npusmi.Failure as the error says itself why there is no reading; any other error means
	// that the answer is to be explained by its text and its exit status.
	Parse func(target snapshot.Key, output []byte) (Reading, npusmi.Warnings, error)
}

// Reading is an answer that was understood. It is put into every snapshot until a newer one comes or it is too old.
type Reading interface {
	// Join puts the reading into the draft of a snapshot. Readings are joined in the order of the list of sources.
	Join(draft *Draft)
}

// Tool runs the tool: *npusmi.Runner.
type Tool interface {
	// Run asks the tool and waits for its answer, for deadline at most.
	Run(ctx context.Context, deadline time.Duration, args ...string) npusmi.Run
	// Hold says whether no process may be started now, and until when; the zero time: until Changed.
	Hold(now time.Time) (until time.Time, held bool)
	// Unkillable is the number of processes that could not be ended and still live.
	Unkillable() int
	// Changed is signalled when such a process has ended.
	Changed() <-chan struct{}
}

// Draft is a snapshot in the making.
type Draft struct {
	Host    snapshot.Host
	Chips   []snapshot.Chip       // those that the summary lists
	Mapping []npusmi.MappingEntry // in the tool's order; empty while it is not known
}

// Chip finds a chip by its key; nil where the draft has none such.
func (d *Draft) Chip(key snapshot.Key) *snapshot.Chip {
	for i := range d.Chips {
		if d.Chips[i].Key == key {
			return &d.Chips[i]
		}
	}

	return nil
}

// ids finds what the mapping says of a chip; the zero entry where it says nothing.
func (d *Draft) ids(key snapshot.Key) npusmi.MappingEntry {
	for _, entry := range d.Mapping {
		if entry.NPU == key.NPU && entry.Chip == key.Chip {
			return entry
		}
	}

	return npusmi.MappingEntry{}
}
