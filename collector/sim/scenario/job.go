package scenario

import (
	"math"
	"time"

	"github.com/ascend-exporter/ascend_exporter/collector/sim"
)

// rest is a chip that holds memory and does nothing: of a job that hangs, or of one that has ended without letting go.
type rest struct {
	memory  float64 // share of the free memory that is held where no job ran
	process bool    // the job's process is there
}

func newHungJob() effect { return &rest{memory: usual, process: true} }

func newZombie() effect { return &rest{memory: usual} }

// usual is the share of the memory that a job takes.
const usual = 0.6

func (r *rest) parameters() []parameter {
	const least = 0.01

	return []parameter{
		decimal("memory", &r.memory, least, 1, "the share of the free memory that is held, if no job ran when it began; else it is what the job held"),
	}
}

func (*rest) fits(sim.Chip) error { return nil }

func (r *rest) changeChip(in *force, n *sim.NPU, c *sim.Chip) {
	const lag = 80 * time.Second // of the temperatures

	level := in.level(lag)
	idle := in.idleChip(n.ID, c.ID)

	approach(&c.Temperature, idle.Temperature, level)
	approach(&c.HBMInfo.Temperature, idle.HBMInfo.Temperature, level)
	approach(&c.Sensors.SoC, idle.Sensors.SoC, level)
	approach(&c.Sensors.NDie, idle.Sensors.NDie, level)
	approach(&c.Sensors.HBM, idle.Sensors.HBM, level)

	if !in.active {
		return
	}

	reducePower(in, n, c, 1)

	c.AICore, c.Rates, c.Clock, c.Voltage = idle.AICore, idle.Rates, idle.Clock, idle.Voltage
	r.hold(in, n.ID, c, idle)
}

func approach(t *int, then int, level float64) {
	*t += int(math.Round(level * float64(then-*t)))
}

// hold keeps the memory, and the processes, that the chip had when the fault began.
func (r *rest) hold(in *force, npu int, c *sim.Chip, idle sim.Chip) {
	before := in.onsetChip(npu, c.ID)
	c.HBM, c.DDR, c.Hugepages, c.Processes = before.HBM, before.DDR, before.Hugepages, before.Processes

	if len(before.Processes) == 0 {
		c.HBM, c.DDR = idle.HBM, idle.DDR

		memory := &c.HBM
		if memory.Total == 0 {
			memory = &c.DDR
		}

		held := int(r.memory * float64(memory.Total-memory.Used))
		memory.Used += held
		c.Processes = []sim.Process{{PID: pid(npu, c.ID), Name: "python3", Memory: held}}
	}

	if c.HBM.Total > 0 {
		c.Rates.HBM = c.HBM.Used * 100 / c.HBM.Total
	}

	if c.DDR.Total > 0 {
		c.Rates.DDR = c.DDR.Used * 100 / c.DDR.Total
	}

	if !r.process {
		c.Processes = nil
	}
}

// pid is that of the process of a job that ran nowhere but here: near the highest that there can be, where no other is.
func pid(npu, chip int) int {
	const first, chips = 4_100_000, 8

	return first + npu*chips + chip
}
