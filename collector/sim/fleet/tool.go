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

// tool is the npu-smi of a host as the poller knows it: without processes, and by the clock of the host's exporter. It answers
// at once and says how long it took.
type tool struct {
	host *Host
	now  func() time.Time
	// state is the machine at a moment.
	state func(at time.Time) sim.State
	text  bool // always print and parse
}

// How long a call takes.
const (
	shortest = 250 * time.Millisecond
	spread   = 250 // ms
)

// Run answers a call. The answer is of the moment at which it ends.
func (t tool) Run(_ context.Context, deadline time.Duration, args ...string) npusmi.Run {
	run := npusmi.Run{Args: args, Started: true, Start: t.now(), Duration: duration(t.host.Name, args)}

	hangs := false

	if f := t.host.faults; f.Faults != nil {
		var delay time.Duration

		delay, hangs = f.Faults.Tool(run.Start.Sub(f.Start), args)
		run.Duration += delay
	}

	if hangs || run.Duration > deadline {
		run.Duration, run.ExitStatus = deadline, -1
		run.Failure = &npusmi.Failure{
			Reason:  npusmi.ReasonTimeout,
			Message: "npu-smi gave no answer in " + deadline.String(),
			Advice:  "The simulated fault does this.",
		}

		return run
	}

	state := t.state(run.Start.Add(run.Duration))

	if !t.text {
		if answer, ok := direct.Answer(state, args); ok {
			run.Answer = answer

			return run
		}
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
	return shortest + time.Duration(hash(host+" "+strings.Join(args, " "))%spread)*time.Millisecond
}

func hash(text string) uint32 {
	h := fnv.New32a()
	_, _ = h.Write([]byte(text)) // it never fails

	return h.Sum32()
}
