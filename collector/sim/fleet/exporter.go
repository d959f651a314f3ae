package fleet

import (
	"context"
	"log/slog"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/ascend-exporter/ascend_exporter/collector/faults"
	"github.com/ascend-exporter/ascend_exporter/collector/optional"
	"github.com/ascend-exporter/ascend_exporter/collector/poll"
	"github.com/ascend-exporter/ascend_exporter/collector/sim"
	"github.com/ascend-exporter/ascend_exporter/collector/snapshot"
)

// maxDuty is the exporter's default share of the time for the tool.
const maxDuty = 0.3

// sweep is longer than an exporter takes to ask everything once.
const sweep = 3 * time.Minute

// Options are what all exporters of a fleet have in common.
type Options struct {
	Faults faults.Table // the classes of fault codes
	// Interval is the least one between two runs of a query on a target, and the machine's state only changes at multiples of it,
	// since the state is what a poll costs most. 0 leaves the exporter's own, and a machine that changes all the time.
	Interval time.Duration
	// Text prints and parses every answer, as the real tool and the exporter do.
	Text bool
}

// sources are the queries that the exporter asks unless flags say otherwise.
func (o Options) sources() []poll.Source {
	sources := slices.DeleteFunc(poll.Sources(), func(s poll.Source) bool { return s.Off })
	for i := range sources {
		sources[i].Interval = max(o.Interval, sources[i].Interval)
	}

	return sources
}

// An Exporter is the exporter of a host. It has no goroutine: whoever asks brings its poller to the moment, by a clock of its
// own. Its methods may be called from several goroutines.
type Exporter struct {
	*Host

	options Options
	sources []poll.Source

	mu       sync.Mutex
	now      time.Time
	poller   *poll.Poller // nil while the host is down
	expected poll.Expected
	latest   *snapshot.Snapshot

	known, network moment
}

// moment is the machine at a moment, which is kept if there is an interval.
type moment struct {
	state sim.State
	at    time.Time
}

// NewExporter makes the exporter of a host, which begins to ask at a moment.
func NewExporter(h *Host, options Options, begin time.Time) *Exporter {
	return &Exporter{Host: h, options: options, sources: options.sources(), now: begin}
}

// At gives the snapshot of a moment, or says that the host answers nobody then. Time does not go back: for an earlier moment than
// the latest that was asked for it gives the newest snapshot. When the context ends what is due stays due.
func (e *Exporter) At(ctx context.Context, at time.Time) (s *snapshot.Snapshot, up bool) {
	e.mu.Lock()
	defer e.mu.Unlock()

	at = later(e.now, at)

	if e.Down(at) {
		e.now, e.poller, e.latest = at, nil, nil // when it is up again its exporter begins anew

		return nil, false
	}

	if e.poller == nil {
		e.poller = e.newPoller()
	}

	if e.latest == nil || at.After(e.now) {
		e.poller.Replay(ctx, at, func(now time.Time) { e.now = now })
	}

	return e.latest, true
}

// asked is the moment that was asked for last.
func (e *Exporter) asked() time.Time {
	e.mu.Lock()
	defer e.mu.Unlock()

	return e.now
}

func (e *Exporter) newPoller() *poll.Poller {
	return poll.New(poll.Config{
		Sources:     e.sources,
		Tool:        e.npuSMI(),
		Network:     e.hccnTool(),
		Logger:      slog.New(slog.DiscardHandler), // a fleet's faults are on purpose, and many
		MaxDuty:     maxDuty,
		NetworkDuty: 0.2,
		Faults:      e.options.Faults,
		PeakWindow:  time.Minute,
		Expected:    &e.expected,
		Sides:       []poll.Side{e.pods()},
		Local:       func() poll.Local { return e.local(e.now) },
		Publish:     func(s *snapshot.Snapshot) { e.latest = s },
		Now:         e.clock,
	})
}

// clock is the exporter's own.
func (e *Exporter) clock() time.Time { return e.now }

// stateOf is the machine at a moment, or at the last multiple of the interval before it. Nobody may change it.
func (e *Exporter) stateOf(at time.Time) sim.State {
	return e.known.of(at, e.options.Interval, e.state)
}

// networkOf is the same with the networks of the chips, or at least of that which a call of hccn_tool asks.
func (e *Exporter) networkOf(at time.Time, args []string) sim.State {
	i := slices.Index(args, "-i")
	if e.options.Interval > 0 || i < 0 || i+1 == len(args) {
		return e.network.of(at, e.options.Interval, func(at time.Time) sim.State { return e.networkState(at, e.machine.NetworkAt) })
	}

	device, err := strconv.Atoi(args[i+1])
	if err != nil {
		device = -1 // the tool will say so
	}

	return e.networkState(at, func(at time.Time, outages sim.Outages) sim.State { return e.machine.NetworkOf(at, outages, device) })
}

// of is the state at a moment, or at the last multiple of an interval before it.
func (m *moment) of(at time.Time, interval time.Duration, state func(time.Time) sim.State) sim.State {
	if interval == 0 {
		return state(at)
	}

	if at = at.Truncate(interval); !at.Equal(m.at) {
		m.state, m.at = state(at), at
	}

	return m.state
}

// local is what the host knows without the tool.
func (h *Host) local(at time.Time) poll.Local {
	devices := h.machine.PCIDevices()
	if f := h.faults; f.Faults != nil {
		devices -= f.Faults.LostFromBus(at.Sub(f.Start))
	}

	return poll.Local{PCIDevices: optional.Of(float64(devices)), HostPIDs: true}
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}

	return b
}

// Replay polls the host in the past, each query at most once an interval, and visits its snapshot at each of the times, which must
// rise, unless the host is down then. The exporter begins before the first of them, so that it finds everything known.
func (h *Host) Replay(
	ctx context.Context, table faults.Table, interval time.Duration, times []time.Time, visit func(*snapshot.Snapshot) error,
) error {
	if len(times) == 0 {
		return nil
	}

	exporter := NewExporter(h, Options{Faults: table, Interval: interval}, times[0].Add(-sweep))

	for _, at := range times {
		s, up := exporter.At(ctx, at)

		if ctx.Err() != nil {
			return ctx.Err()
		}

		if !up {
			continue
		}

		if err := visit(s); err != nil {
			return err
		}
	}

	return nil
}
