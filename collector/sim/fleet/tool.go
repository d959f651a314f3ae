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

// tool is a tool of a host as the poller knows it: without processes, and by the clock of the host's exporter. It answers at once and
// says how long it took.
type tool struct {
	name string
	host *Host
	now  func() time.Time
	// trouble is how the host's faults make a call behave.
	trouble func(f Faults, since time.Duration, args []string) (delay time.Duration, hangs bool)
	// answer fills in what the tool says at a moment, or says that it never ends.
	answer func(at time.Time, run *npusmi.Run) (hangs bool)
}

// npuSMI is the npu-smi of the exporter's host.
func (e *Exporter) npuSMI() tool {
	return tool{name: "npu-smi", host: e.Host, now: e.clock, trouble: Faults.Tool, answer: func(at time.Time, run *npusmi.Run) bool {
		state := e.stateOf(at)

		if !e.options.Text {
			if answer, ok := direct.Answer(state, run.Args); ok {
				run.Answer = answer

				return false
			}
		}

		var out bytes.Buffer

		run.ExitStatus = sim.Print(&out, state, run.Args)
		run.Stdout = out.Bytes()

		return false
	}}
}

// hccnTool is the hccn_tool of the exporter's host. It always prints.
func (e *Exporter) hccnTool() tool {
	return tool{name: "hccn_tool", host: e.Host, now: e.clock, trouble: Faults.NetworkTool, answer: func(at time.Time, run *npusmi.Run) bool {
		var stdout, stderr bytes.Buffer

		run.ExitStatus = sim.PrintNetwork(&stdout, &stderr, e.networkOf(at, run.Args), run.Args)
		run.Stdout, run.Stderr = stdout.Bytes(), stderr.Bytes()

		return run.ExitStatus == sim.Running
	}}
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

		delay, hangs = t.trouble(f.Faults, run.Start.Sub(f.Start), args)
		run.Duration += delay
	}

	if hangs || run.Duration > deadline || t.answer(run.Start.Add(run.Duration), &run) {
		run.Duration, run.ExitStatus = deadline, -1
		run.Failure = &npusmi.Failure{
			Reason:  npusmi.ReasonTimeout,
			Message: t.name + " gave no answer in " + deadline.String(),
			Advice:  "The simulated fault does this.",
		}
	}

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
