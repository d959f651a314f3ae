package fleet

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ascend-exporter/ascend_exporter/collector/faults"
	"github.com/ascend-exporter/ascend_exporter/collector/npusmi"
	"github.com/ascend-exporter/ascend_exporter/collector/optional"
	"github.com/ascend-exporter/ascend_exporter/collector/sim"
	"github.com/ascend-exporter/ascend_exporter/collector/snapshot"
)

func noon() time.Time { return time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC) }

func builtin(t *testing.T) faults.Table {
	t.Helper()

	table, err := faults.Builtin()
	if err != nil {
		t.Fatal(err)
	}

	return table
}

// some makes a rack of hosts.
func some(t *testing.T, product string, hosts int) []*Host {
	t.Helper()

	all, err := New(Config{Cluster: "c", SuperPods: 1, Racks: 1, HostsPerRack: hosts, Product: product, Seed: 7})
	if err != nil {
		t.Fatal(err)
	}

	return all
}

// TestWithoutText: what is known of a host does not tell whether its tool's answers were printed and parsed.
func TestWithoutText(t *testing.T) {
	t.Parallel()

	for _, product := range sim.Products() {
		t.Run(product, func(t *testing.T) {
			t.Parallel()

			host := some(t, product, 1)[0]
			host.SetFaults(Schedule{Name: "broken", Start: noon(), Faults: scripted{
				apply: func(since time.Duration, s *sim.State) {
					if since < 0 {
						return
					}

					chip := &s.NPUs[len(s.NPUs)-1].Chips[0]
					chip.Health = sim.HealthAlarm
					chip.Faults = []sim.Fault{{Code: 0x80E18005, Text: "a fault"}}
					chip.Failures = map[sim.Reading]sim.FailureCode{sim.ReadingTemperature: sim.FailureTimeout}
				},
			}})

			options := Options{Faults: builtin(t)}
			direct := NewExporter(host, options, noon().Add(-5*time.Minute))
			options.Text = true
			text := NewExporter(host, options, noon().Add(-5*time.Minute))

			for at := noon().Add(-5 * time.Minute); at.Before(noon().Add(15 * time.Minute)); at = at.Add(37 * time.Second) {
				got, _ := direct.At(t.Context(), at)
				want, _ := text.At(t.Context(), at)

				if diff := cmp.Diff(want, got, cmp.Comparer(func(a, b optional.Float) bool { return a == b })); diff != "" {
					t.Fatalf("%v after noon (-text +direct):\n%s", at.Sub(noon()), diff)
				}
			}

			s, up := direct.At(t.Context(), noon().Add(15*time.Minute))
			ill := func(c snapshot.Chip) bool { return c.Health == npusmi.HealthAlarm }

			if !up || !s.Up || len(s.Chips) != host.Chips() || !slices.ContainsFunc(s.Chips, ill) {
				t.Errorf("the host is not seen: %+v", s)
			}
		})
	}
}

// scripted are faults as a test wants them; what is nil is none.
type scripted struct {
	apply func(since time.Duration, s *sim.State)
	tool  func(since time.Duration, args []string) (time.Duration, bool)
	down  func(since time.Duration) bool
	lost  int
}

func (s scripted) Apply(since time.Duration, state *sim.State) {
	if s.apply != nil {
		s.apply(since, state)
	}
}

func (s scripted) Tool(since time.Duration, args []string) (delay time.Duration, hangs bool) {
	if s.tool == nil {
		return 0, false
	}

	return s.tool(since, args)
}

func (s scripted) NetworkTool(since time.Duration, args []string) (delay time.Duration, hangs bool) {
	return s.Tool(since, args)
}

func (s scripted) Outages(time.Duration) sim.Outages { return nil }

func (s scripted) Down(since time.Duration) bool { return s.down != nil && s.down(since) }

func (s scripted) LostFromBus(time.Duration) int { return s.lost }

// query finds how a query fares.
func query(t *testing.T, s *snapshot.Snapshot, name string) snapshot.Query {
	t.Helper()

	i := slices.IndexFunc(s.Queries, func(q snapshot.Query) bool { return q.Name == name })
	if i < 0 {
		t.Fatalf("no query %s", name)
	}

	return s.Queries[i]
}

// TestFaultsOfTheTool: a tool that is slow, and one that hangs.
func TestFaultsOfTheTool(t *testing.T) {
	t.Parallel()

	host := some(t, "A3", 1)[0]
	host.SetFaults(Schedule{Start: noon(), Faults: scripted{
		lost: 1,
		tool: func(since time.Duration, args []string) (time.Duration, bool) {
			if since < 0 {
				return 2 * time.Second, false
			}

			return 0, len(args) == 1
		},
	}})

	e := NewExporter(host, Options{Faults: builtin(t)}, noon().Add(-10*time.Minute))

	s, _ := e.At(t.Context(), noon())
	if q := query(t, s, "summary"); !q.Success || q.Duration < time.Duration(q.Runs)*2*time.Second {
		t.Errorf("a slow tool takes %v for %d summaries", q.Duration, q.Runs)
	}

	if !s.Host.PCIDevices.Is(15) {
		t.Errorf("%v PCI functions of 16, of which one is lost", s.Host.PCIDevices)
	}

	s, _ = e.At(t.Context(), noon().Add(15*time.Minute))
	if q := query(t, s, "summary"); q.Success || s.Runner.Failures[npusmi.ReasonTimeout] == 0 {
		t.Errorf("a summary that hangs succeeds: %+v", q)
	}

	if !s.Fallback || len(s.Chips) != 16 {
		t.Errorf("the chips are not asked one by one: fallback %v, %d chips", s.Fallback, len(s.Chips))
	}
}

