//go:build !race

// The race detector makes pools forget, so that allocations are counted without it.

package hccntool

import (
	"testing"

	"github.com/ascend-exporter/ascend_exporter/collector/budget"
)

func TestParseBudget(t *testing.T) { //nolint:paralleltest // others would allocate meanwhile
	queries := answeredQueries()
	if want := len(roceParsers()); len(queries) < want {
		t.Fatalf("%d queries, want at least %d", len(queries), want)
	}

	for _, q := range queries {
		budget.Hold(t, "parse.hccn_tool.allocations", testing.AllocsPerRun(100, func() { _, _, _ = q.parse(q.text) }))
	}
}
