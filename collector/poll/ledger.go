package poll

import (
	"time"

	"github.com/ascend-exporter/ascend_exporter/collector/faults"
	"github.com/ascend-exporter/ascend_exporter/collector/integral"
	"github.com/ascend-exporter/ascend_exporter/collector/optional"
	"github.com/ascend-exporter/ascend_exporter/collector/snapshot"
)

// A Ledger adds up what no single reading tells: how often faults set in, and integrals over time. A reading that counts
// enters itself once, when it comes (Observer); a snapshot shows the sums.
type Ledger struct {
	Faults    faults.Table
	onsets    faults.Onsets[snapshot.Key]
	integrals *integral.Integrator[snapshot.Key]
}

// newLedger makes a ledger in which no time longer than maxGap between two samples counts.
func newLedger(table faults.Table, maxGap time.Duration) *Ledger {
	return &Ledger{
		Faults:    table,
		integrals: integral.New[snapshot.Key](integral.Config{MaxGap: maxGap, PeakWindow: maxGap}),
	}
}

// Codes enters the fault codes that are active on a chip. A chip whose codes are not known is to be entered too: its counts
// start at 0.
func (l *Ledger) Codes(chip snapshot.Key, known bool, codes []string) {
	l.onsets = l.onsets.After(l.Faults, faults.Look[snapshot.Key]{Chip: chip, Known: known, Codes: codes})
}

// Sample enters what a chip does at a moment: watts, and the ratio of the AI Cores.
func (l *Ledger) Sample(chip snapshot.Key, at time.Time, power, aicore optional.Float) {
	l.integrals.Add(chip, integral.Sample{Time: at, Power: power, AICore: aicore})
}

// enter puts the sums into the chips of a snapshot.
func (l *Ledger) enter(chips []snapshot.Chip, now time.Time) {
	for i := range chips {
		chip := &chips[i]
		sums := l.integrals.Read(chip.Key, now)

		chip.Derived = snapshot.Derived{
			BusySeconds:     sums.BusySeconds,
			EnergyJoules:    sums.EnergyJoules,
			ObservedSeconds: sums.Observed,
		}

		if counts, ok := l.onsets.Of(chip.Key); ok {
			for _, severity := range faults.Severities() {
				number := optional.Of(float64(counts.Of(severity)))
				chip.Derived.Onsets = append(chip.Derived.Onsets, snapshot.Count{Name: string(severity), Number: number})
			}
		}
	}
}
