package history

import (
	"context"
	"fmt"
	"slices"
	"sort"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/value"

	"github.com/ascend-exporter/ascend_exporter/collector"
	"github.com/ascend-exporter/ascend_exporter/collector/sim/fleet"
	"github.com/ascend-exporter/ascend_exporter/collector/snapshot"
)

// A target is a host as Prometheus scrapes it. One target does for one host after another.
type target struct {
	*writer

	metrics *collector.Collector
	host    *fleet.Host
	labels  []string // of the host: name, value, name, value …
	builder labels.ScratchBuilder

	store store              // all series: those of scrapes, and those recorded
	byKey map[string]*series // those of scrapes, by their names and values
	key   []byte
	raw   []*series  // those of scrapes, those of the host's services too
	free  [][]sample // of former hosts
}

func newTarget(w *writer) *target {
	return &target{
		writer: w, metrics: collector.New(collector.Options{}), builder: labels.NewScratchBuilder(0),
		store: make(store), byKey: make(map[string]*series),
	}
}

// write writes the history of a host.
func (t *target) write(ctx context.Context, h *fleet.Host) error {
	t.become(h)

	if err := t.poll(ctx); err != nil {
		return err
	}

	a := t.blocks.appender(ctx)

	err := t.record(ctx, a)
	if err == nil {
		err = t.keepRaw(a)
	}

	return a.end(err)
}

// become forgets the former host.
func (t *target) become(h *fleet.Host) {
	for _, s := range t.raw {
		t.free = append(t.free, s.samples[:0])
	}

	t.raw = t.raw[:0]
	clear(t.store)
	clear(t.byKey)

	t.host = h
	t.labels = t.labels[:0]

	for _, label := range [][2]string{
		{"job", t.Job}, {instance, h.Name}, {"cluster", h.Cluster}, {"superpod", h.SuperPod}, {"rack", h.Rack},
	} {
		if label[1] != "" { // a fleet may have no racks
			t.labels = append(t.labels, label[:]...)
		}
	}
}

// poll scrapes the host at each step.
func (t *target) poll(ctx context.Context) error {
	step := 0
	down := func() {
		for ; step < len(t.steps) && t.host.Down(t.steps[step]); step++ {
			t.scrape(step, nil)
		}
	}

	err := t.host.Replay(ctx, t.Faults, t.Step, t.steps, func(s *snapshot.Snapshot) error {
		down()
		t.scrape(step, s)
		step++

		return nil
	})
	if err != nil {
		return err
	}

	down()
	t.scrapeServices()
	t.endSeries()

	return nil
}

// What Prometheus itself says of a scrape. Its duration is invented.
const (
	scrapeTimeout = 10 // s, which a scrape of a host takes that answers nobody
	scrapeLeast   = 0.002
	scrapeSample  = 5e-6 // s
)

// scrape takes the series of a snapshot; nil is a host that answers nobody.
func (t *target) scrape(step int, s *snapshot.Snapshot) {
	wanted := t.wanted
	if t.plan.countsSamples || t.steps[step].UnixMilli() > t.spans.raw {
		wanted = nil
	}

	up, duration, scraped, added := 0., float64(scrapeTimeout), 0., 0.

	if s != nil {
		t.metrics.Visit(s, wanted, func(x collector.Sample) {
			scraped++

			if t.put(step, x) {
				added++
			}
		})

		up, duration = 1, scrapeLeast+scrapeSample*scraped
	}

	for _, x := range []collector.Sample{
		{Name: "up", Value: up},
		{Name: "scrape_duration_seconds", Value: duration},
		{Name: "scrape_samples_scraped", Value: scraped},
		{Name: "scrape_samples_post_metric_relabeling", Value: scraped},
		{Name: "scrape_series_added", Value: added},
	} {
		if wanted == nil || wanted(x.Name) {
			t.put(step, x)
		}
	}
}

// wanted are the metrics that rules read.
func (t *target) wanted(metric string) bool {
	return t.plan.raw[metric]
}

// put appends a sample to its series and says whether the last scrape did not have it. A series that had ended begins again.
func (t *target) put(step int, x collector.Sample) (added bool) {
	t.key = append(t.key[:0], x.Name...)
	for _, text := range x.Labels {
		t.key = append(append(t.key, 0xff), text...)
	}

	s := t.byKey[string(t.key)]
	if s == nil {
		s = t.newSeries(x)
		t.byKey[string(t.key)] = s
		added = true
	} else if next := s.step + 1; next < step {
		s.samples = append(s.samples, sample{t.steps[next].UnixMilli(), stale()})
		added = true
	}

	s.samples = append(s.samples, sample{t.steps[step].UnixMilli(), x.Value})
	s.step = step

	return added
}

func (t *target) newSeries(x collector.Sample) *series {
	t.builder.Reset()
	t.builder.Add(model.MetricNameLabel, x.Name)

	for pair := range slices.Chunk(t.labels, 2) {
		t.builder.Add(pair[0], pair[1])
	}

	for pair := range slices.Chunk(x.Labels, 2) {
		name := pair[0]
		for slices.Contains(t.labels, name) { // as Prometheus keeps labels of the target apart
			name = "exported_" + name
		}

		if pair[1] != "" {
			t.builder.Add(name, pair[1])
		}
	}

	t.builder.Sort()

	s := &series{labels: t.builder.Labels()}
	if last := len(t.free) - 1; last >= 0 {
		s.samples, t.free = t.free[last], t.free[:last]
	}

	t.raw = append(t.raw, s)
	t.store[x.Name] = append(t.store[x.Name], s)

	return s
}

// endSeries ends those that the last scrape did not have.
func (t *target) endSeries() {
	for _, s := range t.raw {
		if next := s.step + 1; next < len(t.steps) {
			s.samples = append(s.samples, sample{t.steps[next].UnixMilli(), stale()})
		}
	}
}

// record evaluates the rules of hosts.
func (t *target) record(ctx context.Context, a *appender) error {
	if t.Recorded == 0 {
		return nil
	}

	for _, r := range t.plan.byHost {
		err := t.engine.eval(ctx, t.store, r, t.recorded, t.end, func(l labels.Labels, samples []sample) error {
			if got := l.Get(instance); got != t.host.Name {
				return fmt.Errorf("%s: the host cannot be told from %s: its label %s must stay", l, t.host.Name, instance)
			}

			t.store[r.name] = append(t.store[r.name], &series{labels: l, samples: slices.Clone(samples)})

			return a.add(l, samples)
		})
		if err != nil {
			return err
		}
	}

	return nil
}

// keepRaw appends the raw series of the time that keeps them.
func (t *target) keepRaw(a *appender) error {
	for _, s := range t.raw {
		first := sort.Search(len(s.samples), func(i int) bool { return s.samples[i].t > t.spans.raw })
		if first < len(s.samples) && value.IsStaleNaN(s.samples[first].v) { // of a series that had ended before
			first++
		}

		if err := a.add(s.labels, s.samples[first:]); err != nil {
			return err
		}
	}

	return nil
}
