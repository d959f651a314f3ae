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

// A broken client takes no answer.
type broken struct {
	*httptest.ResponseRecorder

	err error
}

func (b broken) Write([]byte) (int, error) { return 0, b.err }

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
	}{
		"gone":      {good, &net.OpError{Op: "write", Err: syscall.EPIPE}, ""},
		"slow":      {good, &net.OpError{Op: "write", Err: syscall.ETIMEDOUT}, ""},
		"encoding":  {good, errors.New("odd"), "odd"},
		"gathering": {bad, nil, "odd"},
	} {
		var log strings.Builder

		handler := Metrics(tc.gatherer, 0, slog.New(slog.NewTextHandler(&log, nil)))
		request := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil)
		handler.ServeHTTP(broken{httptest.NewRecorder(), tc.err}, request)

		if text := log.String(); (text == "") != (tc.logged == "") || !strings.Contains(text, tc.logged) || tc.logged != "" && !strings.Contains(text, "level=ERROR") {
			t.Errorf("%s: logged %q, want %q", name, text, tc.logged)
		}
	}
}
