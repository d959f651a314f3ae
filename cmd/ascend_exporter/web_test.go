package main

import (
	"compress/gzip"
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/promslog"
	"golang.org/x/crypto/bcrypt"

	"github.com/ascend-exporter/ascend_exporter/cmd/internal/exportertest"
	"github.com/ascend-exporter/ascend_exporter/collector/snapshot"
)

func TestSixtyScrapesAtOnce(t *testing.T) {
	t.Parallel()

	e := startExporter(t, "--sim", "--sim.product=A3", "--web.max-requests=0", "--collection.interval=1h").ready()
	e.Until("mapping", func(m samples) bool { return m[`ascend_exporter_query_runs_total{query="mapping"}`] == 1 })

	var group sync.WaitGroup

	bodies := make([]string, 60)
	for i := range bodies {
		group.Go(func() { _, bodies[i] = e.Get("/metrics") })
	}

	group.Wait()

	for i, body := range bodies {
		m := exportertest.ParseSamples(t, body)
		if m["ascend_exporter_up"] != 1 || m.Count("ascend_npu_health_status") != 16 {
			t.Errorf("scrape %d: up %v, %d chips", i, m["ascend_exporter_up"], m.Count("ascend_npu_health_status"))
		}

		if runs := m[`ascend_exporter_query_runs_total{query="summary"}`]; runs != 1 {
			t.Errorf("scrape %d: the tool ran %v times: a scrape starts no process", i, runs)
		}
	}
}

// TestTooManyRequests holds one scrape of a path open; the next is refused at once.
func TestTooManyRequests(t *testing.T) {
	t.Parallel()

	for _, path := range []string{"/metrics", compatPath} {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			tooManyRequests(t, path)
		})
	}
}

func tooManyRequests(t *testing.T, path string) {
	t.Helper()

	entered, leave := make(chan struct{}), make(chan struct{})
	slow := prometheus.GathererFunc(func() ([]*dto.MetricFamily, error) {
		close(entered)
		<-leave

		return nil, nil
	})

	o := options{maxRequests: 1}
	handler := newHandler(&o, map[string]prometheus.Gatherer{path: slow}, func() *snapshot.Snapshot { return nil }, make(chan struct{}), promslog.NewNopLogger())
	server := httptest.NewServer(handler)

	defer server.Close()

	first := make(chan int)

	go func() {
		response, err := http.Get(server.URL + path)
		if err != nil {
			first <- -1

			return
		}

		_ = response.Body.Close()
		first <- response.StatusCode
	}()

	<-entered

	response, err := http.Get(server.URL + path)
	if err != nil {
		t.Fatal(err)
	}

	_ = response.Body.Close()
	if response.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("the request over the limit got %d, want 503", response.StatusCode)
	}

	close(leave)

	if status := <-first; status != http.StatusOK {
		t.Errorf("the first request got %d", status)
	}
}

func TestFormats(t *testing.T) {
	t.Parallel()

	e := startExporter(t, "--sim").ready()

	_, body := e.Get("/metrics", "Accept", "application/openmetrics-text; version=1.0.0")
	if !strings.HasSuffix(body, "# EOF\n") || !strings.Contains(body, "# TYPE ascend_exporter_failures counter\n") {
		t.Errorf("not OpenMetrics:\n%.300s", body)
	}

	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, e.URL+"/metrics", nil)
	if err != nil {
		t.Fatal(err)
	}

	request.Header.Set("Accept-Encoding", "gzip")

	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()

	unzipped, err := gzip.NewReader(response.Body)
	if err != nil {
		t.Fatal(err)
	}

	text, err := io.ReadAll(unzipped)
	if err != nil || exportertest.ParseSamples(t, string(text))["ascend_exporter_up"] != 1 {
		t.Errorf("gzip: %v", err)
	}
}

func TestTLSAndBasicAuth(t *testing.T) {
	t.Parallel()

	folder := t.TempDir()
	pool := exportertest.WriteCertificate(t, folder)

	hash, err := bcrypt.GenerateFromPassword([]byte("s3cret"), bcrypt.MinCost)
	if err != nil {
		t.Fatal(err)
	}

	config := filepath.Join(folder, "web.yml")
	text := fmt.Sprintf("tls_server_config:\n  cert_file: cert.pem\n  key_file: key.pem\nbasic_auth_users:\n  scraper: %s\n", hash)

	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}

	e := startExporter(t, "--sim", "--compat.npu-exporter", "--web.config.file="+config)
	plainURL := e.URL
	e.URL = strings.Replace(e.URL, "http:", "https:", 1)
	e.HTTP.Transport = &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}}

	for _, path := range []string{"/metrics", compatPath} {
		if status, _ := e.Get(path); status != http.StatusUnauthorized {
			t.Errorf("%s: status %d without a password, want 401", path, status)
		}
	}

	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, e.URL+"/metrics", nil)
	if err != nil {
		t.Fatal(err)
	}

	request.SetBasicAuth("scraper", "s3cret")

	response, err := e.HTTP.Do(request)
	if err != nil {
		t.Fatal(err)
	}

	_ = response.Body.Close()
	if response.StatusCode != http.StatusOK {
		t.Errorf("status %d with the password, want 200", response.StatusCode)
	}

	e.URL = plainURL
	if status, _ := e.Get("/metrics"); status != http.StatusBadRequest {
		t.Errorf("status %d without TLS, want 400", status)
	}
}
