// Package promtest runs a real Prometheus for a test.
package promtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"
)

// patience bounds every wait. It is no measure of speed.
const patience = time.Minute

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

// StartOn runs Prometheus on a folder that may have blocks, however old.
func StartOn(t *testing.T, data, config string, flags ...string) *Server {
	t.Helper()

	binary, err := exec.LookPath("prometheus")
	if err != nil {
		t.Skip("no prometheus on PATH: install Debian's package prometheus")
	}

	file := filepath.Join(t.TempDir(), "prometheus.yml")

	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}

	address := FreeAddress(t)
	s := &Server{t: t, URL: "http://" + address, log: new(log)}
	cmd := exec.CommandContext(t.Context(), binary, append(flags, //nolint:gosec // it is Prometheus
		"--config.file="+file, "--storage.tsdb.path="+data, "--storage.tsdb.retention.time=100y", "--web.listen-address="+address)...)
	cmd.Stderr, cmd.Stdout = s.log, s.log

	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}

	ended := make(chan struct{})

	go func() {
		_ = cmd.Wait()
		close(ended)
	}()

	t.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt)
		<-ended
	})

	s.wait(func() (string, bool) {
		select {
		case <-ended:
			t.Fatalf("Prometheus ended:\n%s", s.Log())
		default:
		}

		response, err := http.Get(s.URL + "/-/ready") //nolint:noctx // the process ends with the test
		if err != nil {
			return err.Error(), false
		}

		return response.Status, response.Body.Close() == nil && response.StatusCode == http.StatusOK
	})

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

	s.wait(func() (string, bool) {
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

// wait asks again and again until the answer is yes; in the end it fails with what it was told.
func (s *Server) wait(ask func() (state string, good bool)) {
	s.t.Helper()

	deadline := time.Now().Add(patience)
	tick := time.NewTicker(100 * time.Millisecond)

	defer tick.Stop()

	for {
		state, good := ask()
		if good {
			return
		}

		if time.Now().After(deadline) {
			s.t.Fatalf("%s\n%s", state, s.Log())
		}

		<-tick.C
	}
}

// A log is a buffer that can be read while it is written.
type log struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Write adds to the log.
func (l *log) Write(text []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()

	return l.text.Write(text)
}

// String is the log so far.
func (l *log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()

	return l.text.String()
}
