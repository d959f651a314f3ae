package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ascend-exporter/ascend_exporter/collector/npusmi"
	"github.com/ascend-exporter/ascend_exporter/collector/optional"
	"github.com/ascend-exporter/ascend_exporter/collector/snapshot"
)

func TestStatusPageOfHealthyHost(t *testing.T) {
	t.Parallel()

	page := openPage(t, statusHandler(healthyHost(8)))

	if got, want := page.one("title", "").text(), "Up – ascend_exporter"; got != want {
		t.Errorf("the title is %q, want %q", got, want)
	}

	page.one("header", "").wantText("Version 1.2.3, revision 0123456789ab")
	page.one("header", "").wantNoText("0123456789abc", "Simulated")

	banner := page.one("section", "banner")
	if !banner.hasClass("good") {
		t.Errorf("the banner's class is %q", banner.attribute("class"))
	}

	if got, want := banner.text(), "Up All 8 chips that the tool lists can be read."; got != want {
		t.Errorf("the banner says %q, want %q", got, want)
	}

	var links []string
	for _, link := range page.one("nav", "").all("a", "") {
		links = append(links, link.attribute("href"))
	}

	if diff := cmp.Diff([]string{"./metrics", "./-/healthy", "./-/ready"}, links); diff != "" {
		t.Errorf("links (-want +got):\n%s", diff)
	}

	rows := page.one("tbody", "").all("tr", "")
	if len(rows) != 8 {
		t.Fatalf("there are %d rows, want 8", len(rows))
	}

	want := []string{"3", "0", "910B3", "OK", "265.4 W", "58 °C", "71 %", "48.0 / 64.0 GiB", "2 python3", "7", "0000:C1:00.0"}
	if diff := cmp.Diff(want, rows[3].cells()); diff != "" {
		t.Errorf("the row of NPU 3 (-want +got):\n%s", diff)
	}

	if got := rows[3].one("rect", "").attribute("width"); got != "75.0" {
		t.Errorf("the bar's width is %q", got)
	}

	heads := []string{"NPU", "Chip", "Model", "Health", "Power", "Temperature", "AI Core", "HBM used", "Processes", "Phy id", "Bus id"}
	if diff := cmp.Diff(heads, page.one("thead", "").cells()); diff != "" {
		t.Errorf("the heads of the columns (-want +got):\n%s", diff)
	}

	facts := []string{"8", "8", "8", "25.5.1", "25.5.2", "7 s ago 15:03:58"}
	if diff := cmp.Diff(facts, texts(page.one("dl", "facts").all("dd", ""))); diff != "" {
		t.Errorf("facts of the host (-want +got):\n%s", diff)
	}

	page.one("footer", "").wantText("As of 15:04:03 (2 s ago); times are in CST")

	if refreshes(page) || len(page.all("ul", "notes")) > 0 || len(page.all("script", "")) > 0 {
		t.Error("the page refreshes itself, has notes or a script")
	}
}

func TestStatusPageOfQueries(t *testing.T) {
	t.Parallel()

	host := healthyHost(2)
	host.Queries[0].Success = false
	host.Queries[0].Unrecognized = 4
	host.Queries[0].Failing = []snapshot.ChipFailure{
		{Key: snapshot.Key{NPU: 4}, Reason: npusmi.ReasonQuery},
		{Key: snapshot.Key{NPU: 1, Chip: 1}, Reason: npusmi.ReasonTimeout},
		{Key: snapshot.Key{NPU: 5}, Reason: npusmi.ReasonQuery},
	}
	host.Queries = append(host.Queries,
		snapshot.Query{Name: "ecc", Asked: true, Success: true, Unsupported: true, Runs: 1, Failures: 1},
		snapshot.Query{Name: "proc-mem", Asked: true, Success: true, Runs: 2},
		snapshot.Query{Name: "board", Success: true},
	)

	page := openPage(t, statusHandler(host))
	queries := page.all("details", "query")

	heads := []string{
		"mapping Fails Last success 1 h 0 min ago Mean duration 500 ms Runs 2 Failures 0 Unknown lines 4",
		"summary Works Last success 7 s ago Mean duration 250 ms Runs 120 Failures 3 Unknown lines 0",
		"ecc Not supported Last success – Mean duration 0 ms Runs 1 Failures 1 Unknown lines 0",
		"proc-mem Not needed now Last success – Mean duration 0 ms Runs 2 Failures 0 Unknown lines 0",
		"board Not asked yet Last success – Mean duration – Runs 0 Failures 0 Unknown lines 0",
	}

	var got []string
	for _, query := range queries {
		got = append(got, query.one("summary", "").text())
	}

	if diff := cmp.Diff(heads, got); diff != "" {
		t.Fatalf("queries (-want +got):\n%s", diff)
	}

	for i, query := range queries {
		if query.hasAttribute("open") != (i == 0) {
			t.Errorf("query %d: open is %t", i, i != 0)
		}
	}

	queries[0].wantText(
		"Fails now with reason timeout on NPU 1 chip 1.",
		"Fails now with reason query on NPU 4 chip 0, NPU 5 chip 0.",
		"It has not run yet.",
	)

	runs := []string{
		"Answered 15:03:57, 8 s ago took 250 ms, exit status 0 npu-smi info",
		"Failed 2026-03-03 14:04:05, 1 d 1 h ago took 30.0 s, no exit status npu-smi info " +
			"The tool gave no answer in 30s and was ended Run the query by hand.",
	}
	if diff := cmp.Diff(runs, texts(queries[1].all("li", "run"))); diff != "" {
		t.Errorf("runs of the summary (-want +got):\n%s", diff)
	}

	page.one("section", "warn").wantText("Up, with 1 problem")
	page.one("ul", "notes").wantText("The query mapping fails on 3 chips. Its last good answer was 1 h 0 min ago.")
}

