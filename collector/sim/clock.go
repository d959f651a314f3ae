package sim

import "math"

// How chips protect themselves: hot ones, and those that would take more power than they are rated for, run slower by some
// steps.
const (
	hottest   = 85.0 // °C at which the clock begins to fall
	clockStep = 50   // MHz
	heatStep  = 1.0  // °C for which the clock falls by another step
	atWork    = 0.005
)

// clockAt is the clock of the AI cores and the power in W that the chip takes at it: at a load of 0 to 1 (a chip with less
// than atWork rests), a temperature in °C, and the power that it would take at its rated clock.
func (p *product) clockAt(load, temperature, power float64) (Clock, float64) {
	out := Clock{Current: p.clock.rated, Rated: p.clock.rated}

	if load < atWork {
		out.Current = p.clock.idle

		return out, power
	}

	if out.Rated == 0 { // the driver does not tell
		return out, min(power, p.rating)
	}

	slower := 0.0
	if temperature > hottest {
		slower = math.Ceil((temperature - hottest) / heatStep)
	}

	if p.rating > 0 && power > p.rating {
		slower = max(slower, math.Ceil(float64(out.Rated)*(1-p.rating/power)/clockStep))
	}

	out.Current = max(out.Rated/2, out.Rated-clockStep*int(slower))

	return out, power * float64(out.Current) / float64(out.Rated)
}

// voltageAt is the voltage of the AI cores in V: it follows the clock, and sinks a little under load.
func (c *chip) voltageAt(clock Clock, load float64) float64 {
	const low, high, sag = 0.74, 0.85, 0.02

	volts := low
	if clock.Rated > 0 {
		volts = low + (high-low)*float64(clock.Current)/float64(clock.Rated)
	}

	return rounded(volts+c.voltage-sag*load, 2)
}
