package poll

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ascend-exporter/ascend_exporter/collector/npusmi"
	"github.com/ascend-exporter/ascend_exporter/collector/optional"
)

// A replayedTool answers at once, and says that it took as long as the script says.
type replayedTool struct {
	*scriptedTool

	now func() time.Time
}

func (r replayedTool) Run(_ context.Context, deadline time.Duration, args ...string) npusmi.Run {
	run := npusmi.Run{Args: args, Started: true, Start: r.now()}
	line := strings.Join(args, " ")
	r.starts = append(r.starts, start{line, run.Start})

	output, takes, failure := r.answer(line)
	run.Stdout, run.Failure, run.Duration = []byte(output), failure, min(takes, deadline)

	if takes > deadline {
		run.Stdout, run.Failure = nil, &npusmi.Failure{Reason: npusmi.ReasonTimeout, Message: "no answer in time"}
	}

	return run
}

// TestReplayIsRun: by a clock of its own the poller asks the same at the same times, and believes the same, also while the tool hangs.
func TestReplayIsRun(t *testing.T) {
	t.Parallel()

	good := frozen(whole(t, "A3", 2, 400*time.Millisecond))

	for name, answer := range map[string]answers{
		"good": good,
		"one chip hangs": func(args string) (string, time.Duration, *npusmi.Failure) {
			if strings.Contains(args, "-i 3 ") || strings.HasSuffix(args, "-i 3") {
				return hangs(args)
			}

			return good(args)
		},
		"summary hangs": func(args string) (string, time.Duration, *npusmi.Failure) {
			if args == "info" {
				return hangs(args)
			}

			return good(args)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { replayIsRun(t, answer) })
		})
	}
}

// frozen gives the first summary and mapping for good: the machine runs by the wall's clock.
func frozen(answer answers) answers {
	summary, takes, _ := answer("info")
	mapping, _, _ := answer("info -m")

	return func(args string) (string, time.Duration, *npusmi.Failure) {
		switch args {
		case "info":
			return summary, takes, nil
		case "info -m":
			return mapping, takes, nil
		default:
			return answer(args)
		}
	}
}

func replayIsRun(t *testing.T, answer answers) {
	t.Helper()

	live := newBench(t, onByDefault(), answer)

	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})

	go func() {
		defer close(done)
		live.Run(ctx)
	}()

	replayed := newBench(t, onByDefault(), answer)
	now := replayed.begin
	replayed.Now = func() time.Time { return now }
	replayed.lanes[0].tool = replayedTool{replayed.tool, replayed.Now}

	for _, after := range []time.Duration{0, time.Second, 10*time.Second + 1, 15 * time.Second, time.Minute, 20 * time.Minute} {
		at := live.begin.Add(after)
		live.at(after)
		replayed.Replay(ctx, at, func(t time.Time) { now = t })

		if diff := cmp.Diff(live.tool.begun(), replayed.tool.begun(), cmp.AllowUnexported(start{})); diff != "" {
			t.Fatalf("after %v other runs (-live +replayed):\n%s", after, diff)
		}

		if got := replayed.last(); got.Time != at || now != at {
			t.Errorf("after %v the snapshot is of %v, the clock at %v", after, got.Time.Sub(live.begin), now.Sub(live.begin))
		}

		// The live one's is of its last event: some sums go on with the time. It knows when the next one comes at the latest.
		want, got := *live.last(), *replayed.last()
		if !want.Expires.After(at) || !got.Expires.IsZero() {
			t.Errorf("after %v the snapshots are good until %v and %v", after, want.Expires.Sub(live.begin), got.Expires)
		}

		want.Time, want.Expires, want.Runner.Lag = got.Time, got.Expires, got.Runner.Lag
		live.ledger.enter(want.Chips, at)

		if diff := cmp.Diff(want, got, cmp.Comparer(func(a, b optional.Float) bool { return a == b })); diff != "" {
			t.Fatalf("after %v another snapshot (-live +replayed):\n%s", after, diff)
		}

		live.Lives(ctx) // its ledger is its own again
	}

	cancel()
	<-done
}
