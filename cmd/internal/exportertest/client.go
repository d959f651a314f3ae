package exportertest

import (
	"io"
	"net/http"
	"testing"
	"time"
)

// A Client asks an exporter.
type Client struct {
	T    testing.TB
	URL  string
	HTTP *http.Client
	Log  *Lines // of the exporter

	Pause time.Duration // between the scrapes of Until
}

// NewClient makes a client of an exporter whose log is known, and whose address is not yet.
func NewClient(tb testing.TB, log *Lines) *Client {
	tb.Helper()

	const pause = 20 * time.Millisecond

	return &Client{T: tb, HTTP: &http.Client{Timeout: Patience}, Log: log, Pause: pause}
}

// Get fetches a path, with headers by name and value, and gives status and body.
func (c *Client) Get(path string, header ...string) (int, string) {
	c.T.Helper()

	request, err := http.NewRequestWithContext(c.T.Context(), http.MethodGet, c.URL+path, nil)
	if err != nil {
		c.T.Fatal(err)
	}

	for i := 0; i+1 < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}

	response, err := c.HTTP.Do(request)
	if err != nil {
		c.T.Fatal(err)
	}
	defer response.Body.Close() //nolint:errcheck // it was only read

	body, err := io.ReadAll(response.Body)
	if err != nil {
		c.T.Fatal(err)
	}

	return response.StatusCode, string(body)
}

// Metrics scrapes and parses.
func (c *Client) Metrics() Samples {
	c.T.Helper()

	status, body := c.Get("/metrics")
	if status != http.StatusOK {
		c.T.Fatalf("status %d: %s", status, body)
	}

	return ParseSamples(c.T, body)
}

// Until scrapes until the metrics are as they should be.
func (c *Client) Until(what string, good func(Samples) bool) Samples {
	c.T.Helper()

	return Until(c.T, what, c.Log, c.Pause, func() (Samples, bool) {
		m := c.Metrics()

		return m, good(m)
	})
}

// Until looks again and again until what it sees is good. In the end it fails with the log.
func Until[T any](tb testing.TB, what string, log *Lines, pause time.Duration, look func() (seen T, good bool)) T {
	tb.Helper()

	deadline := time.Now().Add(Patience)
	tick := time.NewTicker(pause)

	defer tick.Stop()

	for {
		seen, good := look()
		if good {
			return seen
		}

		if time.Now().After(deadline) {
			tb.Fatalf("never: %s\n%s", what, log.Text())
		}

		<-tick.C
	}
}