func TestStatusPageBeforeFirstCollection(t *testing.T) {
	t.Parallel()

	unasked := &snapshot.Snapshot{Time: statusNow(), Queries: []snapshot.Query{{Name: "summary", Success: true}}}

	for name, s := range map[string]*snapshot.Snapshot{"no snapshot": nil, "not asked": unasked} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			page := openPage(t, statusHandler(s))
			page.one("section", "info").wantText("First collection running")
			page.wantText("No chip is shown before the first collection has ended.")
			page.wantNoText("Not up", "Fails")

			if !refreshes(page) {
				t.Error("the page does not refresh itself")
			}
		})
	}
}

func TestStatusPageOfFailedHost(t *testing.T) {
	t.Parallel()

	page := openPage(t, statusHandler(failedHost()))

	if got, want := page.one("title", "").text(), "Not up – ascend_exporter"; got != want {
		t.Errorf("the title is %q, want %q", got, want)
	}

	banner := page.one("section", "bad")
	banner.wantText(
		"Not up", "The last good answer was 3 min ago, at 15:01:05.",
		"What is wrong The tool cannot reach the driver: ret is -8005",
		"What to do Is the driver loaded (lsmod)?",
	)

	if got := banner.one("code", "").text(); got != "lsmod" {
		t.Errorf("the command is %q", got)
	}

	link := strings.TrimPrefix(banner.one("a", "").attribute("href"), "#")
	if target := page.one("div", "runs").attribute("id"); target != link {
		t.Errorf("the link goes to %q, the runs are at %q", link, target)
	}

	if !page.one("details", "query").hasAttribute("open") {
		t.Error("the failing query is folded")
	}

	if got, want := page.one("pre", "").text(), "dcmi module initialize failed. ret is -8005"; got != want {
		t.Errorf("the output is %q, want %q", got, want)
	}

	page.wantText("No chip is shown while the chips cannot be read.")

	if notes := page.all("ul", "notes"); len(notes) > 0 {
		t.Errorf("the state is told again: %q", texts(notes))
	}

	if refreshes(page) {
		t.Error("the page refreshes itself")
	}
}

func TestStatusPageWithoutReason(t *testing.T) {
	t.Parallel()

	host := failedHost()
	host.Queries[0].LastSuccess = optional.Float{}
	host.Queries[0].History = nil

	openPage(t, statusHandler(host)).one("section", "bad").
		wantText("Not up", "There was no good answer since the start.", "No answer is young enough to be served.")
}

func TestStatusPageAnswers(t *testing.T) {
	t.Parallel()

	server := httptest.NewServer(statusHandler(healthyHost(1)))
	t.Cleanup(server.Close)

	client := http.Client{Timeout: time.Minute}

	for _, test := range []struct {
		method, path string
		status       int
		contentType  string
		body         string // "" is an empty body
	}{
		{http.MethodGet, "/", http.StatusOK, "text/html; charset=utf-8", "<!doctype html>"},
		{http.MethodGet, "/?query", http.StatusOK, "text/html; charset=utf-8", "<!doctype html>"},
		{http.MethodHead, "/", http.StatusOK, "text/html; charset=utf-8", ""},
		{http.MethodPost, "/", http.StatusMethodNotAllowed, "text/plain; charset=utf-8", "Method not allowed"},
		{http.MethodGet, "/favicon.ico", http.StatusNotFound, "text/plain; charset=utf-8", "the metrics are at /metrics"},
		{http.MethodPost, "/elsewhere", http.StatusNotFound, "text/plain; charset=utf-8", "Not found"},
	} {
		t.Run(test.method+" "+test.path, func(t *testing.T) {
			t.Parallel()

			request, err := http.NewRequestWithContext(t.Context(), test.method, server.URL+test.path, http.NoBody)
			if err != nil {
				t.Fatal(err)
			}

			response, err := client.Do(request)
			if err != nil {
				t.Fatal(err)
			}
			defer response.Body.Close()

			body, err := io.ReadAll(response.Body)
			if err != nil {
				t.Fatal(err)
			}

			if response.StatusCode != test.status || response.Header.Get("Content-Type") != test.contentType {
				t.Errorf("status %d and %s", response.StatusCode, response.Header.Get("Content-Type"))
			}

			if !strings.Contains(string(body), test.body) || test.body == "" && len(body) > 0 {
				t.Errorf("the body is: %s", body)
			}

			if test.method == http.MethodHead && response.ContentLength < 1000 {
				t.Errorf("the length is %d", response.ContentLength)
			}

			if test.status == http.StatusMethodNotAllowed && response.Header.Get("Allow") != "GET, HEAD" {
				t.Errorf("allowed is %q", response.Header.Get("Allow"))
			}
		})
	}
}

// refreshes says whether the page loads itself again.
func refreshes(page element) bool {
	for _, meta := range page.all("meta", "") {
		if meta.attribute("http-equiv") == "refresh" {
			return true
		}
	}

	return false
}
