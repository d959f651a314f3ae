package main

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/ascend-exporter/ascend_exporter/collector/attribute/kubelet"
	"github.com/ascend-exporter/ascend_exporter/collector/attribute/process"
	"github.com/ascend-exporter/ascend_exporter/collector/npusmi"
	"github.com/ascend-exporter/ascend_exporter/collector/optional"
	"github.com/ascend-exporter/ascend_exporter/collector/sim"
	"github.com/ascend-exporter/ascend_exporter/collector/sim/scenario"
)

// A soakHost is a simulated host that breaks on schedule, asked without processes and by the clock of the test.
type soakHost struct {
	*sim.Machine

	faults *scenario.Schedule
	begin  time.Time
}

func newSoakHost(t *testing.T, path string) *soakHost {
	t.Helper()

	machine, err := sim.New(sim.Config{Product: *soakProduct, NPUs: 2, Seed: 11})
	if err != nil {
		t.Fatal(err)
	}

	s, err := scenario.Load(path)
	if err != nil {
		t.Fatal(err)
	}

	h := &soakHost{Machine: machine, begin: time.Now()}
	if h.faults, err = s.On("", machine, h.begin); err != nil {
		t.Fatal(err)
	}

	return h
}

// now is the machine with its faults.
func (h *soakHost) now() sim.State {
	s := h.At(time.Now())
	h.faults.Apply(time.Since(h.begin), &s)

	return s
}

// chips visits the chips of the machine.
func (h *soakHost) chips(visit func(npu int, chip sim.Chip)) {
	for _, npu := range h.now().NPUs {
		for _, chip := range npu.Chips {
			visit(npu.ID, chip)
		}
	}
}

// A soakTool is a tool of the host. Beside what the scenario breaks, a call goes wrong now and then.
type soakTool struct {
	*soakHost

	network bool // whether it is hccn_tool
	calls   int
}

// How long a call takes, and how many go well before one goes wrong.
const (
	soakCall  = 200 * time.Millisecond
	soakCalls = 53
)

func (s *soakTool) Run(ctx context.Context, deadline time.Duration, args ...string) npusmi.Run {
	s.calls++

	run := npusmi.Run{Args: args, Started: true, Start: time.Now(), ExitStatus: -1}
	takes := soakCall + s.answer(&run, deadline)

	timer := time.NewTimer(min(takes, deadline))
	defer timer.Stop()

	select {
	case <-timer.C:
	case <-ctx.Done():
		run.Cancelled, run.Failure = true, &npusmi.Failure{Message: "the exporter is ending"}
	}

	run.Duration = time.Since(run.Start)

	switch {
	case run.Cancelled:
	case takes > deadline:
		run.Stdout, run.Failure = nil, &npusmi.Failure{Reason: npusmi.ReasonTimeout, Message: "no answer in time"}
	case s.calls%soakCalls == 0:
		mishaps := mishaps()
		mishaps[s.calls/soakCalls%len(mishaps)](&run)
	}

	return run
}

// answer fills in what the tool says, and says how much longer it takes: beyond the deadline where it never ends.
func (s *soakTool) answer(run *npusmi.Run, deadline time.Duration) time.Duration {
	since := time.Since(s.begin)
	trouble, state := s.faults.Tool, s.now

	if s.network {
		trouble = s.faults.NetworkTool
		state = func() sim.State {
			state := s.NetworkAt(run.Start, s.faults.Outages(since))
			s.faults.Apply(since, &state)

			return state
		}
	}

	delay, hangs := trouble(since, run.Args)
	if hangs {
		return deadline
	}

	var stdout, stderr bytes.Buffer

	if s.network {
		run.ExitStatus = sim.PrintNetwork(&stdout, &stderr, state(), run.Args)
	} else {
		run.ExitStatus = sim.Print(&stdout, state(), run.Args)
	}

	run.Stdout, run.Stderr = stdout.Bytes(), stderr.Bytes()

	if run.ExitStatus == sim.Running {
		return deadline
	}

	return delay
}

