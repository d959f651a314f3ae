package main

import (
	"net/http"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/ascend-exporter/ascend_exporter/collector/budget"
)

// BenchmarkServer is a scrape of the exporter as it is released, of 16 chips, by one scraper on one connection.
func BenchmarkServer(b *testing.B) {
	for _, bench := range []struct {
		name    string
		gzip    bool
		flags   []string
		queries []string // beside those that are on by default
		report  func(b *testing.B, s served)
	}{
		{"openmetrics", false, nil, nil, reportPlain},
		{"openmetrics+gzip", true, nil, nil, reportCompressed},
		{"openmetrics+gzip,everything", true, []string{
			"--collector.hccs.per-link", "--collector.topo", "--collector.processes", "--collector.network.detail",
			"--collector.network.per-priority", "--collector.optical.detail", "--collector.jobs",
		}, []string{"topo"}, func(*testing.B, served) {}},
	} {
		b.Run("format="+bench.name, func(b *testing.B) {
			r := startReleased(b, 8, nil, append(onceAnHour(), bench.flags...)...)
			r.swept(bench.queries...)

			s := r.serve(b, bench.gzip)

			b.ReportMetric(s.series, "series")
			b.ReportMetric(s.size, "scrape-bytes")
			b.ReportMetric(float64(s.median), "p50-ns")
			b.ReportMetric(s.cpu*1e9, "cpu-ns/op")
			b.ReportMetric(s.resident, "resident-bytes")
			b.ReportMetric(s.own, "own-bytes")

			bench.report(b, s)
		})
	}
}

// A served is what scrapes cost.
type served struct {
	series, size  float64
	median        time.Duration
	cpu           float64 // seconds of each
	resident, own float64 // bytes
}

// serve scrapes for as long as the benchmark goes on.
func (r *released) serve(b *testing.B, gzip bool) served {
	b.Helper()

	s := newScraper(traffic{keepAlive: true, gzip: gzip}, nil)
	begin := r.cpuSeconds()

	s.scrape(r.URL+"/metrics", b.Loop)

	if len(s.problems) > 0 || s.refused > 0 {
		b.Fatalf("%d refused, %v", s.refused, s.problems)
	}

	cpu := (r.cpuSeconds() - begin) / float64(len(s.latencies))
	resident, own := r.resident()

	slices.Sort(s.latencies)

	return served{
		series: float64(len(r.Metrics())), size: float64(s.size),
		median: loaded{latencies: s.latencies}.at(0.5), cpu: cpu, resident: float64(resident), own: float64(own),
	}
}

func reportPlain(b *testing.B, s served) {
	b.Helper()

	budget.Report(b, "scrape.median", s.median.Seconds()*1e3)
	budget.Report(b, "scrape.cpu", s.cpu*1e3)
	budget.Report(b, "scrape.median.series", s.median.Seconds()*1e6/s.series)
	budget.Report(b, "scrape.cpu.series", s.cpu*1e6/s.series)
	budget.Report(b, "memory.day.resident", s.resident/(1<<20))
}

func reportCompressed(b *testing.B, s served) {
	b.Helper()

	budget.Report(b, "scrape.gzip.median", s.median.Seconds()*1e3)
	budget.Report(b, "scrape.gzip.cpu", s.cpu*1e3)
	budget.Report(b, "memory.day.gzip.resident", s.resident/(1<<20))
}

// BenchmarkResident is a quarter of a minute of the exporter as it runs on a host: the default plan of 16 chips, and a scrape with gzip.
func BenchmarkResident(b *testing.B) {
	r := startReleased(b, 8, nil)
	r.swept()

	s := newScraper(traffic{keepAlive: true, gzip: true}, nil)
	tick := time.NewTicker(15 * time.Second)

	defer tick.Stop()

	s.scrape(r.URL+"/metrics", func() bool {
		<-tick.C

		return b.Loop()
	})

	if len(s.problems) > 0 || s.refused > 0 {
		b.Fatalf("%d refused, %v", s.refused, s.problems)
	}

	resident, own := r.resident()

	b.ReportMetric(float64(resident), "resident-bytes")
	b.ReportMetric(float64(own), "own-bytes")
	budget.Report(b, "memory.resident", float64(resident)/(1<<20))
}

// BenchmarkStart is the time from the start of the exporter, as it is released, to its first answer. Meanwhile it asks its tool.
func BenchmarkStart(b *testing.B) {
	if _, err := releasedExporter(); err != nil {
		b.Fatal(err)
	}

	for b.Loop() {
		r := startReleased(b, 8, nil)
		if status, _ := r.Get("/metrics"); status != http.StatusOK {
			b.Fatalf("status %d", status)
		}

		b.StopTimer()

		if err := r.Process.Process.Signal(syscall.SIGTERM); err != nil {
			b.Fatal(err)
		}

		if status := r.Status(b); status != 0 {
			b.Fatalf("it ended with status %d", status)
		}

		b.StartTimer()
	}

	budget.Report(b, "start.first-answer", float64(b.Elapsed())/float64(b.N)/float64(time.Millisecond))
}
