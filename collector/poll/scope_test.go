package poll

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ascend-exporter/ascend_exporter/collector/npusmi"
	"github.com/ascend-exporter/ascend_exporter/collector/sim"
	"github.com/ascend-exporter/ascend_exporter/collector/snapshot"
)

// A model is a reading that renames its chip: enough to see where it ended up.
type model struct {
	target Target
	text   string
}

func (m model) Join(draft *Draft) {
	for i := range draft.Chips {
		if chip := &draft.Chips[i]; chip.NPU == m.target.NPU && chip.Chip >= m.target.Chip {
			chip.Model = m.text
		}
	}
}

// detail is a query of a scope, as a source of the list would be.
func detail(name string, scope Scope, interval time.Duration) Source {
	return Source{
		Name:     name,
		Interval: interval,
		Deadline: 10 * time.Second,
		Scope:    scope,
		Args: func(target Target) []string {
			args := []string{"info", "-t", name, "-i", strconv.Itoa(target.NPU)}
			if target.Card || target.Bare {
				return args
			}

			return append(args, "-c", strconv.Itoa(target.Chip))
		},
		Parse: func(target Target, output []byte) (Reading, npusmi.Warnings, error) {
			if text, ok := strings.CutPrefix(string(output), "model "); ok {
				return model{target, text}, npusmi.Warnings{}, nil
			}

			return nil, npusmi.Warnings{}, errors.New("no model")
		},
	}
}

// detailed answers details at once and everything else as a machine.
func detailed(rest answers) answers {
	return func(args string) (string, time.Duration, *npusmi.Failure) {
		if kind, target, ok := strings.Cut(strings.TrimPrefix(args, "info -t "), " "); ok && strings.HasPrefix(args, "info -t") {
			return "model " + kind + " " + target, 10 * time.Millisecond, nil
		}

		return rest(args)
	}
}

func TestPollerAsksByScope(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		sources := append(basics(), detail("card", ScopeCard, time.Minute), detail("chip", ScopeChip, 2*time.Minute))
		b := newBench(t, sources, detailed(machine(t, "A3", 2, 10*time.Millisecond)))
		b.run(t)
		b.at(10*time.Minute + 30*time.Second)

		asked := make(map[string]int)

		for _, args := range []string{"card -i 0", "card -i 1", "card -i 0 -c 1", "chip -i 0 -c 0", "chip -i 0 -c 1", "chip -i 1 -c 1"} {
			asked[args] = len(b.tool.startsOf(b.begin, "info -t "+args))
		}

		want := map[string]int{
			"card -i 0": 11, "card -i 1": 11, "card -i 0 -c 1": 0,
			"chip -i 0 -c 0": 6, "chip -i 0 -c 1": 6, "chip -i 1 -c 1": 6,
		}
		if diff := cmp.Diff(want, asked); diff != "" {
			t.Errorf("runs in ten minutes (-want +got):\n%s", diff)
		}

		if got := b.last().Chips[3].Model; got != "chip -i 1 -c 1" {
			t.Errorf("npu 1 chip 1 has the reading of %q", got)
		}
	})
}

// TestQueryOfChipsThatAreGone: what a query came to is told on, also before it was asked of the chips that came instead.
func TestQueryOfChipsThatAreGone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, append(basics(), detail("chip", ScopeChip, time.Hour)), detailed(machine(t, "910B3", 1, 10*time.Millisecond)))
		b.run(t)
		b.at(time.Minute)

		m, err := sim.New(sim.Config{Product: "910B3", NPUs: 1})
		if err != nil {
			t.Fatal(err)
		}

		b.tool.set(func(args string) (string, time.Duration, *npusmi.Failure) {
			if args != "info" {
				return "", time.Hour, nil
			}

			other := m.At(time.Now())
			other.NPUs[0].ID = 4

			var out bytes.Buffer

			sim.Print(&out, other, []string{args})

			return out.String(), 10 * time.Millisecond, nil
		})
		b.at(time.Minute + 16*time.Second)

		if q := b.query(t, "chip"); b.last().Chips[0].NPU != 4 || !q.Asked || q.Runs != 1 {
			t.Errorf("NPU %d, asked: %v, %d runs", b.last().Chips[0].NPU, q.Asked, q.Runs)
		}
	})
}

