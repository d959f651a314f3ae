package history

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql"
)

// TestWithEnds: a series ends at the first moment that lacks it, but not behind the end of the history.
func TestWithEnds(t *testing.T) {
	t.Parallel()

	points := []promql.FPoint{{T: 60, F: 1}, {T: 120, F: 2}, {T: 240, F: 3}}
	end := stale()
	// By its bits a stale value is told from other NaNs.
	same := cmp.Comparer(func(a, b sample) bool { return a.t == b.t && (a.v == b.v || a.v != a.v && b.v != b.v) })

	for last, want := range map[int64][]sample{
		240: {{60, 1}, {120, 2}, {180, end}, {240, 3}},
		300: {{60, 1}, {120, 2}, {180, end}, {240, 3}, {300, end}},
	} {
		if diff := cmp.Diff(want, withEnds(nil, points, 60, last), same, cmp.AllowUnexported(sample{})); diff != "" {
			t.Error(last, diff)
		}
	}
}

// TestEvalRefuses: as in Prometheus, a rule whose labels make series equal fails.
func TestEvalRefuses(t *testing.T) {
	t.Parallel()

	s := store{"x": {
		{labels: labels.FromStrings(model.MetricNameLabel, "x", "npu", "0"), samples: samples{{60_000, 1}}},
		{labels: labels.FromStrings(model.MetricNameLabel, "x", "npu", "1"), samples: samples{{60_000, 1}}},
	}}
	r := &rule{file: "f", group: "g", name: "a:b", text: "x", interval: 60e9, labels: map[string]string{"npu": ""}}

	err := newEngine().eval(t.Context(), s, r, 0, 60_000, func(labels.Labels, []sample) error { return nil })
	if err == nil || !strings.Contains(err.Error(), `rule a:b of group "g" in f: two of its series have the same labels`) {
		t.Errorf("error %v", err)
	}
}
