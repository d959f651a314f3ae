//go:build !race

// The race detector makes pools forget, so that allocations are counted without it.

package collector

import (
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// TestScrapeAllocations: a scrape only encodes, so that its cost is a fixed one and a little for each family, under either names.
func TestScrapeAllocations(t *testing.T) { //nolint:paralleltest // others would allocate meanwhile
	native := New(Options{})
	native.Update(sixteen())

	compat := NewNPUExporter(NPUExporterOptions{})
	compat.Update(vendorSixteen())

	for name, gatherer := range map[string]prometheus.Gatherer{"native": native, "npu-exporter": compat} {
		handler := promhttp.HandlerFor(gatherer, promhttp.HandlerOpts{DisableCompression: true})
		scrape(t, handler)

		const most = 600
		if got := testing.AllocsPerRun(50, func() { scrape(t, handler) }); got > most {
			t.Errorf("%s: %v allocations for a scrape of 16 chips, want at most %d", name, got, most)
		}
	}
}
