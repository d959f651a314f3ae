package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"runtime"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	versioncollector "github.com/prometheus/client_golang/prometheus/collectors/version"
	dto "github.com/prometheus/client_model/go"

	"github.com/ascend-exporter/ascend_exporter/cmd/internal/server"
	"github.com/ascend-exporter/ascend_exporter/collector"
	"github.com/ascend-exporter/ascend_exporter/collector/sim/fleet"
)

// newHandler routes the requests. The fleet lives by the clock, and is ready once every host was asked everything.
func newHandler(
	ctx context.Context, o *options, exporters *fleet.Exporters, clock func() time.Time, ready <-chan struct{}, logger *slog.Logger,
) http.Handler {
	own := prometheus.NewRegistry()
	own.MustRegister(versioncollector.NewCollector(program), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))

	mux := http.NewServeMux()

	mux.Handle("GET /host/{name}/metrics", newHosts(ctx, exporters, clock, logger))
	mux.Handle("GET /host/{name}/vllm/{pod}/metrics", newServices(exporters, clock, logger))
	mux.HandleFunc("GET /sd", func(w http.ResponseWriter, r *http.Request) { discovered(w, targets(exporters.All(), r.Host)) })
	mux.HandleFunc("GET /sd/vllm", func(w http.ResponseWriter, r *http.Request) {
		discovered(w, serviceTargets(exporters.All(), r.Host, clock()))
	})
	mux.Handle("GET /metrics", server.Metrics(own, 0, logger))
	mux.HandleFunc(server.HealthyPath, server.Healthy)
	mux.HandleFunc(server.ReadyPath, server.Ready(ready, "hosts are asked everything for the first time."))
	mux.Handle("GET /{$}", newPage(o.fleet, exporters.All()))

	return mux
}

// hosts serves the metrics of each host as its exporter would.
type hosts struct {
	exporters *fleet.Exporters
	clock     func() time.Time
	scrape    func(s *fleet.Exporter, now time.Time) (http.Handler, bool)
	// slots are for scrapes at a time. Were all that wait answered at once, on a busy machine all of them would be late.
	slots chan struct{}
}

// newHosts makes the handler. What exporters have to do for a scrape ends with the context, not with the scrape: a client that
// goes away leaves no exporter behind the time.
func newHosts(ctx context.Context, exporters *fleet.Exporters, clock func() time.Time, logger *slog.Logger) http.Handler {
	metrics := collector.New(collector.Options{})

	// Without process_*, which would be the simulator's.
	about := prometheus.NewRegistry()
	about.MustRegister(versioncollector.NewCollector("ascend_exporter"))

	scrape := func(exporter *fleet.Exporter, now time.Time) (http.Handler, bool) {
		s, up := exporter.At(ctx, now)
		if !up {
			return nil, false
		}

		rendered := prometheus.GathererFunc(func() ([]*dto.MetricFamily, error) { return metrics.Render(s), nil })

		return server.Metrics(collector.Concat(rendered, about), 0, logger), true
	}

	return hosts{exporters: exporters, clock: clock, scrape: scrape, slots: make(chan struct{}, runtime.GOMAXPROCS(0))}
}

// ServeHTTP answers a scrape. A host that is down drops the connection, as a machine does that is not there.
func (h hosts) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("name")

	exporter := h.exporters.Named(name)
	if exporter == nil {
		server.Plain(w, http.StatusNotFound, fmt.Sprintf("No host %q in this fleet. /sd lists all, such as %q.", name, h.exporters.All()[0].Name))

		return
	}

	select {
	case h.slots <- struct{}{}:
		defer func() { <-h.slots }()
	case <-r.Context().Done(): // the client waits no longer
		return
	}

	metrics, up := h.scrape(exporter, h.clock())
	if !up {
		panic(http.ErrAbortHandler)
	}

	metrics.ServeHTTP(w, r)
}

// targetGroup is an entry of Prometheus's HTTP service discovery.
type targetGroup struct {
	Targets []string          `json:"targets"`
	Labels  map[string]string `json:"labels"`
}

// discovered answers Prometheus's service discovery.
func discovered(w http.ResponseWriter, groups []targetGroup) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(groups) // the client may be gone
}

// targets are all hosts, at the address at which the asker has found the fleet.
func targets(exporters []*fleet.Exporter, address string) []targetGroup {
	groups := make([]targetGroup, 0, len(exporters))

	for _, e := range exporters {
		groups = append(groups, targetGroup{
			Targets: []string{address},
			Labels: map[string]string{
				"__metrics_path__": metricsPath(e.Name),
				"cluster":          e.Cluster,
				"superpod":         e.SuperPod,
				"rack":             e.Rack,
				"instance":         e.Name,
			},
		})
	}

	return groups
}

func metricsPath(host string) string {
	return "/host/" + host + "/metrics"
}
