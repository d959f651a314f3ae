package sim

import (
	"fmt"
	"slices"
	"time"
)

// PortID is a link of a chip's: a port of the unified bus, or, as its zero value, the NIC.
type PortID struct {
	Die, Port int
}

// String is the port as hccn_tool is asked for it, such as 0/4.
func (p PortID) String() string {
	return fmt.Sprintf("%d/%d", p.Die, p.Port)
}

// Outage is a time in which a link was cut, without its end.
type Outage struct {
	From, To time.Time
}

// Outages are those of a chip's link until a moment, in no order: the recent ones, and the number of those before, which are too long
// ago to tell when they were.
type Outages func(npu, chip int, port PortID) (recent []Outage, before int)

// NetworkAt is At with the network of each chip, which costs more than all else and which only hccn_tool asks for. Beside the
// links that fail by themselves now and then, outages says which were cut; nil is none. What a link would have carried in a recent
// outage is not counted. It is a pure function as At is.
func (m *Machine) NetworkAt(t time.Time, outages Outages) State {
	return m.networks(t, outages, func(*chip) bool { return true })
}

// NetworkOf is NetworkAt for a call of hccn_tool about one device, by the id that it is asked for: only that one and the neighbour
// with which it shares modules have a network in it.
func (m *Machine) NetworkOf(t time.Time, outages Outages, device int) State {
	return m.networks(t, outages, func(c *chip) bool { return c.logicID == device || c.logicID == device^1 })
}

// networks is the machine with the networks of those chips.
func (m *Machine) networks(t time.Time, outages Outages, those func(*chip) bool) State {
	now := m.instant(t)
	acts := m.activities(now)
	s := m.state(now, acts)

	if outages == nil {
		outages = func(int, int, PortID) ([]Outage, int) { return nil, 0 }
	}

	for i := range m.units {
		u := &m.units[i]
		for j := range u.chips {
			c := &u.chips[j]
			if !those(c) {
				continue
			}

			own := func(port PortID) link {
				recent, before := outages(u.id, c.id, port)

				return m.link(now, c.at("link "+port.String(), 0), &acts[c.team], recent, before)
			}
			s.NPUs[i].Chips[j].Network = m.network(now, c, &acts[c.team], own, &s.NPUs[i].Chips[j])
		}
	}

	return s
}

// network is that of a chip; nil where the product has none.
func (m *Machine) network(now instant, c *chip, a *activity, own func(PortID) link, out *Chip) *Network {
	switch m.product.family {
	case Family910, FamilyA2, FamilyA3:
		return m.nic(now, c, a, own(PortID{}), out)
	case FamilyA5:
		return m.ports(now, c, own, out)
	default:
		return nil
	}
}

// link is a link at a moment.
type link struct {
	up      bool
	history LinkHistory
	sent    int64 // what the team has sent over it, as job.traffic counts it
	lately  int64 // in the last second
	since   int64 // ms for which it has been up
}

// cut is a time in ms since 1970 in which a link was down, without its end.
type cut struct {
	from, to int64
}

// link is one with a source of its own, that was cut at times, and some times before.
func (m *Machine) link(now instant, s source, a *activity, outages []Outage, before int) link {
	const training = 20 // s until a link is up for the first time

	up := m.start + int64(s.between("training", training/2, training)*milli)
	cuts := newCuts(s, m.start, now, outages)

	l := link{up: now.ms >= up, since: max(0, now.ms-up)}
	l.history.Now = now.ms / milli

	if l.up {
		l.history.Ups, l.history.Downs = 1+before, before
		l.history.Changes = []LinkChange{{At: up / milli, Up: true}}
	}

	carries := a.team.members > 1 // else there is nobody to talk to
	if carries {
		l.sent = a.traffic
		l.lately = a.team.sent(now.ms) - a.team.sent(now.ms-milli)
	}

	for _, c := range cuts {
		if c.from < up {
			continue
		}

		l.history.Downs++
		l.history.Changes = append(l.history.Changes, LinkChange{At: c.from / milli})

		if l.up = c.to <= now.ms; l.up {
			l.history.Ups++
			l.history.Changes = append(l.history.Changes, LinkChange{At: c.to / milli, Up: true})
		}

		end := min(c.to, now.ms)
		l.since -= end - c.from

		if carries {
			l.sent -= a.team.sent(end) - a.team.sent(c.from)
		}
	}

	if !l.up {
		l.lately = 0
	}

	slices.Reverse(l.history.Changes)
	l.history.Changes = l.history.recorded()

	return l
}

// newCuts are the times until now in which a link was down, oldest first, none of which touches another: outages, and those that
// a link with a bad habit has of its own.
func newCuts(s source, start int64, now instant, outages []Outage) []cut {
	var all []cut

	flaps := newHabit(s, "flaps", 0.06, 100, 900)
	for i := range flaps.count(now.up) {
		from := start + flaps.begins(int64(i))
		all = append(all, cut{from, from + int64(flaps.at("down", float64(i)).within(2, 15)*milli)})
	}

	for _, o := range outages {
		if c := (cut{o.From.UnixMilli(), o.To.UnixMilli()}); c.from <= now.ms && c.to > c.from {
			all = append(all, c)
		}
	}

	slices.SortFunc(all, func(a, b cut) int { return int(a.from - b.from) })

	var out []cut

	for _, c := range all {
		if n := len(out); n > 0 && c.from <= out[n-1].to {
			out[n-1].to = max(out[n-1].to, c.to)
		} else {
			out = append(out, c)
		}
	}

	return out
}
