package sim

// team is a number of neighbouring NPUs that work on the same jobs.
type team struct {
	source
	number int // among the machine's teams
	kind   kind

	length, shift float64 // s; the time is cut in slots of this length, each of which has one job at most
}

// kind is what a team does.
type kind int

const (
	idling   kind = iota // nothing at all
	training             // jobs that come and go, in the rhythm of their steps
	serving              // an inference service under the load of the day
)

const (
	minute = 60.0
	hour   = 60 * minute
	day    = 24 * hour
)

// teams says which team each NPU is in. The pattern repeats after eight NPUs; which of the eight do what differs from
// machine to machine.
func teams(p product, npus int, seed source) []*team {
	const block = 8

	out := make([]*team, 0, npus)
	number := 0

	for len(out) < npus {
		plan := p.plan(min(block, npus-len(out)))
		turn := int(seed.between("turn", 0, float64(len(plan))))

		for i := range plan {
			part := plan[(i+turn)%len(plan)]
			t := newTeam(part.kind, number, seed.at("team", float64(number)))
			number++

			for range part.members {
				out = append(out, t)
			}
		}
	}

	return out
}

func newTeam(k kind, number int, src source) *team {
	t := &team{source: src, number: number, kind: k, length: src.between("length", 50*minute, 170*minute)}
	if k == serving {
		t.length = src.between("length", 20*hour, 30*hour)
	}

	t.shift = src.between("shift", 0, t.length)

	return t
}

// part is what some NPUs of a machine do.
type part struct {
	kind    kind
	members int
}

// plan says what NPUs do: of eight, six work in a larger and a smaller team, one serves and one idles.
func (p product) plan(npus int) []part {
	work := serving
	if p.training {
		work = training
	}

	switch npus {
	case 1:
		return []part{{work, 1}}
	case 2:
		return []part{{work, 1}, {serving, 1}}
	}

	const large = 4

	working := npus - 2

	return []part{{work, min(working, large)}, {work, max(0, working-large)}, {serving, 1}, {idling, 1}}
}
