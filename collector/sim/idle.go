package sim

import "time"

// Idle gives the machine at one moment as it would be if no program ran on it. Like At it is a pure function.
func (m *Machine) Idle(t time.Time) State {
	idle := &Machine{product: m.product, units: make([]unit, len(m.units))}

	for i, u := range m.units {
		chips := make([]chip, len(u.chips))

		for j, c := range u.chips {
			resting := *c.team
			resting.kind = idling
			c.team = &resting
			chips[j] = c
		}

		u.chips = chips
		idle.units[i] = u
	}

	return idle.At(t)
}
