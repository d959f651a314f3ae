package sim

import (
	"math"

	"github.com/ascend-exporter/ascend_exporter/collector/optional"
)

// chip is what a chip of the machine is at all times.
type chip struct {
	source
	product product
	id      int
	logicID int
	busID   string
	team    *team
}

// at is the chip at a moment, in seconds since 1970.
func (c chip) at(t float64) Chip {
	p := c.product

	out := Chip{
		ID: c.id, LogicID: c.logicID, PhyID: c.logicID, BusID: c.busID, Model: p.model, Health: HealthOK,
		AICore:      int(math.Round(100 * c.load(t))),
		Temperature: int(math.Round(c.temperature(t))),
		Hugepages:   Usage{Total: p.hugepages},
		DDR:         Usage{Total: p.ddr},
		HBM:         Usage{Total: p.hbm},
	}
	if !p.noPower {
		out.Power = optional.Of(math.Round(10*c.power(t)) / 10)
	}

	memory := &out.HBM
	if p.hbm == 0 {
		memory = &out.DDR
	}

	reserved := int(p.reserved.share(c.between("reserved", 0, 0.97)))
	memory.Used = reserved + int(6*c.wave("reserved", t, 5*minute))

	if j, ok := c.team.jobAt(t); ok && j.runs(t) {
		taken := int(float64(memory.Total-reserved) * j.memory * j.resident(t))
		memory.Used += taken
		out.Processes = c.processes(j, taken)
	}

	if p.hugepages > 0 {
		const page = 2 // MiB

		out.Hugepages.Used = min(p.hugepages, max(0, memory.Used-reserved)/page)
	}

	return out
}

// load is the utilisation of the chip, 0 to 1.
func (c chip) load(t float64) float64 {
	j, ok := c.team.jobAt(t)
	if !ok {
		return 0
	}

	own := c.between("pace", 0.96, 1) * (1 + 0.03*c.wave("load", t, 6))

	return min(1, max(0, j.steady(t)*j.rhythm(t)*own))
}

// power in W follows the load of the last few seconds.
func (c chip) power(t float64) float64 {
	const window = 4 // s

	load := 0.0
	for ago := range window {
		load += c.load(t-float64(ago)) / window
	}

	p := c.product.power.share(load) * c.between("leakage", 0.96, 1.04)

	return p * (1 + 0.01*c.wave("power", t, 5))
}

// temperature in °C follows the load with the lag of a first order: it is the mean of the load at past moments that are
// spread as the weights of an exponential decay are.
func (c chip) temperature(t float64) float64 {
	const (
		lag     = 80.0 // s
		moments = 16
	)

	load := 0.0

	for i := range moments {
		ago := -lag * math.Log(1-(float64(i)+0.5)/moments)
		if j, ok := c.team.jobAt(t - ago); ok {
			load += j.steady(t-ago) / moments
		}
	}

	room := 1.3*math.Sin(2*math.Pi*t/day) + 0.8*c.wave("room", t, 30*minute)
	place := c.between("place", -3, 3)

	return c.product.heat.share(load) + place + room + 0.4*c.wave("sensor", t, 20)
}

// processes are those of the job on this chip; the first holds what the others leave of the memory.
func (c chip) processes(j job, memory int) []Process {
	const driver = 96 // MiB of the job's memory that belong to no process

	names := c.product.server
	if j.team.kind == training {
		names = []string{c.product.trainer}
	}

	out := make([]Process, len(names))
	left := max(0, memory-driver)

	for i, name := range names {
		out[i] = Process{PID: j.pid(c.logicID, i), Name: name}
		if i > 0 {
			out[i].Memory = left / 100
			out[0].Memory -= out[i].Memory
		}
	}

	out[0].Memory += left

	return out
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

	chips[0].Power = optional.Of(total)
}
