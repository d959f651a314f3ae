package main

import (
	"log/slog"
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/version"

	"github.com/ascend-exporter/ascend_exporter/cmd/internal/server"
	"github.com/ascend-exporter/ascend_exporter/collector"
	"github.com/ascend-exporter/ascend_exporter/collector/snapshot"
)

// paths are where metrics are served; compat are those of npu-exporter, nil where they are not.
func (o *options) paths(native prometheus.Gatherer, compat *collector.NPUExporter) map[string]prometheus.Gatherer {
	paths := map[string]prometheus.Gatherer{o.telemetryPath: native}
	if compat != nil {
		paths[o.compat.path] = compat
	}

	return paths
}

// newHandler routes the requests; paths are those of metrics. The exporter is ready once a first collection was attempted.
func newHandler(
	o *options, paths map[string]prometheus.Gatherer, latest func() *snapshot.Snapshot, attempted <-chan struct{}, logger *slog.Logger,
) http.Handler {
	mux := http.NewServeMux()

	for path, gatherer := range paths {
		mux.Handle(path, server.Metrics(gatherer, o.maxRequests, logger))
	}

	mux.HandleFunc(server.HealthyPath, server.Healthy)
	mux.HandleFunc(server.ReadyPath, server.Ready(attempted, "the first collection is still running."))

	status := statusConfig{
		Latest:        latest,
		Version:       version.Version,
		Revision:      version.GetRevision(),
		TelemetryPath: o.telemetryPath,
		Simulated:     o.sim.enabled,
	}
	if o.compat.enabled {
		status.CompatPath = o.compat.path
	}

	mux.Handle("/", newStatusPage(status))

	return mux
}
