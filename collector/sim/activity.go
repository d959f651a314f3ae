package sim

import "math"

// activity is what a team does at a moment. Its chips share it, each with small deviations of its own.
type activity struct {
	team    *team
	job     job
	runs    bool    // the job's processes are there
	since   float64 // s; since the job's slot began
	load    float64 // utilisation of the AI cores, 0 to 1
	recent  float64 // the mean of it in the last seconds
	warmth  float64 // the same with the lag of temperatures
	traffic int64   // what the team has sent since the machine's start, as job.traffic counts it
}

const (
	window  = 4    // s; of recent
	lag     = 80.0 // s; of temperatures behind the load
	moments = 16   // in which the load of the past is looked at for it
	oldest  = 280  // s; none of them is longer ago
)

// activity is what the team does at a moment.
func (t *team) activity(now instant) activity {
	slot, ms := t.slot(now.ms)
	begin := float64(t.begin(slot))
	j, busy := t.jobIn(slot)

	a := activity{team: t, job: j, since: now.t - begin}
	a.runs = busy && j.runs(a.since)
	a.traffic = max(0, t.sent(now.ms)-t.sentBefore)

	var earlier job // that of the slot before, if some of the past that matters is in there

	wasBusy := false
	if ms < oldest*milli {
		earlier, wasBusy = t.jobIn(slot - 1)
	}

	// at is the job at a moment of the past, and the time since its slot began.
	at := func(ago float64) (*job, float64) {
		switch since := a.since - ago; {
		case since >= 0 && busy:
			return &j, since
		case since < 0 && wasBusy:
			return &earlier, since + float64(t.length)
		default:
			return nil, 0
		}
	}

	for ago := range window {
		load := 0.0
		if j, since := at(float64(ago)); j != nil {
			load = min(1, j.steady(since)*j.rhythm(since))
		}

		if ago == 0 {
			a.load = load
		}

		a.recent += load / window
	}

	// The lag is of the first order: the mean of the load at past moments that are spread as the weights of an exponential
	// decay are.
	for i := range moments {
		if j, since := at(-lag * math.Log(1-(float64(i)+0.5)/moments)); j != nil {
			a.warmth += j.steady(since) / moments
		}
	}

	return a
}

// sent is what the team has sent from a moment in 1970 to another, as job.traffic counts it.
func (t *team) sent(ms int64) int64 {
	if t.kind == idling {
		return 0
	}

	slot, since := t.slot(ms)
	turns, turn := divide(slot, cycle)
	sent := turns*t.whole + t.traffic[turn]

	if j, ok := t.jobIn(slot); ok {
		sent += j.traffic(since)
	}

	return sent
}
