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
	usages    *integral.Integrator[snapshot.Key] // of rates that only the query usages has
	links     linkChanges

	bandwidths bandwidths // nil where nobody wants them

	// The stream enters samples from its own goroutine. While it does, summaries enter none.
	streaming atomic.Bool
	chips     atomic.Pointer[map[snapshot.Key]string] // models of the chips that can be measured
}

// newLedger makes a ledger in which no time longer than maxGap between two samples counts, and no peak is older than window.
func newLedger(table faults.Table, maxGap, window time.Duration) *Ledger {
	return &Ledger{
		Faults:    table,
		integrals: integral.New[snapshot.Key](integral.Config{MaxGap: maxGap, PeakWindow: window}),
		usages:    integral.New[snapshot.Key](integral.Config{MaxGap: 5 * often}),
		links:     make(linkChanges),
	}
}

// know says which chips can be measured: the stream's samples of others do not count.
func (l *Ledger) know(chips []snapshot.Chip) {
	models := make(map[snapshot.Key]string, len(chips))

	for _, chip := range chips {
		if !chip.Unusable {
			models[chip.Key] = chip.Model
		}
	}

	l.chips.Store(&models)
}

// stream enters a sample of the fast stream. It has the summary's columns, and their traps.
func (l *Ledger) stream(sample npusmi.WatchSample, at time.Time) {
	chips := l.chips.Load()
	if chips == nil {
		return
	}

	key := snapshot.Key{NPU: sample.NPU, Chip: sample.Chip}

	model, known := (*chips)[key]
	if !known {
		return
	}

	l.integrals.Add(key, integral.Sample{
		Time:        at,
		Power:       sample.Power.Unless(model == ratedPowerModel),
		AICore:      ratio(sample.AICore).Unless(isVNPU(model)),
		Temperature: sample.Temperature,
	})
}

// Codes enters the fault codes that are active on a chip. A chip whose codes are not known is to be entered too: its counts
// start at 0.
func (l *Ledger) Codes(chip snapshot.Key, known bool, codes []string) {
	l.onsets = l.onsets.After(l.Faults, faults.Look[snapshot.Key]{Chip: chip, Known: known, Codes: codes})
}

// Sample enters what a chip does at a moment: watts, and the ratio of the AI Cores. While the stream runs it knows better.
func (l *Ledger) Sample(chip snapshot.Key, at time.Time, power, aicore optional.Float) {
	if l.streaming.Load() {
		return
	}

	l.integrals.Add(chip, integral.Sample{Time: at, Power: power, AICore: aicore})
}

// Rate enters the ratio of the AI Cores where the summary has none.
func (l *Ledger) Rate(chip snapshot.Key, at time.Time, aicore optional.Float) {
	l.usages.Add(chip, integral.Sample{Time: at, AICore: aicore})
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
