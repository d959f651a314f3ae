package poll

import (
	"time"

	"github.com/ascend-exporter/ascend_exporter/collector/optional"
	"github.com/ascend-exporter/ascend_exporter/collector/snapshot"
)

// bandwidths are how fast the ports of chips are used, made of what they have counted. Nil measures nothing.
type bandwidths map[snapshot.Key]bandwidth

// bandwidth is the last count of a port and its rate until then.
type bandwidth struct {
	at          time.Time
	bytes, rate snapshot.Directions
}

// look takes what a port has counted until a moment.
func (b bandwidths) look(chip snapshot.Key, at time.Time, bytes snapshot.Directions) {
	if b == nil {
		return
	}

	last := b[chip]
	elapsed := at.Sub(last.at)

	b[chip] = bandwidth{at, bytes, snapshot.Directions{
		Transmit: rate(last.bytes.Transmit, bytes.Transmit, elapsed),
		Receive:  rate(last.bytes.Receive, bytes.Receive, elapsed),
	}}
}

// rate is what a count grew by in a second; absent where a count is missing, or has begun anew.
func rate(before, now optional.Float, elapsed time.Duration) optional.Float {
	first, known := before.Get()
	last, _ := now.Get()

	return now.Plus(optional.Of(-first)).Per(elapsed.Seconds()).Unless(!known || !now.Present() || last < first || elapsed <= 0)
}

// of is the rate of a chip's port in bytes per second, in both directions; absent before two counts.
func (b bandwidths) of(chip snapshot.Key) snapshot.Directions {
	return b[chip].rate
}
