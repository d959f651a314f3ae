package poll

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ascend-exporter/ascend_exporter/collector/npusmi"
	"github.com/ascend-exporter/ascend_exporter/collector/snapshot"
)

// held says that each chip is held by a job.
type held string

func (h held) Join(draft *Draft) {
	for i := range draft.Chips {
		draft.Chips[i].Jobs = append(draft.Chips[i].Jobs, snapshot.Job{Name: string(h)})
	}
}

// reads is a side whose readings are counted: each tells its number.
func reads(count *atomic.Int64, read func(ctx context.Context) error) Side {
	return Side{
		Name: "side", Command: "reading a thing", Interval: 20 * time.Second, Deadline: 3 * time.Second,
		Read: func(ctx context.Context, _ *snapshot.Snapshot) (Reading, npusmi.Warnings, error) {
			number := count.Add(1)

			return held(strconv.FormatInt(number, 10)), npusmi.Warnings{}, read(ctx)
		},
	}
}

// beside runs a poller over a machine of one chip with a side.
func beside(t *testing.T, side Side) *bench {
	t.Helper()

	b := newBench(t, basics(), machine(t, "910B3", 1, 100*time.Millisecond))
	b.sides = newSides([]Side{side}, time.Now)
	b.run(t)

	return b
}

// job is the job on the chip of the last snapshot; "" where there is none.
func (b *bench) job(t *testing.T) string {
	t.Helper()

	if len(b.last().Chips) != 1 {
		t.Fatalf("%d chips", len(b.last().Chips))
	}

	if jobs := b.last().Chips[0].Jobs; len(jobs) > 0 {
		return jobs[0].Name
	}

	return ""
}

func TestSideIsReadAtItsInterval(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var count atomic.Int64

		b := beside(t, reads(&count, func(context.Context) error { return nil }))
		b.at(time.Hour + time.Second)

		if count.Load() != 181 || b.job(t) != "181" {
			t.Errorf("%d readings in an hour, job %q", count.Load(), b.job(t))
		}

		q := b.query(t, "side")
		if !q.Success || !q.Asked || q.Runs != 181 || q.Failures != 0 || q.History[0].Command != "reading a thing" {
			t.Errorf("query %+v", q)
		}

		if b.log.String() != "" {
			t.Errorf("a healthy run logged:\n%s", b.log)
		}
	})
}

// TestSideFailsAlone: what a side said ages out, its failure is told once, and the hardware does not notice.
func TestSideFailsAlone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var (
			count   atomic.Int64
			failing atomic.Bool
		)

		b := beside(t, reads(&count, func(context.Context) error {
			if failing.Load() {
				return errors.New("the thing is gone")
			}

			return nil
		}))
		b.at(time.Second)
		failing.Store(true)

		// Three intervals and the deadline after its start.
		b.at(62 * time.Second)

		if b.job(t) != "1" {
			t.Errorf("a reading that is young enough is not served: %q", b.job(t))
		}

		b.at(64 * time.Second)

		if b.job(t) != "" {
			t.Errorf("a reading that is too old is served: %q", b.job(t))
		}

		q := b.query(t, "side")
		if q.Success || q.Failures != 3 || q.History[0].Failure != "the thing is gone" || !q.LastSuccess.Present() {
			t.Errorf("query %+v", q)
		}

		b.at(10 * time.Minute)

		if got := strings.Count(b.log.String(), "the thing is gone"); got != 1 {
			t.Errorf("told %d times:\n%s", got, b.log)
		}

		if summaries := b.tool.startsOf(b.begin, "info"); len(summaries) != 41 || !b.last().Up {
			t.Errorf("%d summaries, up %v", len(summaries), b.last().Up)
		}

		for reason, failures := range b.last().Runner.Failures {
			if failures > 0 {
				t.Errorf("it counts as a failure of the tool: %s", reason)
			}
		}

		failing.Store(false)
		b.at(10*time.Minute + 21*time.Second)

		if b.job(t) != "32" || !strings.Contains(b.log.String(), "works again") {
			t.Errorf("job %q after it works again:\n%s", b.job(t), b.log)
		}
	})
}

