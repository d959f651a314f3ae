package sim

import "math"

// job is one run of a program on all chips of a team. Times are seconds since 1970.
type job struct {
	source
	team       *team
	start, end float64
	ready      float64 // when the program has been loaded and begins to compute
	level      float64 // utilisation of the AI cores while it computes, 0 to 1
	memory     float64 // share of the free memory that it takes, 0 to 1
	step       float64 // s; length of a training step
	dip        float64 // share of the utilisation that is lost while a step waits for the network, 0 to 1
	checkpoint float64 // s; time between two checkpoints
	saving     float64 // s; length of a checkpoint
}

// jobAt is the job that the team has in the slot around t, if it has one. There is time between two jobs: they never
// touch, so whatever a job does begins and ends at zero.
func (t *team) jobAt(now float64) (job, bool) {
	slot := math.Floor((now + t.shift) / t.length)
	begin := slot*t.length - t.shift
	src := t.at("job", slot)

	const vacant = 0.12 // share of the slots without a job
	if t.kind == idling || t.kind == training && src.between("vacant", 0, 1) < vacant {
		return job{}, false
	}

	j := job{source: src, team: t}

	if t.kind == serving { // a service that is started anew once a day
		j.start = begin + 2*minute
		j.end = begin + t.length - src.between("end", 2, 6)*minute
		j.level = 1
		j.memory = src.between("memory", 0.84, 0.92)
	} else {
		j.start = begin + t.length*src.between("start", 0.02, 0.15)
		j.end = begin + t.length*src.between("end", 0.82, 0.97)
		j.level = src.between("level", 0.72, 0.97)
		j.memory = src.between("memory", 0.55, 0.93)
		j.step = src.between("step", 16, 40)
		j.dip = src.between("dip", 0.15, 0.35)
		j.checkpoint = src.between("checkpoint", 15*minute, 35*minute)
		j.saving = src.between("saving", 35, 70)
	}

	j.ready = j.start + src.between("loading", 60, 150)

	return j, true
}

// runs says whether the job's processes are there.
func (j job) runs(t float64) bool {
	return j.start <= t && t < j.end
}

// ending is the time in seconds in which a job lets go of its chips before its processes end.
const ending = 20

// steady is the job's utilisation without the rhythm of its steps, 0 to 1.
func (j job) steady(t float64) float64 {
	const turn = 6 // s; utilisation takes so long to change

	there := ramp(t, j.start, j.start+turn) * (1 - ramp(t, j.end-turn, j.end))
	computes := ramp(t, j.ready, j.ready+turn) * (1 - ramp(t, j.end-ending, j.end-ending+turn))

	switch j.team.kind {
	case training:
		since := math.Mod(max(0, t-j.ready), j.checkpoint)
		saves := ramp(since, j.checkpoint-j.saving, j.checkpoint-j.saving+turn) * (1 - ramp(since, j.checkpoint-turn, j.checkpoint))
		computes *= 1 - saves
	case serving:
		computes *= demand(t) * (1 + 0.2*j.wave("demand", t, 7*minute))
	case idling:
	}

	const overhead = 0.02 // of a program that reads, writes or waits

	return there * max(overhead, j.level*computes)
}

// demand is the load of users through a day, 0 to 1: little at night, most in the afternoon.
func demand(t float64) float64 {
	const quietest = 4 * hour // UTC

	return 0.12 + 0.63*math.Pow(0.5-0.5*math.Cos(2*math.Pi*(t-quietest)/day), 1.3)
}

// rhythm is the factor between steady and the utilisation at a moment.
func (j job) rhythm(t float64) float64 {
	if j.team.kind != training {
		return 1 + 0.15*j.wave("requests", t, 9)
	}

	const wait = 0.3 // share of a step

	phase := math.Mod(max(0, t-j.ready), j.step) / j.step
	if phase < 1-wait {
		return 1
	}

	return 1 - j.dip*(0.5-0.5*math.Cos(2*math.Pi*(phase-1+wait)/wait))
}

// resident is the memory that the job holds as a share of what it takes in the end, 0 to 1: first the model, then what
// the first steps add to it.
func (j job) resident(t float64) float64 {
	const (
		model = 0.55
		first = 25 // s
	)

	loaded := model * max(0, min(1, (t-j.start)/(j.ready-j.start)))
	filled := (1 - model) * ramp(t, j.ready, j.ready+first)

	return (loaded + filled) * (1 - ramp(t, j.end-ending/2, j.end))
}

// pid is that of one of the job's processes on a chip. No two that run on a machine at the same time share one.
func (j job) pid(chip, process int) int {
	const (
		apart  = 40000 // between two teams
		start  = 25000 // where a job's first can be
		stride = 71    // between two chips
		sister = 23    // between two processes on a chip
	)

	return 3000 + j.team.number*apart + int(j.between("pid", 0, start)) + chip*stride + process*sister
}
