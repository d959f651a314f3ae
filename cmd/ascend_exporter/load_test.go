package main

import (
	"crypto/tls"
	"flag"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ascend-exporter/ascend_exporter/cmd/internal/exportertest"
	"github.com/ascend-exporter/ascend_exporter/collector/budget"
)

var (
	loadScrapers = flag.Int("load.scrapers", 0, "scrapers at the same time in TestLoad, over 16 chips; 0 is a short run over 4 chips that only counts")
	loadTime     = flag.Duration("load.time", 10*time.Second, "how long each kind of scrapers goes on")
	loadReport   = flag.String("load.report", "", "file for the table of TestLoad")
)

// A traffic is a kind of scrapers.
type traffic struct {
	keepAlive, gzip, tls bool
}

func (k traffic) String() string {
	word := func(yes bool, a, b string) string {
		if yes {
			return a
		}

		return b
	}

	return word(k.keepAlive, "kept", "one a scrape") + " | " + word(k.gzip, "gzip", "–") + " | " + word(k.tls, "TLS", "–")
}

// A loaded is what came of such scrapers.
type loaded struct {
	traffic

	refused   int
	problems  []error
	took      time.Duration
	latencies []time.Duration // of the scrapes that were answered, ascending

	cpu                  float64 // seconds
	resident             uint64  // bytes, at the end
	before, after        holding
	processes, processed int // of the tools, before and after
}

// A holding is what the exporter holds for its connections.
type holding struct {
	descriptors, goroutines int
}

// TestLoad scrapes the exporter, as it is released, by many at the same time and in all ways. While it does so nothing is due, so
// each process of a tool would be one that a scrape has started.
func TestLoad(t *testing.T) { //nolint:paralleltest // when it measures, nothing may run beside it
	npus := 8
	if *loadScrapers == 0 {
		npus = 2

		t.Parallel()
	}

	var rows []loaded

	for _, secure := range []bool{false, true} {
		r, client := startLoaded(t, npus, secure)
		r.swept()

		for _, keepAlive := range []bool{true, false} {
			for _, gzip := range []bool{false, true} {
				row := r.load(traffic{keepAlive, gzip, secure}, client)
				rows = append(rows, row)

				budget.Hold(t, "scrape.processes", row.processed-row.processes)

				if len(row.problems) > 0 || *loadScrapers == 0 && row.refused > 0 || len(row.latencies) == 0 {
					t.Errorf("%s: %d scrapes, %d refused, %d failed: %v", row.traffic, len(row.latencies), row.refused, len(row.problems), row.problems)
				}

				if row.after.exceeds(row.before) {
					t.Errorf("%s: before %+v, after %+v", row.traffic, row.before, row.after)
				}
			}
		}
	}

	report := loadTable(rows)
	t.Log("\n" + report)

	if *loadReport != "" {
		if err := os.WriteFile(*loadReport, []byte(report), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// startLoaded starts an exporter, and says how it is to be connected to.
func startLoaded(t *testing.T, npus int, secure bool) (*released, *tls.Config) {
	t.Helper()

	if !secure {
		return startReleased(t, npus, traced(), onceAnHour()...), nil
	}

	folder := t.TempDir()
	client := &tls.Config{RootCAs: exportertest.WriteCertificate(t, folder), MinVersion: tls.VersionTLS12}
	config := filepath.Join(folder, "web.yml")

	if err := os.WriteFile(config, []byte("tls_server_config:\n  cert_file: cert.pem\n  key_file: key.pem\n"), 0o600); err != nil {
		t.Fatal(err)
	}

	r := startReleased(t, npus, traced(), append(onceAnHour(), "--web.config.file="+config)...)
	r.URL = strings.Replace(r.URL, "http:", "https:", 1)
	r.HTTP.Transport = &http.Transport{TLSClientConfig: client}

	return r, client
}

// load has many scrapers of a kind scrape for a while, or a few of them a number of times.
func (r *released) load(kind traffic, client *tls.Config) loaded {
	r.HTTP.CloseIdleConnections()

	row := loaded{traffic: kind, before: r.holding(), processes: r.started(), cpu: -r.cpuSeconds()}
	begin := time.Now()

	scrapers, left := *loadScrapers, new(atomic.Int64)
	more := func() bool { return time.Since(begin) < *loadTime }

	if scrapers == 0 {
		const short = 100

		scrapers = 8
		left.Store(short)
		more = func() bool { return left.Add(-1) >= 0 }
	}

	var (
		running sync.WaitGroup
		all     sync.Mutex
	)

	for range scrapers {
		running.Go(func() {
			s := newScraper(kind, client)
			s.scrape(r.URL+"/metrics", more)

			all.Lock()
			defer all.Unlock()

			row.refused += s.refused
			row.problems = append(row.problems, s.problems...)
			row.latencies = append(row.latencies, s.latencies...)
		})
	}

	running.Wait()

	row.took = time.Since(begin)
	row.cpu += r.cpuSeconds()
	row.after, row.processed = r.settled(row.before), r.started()
	row.resident, _ = r.resident()

	slices.Sort(row.latencies)

	return row
}

func (r *released) holding() holding { return holding{r.descriptors(), r.goroutines()} }

func (h holding) exceeds(most holding) bool {
	return h.descriptors > most.descriptors || h.goroutines > most.goroutines
}

// settled is what the exporter holds once that is no more than before, or after some patience.
func (r *released) settled(before holding) holding {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()

	for deadline := time.Now().Add(patience); ; <-tick.C {
		if now := r.holding(); !now.exceeds(before) || time.Now().After(deadline) {
			return now
		}
	}
}
