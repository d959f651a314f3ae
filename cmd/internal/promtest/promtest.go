// Package promtest runs a real Prometheus, and a real Alertmanager, for a test.
package promtest

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// A Server is a Prometheus server.
type Server struct {
	URL string
	// At is the time of the queries; the zero time is that of the asking.
	At time.Time

	t   *testing.T
	log *log
}

// Start runs Prometheus with a configuration, and further flags, until the test ends. The test is skipped where there is none on PATH.
func Start(t *testing.T, config string, flags ...string) *Server {
	t.Helper()

	return StartOn(t, filepath.Join(t.TempDir(), "data"), config, flags...)
}

// Own stands in a configuration for the address of the Prometheus that it is of.
const Own = "OWN_ADDRESS"

// StartOn runs Prometheus on a folder that may have blocks, however old.
func StartOn(t *testing.T, data, config string, flags ...string) *Server {
	t.Helper()

	address := FreeAddress(t)
	file := filepath.Join(t.TempDir(), "prometheus.yml")

	if err := os.WriteFile(file, []byte(strings.ReplaceAll(config, Own, address)), 0o600); err != nil {
		t.Fatal(err)
	}

	s := &Server{t: t, URL: "http://" + address}
	s.log = run(t, s.URL, "prometheus", "prometheus", append(flags,
		"--config.file="+file, "--storage.tsdb.path="+data, "--storage.tsdb.retention.time=100y", "--web.listen-address="+address)...)

	return s
}

// FreeAddress is an address that nobody listens on. Prometheus cannot be given a socket, nor asked for its port.
func FreeAddress(t *testing.T) string {
	t.Helper()

	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}

	address := listener.Addr().String()
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}

	return address
}

// Log is what Prometheus has logged so far.
func (s *Server) Log() string {
	return s.log.String()
}

// Ask calls Prometheus's API and decodes the data of its answer.
func (s *Server) Ask(path string, data any) {
	s.t.Helper()

	response, err := http.Get(s.URL + path) //nolint:noctx // the process ends with the test
	if err != nil {
		s.t.Fatal(err)
	}
	defer response.Body.Close() //nolint:errcheck // it was only read

	answer := struct {
		Status string
		Error  string
		Data   any
	}{Data: data}
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil || answer.Status != "success" {
		s.t.Fatalf("%s: %v %s", path, err, answer.Error)
	}
}

// A Sample is a series of the answer to an instant query.
type Sample struct {
	Labels map[string]string
	Value  float64
}

// Query answers an instant query.
func (s *Server) Query(expression string) []Sample {
	s.t.Helper()

	var data struct {
		Result []struct {
			Metric map[string]string
			Value  [2]any
		}
	}

	query := url.Values{"query": {expression}}
	if !s.At.IsZero() {
		query.Set("time", strconv.FormatInt(s.At.Unix(), 10))
	}

	s.Ask("/api/v1/query?"+query.Encode(), &data)

	samples := make([]Sample, 0, len(data.Result))

	for _, series := range data.Result {
		text, ok := series.Value[1].(string)
		if !ok {
			s.t.Fatalf("%s: a value that is no string: %v", expression, series.Value)
		}

		value, err := strconv.ParseFloat(text, 64)
		if err != nil {
			s.t.Fatal(err)
		}

		samples = append(samples, Sample{series.Metric, value})
	}

	return samples
}

// Until asks until the values are as they should be.
func (s *Server) Until(expression string, good func(values []float64) bool) {
	s.t.Helper()

	wait(s.t, s.log, func() (string, bool) {
		var values []float64
		for _, sample := range s.Query(expression) {
			values = append(values, sample.Value)
		}

		return fmt.Sprintf("%s stays at %v", expression, values), good(values)
	})
}

// Is says whether values are those that are wanted, in their order.
func Is(want ...float64) func(values []float64) bool {
	return func(values []float64) bool {
		return fmt.Sprint(values) == fmt.Sprint(want)
	}
}

// Observe waits until Prometheus has scraped all targets anew, and then has evaluated all rules anew.
func (s *Server) Observe() {
	s.t.Helper()

	begin := time.Now()

	wait(s.t, s.log, func() (string, bool) {
		var data struct {
			ActiveTargets []struct {
				ScrapeURL  string
				LastScrape time.Time
			}
		}

		s.Ask("/api/v1/targets?state=active", &data)

		for _, target := range data.ActiveTargets {
			if target.LastScrape.Before(begin) {
				return target.ScrapeURL + " is not scraped", false
			}
		}

		return "", true
	})

	scraped := time.Now()

	wait(s.t, s.log, func() (string, bool) {
		var data struct {
			Groups []struct {
				Name           string
				LastEvaluation time.Time
			}
		}

		s.Ask("/api/v1/rules", &data)

		for _, group := range data.Groups {
			if group.LastEvaluation.Before(scraped) {
				return "the rules " + group.Name + " are not evaluated", false
			}
		}

		return "", true
	})
}
