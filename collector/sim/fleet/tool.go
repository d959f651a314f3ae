package fleet

import (
	"bytes"
	"context"
	"hash/fnv"
	"strings"
	"time"

	"github.com/ascend-exporter/ascend_exporter/collector/npusmi"
	"github.com/ascend-exporter/ascend_exporter/collector/sim"
	"github.com/ascend-exporter/ascend_exporter/collector/sim/direct"
)

// tool is the npu-smi of a host as the poller knows it: without processes.
type tool struct {
	host *Host
	now  func() time.Time
	// wait lets time pass; it says false when the context ended before.
	wait func(ctx context.Context, d time.Duration) bool
	text bool // always print and parse
}

// How long a call takes.
const (
	shortest = 250 * time.Millisecond
	spread   = 250 // ms
)

// Run answers a call after as much time as the real tool takes for it.
func (t tool) Run(ctx context.Context, deadline time.Duration, args ...string) npusmi.Run {
	start := t.now()
	run := npusmi.Run{Args: args, Started: true, Start: start}
	takes := duration(t.host.Name, args)

	if f := t.host.faults; f.Faults != nil {
		delay, hangs := f.Faults.Tool(start.Sub(f.Start), args)

		takes += delay
		if hangs {
			takes = deadline + 1
		}
	}

	if !t.wait(ctx, min(takes, deadline)) {
		run.Cancelled, run.Failure = true, &npusmi.Failure{Message: "the simulation is ending"}

		return run
	}

	run.Duration = t.now().Sub(start)

	if takes > deadline {
		run.ExitStatus = -1
		run.Failure = &npusmi.Failure{
			Reason:  npusmi.ReasonTimeout,
			Message: "npu-smi gave no answer in " + deadline.String(),
			Advice:  "The simulated fault does this.",
		}

		return run
	}

	state := t.host.state(t.now())

	if answer, ok := direct.Answer(state, args); ok && !t.text {
		run.Answer = answer

		return run
	}

	var out bytes.Buffer

	run.ExitStatus = sim.Print(&out, state, args)
	run.Stdout = out.Bytes()

	return run
}

// Hold says that a call may be made at any time.
func (t tool) Hold(time.Time) (time.Time, bool) { return time.Time{}, false }

// Unkillable is 0: there are no processes.
func (t tool) Unkillable() int { return 0 }

// Changed is never signalled.
func (t tool) Changed() <-chan struct{} { return nil }

// duration is that of a call: the same for the same one, but not for all hosts, so that they do not march in step.
func duration(host string, args []string) time.Duration {
	h := fnv.New32a()
	_, _ = h.Write([]byte(host + " " + strings.Join(args, " "))) // it never fails

	return shortest + time.Duration(h.Sum32()%spread)*time.Millisecond
}
