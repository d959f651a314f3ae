package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/prometheus/common/version"
	"github.com/prometheus/exporter-toolkit/web"

	"github.com/ascend-exporter/ascend_exporter/collector/snapshot"
)

// The probes. Both tell of the exporter, not of the tool: a restart mends no driver.
const (
	healthyPath = "/-/healthy"
	readyPath   = "/-/ready"
)

// shutdownTimeout bounds the wait for requests under way when the exporter ends.
const shutdownTimeout = 400 * time.Millisecond

// newHandler routes the requests. The exporter is ready once a first collection was attempted.
func newHandler(
	o *options, gatherer prometheus.Gatherer, latest func() *snapshot.Snapshot, attempted <-chan struct{}, logger *slog.Logger,
) http.Handler {
	mux := http.NewServeMux()

	mux.Handle(o.telemetryPath, promhttp.HandlerFor(gatherer, promhttp.HandlerOpts{
		ErrorLog:            slog.NewLogLogger(logger.Handler(), slog.LevelError),
		EnableOpenMetrics:   true,
		MaxRequestsInFlight: o.maxRequests,
	}))
	mux.HandleFunc(healthyPath, func(w http.ResponseWriter, _ *http.Request) {
		plain(w, http.StatusOK, "Healthy.")
	})
	mux.HandleFunc(readyPath, func(w http.ResponseWriter, _ *http.Request) {
		select {
		case <-attempted:
			plain(w, http.StatusOK, "Ready.")
		default:
			plain(w, http.StatusServiceUnavailable, "Not ready: the first collection is still running.")
		}
	})
	mux.Handle("/", newStatusPage(statusConfig{
		Latest:        latest,
		Version:       version.Version,
		Revision:      version.GetRevision(),
		TelemetryPath: o.telemetryPath,
		Simulated:     o.sim,
	}))

	return mux
}

func plain(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_, _ = fmt.Fprintln(w, text) // the client may be gone
}

// serve answers requests until the context ends, or until listening fails.
func serve(ctx context.Context, handler http.Handler, flags *web.FlagConfig, logger *slog.Logger) error {
	server := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       10 * time.Second,
		WriteTimeout:      30 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(logger.Handler(), slog.LevelDebug),
	}

	done := make(chan error, 1)

	go func() { done <- web.ListenAndServe(server, flags, logger) }()

	select {
	case err := <-done:
		return fmt.Errorf("serving on --web.listen-address=%s: %w", strings.Join(*flags.WebListenAddresses, ","), err)
	case <-ctx.Done():
	}

	// The parent is over: what is left gets a time of its own.
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTimeout)
	defer cancel()

	if err := server.Shutdown(end); err != nil {
		logger.Debug("requests were cut off", "err", err)

		if err := server.Close(); err != nil {
			return fmt.Errorf("closing the server: %w", err)
		}
	}

	if err := <-done; !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serving: %w", err)
	}

	return nil
}
