package history

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ascend-exporter/ascend_exporter/cmd/internal/promtest"
)

// A past is a real Prometheus that scrapes nothing: all that it has is the history.
type past struct {
	*promtest.Server

	t *testing.T
}

// startPrometheus starts one on a folder until the test ends. It is asked about one moment.
func startPrometheus(t *testing.T, folder string, at time.Time) past {
	t.Helper()

	p := past{promtest.StartOn(t, folder, ""), t}
	p.At = at

	return p
}

// want asks a query whose answer is known.
func (p past) want(expression string, want ...float64) {
	p.t.Helper()

	var got []float64
	for _, sample := range p.Query(expression) {
		got = append(got, sample.Value)
	}

	if diff := cmp.Diff(want, got); diff != "" {
		p.t.Errorf("%s: want (-), got (+):\n%s", expression, diff)
	}
}
