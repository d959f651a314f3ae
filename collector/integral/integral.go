// Package integral turns samples of a chip into quantities that only rise, so that the rate of each over any window is a
// true average, and into the highest values of a sliding window.
//
// It knows no source: samples come from the stream of the tool or from one summary after the other. It has no clock: the
// time comes with each sample and with each question.
package integral

import (
	"sync"
	"time"

	"github.com/ascend-exporter/ascend_exporter/collector/optional"
)

// Config says how an Integrator works.
type Config struct {
	// PeakWindow is how long a peak is remembered.
	PeakWindow time.Duration
}

// Sample is what a source tells of a chip at one moment. A value that cannot be (a power below 0, a ratio outside 0 to 1,
// a number beyond 1e9) is taken as absent.
type Sample struct {
	Time time.Time
	// Lasts is the longest time to the next sample over which the quantities are taken as known. A longer one adds nothing.
	Lasts time.Duration

	Power       optional.Float // watts
	AICore      optional.Float // ratio
	Temperature optional.Float // degrees Celsius
}

// Reading is what the samples of a chip add up to.
//
// Between two samples in a row a quantity is a straight line, and counts where both hold it: a sample without it ends what
// is known, even if the next one has it again. So each integral covers a time of its own, and divided by that time it is
// the quantity's mean.
type Reading struct {
	// BusySeconds is the integral of the AI Core ratio, over BusyObserved seconds. Absent before the first sample with one.
	BusySeconds  optional.Float
	BusyObserved float64
	// EnergyJoules is the integral of the power, over EnergyObserved seconds. Absent before the first sample with a power.
	EnergyJoules   optional.Float
	EnergyObserved float64
	// Observed is the time that at least one of the two covers, in seconds. Where a chip gives both, or only one, as each
	// product does, it is the time to divide by; a mean comes out too low where its quantity alone was missing for a while.
	Observed optional.Float

	// PeakPower and PeakTemperature are the highest samples of the window that ends at the moment of the question, its
	// beginning excluded; absent where it has none.
	PeakPower       optional.Float
	PeakTemperature optional.Float
}

// Integrator adds up the samples of chips, each known by a key. Its methods may be called from several goroutines.
//
// It forgets no chip: one that comes back goes on where it was, and its counters do not fall.
type Integrator[K comparable] struct {
	config Config
	mutex  sync.Mutex
	chips  map[K]*chip
}

// New makes an Integrator that knows no chip.
func New[K comparable](config Config) *Integrator[K] {
	return &Integrator[K]{config: config, chips: make(map[K]*chip)}
}

// Add takes the next sample of a chip.
//
// One that is not newer than the last adds nothing to the integrals: where it is no older than the last one lasts it came
// late from another source, else the clock was set back, and what follows is counted from it.
func (g *Integrator[K]) Add(key K, sample Sample) {
	g.mutex.Lock()
	defer g.mutex.Unlock()

	c := g.chips[key]
	if c == nil {
		c = new(chip)
		g.chips[key] = c
	}

	c.add(sample.believed(), g.config.PeakWindow)
}

// Interrupt ends what is known of a chip: the time until its next sample counts for nothing.
func (g *Integrator[K]) Interrupt(key K) {
	g.mutex.Lock()
	defer g.mutex.Unlock()

	if c := g.chips[key]; c != nil {
		c.last.Lasts = 0
	}
}

// Read tells what the samples of a chip add up to; the zero Reading for a chip without any.
func (g *Integrator[K]) Read(key K, now time.Time) Reading {
	g.mutex.Lock()
	defer g.mutex.Unlock()

	c := g.chips[key]
	if c == nil {
		return Reading{}
	}

	return c.read(now.Add(-g.config.PeakWindow))
}

// believed is the sample without what cannot be.
func (s Sample) believed() Sample {
	const most = 1e9 // keeps sums finite

	s.Power = within(s.Power, 0, most)
	s.AICore = within(s.AICore, 0, 1)
	s.Temperature = within(s.Temperature, -most, most)

	return s
}

func within(value optional.Float, lowest, highest float64) optional.Float {
	number, _ := value.Get()

	inside := number >= lowest && number <= highest // NaN is not

	return value.Unless(!inside)
}

// chip is the state of one chip.
type chip struct {
	begun bool
	last  Sample

	busy, energy integral
	observed     float64

	power, temperature peak
}

func (c *chip) add(sample Sample, peakWindow time.Duration) {
	elapsed := sample.Time.Sub(c.last.Time)

	switch {
	case !c.begun:
		c.begun = true
	case elapsed <= 0 && elapsed >= -c.last.Lasts:
		return
	case elapsed < 0:
		c.power, c.temperature = peak{}, peak{}
	case elapsed <= c.last.Lasts:
		seconds := elapsed.Seconds()

		busy := c.busy.add(c.last.AICore, sample.AICore, seconds)
		if energy := c.energy.add(c.last.Power, sample.Power, seconds); busy || energy {
			c.observed += seconds
		}
	}

	c.last = sample
	c.busy.seen = c.busy.seen || sample.AICore.Present()
	c.energy.seen = c.energy.seen || sample.Power.Present()

	begin := sample.Time.Add(-peakWindow)
	c.power.add(sample.Time, sample.Power, begin)
	c.temperature.add(sample.Time, sample.Temperature, begin)
}

func (c *chip) read(begin time.Time) Reading {
	return Reading{
		BusySeconds:     c.busy.total(),
		BusyObserved:    c.busy.seconds,
		EnergyJoules:    c.energy.total(),
		EnergyObserved:  c.energy.seconds,
		Observed:        optional.Of(c.observed).Unless(!c.busy.seen && !c.energy.seen),
		PeakPower:       c.power.highest(begin),
		PeakTemperature: c.temperature.highest(begin),
	}
}

// integral is the integral of one quantity, and the time that it covers.
type integral struct {
	seen         bool
	sum, seconds float64
}

// add adds the trapezoid between two values, where both are there.
func (i *integral) add(from, to optional.Float, seconds float64) (added bool) {
	a, known := from.Get()
	b, knownToo := to.Get()

	if !known || !knownToo {
		return false
	}

	i.sum += (a/2 + b/2) * seconds
	i.seconds += seconds

	return true
}

func (i *integral) total() optional.Float {
	return optional.Of(i.sum).Unless(!i.seen)
}
