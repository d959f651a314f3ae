package poll

import (
	"context"
	"time"

	"github.com/ascend-exporter/ascend_exporter/collector/faults"
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
	ScopePort              // one run for each port of each chip, once it is known which there are
)

// Source is a query of a tool and what becomes of its answer. A new query is one literal in the list of sources.go;
// the poller knows none by name.
type Source struct {
	Name     string        // label `query` of the exporter's own metrics, and the NAME of --collector.NAME
	Group    string        // that label instead, of queries that share it; "" is none
	Help     string        // what it tells, for the flag's help
	Interval time.Duration // between the starts of two runs on one target
	Deadline time.Duration // of one run
	Scope    Scope
	Off      bool // not asked unless --collector.NAME is given
	Network  bool // asked of hccn_tool, which knows the chips by their device ids; else of npu-smi

	// Lists marks the one query whose answer tells which chips there are. Without it no chip is shown; the targets of the
	// other queries follow from it, and it is not to be late for their sake.
	Lists bool
	// OnChange asks again as soon as the set of chips has changed.
	OnChange bool
	// Follows names a query: this one is asked again as soon as that one's answer of the same chip changes (Changer).
	Follows string
	// ByChip says that the query of a card can also be asked for each of its chips: it is, from the first time that the
	// answer for the card fails, or lacks a chip.
	ByChip bool
	// Sick is the interval for chips that are not healthy; 0 is the same for all. Such a query is asked for unusable chips
	// too, of which no other is.
	Sick time.Duration
	// Fallback marks the queries that stand in for the listing when it fails: then they are asked at its interval.
	Fallback Fallback
	// Wanted chooses the chips that the query is asked for; nil is all.
	Wanted func(chip snapshot.Chip) bool

	// Args are the tool's arguments for a target.
	Args func(target Target) []string
	// Parse reads an answer. A *npusmi.Failure as the error says itself why there is no reading; any other error means
	// that the answer is to be explained by its text and its exit status.
	Parse func(target Target, output []byte) (Reading, npusmi.Warnings, error)
	// Take makes a reading of an answer that needs no parsing: what Parse's parser would have read (npusmi.Run.Answer). Nil for a
	// query whose answers are always text.
	Take func(target Target, answer any) Reading
}

// Fallback is the part of a query while the listing fails.
type Fallback int

// The parts.
const (
	FallbackNone Fallback = iota // as ever
	FallbackToo                  // asked more often
	FallbackOnly                 // asked only then
)

// Target is what one run asks about.
type Target struct {
	snapshot.Key // the zero key for the host, chip 0 for a card

	Card bool // all chips of the NPU ID
	Bare bool // the tool takes no chip id on this product (950)

	Device  string // the id that hccn_tool knows the chip by; for Source.Network only
	Port    snapshot.PortID
	HasPort bool // whether it is about Port alone; for ScopePort only
}

// covers says whether the chip is part of the target.
func (t Target) covers(chip snapshot.Key) bool {
	return t.NPU == chip.NPU && (t.Card || t.Chip == chip.Chip)
}

// Reading is an answer that was understood. It is put into every snapshot until a newer one comes or it is too old.
type Reading interface {
	// Join puts the reading into the draft of a snapshot. Readings are joined in the order of the list of sources.
	Join(draft *Draft)
}

// A Chips is a reading that knows which chips of its target it is about.
type Chips interface {
	// Has says whether the answer had something of the chip.
	Has(chip snapshot.Key) bool
}

// A Changer is a reading that other queries follow.
type Changer interface {
	// Changed says whether it differs from the last one of the same target in what they follow.
	Changed(last Reading) bool
}

// A Ported is a reading that says which ports a chip has.
type Ported interface {
	Ports() []snapshot.PortID
}

// An Observer is a reading that also counts: it is told once, when it comes, and how long what it says may last.
type Observer interface {
	Observe(ledger *Ledger, at time.Time, lasts time.Duration)
}

// Tool runs a tool: *npusmi.Runner.
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
	Cards   []snapshot.Card       // of which something is known
	Mapping []npusmi.MappingEntry // in the tool's order; empty while it is not known
	Faults  faults.Table

	Attribution snapshot.Attribution

	// Bare says that chips have no id of their own on this product.
	Bare bool
	// Fallback says that there is no summary: readings may fill in what else only it tells, and mark the chips that answered.
	Fallback bool
	answered map[snapshot.Key]bool
	// newer are the chips of which the query has a newer answer than the one that is being joined.
	newer map[snapshot.Key]bool

	links      linkChanges // that were observed
	bandwidths bandwidths  // that were measured
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

// Measured finds a chip that may have measurements: nil also where it is unusable.
func (d *Draft) Measured(key snapshot.Key) *snapshot.Chip {
	chip := d.Chip(key)
	if chip == nil || chip.Unusable {
		return nil
	}

	return chip
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
