package history

import (
	"context"
	"slices"

	"github.com/prometheus/prometheus/model/histogram"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/tsdb/chunkenc"
	"github.com/prometheus/prometheus/tsdb/chunks"
	"github.com/prometheus/prometheus/util/annotations"
)

// A store is the series of one host by their metrics, in memory, for the engine to read. It is much cheaper than a TSDB:
// nothing is compressed, and nothing is found but by the name of its metric.
type store map[string][]*series

// A series of a store.
type series struct {
	labels  labels.Labels
	samples samples
	step    int // of the last scrape that had it
}

// Querier reads all times: the engine passes over those that it did not ask for.
func (s store) Querier(int64, int64) (storage.Querier, error) {
	return querier{storage.NoopQuerier(), s}, nil
}

// A querier selects from a store.
type querier struct {
	storage.Querier // what the engine does not ask

	store store
}

// Select gives the series that match. Each rule names the metrics that it selects.
func (q querier) Select(_ context.Context, sorted bool, _ *storage.SelectHints, matchers ...*labels.Matcher) storage.SeriesSet {
	var set seriesSet

	for _, s := range q.store[metric(matchers)] {
		if !slices.ContainsFunc(matchers, func(m *labels.Matcher) bool { return !m.Matches(s.labels.Get(m.Name)) }) {
			set.series = append(set.series, s)
		}
	}

	if sorted {
		slices.SortFunc(set.series, func(a, b *series) int { return labels.Compare(a.labels, b.labels) })
	}

	return &set
}

// Close has nothing to do.
func (q querier) Close() error { return nil }

// seriesSet is the series selected, the first that At has not passed in front.
type seriesSet struct {
	series  []*series
	current *series
}

// Next moves to the next series.
func (s *seriesSet) Next() bool {
	if len(s.series) == 0 {
		return false
	}

	s.current, s.series = s.series[0], s.series[1:]

	return true
}

// At is the series.
func (s *seriesSet) At() storage.Series { return s.current }

// Err is nil: nothing fails in memory.
func (s *seriesSet) Err() error { return nil }

// Warnings are none.
func (s *seriesSet) Warnings() annotations.Annotations { return nil }

// Labels are those of the series.
func (s *series) Labels() labels.Labels { return s.labels }

// Iterator goes through the samples.
func (s *series) Iterator(reuse chunkenc.Iterator) chunkenc.Iterator {
	if it, ok := reuse.(interface{ Reset(from storage.Samples) }); ok {
		it.Reset(s.samples)

		return reuse
	}

	return storage.NewListSeriesIterator(s.samples)
}

// samples of a series in the order of their times.
type samples []sample

// Get gives one of them. A pointer, since a value would be copied to the heap each time.
func (s samples) Get(i int) chunks.Sample { return &s[i] }

// Len is their number.
func (s samples) Len() int { return len(s) }

// A sample is a value at a time in milliseconds.
type sample struct {
	t int64
	v float64
}

// The methods of a chunks.Sample that is a float.

// T is the time.
func (s *sample) T() int64 { return s.t }

// ST is 0: it is not known since when a counter counts.
func (s *sample) ST() int64 { return 0 }

// F is the value.
func (s *sample) F() float64 { return s.v }

// H is none.
func (s *sample) H() *histogram.Histogram { return nil }

// FH is none.
func (s *sample) FH() *histogram.FloatHistogram { return nil }

// Type is that of floats.
func (s *sample) Type() chunkenc.ValueType { return chunkenc.ValFloat }

// Copy is a sample of its own.
func (s *sample) Copy() chunks.Sample {
	other := *s

	return &other
}
