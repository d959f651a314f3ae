package sim

import (
	"math"

	"github.com/ascend-exporter/ascend_exporter/collector/optional"
)

// chip is what a chip of the machine is at all times.
type chip struct {
	source
	product  *product
	id       int
	logicID  int
	busID    string
	team     int // that it works in
	board    Board
	superPod SuperPod
	habits   habits

	pace     float64 // share of the team's load that it reaches
	leakage  float64 // share of the product's power that it takes
	place    float64 // °C that it is warmer for its place in the machine
	heat     span    // °C at rest and at full load
	reserved float64 // MiB that the driver holds
	host     float64 // MiB of DDR that are in use beside it
	voltage  float64 // V that it needs more
	vendor   int     // of its HBM
}

func newChip(p *product, s source) chip {
	c := chip{source: s, product: p, heat: p.heat, habits: newHabits(p, s)}
	c.pace = s.between("pace", 0.96, 1)
	c.leakage = s.between("leakage", 0.96, 1.04)
	c.place = s.between("place", -3, 3)
	c.reserved = p.reserved.share(s.between("reserved", 0, 0.97))
	c.host = p.hostMemory.share(s.between("host", 0, 1))
	c.voltage = s.between("voltage", -0.03, 0.03)

	vendors := [...]int{0x56, 0x57, 0x5A}
	c.vendor = vendors[int(s.between("vendor", 0, float64(len(vendors))))]

	const badlyCooled = 0.03 // share of the chips that get so hot under full load that their clock falls
	if s.chance("badly cooled", badlyCooled) {
		c.place, c.heat.high = 0, s.between("hot", hottest+3, hottest+8)
	}

	return c
}

// fill fills in the chip at a moment, except the links' number, which is that of out.HCCS. It gives the power that the chip
// takes in W, which not all drivers measure.
func (c *chip) fill(now instant, a *activity, out *Chip) (watts float64) {
	p := c.product
	own := c.pace * (1 + 0.03*c.wave("load", now.t, 6))
	load, recent := min(1, max(0, a.load*own)), min(1, max(0, a.recent*own))

	out.ID, out.LogicID, out.PhyID, out.BusID, out.Model = c.id, c.logicID, c.logicID, c.busID, p.model
	out.Health, out.Board, out.AICores, out.DDRClock = HealthOK, c.board, p.cores, p.ddrClock

	warm := c.temperature(now, a)
	out.Temperature = whole(warm)
	out.Clock, watts = p.clockAt(recent, warm, c.power(now, recent))
	out.Voltage = c.voltageAt(out.Clock, load)

	if !p.noPower {
		out.Power = optional.Of(rounded(watts, 1))
	}

	c.remember(now, a, out)
	out.Rates = c.ratesAt(now, a, load, out)
	out.AICore = out.Rates.AICore

	if p.family == FamilyA5 {
		out.AICore = out.Rates.NPU
	}

	c.sense(now, a, warm, out)

	out.ECC = c.habits.ecc(now.up)
	out.SIO = c.habits.sio(now.up)

	if !p.noBus {
		out.PCIe = c.habits.pcie(now.up)
	}

	traffic := a.traffic
	if a.team.members < 2 {
		traffic = 0 // there is nobody to talk to
	}

	c.habits.links(now.up, traffic, out.HCCS)

	if p.superPod > 0 {
		place := c.superPod
		out.SuperPod = &place
	}

	return watts
}

// power is what the chip takes at its rated clock, in W.
func (c *chip) power(now instant, load float64) float64 {
	if c.product.ratedPower {
		return c.product.power.high
	}

	return c.product.power.share(load) * c.leakage * (1 + 0.01*c.wave("power", now.t, 5))
}

// temperature in °C follows the load with the lag of a first order.
func (c *chip) temperature(now instant, a *activity) float64 {
	return c.heat.share(a.warmth) + c.place + now.room + 0.4*c.wave("sensor", now.t, 20)
}

// sense fills in the temperatures at places of a chip that is warm to so many °C.
func (c *chip) sense(now instant, a *activity, warm float64, out *Chip) {
	out.Sensors.SoC = whole(warm + 0.6)

	p := c.product
	if p.hbm == 0 {
		return
	}

	hbm := warm - c.between("HBM", 1, 4)
	out.Sensors.HBM = whole(hbm)
	out.Sensors.NDie = whole(warm - c.between("NDie", 2, 5))
	out.Sensors.SFP = whole(36 + 7*a.warmth + now.room + c.between("SFP", -3, 3))
	out.HBMInfo = HBMInfo{Clock: p.hbmClock, Temperature: out.Sensors.HBM, Vendor: c.vendor}
}

// sharePower moves the power of all chips of an NPU to the first, where the driver has it.
func sharePower(chips []Chip) {
	total := 0.0

	for i := range chips {
		if w, ok := chips[i].Power.Get(); ok {
			total += w
			chips[i].Power = optional.Float{}
		}
	}

	chips[0].Power = optional.Of(rounded(total, 1))
}

// whole is the nearest integer.
func whole(x float64) int {
	return int(math.Round(x))
}

// rounded is a number with so many decimals.
func rounded(x float64, decimals int) float64 {
	unit := math.Pow10(decimals)

	return math.Round(x*unit) / unit
}