func TestPollerLetsEachChipFailAlone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		good := detailed(machine(t, "A3", 2, 10*time.Millisecond))
		b := newBench(t, append(basics(), detail("chip", ScopeChip, time.Minute)), func(args string) (string, time.Duration, *npusmi.Failure) {
			if args == "info -t chip -i 1 -c 0" {
				return "", time.Hour, nil
			}

			return good(args)
		})
		b.run(t)
		b.at(10 * time.Minute)

		q := b.query(t, "chip")
		if diff := cmp.Diff([]snapshot.ChipFailure{{Key: snapshot.Key{NPU: 1}, Reason: npusmi.ReasonTimeout}}, q.Failing); diff != "" || q.Success {
			t.Errorf("success %v, failing (-want +got):\n%s", q.Success, diff)
		}

		for i, want := range []string{"chip -i 0 -c 0", "chip -i 0 -c 1", "Ascend910", "chip -i 1 -c 1"} {
			if got := b.last().Chips[i].Model; got != want {
				t.Errorf("chip %d has the reading of %q, want %q", i, got, want)
			}
		}

		if !b.last().Up {
			t.Error("one chip's query took the host down")
		}
	})
}

func TestPollerStarvesNobody(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		slow := func(rest answers) answers {
			return func(args string) (string, time.Duration, *npusmi.Failure) {
				text, _, failure := rest(args)

				return text, 5 * time.Second, failure
			}
		}
		b := newBench(t, append(basics(), detail("chip", ScopeChip, time.Minute)), slow(detailed(machine(t, "910B3", 8, 0))))
		b.run(t)
		b.at(time.Hour)

		// A run each 16.7 s is all that the duty allows: half of them are the summary's, the rest are shared.
		summaries := b.tool.startsOf(b.begin, "info")
		if len(summaries) < 90 {
			t.Errorf("%d summaries", len(summaries))
		}

		for npu := range 8 {
			if runs := b.tool.startsOf(b.begin, fmt.Sprintf("info -t chip -i %d -c 0", npu)); len(runs) < 11 {
				t.Errorf("npu %d was asked %d times in an hour", npu, len(runs))
			}
		}

		var total time.Duration
		for _, q := range b.last().Queries {
			total += q.Duration
		}

		if duty := total.Hours(); duty > 0.32 {
			t.Errorf("the tool ran %.2f of the time", duty)
		}
	})
}

func TestPollerOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, append(basics(), detail("chip", ScopeChip, time.Minute)), detailed(machine(t, "A3", 2, time.Second)))
		if !b.Once(t.Context()) {
			t.Fatal("not up")
		}

		if got := b.last().Chips[3].Model; got != "chip -i 1 -c 1" || b.last().Chips[3].PhyID != "3" || !b.last().Host.PCIDevices.Is(8) {
			t.Errorf("chip %+v, host %+v", b.last().Chips[3], b.last().Host)
		}

		if starts := b.tool.starts; len(starts) != 6 || starts[0].args != "info" {
			t.Errorf("runs %v, want each query once, the summary first", starts)
		}
	})
}

// TestPollerOnceIsSlow: what was asked first is still there when the last answer comes, long after it would be too old.
func TestPollerOnceIsSlow(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const runs = 16 + 16 + 2

		takes := 9 * time.Second
		b := newBench(t, append(basics(), detail("chip", ScopeChip, time.Minute), detail("more", ScopeChip, time.Minute)), detailed(machine(t, "A3", 0, takes)))

		if !b.Once(t.Context()) {
			t.Error("not up")
		}

		if last := b.last(); len(last.Chips) != 16 || last.Chips[0].Model != "more -i 0 -c 0" || last.Runner.Lag != 0 || len(b.tool.starts) != runs {
			t.Errorf("%d chips, the first %+v, lag %v, %d runs", len(last.Chips), last.Chips, last.Runner.Lag, len(b.tool.starts))
		}
	})
}

func TestPollerOnceWithoutTool(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, basics(), says("dcmi module initialize failed. ret is -8005\n"))
		if b.Once(t.Context()) || len(b.tool.starts) != 1 {
			t.Errorf("up %v after runs %v, want one attempt", b.last().Up, b.tool.starts)
		}
	})
}

func TestHistoryKeepsFailuresLonger(t *testing.T) {
	t.Parallel()

	var h history

	for i := range 40 {
		run := snapshot.Run{Command: strconv.Itoa(i)}
		if i%10 == 0 {
			run.Failure = "failed"
		}

		h.add(run)
	}

	var kept []string
	for _, run := range h.newestFirst() {
		kept = append(kept, run.Command)
	}

	if want := []string{"39", "38", "37", "36", "35", "30", "20", "10", "0"}; !slices.Equal(kept, want) {
		t.Errorf("kept %v, want %v", kept, want)
	}
}

func TestHeadIsBounded(t *testing.T) {
	t.Parallel()

	if got := head([]byte(strings.Repeat(strings.Repeat("x", 5000)+"\n", 100))); len(got) > 300 {
		t.Errorf("%d bytes", len(got))
	}

	if got, want := head([]byte("\n\n a \r\nb\xff\n\nc\nd\ne\nf\n")), " a\nb\uFFFD\nc\nd\ne\n"; got != want {
		t.Errorf("head = %q, want %q", got, want)
	}
}
