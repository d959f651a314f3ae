//go:build !race

// The race detector makes pools forget, so that allocations are counted without it.

package main

import (
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors/version"

	"github.com/ascend-exporter/ascend_exporter/collector/budget"
)

func TestSelfBudget(t *testing.T) { //nolint:paralleltest // others would allocate meanwhile
	registry := prometheus.NewRegistry()
	registry.MustRegister(newSelfCollector(), version.NewCollector(program))

	budget.Hold(t, "scrape.process.allocations", testing.AllocsPerRun(100, func() { _, _ = registry.Gather() }))
}
