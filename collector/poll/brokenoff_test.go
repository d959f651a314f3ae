package poll

import (
	"bytes"
	"context"
	"syscall"
	"testing"
	"time"

	"github.com/ascend-exporter/ascend_exporter/collector/npusmi"
	"github.com/ascend-exporter/ascend_exporter/collector/sim"
)

// A recordedTool answers every call by the same run.
type recordedTool npusmi.Run

func (t recordedTool) Run(context.Context, time.Duration, ...string) npusmi.Run { return npusmi.Run(t) }

func (t recordedTool) Hold(time.Time) (time.Time, bool) { return time.Time{}, false }
func (t recordedTool) Unkillable() int                  { return 0 }
func (t recordedTool) Changed() <-chan struct{}         { return nil }

// TestBrokenOff: of a summary that broke off nothing is believed, wherever that was, not even that there is no chip.
func TestBrokenOff(t *testing.T) {
	t.Parallel()

	machine, err := sim.New(sim.Config{Product: "910B3", NPUs: 2})
	if err != nil {
		t.Fatal(err)
	}

	var out bytes.Buffer

	sim.Print(&out, machine.At(time.Date(2026, 3, 2, 14, 30, 0, 0, time.UTC)), []string{"info"})
	whole := out.Bytes()

	ask := func(run npusmi.Run) result {
		q := &query{lane: newLane(recordedTool(run), 1)}

		for _, source := range Sources() {
			if source.Lists {
				q.Source = source
			}
		}

		return (&Poller{Config: Config{Now: time.Now}}).ask(t.Context(), &task{query: q})
	}

	for at := range whole {
		ends := []npusmi.Run{{Stdout: whole[:at], Signal: syscall.SIGSEGV, ExitStatus: -1}}
		if lines := bytes.Split(bytes.TrimSpace(whole[:at]), []byte("\n")); at > 0 && (whole[at-1] != '\n' || bytes.HasPrefix(lines[len(lines)-1], []byte("|"))) {
			ends = append(ends, npusmi.Run{Stdout: whole[:at], ExitStatus: 1})
		}

		for _, run := range ends {
			if r := ask(run); r.failure == nil || r.failure.Reason != npusmi.ReasonQuery || r.reading != nil {
				t.Fatalf("after %d bytes, with status %d: %v, %v", at, run.ExitStatus, r.failure, r.reading)
			}
		}
	}

	r := ask(npusmi.Run{Stdout: whole, ExitStatus: 1})
	if listed, ok := r.reading.(summary); r.failure != nil || !ok || len(listed.Chips) != 2 {
		t.Errorf("a whole answer with status 1: %v, %v", r.failure, r.reading)
	}
}
