package sim

// team is a number of neighbouring NPUs that work on the same jobs.
type team struct {
	source
	number  int // among the machine's teams
	kind    kind
	members int // NPUs
	crowd   int // processes on a chip where many small ones serve; 0 where few do

	length, shift int64        // s; the time is cut in slots of this length, each of which has one job at most
	traffic       [cycle]int64 // of the jobs of a cycle until each of its slots, as job.traffic counts it
	whole         int64        // of a whole cycle
	sentBefore    int64        // the machine's start
}

// cycle is the number of slots after which a team's jobs are the same again. So what it has done in all its life is known
// without going through all of it.
const cycle = 64

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
func teams(p *product, npus int, seed source) []*team {
	const block = 8

	out := make([]*team, 0, npus)
	number := 0

	for len(out) < npus {
		plan := p.plan(min(block, npus-len(out)))
		turn := int(seed.between("turn", 0, float64(len(plan))))

		for i := range plan {
			part := plan[(i+turn)%len(plan)]
			if part.members == 0 {
				continue
			}

			t := newTeam(part, number, seed.at("team", float64(number)))
			number++

			for range part.members {
				out = append(out, t)
			}
		}
	}

	return out
}

func newTeam(p part, number int, src source) *team {
	t := &team{source: src, number: number, kind: p.kind, members: p.members}
	t.length = int64(src.between("length", 50*minute, 170*minute))

	if t.kind == serving { // a service that is started anew once a day
		t.length = day

		const crowded = 0.3 // share of the services
		if src.chance("crowded", crowded) {
			t.crowd = int(src.between("crowd", 9, 15))
		}
	}

	t.shift = int64(src.between("shift", 0, float64(t.length)))

	for slot := range t.traffic {
		t.traffic[slot] = t.whole

		if j, ok := t.jobIn(int64(slot)); ok {
			t.whole += j.traffic(t.length * milli)
		}
	}

	return t
}

// slot is the slot around a moment, in ms since 1970, and the time in ms since it began.
func (t *team) slot(ms int64) (slot, since int64) {
	return divide(ms+t.shift*milli, t.length*milli)
}

// begin is when a slot begins, in seconds since 1970.
func (t *team) begin(slot int64) int64 {
	return slot*t.length - t.shift
}

// divide is division that rounds down, for negative numbers too.
func divide(a, b int64) (quotient, rest int64) {
	quotient, rest = a/b, a%b
	if rest < 0 {
		quotient, rest = quotient-1, rest+b
	}

	return quotient, rest
}

// part is what some NPUs of a machine do.
type part struct {
	kind    kind
	members int
}

// plan says what NPUs do: of eight, six work in a larger and a smaller team, one serves and one idles.
func (p *product) plan(npus int) []part {
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
