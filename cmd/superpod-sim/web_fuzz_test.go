package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/promslog"

	"github.com/ascend-exporter/ascend_exporter/collector/sim/fleet"
)

// FuzzWeb: no request makes a handler panic or fail; what is compressed can be read; discovery is JSON, with the address that the
// request came to; a host answers at its own path only.
func FuzzWeb(f *testing.F) {
	for _, target := range []string{
		"/", "/sd", "/sd/vllm", "/metrics", "/host/sp0-r00-h00/metrics", "/host/sp0-r00-h00/metrics?name[]=ascend_npu_chips", "/host/../metrics",
		"/host/%2e%2e/metrics", "/host//metrics", "/host/%ff%00/metrics", "/host/sp0-r00-h00/vllm/x/metrics", "/-/ready", "/-/healthy", "*", "//sd",
	} {
		f.Add(http.MethodGet, target, "localhost:9946", "text/plain", "gzip")
	}

	f.Add(http.MethodHead, "/sd", "<script>", "application/openmetrics-text;version=1.0.0;escaping=values", "gzip;q=0")
	f.Add(http.MethodPost, "/sd", "[::1]:9946", "*/*", "identity")

	handler := fuzzedFleet(f)

	f.Fuzz(func(t *testing.T, method, target, host, accept, encoding string) {
		text := fmt.Sprintf("%s %s HTTP/1.1\r\nHost: %s\r\nAccept: %s\r\nAccept-Encoding: %s\r\n\r\n", method, target, host, accept, encoding)

		request, err := http.ReadRequest(bufio.NewReader(strings.NewReader(text)))
		if err != nil {
			return // the server refuses it before a handler sees it
		}

		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, request)

		if !slices.Contains([]int{
			http.StatusOK, http.StatusMovedPermanently, http.StatusTemporaryRedirect, http.StatusPermanentRedirect,
			http.StatusBadRequest, http.StatusNotFound, http.StatusMethodNotAllowed,
		}, answer.Code) {
			t.Errorf("status %d: %s", answer.Code, answer.Body)
		}

		body := answer.Body.Bytes()

		if answer.Header().Get("Content-Encoding") == "gzip" {
			reader, err := gzip.NewReader(bytes.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}

			if body, err = io.ReadAll(reader); err != nil {
				t.Fatal(err)
			}
		}

		if answer.Code == http.StatusOK {
			checkPage(t, request, string(body))
		}
	})
}

// fuzzedFleet is the handler of a fleet of one host at a moment.
func fuzzedFleet(tb testing.TB) http.Handler {
	tb.Helper()

	config := fleet.Config{SuperPods: 1, Racks: 1, HostsPerRack: 1, Product: "910B3", NPUs: 1, Seed: 1}

	hosts, err := fleet.New(config)
	if err != nil {
		tb.Fatal(err)
	}

	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	exporters := fleet.NewExporters(hosts, fleet.Options{}, now)
	ready := make(chan struct{})
	close(ready)

	return newHandler(tb.Context(), &options{fleet: config}, exporters, func() time.Time { return now }, ready, promslog.NewNopLogger())
}

func checkPage(t *testing.T, request *http.Request, body string) {
	t.Helper()

	switch path := request.URL.Path; path {
	case "/sd", "/sd/vllm":
		var groups []targetGroup
		if err := json.Unmarshal([]byte(body), &groups); err != nil {
			t.Fatalf("%v: %q", err, body)
		}

		for _, group := range groups {
			if want := string([]rune(request.Host)); !slices.Equal(group.Targets, []string{want}) {
				t.Errorf("the fleet was asked at %q, and is at %q", want, group.Targets)
			}
		}
	case "/", "/metrics", "/-/healthy", "/-/ready", "/host/sp0-r00-h00/metrics":
		if strings.Contains(body, "<script") {
			t.Errorf("%s has a script: %q", path, body)
		}
	default:
		if !strings.HasPrefix(path, "/host/sp0-r00-h00/vllm/") {
			t.Errorf("%q is found", path)
		}
	}
}
