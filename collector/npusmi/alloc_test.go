//go:build !race

// The race detector makes pools forget, so that allocations are counted without it.

package npusmi

import (
	"testing"

	"github.com/ascend-exporter/ascend_exporter/collector/budget"
)

func TestParseBudget(t *testing.T) { //nolint:paralleltest // others would allocate meanwhile
	for _, q := range answeredQueries(t) {
		if warnings, err := q.parse(q.text); err != nil || warnings.Count > 0 {
			t.Errorf("%s: %v %v\n%s", q.query, warnings, err, q.text)

			continue
		}

		got := testing.AllocsPerRun(100, func() { _, _ = q.parse(q.text) })

		switch q.query {
		case "summary":
			budget.Hold(t, "parse.summary.allocations", got)
		case "mapping":
			budget.Hold(t, "parse.mapping.allocations", got)
		default:
			budget.Hold(t, "parse.npu-smi.allocations", got)
		}
	}
}
