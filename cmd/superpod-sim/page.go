package main

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"net/http"
	"time"

	"github.com/prometheus/common/version"

	"github.com/ascend-exporter/ascend_exporter/cmd/internal/server"
	"github.com/ascend-exporter/ascend_exporter/collector/sim/fleet"
)

//go:embed page.html
var pageText string

// page is what the fleet's page shows.
type page struct {
	Version string
	Fleet   fleet.Config
	Hosts   []pageHost
	Chips   int
	Down    int
}

// pageHost is a row of it.
type pageHost struct {
	fleet.Place

	Path     string
	Scenario string
	Down     bool
}

// newPage serves the page of the fleet.
func newPage(config fleet.Config, exporters []*fleet.Exporter) http.Handler {
	layout := template.Must(template.New("page").Parse(pageText))

	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		now := time.Now()
		view := page{Version: version.Version, Fleet: config}

		for _, e := range exporters {
			host := pageHost{Place: e.Place, Path: metricsPath(e.Name), Scenario: e.Scenario(), Down: e.Down(now)}
			if host.Down {
				view.Down++
			}

			view.Chips += e.Chips()
			view.Hosts = append(view.Hosts, host)
		}

		var text bytes.Buffer
		if err := layout.Execute(&text, view); err != nil {
			server.Plain(w, http.StatusInternalServerError, fmt.Sprintf("The page could not be made: %v.", err))

			return
		}

		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		_, _ = w.Write(text.Bytes()) // the client may be gone
	})
}
