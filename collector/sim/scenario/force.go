package scenario

import (
	"math"
	"time"

	"github.com/ascend-exporter/ascend_exporter/collector/sim"
)

// forGood is longer than any time that passes.
const forGood = time.Duration(math.MaxInt64)

// force is a fault at a moment.
type force struct {
	fault  *fault
	active bool
	// elapsed is for how long the fault has been in force since it last began; no more once it has ended.
	elapsed time.Duration
	// past is the time since it last began, its end or not; negative where the schedule started anew and it has not yet
	// begun again.
	past   time.Duration
	lasts  time.Duration // each time; forGood where it has no end
	repeat time.Duration // 0 is none
	before int64         // how many times it has come and gone before that

	machine *sim.Machine
	now     time.Time
	idle    *sim.State // at this moment, once it was asked for
	begin   *sim.State // at the onset, once it was asked for
}

// forceOf is a fault at a time since the scenario's start. It says false where it has never begun.
func (s *Schedule) forceOf(f *fault, since time.Duration) (in force, ok bool) {
	in = force{fault: f, repeat: s.repeat, machine: s.machine, now: s.start.Add(since)}

	phase := since
	if s.repeat > 0 && since > 0 {
		in.before = int64(since / s.repeat)
		phase = since % s.repeat
	}

	in.lasts = forGood
	if end := f.ends(s.repeat); end != forGood {
		in.lasts = end - f.at
	}

	in.past = phase - f.at
	in.elapsed = min(max(0, in.past), in.lasts)
	in.active = in.past >= 0 && in.past < in.lasts

	return in, since >= 0 && (in.past >= 0 || in.before > 0)
}

// total is for how long the fault has been in force, all times together.
func (in *force) total() time.Duration {
	if in.before == 0 {
		return in.elapsed
	}

	return time.Duration(in.before)*in.lasts + in.elapsed
}

// level is how far something has followed the fault that does so with a lag, 0 to 1: it approaches 1 while the fault is
// in force, and 0 after it, as temperatures do.
func (in *force) level(lag time.Duration) float64 {
	response := func(past time.Duration) float64 { // of one time
		return (1 - left(min(past, in.lasts), lag)) * left(max(0, past-in.lasts), lag)
	}

	level := 0.0
	if in.past >= 0 {
		level = response(in.past)
	}

	if in.before > 0 { // what is left of the times before: a geometric series
		again := left(in.repeat, lag)
		level += response(in.past+in.repeat) * (1 - math.Pow(again, float64(in.before))) / (1 - again)
	}

	return min(1, level)
}

// left is what is left of a whole after some time, where it fades with a lag.
func left(past, lag time.Duration) float64 {
	return math.Exp(-past.Seconds() / lag.Seconds())
}

// spread is how many of n things have happened that the fault spreads evenly over the time that it lasts, the first at
// once. Where it has no end all happen at once.
func (in *force) spread(n int) int {
	now := 0

	switch {
	case in.past < 0:
	case in.lasts == forGood:
		now = n
	default:
		now = min(n, int(float64(n)*in.elapsed.Seconds()/in.lasts.Seconds())+1)
	}

	return now + int(in.before)*n
}

// times is how often something has begun that comes at the fault's begin and then each period.
func (in *force) times(period time.Duration) uint64 {
	const first = 1

	count := int64(0)
	if in.past >= 0 {
		// What would begin with the end does not.
		count = first + int64(min(in.elapsed, in.lasts-1)/period)
	}

	if in.before > 0 {
		count += in.before * (first + int64((in.lasts-1)/period))
	}

	return uint64(max(0, count))
}

// idleChip is a chip as it would be now if nothing ran on the machine.
func (in *force) idleChip(npu, chip int) sim.Chip {
	if in.idle == nil {
		s := in.machine.Idle(in.now)
		in.idle = &s
	}

	return find(in.idle, npu, chip)
}

// onsetChip is a chip as it would have been when the fault last began, if nothing had been broken.
func (in *force) onsetChip(npu, chip int) sim.Chip {
	if in.begin == nil {
		s := in.machine.At(in.now.Add(-in.past))
		in.begin = &s
	}

	return find(in.begin, npu, chip)
}

func find(s *sim.State, npu, chip int) sim.Chip {
	for _, n := range s.NPUs {
		for _, c := range n.Chips {
			if n.ID == npu && c.ID == chip {
				return c
			}
		}
	}

	return sim.Chip{}
}
