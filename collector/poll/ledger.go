package poll

import (
	"sync/atomic"
	"time"

	"github.com/ascend-exporter/ascend_exporter/collector/faults"
	"github.com/ascend-exporter/ascend_exporter/collector/integral"
	"github.com/ascend-exporter/ascend_exporter/collector/npusmi"
	"github.com/ascend-exporter/ascend_exporter/collector/optional"
	"github.com/ascend-exporter/ascend_exporter/collector/snapshot"
)

// A Ledger adds up what no single reading tells: how often faults set in, and integrals over time. A reading that counts
// enters itself once, when it comes (Observer); a snapshot shows the sums.
type Ledger struct {
	Faults    faults.Table
	onsets    faults.Onsets[snapshot.Key]
	integrals *integral.Integrator[snapshot.Key]
	usages    *integral.Integrator[snapshot.Key] // of chips whose rate of the AI Cores only the query usages has
	links     linkChanges

	bandwidths bandwidths // nil where nobody wants them

	// The stream enters samples from its own goroutine. While it does, summaries enter none.
	streaming atomic.Bool
	lasts     time.Duration                           // how long a sample of the stream does
	chips     atomic.Pointer[map[snapshot.Key]traits] // of the chips that can be measured
}

// traits are what decides which samples of a chip are believed.
type traits struct {
	model    string
	byUsages bool // whether the query usages alone tells what its AI Cores do: two sources never feed one sum
}

// newLedger makes a ledger in which a sample of the stream lasts so long, and no peak is older than window.
func newLedger(table faults.Table, lasts, window time.Duration) *Ledger {
	return &Ledger{
		Faults:    table,
		integrals: integral.New[snapshot.Key](integral.Config{PeakWindow: window}),
		usages:    integral.New[snapshot.Key](integral.Config{}),
		links:     make(linkChanges),
		lasts:     lasts,
	}
}

// know says which chips can be measured: the samples of others do not count, and the integrals of one that no longer can be break off.
// Bare are those of a 950.
func (l *Ledger) know(chips []snapshot.Chip, bare bool) {
	known := make(map[snapshot.Key]traits, len(chips))

	for _, chip := range chips {
		if !chip.Unusable {
			known[chip.Key] = traits{model: chip.Model, byUsages: bare || isVNPU(chip.Model)}
		}
	}

	before := l.chips.Swap(&known)
	if before == nil {
		return
	}

	for chip := range *before {
		if _, still := known[chip]; !still {
			l.integrals.Interrupt(chip)
			l.usages.Interrupt(chip)
		}
	}
}

// of are the traits of a chip; known is false of one that cannot be measured.
func (l *Ledger) of(chip snapshot.Key) (t traits, known bool) {
	if chips := l.chips.Load(); chips != nil {
		t, known = (*chips)[chip]
	}

	return t, known
}

// stream enters a sample of the fast stream. It has the summary's columns, and their traps.
func (l *Ledger) stream(sample npusmi.WatchSample, at time.Time) {
	key := snapshot.Key{NPU: sample.NPU, Chip: sample.Chip}

	chip, known := l.of(key)
	if !known {
		return
	}

	l.integrals.Add(key, integral.Sample{
		Time:        at,
		Lasts:       l.lasts,
		Power:       sample.Power.Unless(chip.model == ratedPowerModel),
		AICore:      ratio(sample.AICore).Unless(chip.byUsages),
		Temperature: sample.Temperature,
	})
}

// Codes enters the fault codes that are active on a chip. A chip whose codes are not known is to be entered too: its counts
// start at 0.
func (l *Ledger) Codes(chip snapshot.Key, known bool, codes []string) {
	l.onsets = l.onsets.After(l.Faults, faults.Look[snapshot.Key]{Chip: chip, Known: known, Codes: codes})
}

// Sample enters what a summary says that a chip does at a moment. While the stream runs it knows better.
func (l *Ledger) Sample(chip snapshot.Key, sample integral.Sample) {
	if !l.streaming.Load() {
		l.integrals.Add(chip, sample)
	}
}

// Rate enters the ratio of the AI Cores where the summary has none.
func (l *Ledger) Rate(chip snapshot.Key, sample integral.Sample) {
	if t, _ := l.of(chip); t.byUsages {
		l.usages.Add(chip, sample)
	}
}

// enter puts the sums into the chips of a snapshot.
func (l *Ledger) enter(chips []snapshot.Chip, now time.Time) {
	for i := range chips {
		chip := &chips[i]
		sums := l.integrals.Read(chip.Key, now)

		if !sums.BusySeconds.Present() {
			sums.BusySeconds = l.usages.Read(chip.Key, now).BusySeconds
		}

		chip.Derived = snapshot.Derived{
			BusySeconds:     sums.BusySeconds,
			EnergyJoules:    sums.EnergyJoules,
			ObservedSeconds: sums.Observed,
			PeakPower:       sums.PeakPower.Unless(!l.streaming.Load()),
			PeakTemperature: sums.PeakTemperature.Unless(!l.streaming.Load()),
		}

		if counts, ok := l.onsets.Of(chip.Key); ok {
			for _, severity := range faults.Severities() {
				number := optional.Of(float64(counts.Of(severity)))
				chip.Derived.Onsets = append(chip.Derived.Onsets, snapshot.Count{Name: string(severity), Number: number})
			}
		}
	}
}
