//go:build !race

// The race detector makes pools forget, and keeps memory of its own, so that both are counted without it.

package collector

import (
	"runtime"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/ascend-exporter/ascend_exporter/collector/budget"
)

// TestScrapeBudget: a scrape only encodes, so that its cost is a fixed one and a little for each family, under either names.
func TestScrapeBudget(t *testing.T) { //nolint:paralleltest // others would allocate meanwhile
	native := New(Options{})
	native.Update(newHost(t, "A3").once(t))

	process := prometheus.NewRegistry()
	process.MustRegister(collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	all := Concat(native, Keep(process))

	compat := NewNPUExporter(NPUExporterOptions{})
	compat.Update(vendorSixteen())

	for name, scraped := range map[string]format{
		"scrape.allocations":                  {},
		"scrape.gzip.allocations":             {encoding: "gzip"},
		"scrape.openmetrics.allocations":      {accept: openMetrics},
		"scrape.openmetrics.gzip.allocations": {accept: openMetrics, encoding: "gzip"},
		"scrape.npu-exporter.allocations":     {},
	} {
		handler := handlerOf(all)
		if name == "scrape.npu-exporter.allocations" {
			handler = promhttp.HandlerFor(compat, promhttp.HandlerOpts{})
		}

		budget.Hold(t, name, testing.AllocsPerRun(50, func() { scrape(t, handler, scraped) }))
	}
}

func TestGatherBudget(t *testing.T) { //nolint:paralleltest // others would allocate meanwhile
	c := New(Options{})
	c.Update(sixteen())

	budget.Hold(t, "gather.allocations", testing.AllocsPerRun(100, func() { _, _ = c.Gather() }))
}

func TestRenderBudget(t *testing.T) { //nolint:paralleltest // others would allocate meanwhile
	tables := newTables(Options{})
	s := newHost(t, "A3").once(t)

	budget.Hold(t, "render.allocations", testing.AllocsPerRun(20, func() { tables.render(s) }))

	before := heap()
	families := tables.render(s)
	after := heap()

	budget.Hold(t, "render.heap", int64(after)-int64(before))
	runtime.KeepAlive(families)
}

// TestDayBudget: a day of snapshots and of the scrapes between them leaves nothing behind.
func TestDayBudget(t *testing.T) { //nolint:paralleltest // others would allocate meanwhile
	scrapes := 5760 // every 15 s
	if testing.Short() {
		scrapes = 240 // an hour's
	}

	c := New(Options{})
	handler := handlerOf(c)
	s := newHost(t, "910B3").once(t)

	spend := func(scrapes int) {
		for i := range scrapes {
			c.Update(s)

			asked := format{}
			if i%10 == 0 { // which takes several times as long
				asked.encoding = "gzip"
			}

			scrape(t, handler, asked)
		}
	}

	spend(20) // what is kept for the next scrapes is there from now on

	before := heap()
	spend(scrapes)

	budget.Hold(t, "day.heap", int64(heap())-int64(before))
	runtime.KeepAlive(c)
}

// heap is the number of bytes on the heap that are in use.
func heap() uint64 {
	var stats runtime.MemStats

	// What a pool has is given up at the second time.
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&stats)

	return stats.HeapAlloc
}
