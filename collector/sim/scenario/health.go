package scenario

import "github.com/ascend-exporter/ascend_exporter/collector/sim"

// illness is a chip whose health is bad.
type illness struct {
	state  sim.Health
	faults []sim.Fault
}

func newIllness() effect { return &illness{} }

func (h *illness) parameters() []parameter {
	return []parameter{
		must(choice("state", &h.state, map[string]sim.Health{
			"warning": sim.HealthWarning, "alarm": sim.HealthAlarm, "critical": sim.HealthCritical, "unknown": sim.HealthUnknown,
		}, "the state of health")),
		codes("codes", &h.faults, "the fault codes that are active, and the driver's texts for them"),
	}
}

func (*illness) fits(sim.Chip) error { return nil }

func (h *illness) changeChip(_ *force, _ *sim.NPU, c *sim.Chip) {
	c.Health = h.state
	c.Faults = append(c.Faults, h.faults...)
}

// zeros is a chip of which the driver knows nothing.
type zeros struct {
	code int
}

func newZeros() effect { return &zeros{code: int(sim.FailureDriver)} }

func (z *zeros) parameters() []parameter {
	const lowest = -9999

	return []parameter{whole("code", &z.code, lowest, -1, "the driver's code of the failure")}
}

func (*zeros) fits(sim.Chip) error { return nil }

func (z *zeros) changeChip(_ *force, _ *sim.NPU, c *sim.Chip) {
	c.Failures = map[sim.Reading]sim.FailureCode{sim.EveryReading: sim.FailureCode(z.code)}
}
