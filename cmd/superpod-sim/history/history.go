// Package history writes what a Prometheus would have stored of a simulated fleet, as blocks of its TSDB: the raw series of
// the last while, and what recording rules made of them for longer. A Prometheus that starts on the folder shows it at once.
//
// The hosts are polled in the past by the exporter's own poller. A day of raw series of thousands of chips would be too
// much, so rules that read raw series are evaluated host by host over a small storage of the host alone, and only what they
// record is kept. Rules that read recorded series alone come after, level by level, over those of the whole fleet.
package history

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/ascend-exporter/ascend_exporter/collector/faults"
	"github.com/ascend-exporter/ascend_exporter/collector/sim/fleet"
)

// Options say what is written.
type Options struct {
	// Output is the folder, Prometheus's --storage.tsdb.path. It is made where it is missing, and must be empty.
	Output string
	Hosts  []*fleet.Host // at least one
	Faults faults.Table  // the classes of fault codes
	Job    string        // label job of the targets; "" is ascend

	End time.Time // the history's last moment
	// Step is the time between two scrapes, and the least between two evaluations of a rule; 0 is a minute.
	Step     time.Duration
	Raw      time.Duration // for how long before End there are raw series; 0 is none
	Recorded time.Duration // for how long there are recorded ones; 0 is none
	// Alerts is for how long there are the alerts of the rules, and what rules record that read their own last result, or what such rules
	// record; at most Raw and Recorded, since they read what has to be there. 0 is none: alerts are passed over then.
	Alerts time.Duration
	Rules  []string // files of rules

	Logger *slog.Logger
}

const (
	defaultJob  = "ascend"
	defaultStep = time.Minute
	// longest is that of a history: of all Prometheus's defaults, its retention.
	longest = 15 * 24 * time.Hour
)

// Write writes the history. If it fails or the context ends before, it leaves no block.
func Write(ctx context.Context, o Options) error {
	o.Job, o.Step = cmp.Or(o.Job, defaultJob), cmp.Or(o.Step, defaultStep)
	if err := o.check(); err != nil {
		return err
	}

	p, err := o.plan()
	if err != nil {
		return err
	}

	w := &writer{Options: o, plan: p, engine: newEngine(), spans: o.spans(p)}

	w.blocks, err = openBlocks(o.Output, w.begin(), o.End)
	if err != nil {
		return err
	}

	begun := time.Now()
	w.progress = newProgress(o.Logger, &w.blocks.samples, time.Now)

	err = w.write(ctx)
	if err == nil {
		err = ctx.Err()
	}

	if err := w.blocks.close(err); err != nil {
		return fmt.Errorf("history: %w", err)
	}

	o.Logger.Info("history is written", "folder", o.Output, "samples", w.blocks.samples.Load(), "took", time.Since(begun).Round(time.Second))

	return nil
}

func (o Options) check() error {
	switch {
	case o.Output == "":
		return errors.New("no folder to write the history to")
	case len(o.Hosts) == 0:
		return errors.New("a fleet without hosts has no history")
	case o.Step < time.Second || o.Step%time.Second != 0:
		return fmt.Errorf("a step of %s: it must be whole seconds, at least one", o.Step)
	}

	for _, span := range []struct {
		name string
		time time.Duration
	}{{"raw", o.Raw}, {"recorded", o.Recorded}} {
		if span.time < 0 || span.time > longest {
			return fmt.Errorf("%s of %s series: it must be from 0 to %s", span.time, span.name, longest)
		}
	}

	if o.Alerts < 0 || o.Alerts > min(o.Raw, o.Recorded) {
		return fmt.Errorf("%s of alerts: it must be from 0 to as long as there are raw and recorded series, which they read", o.Alerts)
	}

	if o.Raw == 0 && (o.Recorded == 0 || len(o.Rules) == 0) {
		return errors.New("nothing to write: neither raw series, nor recorded ones and rules that record them")
	}

	return nil
}

// plan orders the rules of the files.
func (o Options) plan() (plan, error) {
	all, err := readRules(o.Rules, o.Step)
	if err != nil {
		return plan{}, err
	}

	if o.Alerts == 0 {
		return newPlan(all)
	}

	others, last, after, err := split(all)
	if err != nil {
		return plan{}, err
	}

	for _, r := range all {
		if r.alert || slices.Contains(last, r) {
			r.interval = o.Step
		}
	}

	p, err := newPlan(others)
	p.last, p.after = last, after

	return p, err
}

// spans are the times of the history in milliseconds. Each span begins behind its start and ends with the end.
type spans struct {
	steps    []time.Time // of the scrapes, those that warm up the rules before the first kept ones included
	raw      int64       // start of the raw series
	recorded int64       // start of the recorded ones
	end      int64
}

func (o Options) spans(p plan) spans {
	end := o.End.Truncate(o.Step)
	s := spans{raw: end.Add(-o.Raw).UnixMilli(), recorded: end.Add(-o.Recorded).UnixMilli(), end: end.UnixMilli()}

	back := o.Raw
	if len(p.byHost) > 0 && o.Recorded > 0 {
		back = max(back, o.Recorded+p.window)
	}

	for at := end.Add(-back).Truncate(o.Step).Add(o.Step); !at.After(end); at = at.Add(o.Step) {
		s.steps = append(s.steps, at)
	}

	return s
}

// begin is before the first sample that is kept.
func (s spans) begin() time.Time { return time.UnixMilli(min(s.raw, s.recorded)) }

// A writer writes one history.
type writer struct {
	Options
	spans

	plan     plan
	engine   *engine
	blocks   *blocks
	progress *progress
}

func (w *writer) write(ctx context.Context) error {
	if err := w.writeHosts(ctx); err != nil {
		return err
	}

	if w.Recorded > 0 {
		for i, r := range w.plan.fleet {
			w.progress.tell("rules over all hosts", i, len(w.plan.fleet))

			if err := w.record(ctx, r, w.recorded, w.end); err != nil {
				return err
			}
		}
	}

	if err := w.raise(ctx); err != nil {
		return err
	}

	return w.blocks.flush(ctx, w.progress)
}

// writeHosts writes the raw series, and what rules make of those of a host alone.
func (w *writer) writeHosts(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	todo := make(chan *fleet.Host)

	group.Go(func() error {
		defer close(todo)

		for _, h := range w.Hosts {
			select {
			case todo <- h:
			case <-ctx.Done():
				return ctx.Err()
			}
		}

		return nil
	})

	for range min(runtime.GOMAXPROCS(0), len(w.Hosts)) {
		group.Go(func() error {
			t := newTarget(w)

			for h := range todo {
				if err := t.write(ctx, h); err != nil {
					return fmt.Errorf("%s: %w", h.Name, err)
				}

				w.progress.hostDone(len(w.Hosts))
			}

			return nil
		})
	}

	return group.Wait()
}

// record evaluates a rule over what was recorded of all hosts.
func (w *writer) record(ctx context.Context, r *rule, begin, end int64) error {
	a := w.blocks.appender(ctx)

	err := w.engine.eval(ctx, w.blocks, r, begin, end, a.add)

	return a.end(err)
}
