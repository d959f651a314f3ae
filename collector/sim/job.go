package sim

import "math"

// job is one run of a program on all chips of a team. Times are seconds since the slot of the job began, whole ones: so
// what the job has done by a moment can be counted in whole milliseconds, exactly.
type job struct {
	source
	team       *team
	begin      float64 // of the slot, in seconds since 1970
	start, end float64
	ready      float64 // when the program has been loaded and begins to compute
	level      float64 // utilisation of the AI cores while it computes, 0 to 1
	memory     float64 // share of the free memory that it takes, 0 to 1
	step       float64 // s; length of a training step
	dip        float64 // share of the utilisation that is lost while a step waits for the network, 0 to 1
	checkpoint float64 // s; time between two checkpoints
	saving     float64 // s; length of a checkpoint
}

const (
	// ending is the time in seconds in which a job lets go of its chips before its processes end.
	ending = 20
	// turn is how long utilisation takes to change, in seconds.
	turn = 6
	// wait is the share of a training step that waits for the network.
	wait = 0.3
	// milli is the number of milliseconds in a second.
	milli = 1000
)

// jobIn is the job that the team has in a slot, if it has one. There is time between two jobs: they never touch, so
// whatever a job does begins and ends at zero.
func (t *team) jobIn(slot int64) (job, bool) {
	_, turn := divide(slot, cycle)
	src := t.at("job", float64(turn))

	const vacant = 0.12 // share of the slots without a job
	if t.kind == idling || t.kind == training && src.chance("vacant", vacant) {
		return job{}, false
	}

	j := job{source: src, team: t, begin: float64(t.begin(slot))}
	length := float64(t.length)

	if t.kind == serving {
		j.start = 2 * minute
		j.end = length - src.whole("end", 2*minute, 6*minute)
		j.level = 1
		j.memory = src.between("memory", 0.84, 0.92)
	} else {
		j.start = math.Floor(length * src.between("start", 0.02, 0.15))
		j.end = math.Floor(length * src.between("end", 0.82, 0.97))
		j.level = src.between("level", 0.72, 0.97)
		j.memory = src.between("memory", 0.55, 0.93)
		j.step = src.whole("step", 16, 40)
		j.dip = src.between("dip", 0.15, 0.35)
		j.checkpoint = src.whole("checkpoint", 15*minute, 35*minute)
		j.saving = src.whole("saving", 35, 70)
	}

	j.ready = j.start + src.whole("loading", 60, 150)

	return j, true
}

// runs says whether the job's processes are there.
func (j *job) runs(t float64) bool {
	return j.start <= t && t < j.end
}

// steady is the job's utilisation without the rhythm of its steps, 0 to 1.
func (j *job) steady(t float64) float64 {
	if !j.runs(t) {
		return 0
	}

	there := ramp(t, j.start, j.start+turn) * (1 - ramp(t, j.end-turn, j.end))
	computes := ramp(t, j.ready, j.ready+turn) * (1 - ramp(t, j.end-ending, j.end-ending+turn))

	switch j.team.kind {
	case training:
		since := math.Mod(max(0, t-j.ready), j.checkpoint)
		saves := ramp(since, j.checkpoint-j.saving, j.checkpoint-j.saving+turn) * (1 - ramp(since, j.checkpoint-turn, j.checkpoint))
		computes *= 1 - saves
	case serving:
		computes *= demand(j.begin+t) * (1 + 0.2*j.wave("demand", j.begin+t, 7*minute))
	case idling:
	}

	const overhead = 0.02 // of a program that reads, writes or waits

	return there * max(overhead, j.level*computes)
}

// The load of users through a day: little at night, most in the afternoon.
const (
	quietest = 4 * hour // UTC
	least    = 0.12
	most     = 0.75
)

// demand is that load at a moment, 0 to 1.
func demand(t float64) float64 {
	return least + (most-least)*(0.5-0.5*math.Cos(2*math.Pi*(t-quietest)/day))
}

// demanded is its integral from the beginning of a day to a moment of it or of the next, in seconds of a load of 1.
func demanded(t float64) float64 {
	return (least+most)/2*t - (most-least)/2*day/(2*math.Pi)*math.Sin(2*math.Pi*(t-quietest)/day)
}

// rhythm is the factor between steady and the utilisation at a moment.
func (j *job) rhythm(t float64) float64 {
	if j.team.kind != training {
		return 1 + 0.15*j.wave("requests", j.begin+t, 9)
	}

	phase := math.Mod(float64(j.computed(int64(t*milli))), j.step*milli) / (j.step * milli)
	if phase < 1-wait {
		return 1
	}

	return 1 - j.dip*(0.5-0.5*math.Cos(2*math.Pi*(phase-1+wait)/wait))
}

// computed is the time in ms that a training job has computed and not saved, until a moment in ms.
func (j *job) computed(ms int64) int64 {
	ready, end := int64(j.ready)*milli, int64(j.end-ending)*milli
	n, since := divide(max(0, min(ms, end)-ready), int64(j.checkpoint)*milli)
	computing := int64(j.checkpoint-j.saving) * milli

	return n*computing + min(since, computing)
}

// traffic is what the job has sent to its other chips until a moment, both in ms: so many of them at full load would send as
// much. Training sends most while a step waits for the network. It never falls, not even by a rounding: it is an integer
// that is made of integers.
func (j *job) traffic(ms int64) int64 {
	const thousandths = 1000

	switch j.team.kind {
	case training:
		const calm, quiet = int64(10 * (1 - wait)), 4 // tenths of a step, tenths of the mean traffic in them

		step := int64(j.step) * milli
		n, since := divide(j.computed(ms), step)
		early := step * calm / 10
		sent := min(since, early) * quiet / 10

		if since > early {
			sent += (since - early) * (step - early*quiet/10) / (step - early)
		}

		return (n*step + sent) * int64(j.level*thousandths) / thousandths
	case serving:
		ready := int64(j.ready) * milli
		since := max(0, min(ms, int64(j.end-ending)*milli)-ready)
		_, from := divide(int64(j.begin)*milli+ready, day*milli)
		begun := float64(from) / milli

		return int64(milli * (demanded(begun+float64(since)/milli) - demanded(begun)))
	case idling:
	}

	return 0
}

// resident is the memory that the job holds as a share of what it takes in the end, 0 to 1: first the model, then what
// the first steps add to it.
func (j *job) resident(t float64) float64 {
	const (
		model = 0.55
		first = 25 // s
	)

	loaded := model * max(0, min(1, (t-j.start)/(j.ready-j.start)))
	filled := (1 - model) * ramp(t, j.ready, j.ready+first)

	return (loaded + filled) * (1 - ramp(t, j.end-ending/2, j.end))
}