// mishaps are ways in which a call goes wrong.
func mishaps() []func(*npusmi.Run) {
	return []func(*npusmi.Run){
		func(r *npusmi.Run) {
			r.Stdout, r.ExitStatus, r.Signal = r.Stdout[:len(r.Stdout)/2], -1, syscall.SIGSEGV
		},
		func(r *npusmi.Run) { r.Stdout = r.Stdout[:len(r.Stdout)*2/3] },
		func(r *npusmi.Run) { r.Stdout = make([]byte, 1<<12) },
		func(r *npusmi.Run) { r.Stdout = nil },
		func(r *npusmi.Run) {
			r.Stdout = []byte("dcmi module initialize failed. ret is -8005\n")
		},
		func(r *npusmi.Run) {
			r.Stdout, r.Failure = nil, &npusmi.Failure{Reason: npusmi.ReasonOutputTooLarge, Message: "more than 4 MiB"}
		},
		func(r *npusmi.Run) {
			*r = npusmi.Run{Args: r.Args, Failure: &npusmi.Failure{Reason: npusmi.ReasonStart, Message: "text file busy"}}
		},
	}
}

func (*soakTool) Hold(time.Time) (time.Time, bool) { return time.Time{}, false }
func (*soakTool) Unkillable() int                  { return 0 }
func (*soakTool) Changed() <-chan struct{}         { return nil }

// A soakStream gives a sample of each chip every ten seconds, and breaks for ten minutes an hour.
type soakStream struct {
	*soakHost

	state func(npusmi.WatchState)
}

func (*soakStream) Args() []string       { return []string{"info", "watch"} }
func (*soakStream) Starts() uint64       { return 1 }
func (*soakStream) Unrecognized() uint64 { return 0 }

func (s *soakStream) Run(ctx context.Context, sink func(npusmi.WatchSample, time.Time)) {
	tick := time.NewTicker(10 * time.Second)
	defer tick.Stop()

	running := false

	for {
		if runs := time.Since(s.begin)%time.Hour < 50*time.Minute; runs != running {
			running = runs
			state := npusmi.WatchState{Time: time.Now(), Running: runs}

			if !runs {
				state.Failure = &npusmi.Failure{Reason: npusmi.ReasonQuery, Message: "the stream broke off"}
			}

			s.state(state)
		}

		select {
		case now := <-tick.C:
			if running {
				s.chips(func(npu int, chip sim.Chip) {
					sink(npusmi.WatchSample{
						NPU: npu, Chip: chip.ID, Power: chip.Power,
						Temperature: optional.Of(float64(chip.Temperature)), AICore: optional.Of(float64(chip.AICore)),
					}, now)
				})
			}
		case <-ctx.Done():
			return
		}
	}
}

// containers are what the kubelet says: nothing now and then, and never an answer at other times.
func (h *soakHost) containers() func(context.Context) ([]kubelet.Container, error) {
	calls := 0

	return func(ctx context.Context) ([]kubelet.Container, error) {
		calls++

		switch calls % soakCalls {
		case 50:
			return nil, errors.New("the kubelet is being restarted")
		case 150:
			<-ctx.Done()

			return nil, ctx.Err()
		}

		var out []kubelet.Container

		for _, pod := range sim.Pods(h.At(time.Now())) {
			c := kubelet.Container{Namespace: pod.Namespace, Pod: pod.Name, Name: pod.Container}
			for _, id := range pod.Devices {
				c.Devices = append(c.Devices, kubelet.Device{Resource: pod.Resource, ID: id})
			}

			out = append(out, c)
		}

		return out, nil
	}
}

// process is what procfs says of a process: one in ten ends as it is read, and one in fifty blocks for some seconds.
func (h *soakHost) process(pid int) (info process.Info, err error) {
	switch minute := int(time.Since(h.begin).Minutes()); {
	case (pid+minute)%50 == 0:
		<-time.After(3 * time.Second)
	case (pid+minute)%10 == 0:
		return info, fs.ErrNotExist
	}

	err = fs.ErrNotExist

	h.chips(func(_ int, chip sim.Chip) {
		for _, p := range chip.Processes {
			if p.PID == pid {
				info, err = process.Info{Name: p.Name, Comm: p.Name[:min(len(p.Name), 15)], User: strconv.Itoa(1000 + pid%100)}, nil
			}
		}
	})

	return info, err
}
