package history

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/value"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/storage"
)

// stale is the value that ends a series.
func stale() float64 { return math.Float64frombits(value.StaleNaN) }

// An engine evaluates rules as Prometheus does.
type engine struct {
	promql *promql.Engine
}

func newEngine() *engine {
	return &engine{promql: promql.NewEngine(promql.EngineOpts{
		MaxSamples:           math.MaxInt, // of a rule over all hosts and the whole time
		Timeout:              24 * time.Hour,
		EnableAtModifier:     true,
		EnableNegativeOffset: true,
		Parser:               parser.NewParser(parser.Options{}),
	})}
}

// eval evaluates a rule at each of its moments behind start, up to end, and hands over each series that it records. As in
// Prometheus, a series that is missing at a moment ends there. The samples are only valid in the call.
func (e *engine) eval(
	ctx context.Context, from storage.Queryable, r *rule, start, end int64, emit func(labels.Labels, []sample) error,
) error {
	step := r.interval.Milliseconds()
	first := start - start%step + step

	if first > end {
		return nil
	}

	query, err := e.promql.NewRangeQuery(ctx, from, nil, r.text, time.UnixMilli(first), time.UnixMilli(end), r.interval)
	if err != nil {
		return fmt.Errorf("%s: %w", r, err)
	}
	defer query.Close()

	matrix, err := query.Exec(ctx).Matrix()
	if err != nil {
		return fmt.Errorf("%s: %w", r, err)
	}

	for i := range matrix {
		matrix[i].Metric = r.relabel(matrix[i].Metric)
	}

	if matrix.ContainsSameLabelset() {
		return fmt.Errorf("%s: two of its series have the same labels", r)
	}

	var samples []sample

	for i := range matrix {
		samples = withEnds(samples[:0], matrix[i].Floats, step, end)
		if err := emit(matrix[i].Metric, samples); err != nil {
			return fmt.Errorf("%s: %w", r, err)
		}
	}

	return nil
}

// relabel gives a result the name and the labels of the rule.
func (r *rule) relabel(result labels.Labels) labels.Labels {
	b := labels.NewBuilder(result)
	b.Set(model.MetricNameLabel, r.name)

	for name, value := range r.labels {
		b.Set(name, value)
	}

	return b.Labels()
}

// withEnds are the points with a stale sample behind each that has no successor.
func withEnds(samples []sample, points []promql.FPoint, step, end int64) []sample {
	for i, p := range points {
		samples = append(samples, sample{p.T, p.F})

		next := p.T + step
		if next <= end && (i+1 == len(points) || points[i+1].T > next) {
			samples = append(samples, sample{next, stale()})
		}
	}

	return samples
}
