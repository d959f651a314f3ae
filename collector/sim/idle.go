package sim

import "time"

// Idle gives the machine at one moment as it would be if no program ran on it. What its chips have counted, from the programs
// that did run, stays. Like At it is a pure function.
func (m *Machine) Idle(t time.Time) State {
	now := m.instant(t)

	return m.state(now, func(t *team) activity { return activity{team: t, traffic: t.activity(now).traffic} })
}
