package pictures

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image/png"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// A grafana is where dashboards are looked at.
type grafana struct {
	url   string
	token string // of a service account; "" where anybody may look
}

// TestDashboards takes a picture of each dashboard from the Grafana at GRAFANA_URL, into SCREENSHOTS. Each must open without an error.
func TestDashboards(t *testing.T) {
	t.Parallel()

	g := grafana{strings.TrimSuffix(os.Getenv("GRAFANA_URL"), "/"), os.Getenv("GRAFANA_TOKEN")}
	if g.url == "" {
		t.Skip("no GRAFANA_URL: make screenshots GRAFANA_URL=http://localhost:3000")
	}

	folder := cmp.Or(os.Getenv("SCREENSHOTS"), t.TempDir())
	if err := os.MkdirAll(folder, 0o750); err != nil {
		t.Fatal(err)
	}

	files, err := filepath.Glob("../../dashboards/json/*.json")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}

	browser := startBrowser(t)

	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}

		var d struct{ UID string }
		if err := json.Unmarshal(text, &d); err != nil {
			t.Fatalf("%s: %v", file, err)
		}

		shot, err := g.picture(browser, d.UID)
		if err != nil {
			t.Errorf("%s: %v", d.UID, err)

			continue
		}

		if err := os.WriteFile(filepath.Join(folder, d.UID+".png"), shot, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// loaded says, in a dashboard, whether all of its panels have come to an end; failed is what they complain of.
const (
	loaded = `document.querySelectorAll("[data-viz-panel-key], [data-panelid]").length > 0 &&
		document.querySelectorAll("[aria-label='Panel loading bar'], [data-testid='data-testid Panel loading bar']").length === 0`
	failed = `[...document.querySelectorAll("[data-testid*='Panel status error'], [aria-label*='Panel status error']")].map((e) =>
		e.closest("section")?.querySelector("h2, h6")?.textContent || "a panel")`
	high = `Math.ceil(Math.max(document.documentElement.scrollHeight, ...[...document.querySelectorAll("main, .scrollbar-view")].map((e) => e.scrollHeight)))`
)

// picture opens a dashboard without the menus around it, waits for its panels, and takes all of it.
func (g grafana) picture(browser context.Context, uid string) ([]byte, error) {
	const width = 1600

	tab, cancel := chromedp.NewContext(browser)
	defer cancel()

	tab, cancel = context.WithTimeout(tab, patience)
	defer cancel()

	address := g.url + "/d/" + url.PathEscape(uid) + "?kiosk"
	if err := chromedp.Do(tab, chromedp.EmulateViewport(width, 1000, chromedp.EmulateScale(1)), chromedp.Func(g.login), chromedp.Navigate(address)); err != nil {
		return nil, fmt.Errorf("%s: %w", address, err)
	}

	if err := until(tab, loaded); err != nil {
		return nil, fmt.Errorf("%s: its panels do not come to an end: %w", address, err)
	}

	height, err := chromedp.Run(tab, chromedp.Evaluate[int64](high))
	if err != nil {
		return nil, err
	}

	// What is below the window is only asked for when it is seen.
	if err := chromedp.Do(tab, chromedp.EmulateViewport(width, height, chromedp.EmulateScale(1))); err != nil {
		return nil, err
	}

	if err := until(tab, loaded); err != nil {
		return nil, fmt.Errorf("%s: its panels do not come to an end: %w", address, err)
	}

	complaints, err := chromedp.Run(tab, chromedp.Evaluate[[]string](failed))
	if err != nil {
		return nil, err
	}

	if len(complaints) > 0 {
		return nil, fmt.Errorf("%s: panels fail: %s", address, strings.Join(complaints, ", "))
	}

	return shoot(tab, width, float64(height))
}

// login shows the token with each request.
func (g grafana) login(ctx context.Context, target *chromedp.Target) error {
	if g.token == "" {
		return nil
	}

	if _, err := cdp.Call(ctx, target, network.Enable, network.EnableParams{}); err != nil {
		return err
	}

	_, err := cdp.Call(ctx, target, network.SetExtraHTTPHeaders, network.SetExtraHTTPHeadersParams{
		Headers: network.Headers{"Authorization": "Bearer " + g.token},
	})

	return err
}

// until asks a page until something holds.
func until(tab context.Context, condition string) error {
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()

	for {
		if holds, err := chromedp.Run(tab, chromedp.Evaluate[bool](condition)); err != nil || holds {
			return err
		}

		select {
		case <-tick.C:
		case <-tab.Done():
			return errors.New("it takes too long")
		}
	}
}

// TestPictureWaits: the picture of a dashboard is taken when its panels have come, with the token, and not where one fails.
func TestPictureWaits(t *testing.T) {
	t.Parallel()

	const page = `<!doctype html><title>x</title><body style="margin:0;background:#000">
<section data-viz-panel-key="1"><h2>Slow</h2><div id="bar" aria-label="Panel loading bar"></div></section><div style="height:2000px"></div>
<script>setTimeout(() => { document.body.style.background = "#fff"; document.getElementById("bar").remove() }, 400)</script>`

	stand := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")

		text := page
		if r.Header.Get("Authorization") != "Bearer secret" || strings.Contains(r.URL.Path, "bad") {
			text += `<section data-viz-panel-key="2"><h2>Broken</h2><button data-testid="data-testid Panel status error"></button></section>`
		}

		_, _ = w.Write([]byte(text)) // the browser may be gone
	}))
	t.Cleanup(stand.Close)

	browser := startBrowser(t)

	shot, err := grafana{stand.URL, "secret"}.picture(browser, "ascend-fleet")
	if err != nil {
		t.Fatal(err)
	}

	picture, err := png.Decode(bytes.NewReader(shot))
	if err != nil {
		t.Fatal(err)
	}

	if size := picture.Bounds().Size(); size.X != 1600 || size.Y < 2000 {
		t.Errorf("the picture has %v", size)
	}

	if r, _, _, _ := picture.At(800, 1500).RGBA(); r != 0xffff {
		t.Error("it was taken before the panels had come")
	}

	if _, err := (grafana{stand.URL, "secret"}).picture(browser, "bad"); err == nil || !strings.Contains(err.Error(), "panels fail: Broken") {
		t.Errorf("a panel that fails: %v", err)
	}

	if _, err := (grafana{stand.URL, ""}).picture(browser, "ascend-fleet"); err == nil {
		t.Error("without the token there is a picture")
	}
}