// TestSideThatHangs: a reading that outlives its deadline is not begun anew before it ends.
func TestSideThatHangs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var count atomic.Int64

		release := make(chan struct{})
		b := beside(t, reads(&count, func(context.Context) error {
			<-release

			return nil
		}))
		b.at(5 * time.Minute)

		q := b.query(t, "side")
		if count.Load() != 1 || b.job(t) != "" || q.Success || len(q.History) == 0 || !strings.Contains(q.History[0].Failure, "has not ended") {
			t.Errorf("%d readings, job %q, query %+v", count.Load(), b.job(t), q)
		}

		if got := strings.Count(b.log.String(), "query fails"); got != 1 || !strings.Contains(b.log.String(), "reason=timeout") {
			t.Errorf("told %d times:\n%s", got, b.log)
		}

		if summaries := b.tool.startsOf(b.begin, "info"); len(summaries) != 21 {
			t.Errorf("%d summaries", len(summaries))
		}

		close(release)
		b.at(6 * time.Minute)

		// What the first reading said came too late.
		if got, _ := strconv.Atoi(b.job(t)); got < 2 {
			t.Errorf("job %q after it ended", b.job(t))
		}
	})
}

// TestSideEndsWithThePoller: neither a reading that hangs nor one that is waiting keeps it.
func TestSideEndsWithThePoller(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var count atomic.Int64

		release := make(chan struct{})
		defer close(release)

		b := beside(t, reads(&count, func(context.Context) error {
			<-release

			return nil
		}))
		b.at(time.Second)
		b.stop()

		if since := time.Since(b.begin); since > 2*time.Second {
			t.Errorf("it took until %v", since)
		}
	})
}

// TestSideFollowsTheListing: it is read with the chips of each listing, and once in the first snapshot of --once.
func TestSideFollowsTheListing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var chips, times atomic.Int64

		side := Side{
			Name: "side", Interval: time.Hour, Deadline: time.Second, Follows: true,
			Read: func(_ context.Context, latest *snapshot.Snapshot) (Reading, npusmi.Warnings, error) {
				times.Add(1)
				chips.Store(int64(len(latest.Chips)))

				return held("a"), npusmi.Warnings{}, nil
			},
		}

		b := beside(t, side)
		b.at(200 * time.Millisecond)

		if chips.Load() != 1 || b.job(t) != "a" {
			t.Errorf("%d chips after the first listing, job %q", chips.Load(), b.job(t))
		}

		b.at(time.Minute + time.Second)

		if times.Load() != 6 { // at the start, and after five listings
			t.Errorf("%d readings", times.Load())
		}

		b.stop()
		chips.Store(0)

		once := newBench(t, basics(), machine(t, "910B3", 1, 100*time.Millisecond))
		once.sides = newSides([]Side{side}, time.Now)

		if !once.Once(t.Context()) || once.job(t) != "a" || chips.Load() != 1 {
			t.Errorf("job %q of %d chips", once.job(t), chips.Load())
		}
	})
}

// TestSidePassesOver: what is passed over is told once, also beside what was told before.
func TestSidePassesOver(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		b := beside(t, Side{
			Name: "side", Interval: 20 * time.Second, Deadline: time.Second,
			Read: func(context.Context, *snapshot.Snapshot) (Reading, npusmi.Warnings, error) {
				var warnings npusmi.Warnings

				warnings.PassOver("apple", "it is green")

				if time.Since(begin) > time.Minute {
					warnings.PassOver("pear", "it is soft")
				}

				return held("a"), warnings, nil
			},
		})
		b.at(2 * time.Minute)

		for _, fruit := range []string{"apple", "pear"} {
			if got := strings.Count(b.log.String(), fruit); got != 1 {
				t.Errorf("%s is told %d times:\n%s", fruit, got, b.log)
			}
		}

		if q := b.query(t, "side"); !q.Success || q.Unrecognized != 4+2*3 || !strings.Contains(q.History[0].Output, "pear") {
			t.Errorf("query %+v", q)
		}

		if b.job(t) != "a" {
			t.Errorf("job %q", b.job(t))
		}
	})
}
