package history

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/value"
	"github.com/prometheus/prometheus/promql"
)

// split takes the rules out that are evaluated after all others: those that read their own last results (last), and those that read what
// such rules record (after).
func split(all []*rule) (others, last, after []*rule, err error) {
	late := lateNames(all)

	for _, r := range all {
		switch {
		case r.readsItself():
			last = append(last, r)
		case late[r.name]:
			after = append(after, r)
		default:
			others = append(others, r)
		}

		for label, text := range r.labels {
			if r.alert && strings.Contains(text, "{{") {
				return nil, nil, nil, fmt.Errorf("%s: its label %s is a template, which a history does not fill in", r, label)
			}
		}
	}

	for _, r := range last {
		for _, input := range after {
			if slices.Contains(r.inputs, input.name) {
				return nil, nil, nil, fmt.Errorf("%s reads its own results and %s, which is only evaluated after it", r, input.name)
			}
		}
	}

	after, err = order(after, byName(after))

	return others, last, after, err
}

// lateNames are what rules record that read their own last results, and what is made of it.
func lateNames(all []*rule) map[string]bool {
	late := make(map[string]bool)

	for known := -1; known < len(late); {
		known = len(late)

		for _, r := range all {
			if r.readsItself() || !r.alert && slices.ContainsFunc(r.inputs, func(name string) bool { return late[name] }) {
				late[r.name] = true
			}
		}
	}

	return late
}

// readsItself says whether a rule reads its own last results.
func (r *rule) readsItself() bool { return !r.alert && slices.Contains(r.inputs, r.name) }

// raise writes what the rules record that read their own last results, step by step, then what is made of it, and then the alerts.
func (w *writer) raise(ctx context.Context) error {
	if w.Alerts == 0 {
		return nil
	}

	step := w.Step.Milliseconds()
	begin := w.end - w.Alerts.Milliseconds()

	for at := begin; at < w.end; at += step {
		for _, r := range w.plan.last {
			if err := w.record(ctx, r, at, at+step); err != nil {
				return err
			}
		}
	}

	for _, r := range w.plan.after {
		if err := w.record(ctx, r, begin, w.end); err != nil {
			return err
		}
	}

	for i, r := range w.plan.alerts {
		w.progress.tell("alerts", i, len(w.plan.alerts))

		a := w.blocks.appender(ctx)

		err := w.engine.eval(ctx, w.blocks, r, begin, w.end, func(l labels.Labels, samples []sample) error {
			pending, firing := r.states(samples, step, w.end)

			if err := a.add(r.state(l, "pending"), pending); err != nil {
				return err
			}

			return a.add(r.state(l, "firing"), firing)
		})
		if err := a.end(err); err != nil {
			return err
		}
	}

	return nil
}

// state is the series ALERTS of an alert in a state.
func (r *rule) state(l labels.Labels, state string) labels.Labels {
	b := labels.NewBuilder(l)
	b.Set(model.MetricNameLabel, "ALERTS")
	b.Set(model.AlertNameLabel, r.name)
	b.Set("alertstate", state)

	return b.Labels()
}

// states says when an alert was pending and when it fired, of the moments at which its expression had a series: it fires when it has been
// there for some time, and goes on for some time after.
func (r *rule) states(there []sample, step, end int64) (pending, firing []sample) {
	moments := make(map[int64]bool, len(there))
	for _, s := range there {
		moments[s.t] = !value.IsStaleNaN(s.v)
	}

	var (
		since, seen  int64 // the first moment at which it is there, and the last
		waits, fires bool
		states       [2][]promql.FPoint
	)

	for at := there[0].t; at <= end; at += step {
		switch {
		case moments[at]:
			if !waits && !fires {
				since = at
			}

			waits, seen = true, at
			fires = fires || time.Duration(at-since)*time.Millisecond >= r.wait
		case fires && time.Duration(at-seen-step)*time.Millisecond < r.keep:
		default:
			waits, fires = false, false
		}

		if point := (promql.FPoint{T: at, F: 1}); fires {
			states[1] = append(states[1], point)
		} else if waits {
			states[0] = append(states[0], point)
		}
	}

	return withEnds(nil, states[0], step, end), withEnds(nil, states[1], step, end)
}
