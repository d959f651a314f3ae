package pictures

import (
	"context"
	_ "embed"
	"fmt"
	"os/exec"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

//go:embed inspect.js
var inspect string

// view is how a reader looks at the page.
type view struct {
	name   string
	width  int64
	height int64
	scheme string
	phone  bool
}

func views() []view {
	return []view{
		{name: "wide-light", width: 1280, height: 800, scheme: "light"},
		{name: "wide-dark", width: 1280, height: 800, scheme: "dark"},
		{name: "tablet-light", width: 1000, height: 800, scheme: "light"}, // where the table of chips has least room
		{name: "phone-light", width: 390, height: 844, scheme: "light", phone: true},
		{name: "phone-dark", width: 390, height: 844, scheme: "dark", phone: true},
	}
}

// findings is what inspect.js finds.
type findings struct {
	Text        string   `json:"text"`
	Chips       []string `json:"chips"`
	Texts       int      `json:"texts"`
	ScrollWidth int64    `json:"scrollWidth"`
	ClientWidth int64    `json:"clientWidth"`
	Height      float64  `json:"height"`
	Background  string   `json:"background"`
	Pale        []string `json:"pale"`
	Small       []string `json:"small"`
	Outside     []string `json:"outside"`
}

// startBrowser starts Debian's Chromium with an empty profile. Without one the test is skipped.
func startBrowser(t *testing.T) context.Context {
	t.Helper()

	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Skipf("no chromium, so the status page was not looked at in a browser: %v", err)
	}

	ctx, cancel := chromedp.NewExecAllocator(t.Context(),
		chromedp.ExecPath(path),
		chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("headless", "new"),
		chromedp.NoSandbox, // it refuses to run as root with one; it opens nothing but the exporter's page
		chromedp.DisableGPU,
		chromedp.NoFirstRun,
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-sync", true),
		chromedp.Flag("disable-dev-shm-usage", true), // it is small in containers
		chromedp.Flag("hide-scrollbars", true),
	)
	t.Cleanup(cancel)

	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)

	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("starting %s: %v", path, err)
	}

	return ctx
}

// complaints collects what the browser has against a page.
type complaints struct {
	mu  sync.Mutex
	all []string
}

func (c *complaints) hear(event any) {
	c.mu.Lock()
	defer c.mu.Unlock()

	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		c.all = append(c.all, "exception: "+e.ExceptionDetails.Text)
	case *runtime.EventConsoleAPICalled:
		c.all = append(c.all, fmt.Sprintf("console.%s, though the page has no script", e.Type))
	case *log.EventEntryAdded:
		c.all = append(c.all, fmt.Sprintf("%s: %s", e.Entry.Level, e.Entry.Text))
	case *network.EventLoadingFailed:
		c.all = append(c.all, "request failed: "+e.ErrorText)
	case *network.EventResponseReceived:
		if e.Response.Status >= 400 {
			c.all = append(c.all, fmt.Sprintf("%s: status %d", e.Response.URL, e.Response.Status))
		}
	}
}

func (c *complaints) list() []string {
	c.mu.Lock()
	defer c.mu.Unlock()

	return c.all
}

// open opens a page in a tab of its own.
func open(browser context.Context, t *testing.T, address string, v view) (tab context.Context, heard *complaints) {
	t.Helper()

	tab, cancel := chromedp.NewContext(browser)
	t.Cleanup(cancel)

	tab, cancel = context.WithTimeout(tab, patience)
	t.Cleanup(cancel)

	heard = &complaints{}
	if err := chromedp.Listen(tab, heard.hear); err != nil {
		t.Fatal(err)
	}

	viewport := []chromedp.EmulateViewportOption{chromedp.EmulateScale(1)}
	if v.phone {
		viewport = append(viewport, chromedp.EmulateMobile, chromedp.EmulateTouch)
	}

	err := chromedp.Do(tab,
		chromedp.EmulateViewport(v.width, v.height, viewport...),
		chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
			if _, err := cdp.Call(ctx, target, log.Enable, cdp.Empty{}); err != nil {
				return err
			}

			_, err := cdp.Call(ctx, target, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
				Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: v.scheme}},
			})

			return err
		}),
		chromedp.Navigate(address),
	)
	if err != nil {
		t.Fatal(err)
	}

	return tab, heard
}

// look inspects the page in a tab.
func look(tab context.Context, t *testing.T) findings {
	t.Helper()

	found, err := chromedp.Run(tab, chromedp.Evaluate[findings](inspect))
	if err != nil {
		t.Fatal(err)
	}

	return found
}

// unfold opens all that is folded away.
func unfold(tab context.Context, t *testing.T) {
	t.Helper()

	const script = `document.querySelectorAll("details").forEach((d) => { d.open = true }), true`
	if _, err := chromedp.Run(tab, chromedp.Evaluate[bool](script)); err != nil {
		t.Fatal(err)
	}
}

// follow clicks each link within the page, and checks that it shows what it leads to, also where that was folded away.
func follow(tab context.Context, t *testing.T) {
	t.Helper()

	const script = `[...document.querySelectorAll("a[href^='#']")].map((link) => {
		link.click();
		const target = document.querySelector(link.hash);
		return target && target.checkVisibility() ? "" : link.hash;
	}).filter(Boolean)`

	astray, err := chromedp.Run(tab, chromedp.Evaluate[[]string](script))
	if err != nil {
		t.Fatal(err)
	}

	for _, link := range astray {
		t.Errorf("the link to %s shows nothing", link)
	}
}

// picture takes the upper part of the page, to a height.
func picture(tab context.Context, t *testing.T, width, height float64) []byte {
	t.Helper()

	png, err := shoot(tab, width, height)
	if err != nil {
		t.Fatal(err)
	}

	return png
}

// shoot takes the page in a tab from its top left corner.
func shoot(tab context.Context, width, height float64) ([]byte, error) {
	return chromedp.Run(tab, func(ctx context.Context, target *chromedp.Target) ([]byte, error) {
		beyond := true
		shot, err := cdp.Call(ctx, target, page.CaptureScreenshot, page.CaptureScreenshotParams{
			Format:                page.CaptureScreenshotFormatPng,
			CaptureBeyondViewport: &beyond,
			Clip:                  &page.Viewport{Width: width, Height: height, Scale: 1},
		})

		return shot.Data, err
	})
}
