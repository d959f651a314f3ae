package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/promslog"

	"github.com/ascend-exporter/ascend_exporter/cmd/internal/server"
	"github.com/ascend-exporter/ascend_exporter/collector"
	"github.com/ascend-exporter/ascend_exporter/collector/snapshot"
)

// FuzzWeb: no request makes a handler panic or fail; an answer is what its headers say; of the metrics it has what was asked for, in
// full; and nothing of a request is left for the next.
func FuzzWeb(f *testing.F) {
	for _, target := range []string{
		"/", "/metrics", "/metrics?name[]=ascend_npu_chips", "/metrics/npu-exporter?name%5B%5D=x&%gh", "/-/healthy", "/-/ready",
		"//metrics", "/metrics/../x", "/metrics/", "*", "http://elsewhere/metrics", "/%00%ff<script>", "/status.html",
	} {
		f.Add(http.MethodGet, target, "text/plain;version=0.0.4;q=0.5,*/*;q=0.1", "gzip", "Range: bytes=3-")
	}

	f.Add(http.MethodGet, "/", "text/html", "gzip", "Cookie: x")
	f.Add(http.MethodHead, "/", "application/openmetrics-text; version=1.0.0; escaping=allow-utf-8", "zstd;q=1.0,gzip;q=0", "If-None-Match: *")
	f.Add(http.MethodPost, "/metrics", "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited", "identity", "Content-Length: 0")
	f.Add(http.MethodConnect, "host:80", "application/openmetrics-text;version=1.0.0;escaping=values;q=nan", "*", "Upgrade: websocket")
	f.Add(http.MethodOptions, "/metrics", "\xff/\x80;;=,", "br,\x00", "X-Prometheus-Scrape-Timeout-Seconds: -1")

	w := newWebTarget(f)

	f.Fuzz(func(t *testing.T, method, target, accept, encoding, header string) {
		text := fmt.Sprintf("%s %s HTTP/1.1\r\nHost: localhost\r\nAccept: %s\r\nAccept-Encoding: %s\r\n%s\r\n\r\n", method, target, accept, encoding, header)

		request, err := http.ReadRequest(bufio.NewReader(strings.NewReader(text)))
		if err != nil {
			return // the server refuses it before a handler sees it
		}

		w.check(t, request, w.serve(request))

		if after := w.serve(httptest.NewRequest(http.MethodGet, "/metrics", nil)); after.Body.String() != w.metrics {
			t.Errorf("after %q /metrics has another answer:\n%s", text, after.Body)
		}
	})
}

// A webTarget is the handler of an exporter that has one chip and one snapshot.
type webTarget struct {
	http.Handler

	families map[string]map[string]bool // names by path
	metrics  string                     // the answer of /metrics
}

func newWebTarget(tb testing.TB) *webTarget {
	tb.Helper()

	s := healthyHost(1)
	native, compat := collector.New(collector.Options{Processes: true}), collector.NewNPUExporter(collector.NPUExporterOptions{})

	native.Update(s)
	compat.Update(s)

	o := options{telemetryPath: "/metrics", maxRequests: 1, compat: compatOptions{enabled: true, path: "/metrics/npu-exporter"}}
	done := make(chan struct{})
	close(done)

	w := &webTarget{families: make(map[string]map[string]bool)}
	w.Handler = newHandler(&o, o.paths(native, compat), func() *snapshot.Snapshot { return s }, done, promslog.NewNopLogger())

	for path, gatherer := range o.paths(native, compat) {
		families, err := gatherer.Gather()
		if err != nil || len(families) == 0 {
			tb.Fatalf("%d families of metrics, %v", len(families), err)
		}

		w.families[path] = names(families)
	}

	w.metrics = w.serve(httptest.NewRequest(http.MethodGet, "/metrics", nil)).Body.String()

	return w
}

func names(families []*dto.MetricFamily) map[string]bool {
	all := make(map[string]bool)
	for _, family := range families {
		all[family.GetName()] = true
	}

	return all
}

