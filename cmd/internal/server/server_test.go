package server

import (
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
)

// A broken client takes no answer, where it has an error.
type broken struct {
	*httptest.ResponseRecorder

	err error
}

func (b broken) Write(text []byte) (int, error) {
	if b.err != nil {
		return 0, b.err
	}

	return b.ResponseRecorder.Write(text)
}

// TestScrapesThatFail: what is wrong here is logged as an error, and what is wrong there is not.
func TestScrapesThatFail(t *testing.T) {
	t.Parallel()

	good := prometheus.NewRegistry()
	good.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "x", Help: "x"}, func() float64 { return 1 }))

	bad := prometheus.GathererFunc(func() ([]*dto.MetricFamily, error) { return nil, errors.New("odd") })

	for name, tc := range map[string]struct {
		gatherer prometheus.Gatherer
		err      error
		logged   string
		accepts  string // encodings
	}{
		"gone":       {good, &net.OpError{Op: "write", Err: syscall.EPIPE}, "", ""},
		"slow":       {good, &net.OpError{Op: "write", Err: syscall.ETIMEDOUT}, "", ""},
		"encoding":   {good, errors.New("odd"), "odd", ""},
		"gathering":  {bad, nil, "odd", ""},
		"nothing":    {good, nil, "", "identity;q=0"},
		"no, thanks": {good, nil, "", "*;q=0"},
	} {
		var log strings.Builder

		handler := Metrics(tc.gatherer, 0, slog.New(slog.NewTextHandler(&log, nil)))
		request := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil)
		request.Header.Set("Accept-Encoding", tc.accepts)
		handler.ServeHTTP(broken{httptest.NewRecorder(), tc.err}, request)

		if text := log.String(); (text == "") != (tc.logged == "") || !strings.Contains(text, tc.logged) || tc.logged != "" && !strings.Contains(text, "level=ERROR") {
			t.Errorf("%s: logged %q, want %q", name, text, tc.logged)
		}
	}
}
