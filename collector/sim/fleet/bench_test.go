package fleet

import (
	"testing"
	"time"

	"github.com/ascend-exporter/ascend_exporter/collector"
	"github.com/ascend-exporter/ascend_exporter/collector/faults"
)

// BenchmarkScrape is what a host of 8 chips costs at each scrape: 15 s of polling, and the rendering.
func BenchmarkScrape(b *testing.B) {
	hosts, err := New(Config{SuperPods: 1, Racks: 1, HostsPerRack: 16, Product: "910B3"})
	if err != nil {
		b.Fatal(err)
	}

	table, err := faults.Builtin()
	if err != nil {
		b.Fatal(err)
	}

	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	exporters := NewExporters(hosts, Options{Faults: table}, now).All()
	metrics := collector.New(collector.Options{})

	for _, e := range exporters {
		e.At(b.Context(), now)
	}

	b.ReportAllocs()

	for i := 0; b.Loop(); i++ {
		if i%len(exporters) == 0 {
			now = now.Add(15 * time.Second)
		}

		s, _ := exporters[i%len(exporters)].At(b.Context(), now)

		if len(metrics.Render(s)) == 0 {
			b.Fatal("no metrics")
		}
	}
}

// BenchmarkBegin is what a host costs before its first scrape.
func BenchmarkBegin(b *testing.B) {
	hosts, err := New(Config{SuperPods: 1, Racks: 1, HostsPerRack: 1, Product: "910B3"})
	if err != nil {
		b.Fatal(err)
	}

	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

	table, err := faults.Builtin()
	if err != nil {
		b.Fatal(err)
	}

	b.ReportAllocs()

	for b.Loop() {
		NewExporters(hosts, Options{Faults: table}, now).Named(hosts[0].Name).At(b.Context(), now)
	}
}
