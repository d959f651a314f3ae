package fleet

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/ascend-exporter/ascend_exporter/collector/faults"
	"github.com/ascend-exporter/ascend_exporter/collector/optional"
	"github.com/ascend-exporter/ascend_exporter/collector/poll"
	"github.com/ascend-exporter/ascend_exporter/collector/snapshot"
)

// maxDuty is the exporter's default share of the time for the tool.
const maxDuty = 0.3

// config is what all pollers of the fleet have in common.
func (h *Host) config(table faults.Table, t tool, publish func(*snapshot.Snapshot)) (poll.Config, error) {
	expected, err := poll.NewExpected(0, "")
	if err != nil {
		return poll.Config{}, fmt.Errorf("%s: %w", h.Name, err)
	}

	return poll.Config{
		Sources:    onByDefault(),
		Tool:       t,
		Logger:     slog.New(slog.DiscardHandler), // a fleet's faults are on purpose, and many
		MaxDuty:    maxDuty,
		Faults:     table,
		PeakWindow: time.Minute,
		Expected:   expected,
		Local:      func() poll.Local { return h.local(t.now()) },
		Publish:    publish,
		Now:        t.now,
	}, nil
}

// onByDefault are the queries that the exporter asks unless flags say otherwise.
func onByDefault() []poll.Source {
	return slices.DeleteFunc(poll.Sources(), func(s poll.Source) bool { return s.Off })
}

// local is what the host knows without the tool.
func (h *Host) local(at time.Time) poll.Local {
	devices := h.machine.PCIDevices()
	if f := h.faults; f.Faults != nil {
		devices -= f.Faults.LostFromBus(at.Sub(f.Start))
	}

	return poll.Local{PCIDevices: optional.Of(float64(devices))}
}

// Run polls the host, as the exporter does, until the context ends.
func (h *Host) Run(ctx context.Context, table faults.Table, publish func(*snapshot.Snapshot)) error {
	c, err := h.config(table, tool{host: h, now: time.Now, wait: waitFor}, publish)
	if err != nil {
		return err
	}

	poll.New(c).Run(ctx)

	return nil
}

func waitFor(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()

	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// Replay polls the host in the past and visits its snapshot at each of the times, which must rise. The plan starts before the
// first of them, so that it finds everything known.
func (h *Host) Replay(
	ctx context.Context, table faults.Table, interval time.Duration, times []time.Time, visit func(*snapshot.Snapshot) error,
) error {
	if len(times) == 0 {
		return nil
	}

	const before = 3 * time.Minute // the first sweep takes less

	now := times[0].Add(-before)
	clock := tool{
		host: h,
		now:  func() time.Time { return now },
		wait: func(ctx context.Context, d time.Duration) bool { now = now.Add(d); return ctx.Err() == nil },
	}

	var latest *snapshot.Snapshot

	c, err := h.config(table, clock, func(s *snapshot.Snapshot) { latest = s })
	if err != nil {
		return err
	}

	for i := range c.Sources {
		c.Sources[i].Interval = max(interval, c.Sources[i].Interval)
	}

	poller := poll.New(c)

	for _, at := range times {
		poller.Replay(ctx, at, func(until time.Time) { now = until })

		if ctx.Err() != nil {
			return ctx.Err()
		}

		if h.Down(at) {
			continue
		}

		if err := visit(latest); err != nil {
			return err
		}
	}

	return nil
}
