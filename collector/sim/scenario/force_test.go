package scenario

import (
	"math"
	"testing"
	"time"
)

// at is a fault at a time.
func at(f *fault, repeat, since time.Duration) (force, bool) {
	s := &Schedule{repeat: repeat}

	return s.forceOf(f, since)
}

func TestForce(t *testing.T) {
	t.Parallel()

	const minute = time.Minute

	for _, tc := range []struct {
		at, lasts, repeat, since time.Duration
		begun, active            bool
		elapsed, total           time.Duration
	}{
		{2 * minute, 3 * minute, 0, -minute, false, false, 0, 0},
		{2 * minute, 3 * minute, 0, 0, false, false, 0, 0},
		{2 * minute, 3 * minute, 0, 2*minute - 1, false, false, 0, 0},
		{2 * minute, 3 * minute, 0, 2 * minute, true, true, 0, 0},
		{2 * minute, 3 * minute, 0, 4 * minute, true, true, 2 * minute, 2 * minute},
		{2 * minute, 3 * minute, 0, 5 * minute, true, false, 3 * minute, 3 * minute},
		{2 * minute, 3 * minute, 0, 5000 * minute, true, false, 3 * minute, 3 * minute},
		{2 * minute, 0, 0, 5000 * minute, true, true, 4998 * minute, 4998 * minute},
		{2 * minute, 3 * minute, 10 * minute, 9 * minute, true, false, 3 * minute, 3 * minute},
		{2 * minute, 3 * minute, 10 * minute, 10 * minute, true, false, 0, 3 * minute},
		{2 * minute, 3 * minute, 10 * minute, 33 * minute, true, true, minute, 10 * minute},
		{2 * minute, 0, 10 * minute, 10*minute - 1, true, true, 8*minute - 1, 8*minute - 1},
		{2 * minute, 0, 10 * minute, 10 * minute, true, false, 0, 8 * minute},
		{0, 0, 10 * minute, 25 * minute, true, true, 5 * minute, 25 * minute},
	} {
		in, begun := at(&fault{at: tc.at, lasts: tc.lasts}, tc.repeat, tc.since)
		if begun != tc.begun || in.active != tc.active || begun && (in.elapsed != tc.elapsed || in.total() != tc.total) {
			t.Errorf("%+v: begun %t, active %t, elapsed %v, total %v", tc, begun, in.active, in.elapsed, in.total())
		}
	}
}

// TestLawsOfForce: what counts never falls, and what follows with a lag never jumps, also where a schedule starts anew.
func TestLawsOfForce(t *testing.T) {
	t.Parallel()

	const (
		step = 500 * time.Millisecond
		lag  = 80 * time.Second
	)

	for _, tc := range []struct{ at, lasts, repeat time.Duration }{
		{time.Minute, 3 * time.Minute, 0},
		{time.Minute, 0, 0},
		{time.Minute, 3 * time.Minute, 5 * time.Minute},
		{time.Minute, 0, 5 * time.Minute},
		{0, 10 * time.Second, 11 * time.Second},
		{0, 0, time.Minute},
	} {
		var (
			total  time.Duration
			spread int
			times  uint64
			level  float64
		)

		highest := 0.0

		for since := time.Duration(0); since < 40*time.Minute; since += step {
			in, _ := at(&fault{at: tc.at, lasts: tc.lasts}, tc.repeat, since)

			if in.total() < total || in.spread(7) < spread || in.times(20*time.Second) < times {
				t.Fatalf("%+v: at %v a count falls", tc, since)
			}

			// No faster than e-folding allows.
			if now := in.level(lag); math.Abs(now-level) > 1.01*step.Seconds()/lag.Seconds() || now < 0 || now > 1 {
				t.Fatalf("%+v: at %v from level %v to %v", tc, since, level, now)
			}

			total, spread, times, level = in.total(), in.spread(7), in.times(20*time.Second), in.level(lag)
			highest = max(highest, level)
		}

		if spread < 7 || times == 0 || highest < 0.5 {
			t.Errorf("%+v: %d of 7, %d times, up to level %v", tc, spread, times, highest)
		}
	}
}

func TestSpread(t *testing.T) {
	t.Parallel()

	f := &fault{at: time.Minute, lasts: 4 * time.Minute}

	for since, want := range map[time.Duration]int{
		0: 0, time.Minute - 1: 0, time.Minute: 1, 2*time.Minute - 1: 1, 2 * time.Minute: 2, 4 * time.Minute: 4, 5 * time.Minute: 4, time.Hour: 4,
	} {
		if in, _ := at(f, 0, since); in.spread(4) != want {
			t.Errorf("%d at %v, want %d", in.spread(4), since, want)
		}
	}

	if in, _ := at(f, 10*time.Minute, 22*time.Minute); in.spread(4) != 10 {
		t.Errorf("%d in the third period, want 10", in.spread(4))
	}

	if in, _ := at(&fault{}, 0, 0); in.spread(4) != 4 {
		t.Errorf("%d of a fault for good, want all at once", in.spread(4))
	}
}

func TestTimes(t *testing.T) {
	t.Parallel()

	f := &fault{at: time.Minute, lasts: time.Minute}

	for since, want := range map[time.Duration]uint64{
		59 * time.Second: 0, time.Minute: 1, 80*time.Second - 1: 1, 80 * time.Second: 2, 2*time.Minute - 1: 3, 2 * time.Minute: 3, time.Hour: 3,
	} {
		if in, _ := at(f, 0, since); in.times(20*time.Second) != want {
			t.Errorf("%d times at %v, want %d", in.times(20*time.Second), since, want)
		}
	}
}
