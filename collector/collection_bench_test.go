package collector

import (
	"bytes"
	"context"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ascend-exporter/ascend_exporter/collector/budget"
	"github.com/ascend-exporter/ascend_exporter/collector/faults"
	"github.com/ascend-exporter/ascend_exporter/collector/npusmi"
	"github.com/ascend-exporter/ascend_exporter/collector/optional"
	"github.com/ascend-exporter/ascend_exporter/collector/poll"
	"github.com/ascend-exporter/ascend_exporter/collector/sim"
	"github.com/ascend-exporter/ascend_exporter/collector/snapshot"
)

// A printedTool says again what the tool of a simulated machine printed once, so that its use costs only what the exporter makes of it.
type printedTool struct {
	now   func() time.Time
	takes time.Duration
	print func(run *npusmi.Run)
	said  map[string]npusmi.Run
	runs  int
}

// Run answers a call.
func (p *printedTool) Run(_ context.Context, _ time.Duration, args ...string) npusmi.Run {
	p.runs++

	line := strings.Join(args, " ")

	run, known := p.said[line]
	if !known {
		run = npusmi.Run{Args: args, Started: true, Duration: p.takes}
		p.print(&run)
		p.said[line] = run
	}

	run.Start = p.now()

	return run
}

// Hold says that a call may be made at any time.
func (p *printedTool) Hold(time.Time) (time.Time, bool) { return time.Time{}, false }

// Unkillable is 0: there are no processes.
func (p *printedTool) Unkillable() int { return 0 }

// Changed is never signalled.
func (p *printedTool) Changed() <-chan struct{} { return nil }

// A host is a poller over printed tools, asked for all that is on by default, at a time of its own.
type host struct {
	*poll.Poller

	now          time.Time
	smi, network *printedTool
	publish      func(*snapshot.Snapshot)
}

func newHost(tb testing.TB, product string) *host {
	tb.Helper()

	machine, err := sim.New(sim.Config{Product: product, Seed: 1})
	if err != nil {
		tb.Fatal(err)
	}

	table, err := faults.Builtin()
	if err != nil {
		tb.Fatal(err)
	}

	expected, err := poll.NewExpected(0, "")
	if err != nil {
		tb.Fatal(err)
	}

	h := &host{now: time.Date(2026, 3, 2, 14, 30, 0, 0, time.UTC), publish: func(*snapshot.Snapshot) {}}
	state := machine.NetworkAt(h.now, nil)

	h.smi = h.newTool(500*time.Millisecond, func(run *npusmi.Run) {
		var out bytes.Buffer

		run.ExitStatus = sim.Print(&out, state, run.Args)
		run.Stdout = out.Bytes()
	})
	h.network = h.newTool(20*time.Millisecond, func(run *npusmi.Run) {
		var out, errs bytes.Buffer

		run.ExitStatus = sim.PrintNetwork(&out, &errs, state, run.Args)
		run.Stdout, run.Stderr = out.Bytes(), errs.Bytes()
	})

	h.Poller = poll.New(poll.Config{
		Sources: slices.DeleteFunc(poll.Sources(), func(s poll.Source) bool { return s.Off }),
		Tool:    h.smi, MaxDuty: 0.3,
		Network: h.network, NetworkDuty: 0.2,
		Faults:   table,
		Expected: expected,
		Logger:   slog.New(slog.DiscardHandler),
		Local: func() poll.Local {
			return poll.Local{PCIDevices: optional.Of(float64(machine.PCIDevices())), HostPIDs: true}
		},
		Publish: func(s *snapshot.Snapshot) { h.publish(s) },
		Now:     h.clock,
	})

	return h
}

func (h *host) newTool(takes time.Duration, says func(*npusmi.Run)) *printedTool {
	return &printedTool{now: h.clock, takes: takes, print: says, said: make(map[string]npusmi.Run)}
}

func (h *host) clock() time.Time { return h.now }

// once is what is known when everything was asked once.
func (h *host) once(tb testing.TB) *snapshot.Snapshot {
	tb.Helper()

	var latest *snapshot.Snapshot

	h.publish = func(s *snapshot.Snapshot) { latest = s }

	if !h.Once(tb.Context()) || !latest.Up || latest.Chips[0].Network == nil {
		tb.Fatalf("the chips could not be read: %+v", latest)
	}

	return latest
}

// TestFirstCollectionBudget: what the start costs a host in processes.
func TestFirstCollectionBudget(t *testing.T) {
	t.Parallel()

	for product, names := range map[string][2]string{
		"910B3": {"start.npu-smi.8", "start.hccn_tool.8"},
		"A3":    {"start.npu-smi.16", "start.hccn_tool.16"},
	} {
		h := newHost(t, product)
		h.once(t)

		budget.Hold(t, names[0], h.smi.runs)
		budget.Hold(t, names[1], h.network.runs)
	}
}

// chipsOf names a benchmark by the chips of a host with the product.
func chipsOf(product string) string {
	if product == "A3" {
		return "chips=16"
	}

	return "chips=8"
}

// BenchmarkFirstCollection asks everything once, and renders it.
func BenchmarkFirstCollection(b *testing.B) {
	for _, product := range []string{"910B3", "A3"} {
		b.Run(chipsOf(product), func(b *testing.B) {
			b.ReportAllocs()

			metrics := New(Options{})
			last := newHost(b, product)
			last.once(b) // so that all is printed

			for b.Loop() {
				b.StopTimer()

				h := newHost(b, product)
				h.smi.said, h.network.said = last.smi.said, last.network.said

				b.StartTimer()

				metrics.Update(h.once(b))
			}
		})
	}
}

// BenchmarkCollection is a quarter of a minute of the plan, with the rendering of its snapshot.
func BenchmarkCollection(b *testing.B) {
	for _, product := range []string{"910B3", "A3"} {
		b.Run(chipsOf(product), func(b *testing.B) {
			b.ReportAllocs()

			metrics := New(Options{})
			h := newHost(b, product)
			h.publish = metrics.Update

			pass := func(d time.Duration) { h.Replay(b.Context(), h.now.Add(d), func(now time.Time) { h.now = now }) }
			pass(2 * time.Hour) // so that all is printed

			before := h.smi.runs + h.network.runs

			for b.Loop() {
				pass(15 * time.Second)
			}

			b.ReportMetric(float64(h.smi.runs+h.network.runs-before)/float64(b.N), "processes/op")
		})
	}
}
