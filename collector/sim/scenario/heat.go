package scenario

import (
	"errors"
	"math"
	"time"

	"github.com/ascend-exporter/ascend_exporter/collector/optional"
	"github.com/ascend-exporter/ascend_exporter/collector/sim"
)

// Bounds of what a file can ask for.
const (
	coldest, hottest = 20, 150 // °C
	slowest, fastest = 100, 5000
	leastPower       = 10   // W
	mostPower        = 5000 // W
)

// overheat is a chip that gets hot.
type overheat struct {
	temperature int // °C
	hbm         int // °C; 0 where it gets hotter by as much as the chip
	lag         time.Duration
	limit       int // °C
	clock       int // MHz; 0 where it does not fall
}

func newOverheat() effect { return &overheat{lag: 80 * time.Second, limit: 85} }

func (o *overheat) parameters() []parameter {
	return []parameter{
		must(whole("temperature", &o.temperature, coldest, hottest, "°C that the chip reaches")),
		whole("hbm-temperature", &o.hbm, coldest, hottest, "°C that the HBM reaches").without("it gets hotter by as much as the chip"),
		period("lag", &o.lag, time.Second, "time after which two thirds of the way are done"),
		whole("throttle-above", &o.limit, coldest, hottest, "°C of the chip above which the clock falls"),
		whole("clock", &o.clock, slowest, fastest, "MHz to which the clock falls").without("it does not fall"),
	}
}

func (o *overheat) check() error {
	if o.clock > 0 && o.limit >= o.temperature {
		return errors.New("the clock never falls: throttle-above has to be lower than temperature")
	}

	return nil
}

func (*overheat) fits(sim.Chip) error { return nil }

func (o *overheat) changeChip(in *force, n *sim.NPU, c *sim.Chip) {
	level := in.level(o.lag)
	rise := hotter(c.Temperature, o.temperature, level)

	memory := rise
	if o.hbm > 0 {
		memory = hotter(c.HBMInfo.Temperature, o.hbm, level)
	}

	warm(rise, &c.Temperature, &c.Sensors.SoC, &c.Sensors.NDie)
	warm(memory, &c.HBMInfo.Temperature, &c.Sensors.HBM)

	if o.clock > 0 && c.Temperature > o.limit {
		slowDown(in, n, c, o.clock)
	}
}

// hotter is by how much something is hotter that approaches a temperature, which cools nothing.
func hotter(now, then int, level float64) int {
	return int(math.Round(level * float64(max(0, then-now))))
}

// warm raises temperatures; one that is 0 is not measured.
func warm(by int, places ...*int) {
	for _, t := range places {
		if *t > 0 {
			*t += by
		}
	}
}

// slowDown lets the clock fall, and with it the power that is not needed for doing nothing.
func slowDown(in *force, n *sim.NPU, c *sim.Chip, clock int) {
	before := c.Clock.Current
	if before <= clock {
		return
	}

	c.Clock.Current = clock
	reducePower(in, n, c, 1-float64(clock)/float64(before))
}

// reducePower takes a share of what the chip draws beyond what it draws idle. Where the power is that of the package the
// fault's chips have their share in it.
func reducePower(in *force, n *sim.NPU, c *sim.Chip, share float64) {
	watts, measured := c.Power.Get()
	if !measured {
		return
	}

	with, aimed := 0, 0

	for _, other := range n.Chips {
		if other.Power.Present() {
			with++
		}

		if in.fault.aims(n.ID, other.ID) {
			aimed++
		}
	}

	if with == 1 {
		share *= float64(aimed) / float64(len(n.Chips))
	}

	idle := in.idleChip(n.ID, c.ID)
	rest, _ := idle.Power.Get()

	c.Power = optional.Of(math.Round(10*(watts-share*max(0, watts-rest))) / 10)
}

// powerBrake is a chip whose power is capped.
type powerBrake struct {
	power float64 // W
	clock int     // MHz
}

func newPowerBrake() effect { return &powerBrake{} }

func (p *powerBrake) parameters() []parameter {
	return []parameter{
		must(decimal("power", &p.power, leastPower, mostPower, "W that are not exceeded: of the package, where that is what is measured")),
		must(whole("clock", &p.clock, slowest, fastest, "MHz to which the clock falls")),
	}
}

func (*powerBrake) fits(sim.Chip) error { return nil }

func (p *powerBrake) changeChip(_ *force, _ *sim.NPU, c *sim.Chip) {
	c.Clock.Current = min(c.Clock.Current, p.clock)

	if watts, measured := c.Power.Get(); measured {
		c.Power = optional.Of(min(watts, p.power))
	}
}
