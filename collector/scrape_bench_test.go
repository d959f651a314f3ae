package collector

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/ascend-exporter/ascend_exporter/collector/budget"
	"github.com/ascend-exporter/ascend_exporter/collector/snapshot"
)

// openMetrics is what a Prometheus accepts first.
const openMetrics = "application/openmetrics-text; version=1.0.0"

// A format is how a scrape is asked for.
type format struct {
	name, accept, encoding string
}

// formats are the formats of scrapes; Prometheus asks for the last one.
func formats() []format {
	return []format{
		{name: "text"},
		{name: "text+gzip", encoding: "gzip"},
		{name: "openmetrics", accept: openMetrics},
		{name: "openmetrics+gzip", accept: openMetrics, encoding: "gzip"},
	}
}

// handlerOf serves as the exporter does.
func handlerOf(gatherer prometheus.Gatherer) http.Handler {
	return promhttp.HandlerFor(gatherer, promhttp.HandlerOpts{EnableOpenMetrics: true})
}

// A sink counts an answer and keeps nothing of it.
type sink struct {
	header        http.Header
	status, bytes int
}

func (s *sink) Header() http.Header { return s.header }

func (s *sink) WriteHeader(status int) { s.status = status }

func (s *sink) Write(text []byte) (int, error) {
	s.bytes += len(text)

	return len(text), nil
}

// scrape serves one scrape, and gives its size.
func scrape(tb testing.TB, handler http.Handler, f format) int {
	tb.Helper()

	request := httptest.NewRequestWithContext(tb.Context(), http.MethodGet, "/metrics", nil)
	request.Header.Set("Accept", f.accept)
	request.Header.Set("Accept-Encoding", f.encoding)

	answer := &sink{header: make(http.Header), status: http.StatusOK}
	handler.ServeHTTP(answer, request)

	if answer.status != http.StatusOK || answer.bytes == 0 {
		tb.Fatalf("status %d, %d bytes", answer.status, answer.bytes)
	}

	return answer.bytes
}

func TestScrapeSizeBudget(t *testing.T) {
	t.Parallel()

	c := New(Options{})
	c.Update(newHost(t, "A3").once(t))
	handler := handlerOf(c)

	budget.Hold(t, "scrape.bytes", scrape(t, handler, formats()[0]))
	budget.Hold(t, "scrape.gzip.bytes", scrape(t, handler, formats()[1]))
	budget.Hold(t, "scrape.openmetrics.bytes", scrape(t, handler, formats()[2]))
	budget.Hold(t, "scrape.openmetrics.gzip.bytes", scrape(t, handler, formats()[3]))
}

// A known is a host of which the exporter knows all that it asks for.
type known struct {
	name string
	*snapshot.Snapshot
	options Options
}

func knownHosts(tb testing.TB) []known {
	tb.Helper()

	return []known{
		{chipsOf("910B3"), newHost(tb, "910B3").once(tb), Options{}},
		{chipsOf("A3"), newHost(tb, "A3").once(tb), Options{}},
		{"chips=16,everything", sixteen(), everything()},
	}
}

func BenchmarkScrape(b *testing.B) {
	for _, k := range knownHosts(b) {
		c := New(k.options)
		c.Update(k.Snapshot)
		handler := handlerOf(c)

		for _, f := range formats() {
			b.Run(k.name+"/format="+f.name, func(b *testing.B) {
				b.ReportAllocs()

				for b.Loop() {
					b.SetBytes(int64(scrape(b, handler, f)))
				}
			})
		}
	}
}

func BenchmarkRender(b *testing.B) {
	for _, k := range knownHosts(b) {
		tables := newTables(k.options)

		b.Run(k.name, func(b *testing.B) {
			b.ReportAllocs()

			for b.Loop() {
				tables.render(k.Snapshot)
			}
		})
	}
}
