package main

import (
	"bytes"
	"crypto/rand"
	"embed"
	"fmt"
	"html/template"
	"net/http"
	"time"

	"github.com/ascend-exporter/ascend_exporter/cmd/internal/server"
	"github.com/ascend-exporter/ascend_exporter/collector/snapshot"
)

// statusFiles are the status page as a template. Its style is a template too, so that it is escaped for where it stands.
//
//go:embed status.html status.css
var statusFiles embed.FS

// statusConfig is what the status page shows, and what it needs to know beside it.
type statusConfig struct {
	Latest        func() *snapshot.Snapshot // the newest snapshot; nil before the first
	Version       string                    // "" where it is not known
	Revision      string                    // "" where it is not known
	TelemetryPath string                    // begins with /
	CompatPath    string                    // that of npu-exporter's metrics; "" where they are not served
	Simulated     bool
	Now           func() time.Time // nil is time.Now; its location is that of all times on the page
}

// statusPage is the handler of the status page.
type statusPage struct {
	statusConfig

	template *template.Template
}

// newStatusPage serves the status page at / and nothing elsewhere.
func newStatusPage(config statusConfig) http.Handler {
	if config.Now == nil {
		config.Now = time.Now
	}

	return &statusPage{
		statusConfig: config,
		template:     template.Must(template.ParseFS(statusFiles, "status.html", "status.css")),
	}
}

// ServeHTTP answers GET and HEAD of /.
func (p *statusPage) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != "/" {
		server.Plain(w, http.StatusNotFound, fmt.Sprintf("Not found. The status page is at /, the metrics are at %s.", p.TelemetryPath))

		return
	}

	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		server.Plain(w, http.StatusMethodNotAllowed, "Method not allowed: the status page can only be read.")

		return
	}

	view := newStatusView(p.statusConfig)
	view.Nonce = rand.Text()

	var page bytes.Buffer
	if err := p.template.Execute(&page, view); err != nil {
		server.Plain(w, http.StatusInternalServerError, fmt.Sprintf("The status page could not be made: %v.", err))

		return
	}

	header := w.Header()
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Cache-Control", "no-store")
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Referrer-Policy", "no-referrer")
	// Names in the tool's output are written by others. Were one ever let through unescaped, it still could load and run nothing.
	header.Set("Content-Security-Policy", "default-src 'none'; style-src 'nonce-"+view.Nonce+"'; img-src data:; "+
		"base-uri 'none'; form-action 'none'; frame-ancestors 'none'")

	// It knows what HEAD and a range want.
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(page.Bytes()))
}