// TestDownAndUp: a host that is down answers nobody, and its exporter begins anew.
func TestDownAndUp(t *testing.T) {
	t.Parallel()

	host := some(t, "A3", 1)[0]
	host.SetFaults(Schedule{Start: noon(), Faults: scripted{
		down: func(since time.Duration) bool { return since >= 0 && since < time.Minute },
	}})

	e := NewExporter(host, Options{Faults: builtin(t)}, noon().Add(-10*time.Minute))

	before, up := e.At(t.Context(), noon().Add(-time.Second))
	if !up || !before.Up {
		t.Fatal("the host is down before its time")
	}

	if s, up := e.At(t.Context(), noon().Add(30*time.Second)); up || s != nil {
		t.Errorf("a host that is down answers %+v", s)
	}

	after, up := e.At(t.Context(), noon().Add(2*time.Minute))
	if !up || !after.Up || query(t, after, "summary").Runs >= query(t, before, "summary").Runs {
		t.Errorf("after a minute the exporter has not begun anew: up %v, %+v", up, query(t, after, "summary"))
	}

	if !after.Host.ExpectedChips.Is(16) {
		t.Errorf("%v chips are expected after the start", after.Host.ExpectedChips)
	}

	if again, _ := e.At(t.Context(), noon()); again != after {
		t.Error("time goes back")
	}
}

// TestNotInStep: hosts do not ask at the same time.
func TestNotInStep(t *testing.T) {
	t.Parallel()

	exporters := NewExporters(some(t, "910B3", 64), Options{Faults: builtin(t)}, noon())

	var done atomic.Int64

	exporters.Advance(t.Context(), noon(), noon(), func() { done.Add(1) })

	if done.Load() != 64 {
		t.Fatalf("%d exporters of 64 were advanced", done.Load())
	}

	exporters.Advance(t.Context(), noon(), noon().Add(time.Second), func() { t.Error("one is advanced that was asked just now") })

	seconds := make(map[int]int)

	for _, e := range exporters.All() {
		if exporters.Named(e.Name) != e {
			t.Errorf("%s is not found", e.Name)
		}

		s, _ := e.At(t.Context(), noon())

		last, known := query(t, s, "summary").LastSuccess.Get()
		if !known || !query(t, s, "ecc").LastSuccess.Present() {
			t.Fatalf("%s does not know its host", e.Name)
		}

		seconds[int(last)%15]++
	}

	if len(seconds) < 12 {
		t.Errorf("summaries come in %d of 15 seconds: %v", len(seconds), seconds)
	}

	if exporters.Named("nobody") != nil {
		t.Error("a host that is not there is found")
	}
}

// TestInterval: with an interval the machine changes at its multiples only.
func TestInterval(t *testing.T) {
	t.Parallel()

	host := some(t, "A3", 1)[0]
	e := NewExporter(host, Options{Faults: builtin(t), Interval: time.Minute}, noon())

	for _, seconds := range []time.Duration{0, 1, 59, 60, 119, 240} {
		at := noon().Add(seconds * time.Second)
		if want, got := host.state(at.Truncate(time.Minute)), e.stateOf(at); !reflect.DeepEqual(want, got) {
			t.Errorf("at %v it is not the machine of the minute's start", at)
		}
	}

	if e := NewExporter(host, Options{}, noon()); !reflect.DeepEqual(host.state(noon().Add(time.Second)), e.stateOf(noon().Add(time.Second))) {
		t.Error("without an interval it is not the machine of the moment")
	}
}

// TestReplay: the past is visited moment by moment, but where the host was down.
func TestReplay(t *testing.T) {
	t.Parallel()

	host := some(t, "A3", 1)[0]
	host.SetFaults(Schedule{Start: noon(), Faults: scripted{down: func(since time.Duration) bool { return since == 2*time.Minute }}})

	var times, visited, want []time.Time

	for i := range 5 {
		at := noon().Add(time.Duration(i) * time.Minute)
		times = append(times, at)

		if i != 2 {
			want = append(want, at)
		}
	}

	err := host.Replay(t.Context(), builtin(t), time.Minute, times, func(s *snapshot.Snapshot) error {
		if !s.Up || len(s.Chips) != 16 {
			t.Errorf("at %v %d chips", s.Time, len(s.Chips))
		}

		visited = append(visited, s.Time)

		return nil
	})
	if err != nil || !slices.Equal(visited, want) {
		t.Errorf("visited %v, error %v", visited, err)
	}

	broken := errors.New("broken")
	if err := host.Replay(t.Context(), builtin(t), 0, times, func(*snapshot.Snapshot) error { return broken }); !errors.Is(err, broken) {
		t.Errorf("an error of the visitor comes back as %v", err)
	}

	ctx, cancel := context.WithCancel(t.Context())
	cancel()

	visit := func(*snapshot.Snapshot) error { t.Error("visited after the end"); return nil }
	if err := host.Replay(ctx, builtin(t), 0, times, visit); !errors.Is(err, context.Canceled) {
		t.Errorf("after the end: %v", err)
	}
}
