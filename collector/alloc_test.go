//go:build !race

// The race detector makes pools forget, so that allocations are counted without it.

package collector

import (
	"testing"

	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// TestScrapeAllocations: a scrape only encodes, so that its cost is a fixed one and a little for each series.
func TestScrapeAllocations(t *testing.T) { //nolint:paralleltest // others would allocate meanwhile
	c := New(Options{})
	c.Update(sixteen())

	handler := promhttp.HandlerFor(c, promhttp.HandlerOpts{DisableCompression: true})
	scrape(t, handler)

	const most = 600
	if got := testing.AllocsPerRun(50, func() { scrape(t, handler) }); got > most {
		t.Errorf("%v allocations for a scrape of 16 chips, want at most %d", got, most)
	}
}
