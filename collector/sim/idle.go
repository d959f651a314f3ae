package sim

import "time"

// Idle gives the machine at one moment as it would be if no program ran on it. What its chips have counted, from the programs
// that did run, stays. Like At it is a pure function.
func (m *Machine) Idle(t time.Time) State {
	now := m.instant(t)

	acts := m.activities(now)
	for i, a := range acts {
		acts[i] = activity{team: a.team, traffic: a.traffic}
	}

	return m.state(now, acts)
}