func (w *webTarget) serve(request *http.Request) *httptest.ResponseRecorder {
	answer := httptest.NewRecorder()
	w.ServeHTTP(answer, request)

	return answer
}

// check holds an answer against its request and its own headers.
func (w *webTarget) check(t *testing.T, request *http.Request, answer *httptest.ResponseRecorder) {
	t.Helper()

	if !slices.Contains([]int{
		http.StatusOK, http.StatusPartialContent, http.StatusMovedPermanently, http.StatusNotModified, http.StatusTemporaryRedirect, http.StatusPermanentRedirect,
		http.StatusBadRequest, http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusPreconditionFailed, http.StatusRequestedRangeNotSatisfiable,
	}, answer.Code) {
		t.Errorf("status %d: %s", answer.Code, answer.Body)
	}

	for name, values := range answer.Header() {
		for _, value := range values {
			if strings.ContainsAny(name+value, "\r\n\x00") {
				t.Errorf("header %q: %q", name, value)
			}
		}
	}

	body := plainBody(t, answer)
	path := request.URL.Path

	switch families, isMetrics := w.families[path]; {
	case answer.Code != http.StatusOK:
	case isMetrics:
		wantFamilies(t, families, request.URL.Query(), expfmt.ResponseFormat(answer.Header()), answer.Header().Get("Content-Type"), body)
	case path == server.HealthyPath || path == server.ReadyPath:
		if body != "Healthy.\n" && body != "Ready.\n" {
			t.Errorf("a probe says %q", body)
		}
	case path != "/":
		t.Errorf("%q is found", path)
	case request.Method != http.MethodHead && (!strings.HasPrefix(body, "<!doctype html>") || !strings.HasSuffix(body, "</html>\n")):
		t.Errorf("the status page is not whole: %.100q", body)
	}
}

// plainBody is the body as it was before it was compressed.
func plainBody(t *testing.T, answer *httptest.ResponseRecorder) string {
	t.Helper()

	switch encoding := answer.Header().Get("Content-Encoding"); encoding {
	case "":
		return answer.Body.String()
	case "gzip":
		reader, err := gzip.NewReader(bytes.NewReader(answer.Body.Bytes()))
		if err != nil {
			t.Fatal(err)
		}

		text, err := io.ReadAll(reader)
		if err != nil {
			t.Fatal(err)
		}

		return string(text)
	default:
		t.Fatalf("the answer is compressed as %q, which nobody offers", encoding)

		return ""
	}
}

// wantFamilies holds the metrics of an answer, in the format that it says it has, against those that there are, or were asked for.
func wantFamilies(t *testing.T, all map[string]bool, query url.Values, format expfmt.Format, contentType, body string) {
	t.Helper()

	got := make(map[string]bool)

	if strings.HasPrefix(contentType, "application/openmetrics-text") {
		if !strings.HasSuffix(body, "# EOF\n") {
			t.Errorf("%s without an end: %q", contentType, body)
		}

		for line := range strings.SplitSeq(body, "\n") {
			if name, kind, ok := strings.Cut(strings.TrimPrefix(line, "# TYPE "), " "); ok && strings.HasPrefix(line, "# TYPE ") {
				if kind == "counter" {
					name += "_total" // which is a part of the series' name there, and not of the family's
				}

				got[name] = true
			}
		}
	} else {
		for decoder := expfmt.NewDecoder(strings.NewReader(body), format); ; {
			var family dto.MetricFamily
			if err := decoder.Decode(&family); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatalf("not %s: %v\n%q", contentType, err, body)
			}

			got[family.GetName()] = true
		}
	}

	for name := range all {
		if asked := query["name[]"]; got[name] != (len(asked) == 0 || slices.Contains(asked, name)) {
			t.Errorf("%s: is %s there: %t", contentType, name, got[name])
		}

		delete(got, name)
	}

	if len(got) > 0 {
		t.Errorf("%s: what is %v?", contentType, got)
	}
}
