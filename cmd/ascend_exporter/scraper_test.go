package main

import (
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// A scraper scrapes again and again, and counts what it gets.
type scraper struct {
	client *http.Client
	header http.Header

	size      int64 // of the last answer
	refused   int
	problems  []error
	latencies []time.Duration
}

func newScraper(kind traffic, client *tls.Config) *scraper {
	s := &scraper{
		client: &http.Client{Timeout: patience, Transport: &http.Transport{
			DisableKeepAlives: !kind.keepAlive, DisableCompression: true, TLSClientConfig: client,
		}},
		header: http.Header{"Accept": {"application/openmetrics-text; version=1.0.0"}},
	}

	if kind.gzip {
		s.header.Set("Accept-Encoding", "gzip")
	}

	return s
}

// scrape goes on for as long as there is more to do, or until there are many problems.
func (s *scraper) scrape(url string, more func() bool) {
	const (
		many  = 10
		pause = 100 * time.Millisecond // of one that was told to come again
	)

	defer s.client.CloseIdleConnections()

	for len(s.problems) < many && more() {
		begin := time.Now()

		switch status, err := s.get(url); {
		case err != nil:
			s.problems = append(s.problems, err)
		case status == http.StatusServiceUnavailable:
			s.refused++

			<-time.After(pause)
		case status != http.StatusOK:
			s.problems = append(s.problems, fmt.Errorf("status %d", status))
		default:
			s.latencies = append(s.latencies, time.Since(begin))
		}
	}
}

// get scrapes once, and reads all of it.
func (s *scraper) get(url string) (status int, err error) {
	request, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		return 0, err
	}

	request.Header = s.header

	response, err := s.client.Do(request)
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()

	s.size, err = io.Copy(io.Discard, response.Body)
	if err == nil && s.size == 0 {
		err = fmt.Errorf("status %d and nothing else", response.StatusCode)
	}

	return response.StatusCode, err
}

// at is the latency that a share of the scrapes has at most.
func (l loaded) at(share float64) time.Duration {
	if len(l.latencies) == 0 {
		return 0
	}

	return l.latencies[int(share*float64(len(l.latencies)-1))]
}

// loadTable is the report.
func loadTable(rows []loaded) string {
	var text strings.Builder

	text.WriteString("| connections | encoding | TLS | scrapes | a second | errors | 503 | p50 | p90 | p99 | longest | CPU of one | resident after | descriptors | goroutines | tool processes |\n")
	text.WriteString("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n")

	for _, row := range rows {
		scrapes := len(row.latencies)

		fmt.Fprintf(&text, "| %s | %d | %.0f | %d | %d | %s | %s | %s | %s | %.1f ms | %.1f MiB | %d, %d | %d, %d | %d |\n", row.traffic,
			scrapes, float64(scrapes)/row.took.Seconds(), len(row.problems), row.refused,
			inMilliseconds(row.at(0.5)), inMilliseconds(row.at(0.9)), inMilliseconds(row.at(0.99)), inMilliseconds(row.at(1)),
			1000*row.cpu/float64(max(scrapes, 1)), float64(row.resident)/(1<<20),
			row.before.descriptors, row.after.descriptors, row.before.goroutines, row.after.goroutines, row.processed-row.processes)
	}

	return text.String()
}

func inMilliseconds(d time.Duration) string {
	return fmt.Sprintf("%.1f ms", float64(d)/float64(time.Millisecond))
}
