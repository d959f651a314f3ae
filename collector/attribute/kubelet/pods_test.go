package kubelet

import (
	"context"
	"encoding/pem"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ascend-exporter/ascend_exporter/collector/npusmi"
)

const podList = `{"kind": "PodList", "apiVersion": "v1", "metadata": {}, "items": [
  {"metadata": {"name": "train-0", "namespace": "jobs", "uid": "u-0", "annotations": {
    "huawei.com/AscendReal": "Ascend910-2,Ascend910-3", "huawei.com/kltDev": "Ascend910-1, Ascend910-12", "a": {"nested": []}}},
   "spec": {"containers": [{"name": "main"}]}, "status": {"phase": "Running"}},
  {"metadata": {"name": "done", "namespace": "jobs", "uid": "u-1"}, "status": {"phase": "Succeeded"}}
]}`

// startPods serves a kubelet's list of pods over HTTPS until the test ends.
func startPods(t *testing.T, handler http.HandlerFunc) Pods {
	t.Helper()

	server := httptest.NewUnstartedServer(handler)
	server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError) // of clients that do not trust it
	server.StartTLS()
	t.Cleanup(server.Close)

	address, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}

	folder := t.TempDir()
	p := Pods{
		URL: address, TokenFile: filepath.Join(folder, "token"), CAFile: filepath.Join(folder, "ca.crt"), Deadline: patience,
	}
	put(t, p.TokenFile, "secret\n")
	put(t, p.CAFile, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})))

	return p
}

func put(t *testing.T, file, text string) {
	t.Helper()

	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// answer answers the right question, asked with the right token, with a text.
func answer(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/pods" || r.Header.Get("Authorization") != "Bearer secret" {
			http.Error(w, "wrong question", http.StatusTeapot)

			return
		}

		_, _ = w.Write([]byte(text))
	}
}

func TestPods(t *testing.T) {
	t.Parallel()

	p := startPods(t, answer(podList))

	got, err := p.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}

	want := []Pod{
		{Namespace: "jobs", Name: "train-0", UID: "u-0", Real: []string{"Ascend910-2", "Ascend910-3"}, Listed: []string{"Ascend910-1", "Ascend910-12"}},
		{Namespace: "jobs", Name: "done", UID: "u-1", Ended: true},
	}
	if diff := cmp.Diff(want, got, cmp.Transformer("none", func(words []string) []string { return append([]string{}, words...) })); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestNoPods(t *testing.T) {
	t.Parallel()

	for _, text := range []string{`{"items": []}`, `{"kind": "PodList", "items": null}`} {
		p := startPods(t, answer(text))
		if got, err := p.List(t.Context()); err != nil || len(got) != 0 {
			t.Errorf("%s: %v, %v", text, got, err)
		}
	}
}

func TestPodsFail(t *testing.T) {
	t.Parallel()

	status := func(code int) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
	}

	for _, tc := range []struct {
		name    string
		handler http.HandlerFunc
		change  func(t *testing.T, p *Pods)
		reason  npusmi.Reason
		says    string
	}{
		{"forbidden", status(http.StatusForbidden), nil, npusmi.ReasonPermission, "403"},
		{"unknown token", status(http.StatusUnauthorized), nil, npusmi.ReasonPermission, "401"},
		{"not there", status(http.StatusNotFound), nil, npusmi.ReasonQuery, "404"},
		{"leads elsewhere", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "https://127.0.0.1:1/", http.StatusFound)
		}, nil, npusmi.ReasonQuery, "302"},
		{"garbage", answer("\x00\xff no JSON"), nil, npusmi.ReasonParse, "could not be read"},
		{"a list", answer("[]"), nil, npusmi.ReasonParse, "begins with ["},
		{"something else", answer(`{"kind": "Status"}`), nil, npusmi.ReasonParse, "no items"},
		{"items of another kind", answer(`{"items": {"a": 1}}`), nil, npusmi.ReasonParse, "no list"},
		{"cut off", answer(podList[:len(podList)-10]), nil, npusmi.ReasonParse, "could not be read"},
		{"20 MB", answer(`{"items": [{"spec": "` + strings.Repeat("x", 20<<20) + `"}]}`), nil, npusmi.ReasonOutputTooLarge, "more than 16777216 bytes"},
		{"hangs", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, func(_ *testing.T, p *Pods) {
			p.Deadline = 100 * time.Millisecond
		}, npusmi.ReasonTimeout, "within 100ms"},
		{"no token", answer(podList), func(_ *testing.T, p *Pods) { p.TokenFile += ".none" }, npusmi.ReasonPermission, "token.none"},
		{"no authority", answer(podList), func(t *testing.T, p *Pods) {
			t.Helper()
			put(t, p.CAFile, "nothing")
		}, npusmi.ReasonPermission, "has no certificate"},
		{"another authority", answer(podList), func(t *testing.T, p *Pods) {
			t.Helper()

			p.URL.Host = strings.Replace(p.URL.Host, "127.0.0.1", "localhost", 1) // not in the certificate
		}, npusmi.ReasonQuery, "certificate"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()

			p := startPods(t, tc.handler)
			if tc.change != nil {
				tc.change(t, &p)
			}

			failure := failed(t, func(ctx context.Context) error { _, err := p.List(ctx); return err })
			if failure.Reason != tc.reason || !strings.Contains(failure.Message, tc.says) {
				t.Errorf("%s: %s; want %s: ...%s...", failure.Reason, failure.Message, tc.reason, tc.says)
			}
		})
	}
}

// FuzzDecodePods: no panic, and every name that comes out stands in the text.
func FuzzDecodePods(f *testing.F) {
	f.Add(podList)
	f.Add(`{"items": null}`)
	f.Add(`{"items": [{"metadata": {"name": "a"}}]`)
	f.Fuzz(func(t *testing.T, text string) {
		pods, err := decodePods(strings.NewReader(text))
		if err != nil {
			return
		}

		for _, p := range pods {
			// What JSON escapes is not compared.
			if !strings.Contains(text, `\`) && strings.ToValidUTF8(text, "") == text && !strings.Contains(text, p.Name) {
				t.Errorf("%s has no %q", text, p.Name)
			}
		}
	})
}
