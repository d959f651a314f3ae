// Package server is what the project's daemons have in common over HTTP: how they serve, and how they say what is not a page.
package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/prometheus/exporter-toolkit/web"
)

// Paths of the probes. Both tell of the daemon itself.
const (
	HealthyPath = "/-/healthy"
	ReadyPath   = "/-/ready"
)

// shutdownTimeout bounds the wait for requests under way when the daemon ends.
const shutdownTimeout = 400 * time.Millisecond

// Plain answers with a line of text.
func Plain(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_, _ = fmt.Fprintln(w, text) // the client may be gone
}

// Healthy answers the probe of life.
func Healthy(w http.ResponseWriter, _ *http.Request) {
	Plain(w, http.StatusOK, "Healthy.")
}

// Ready answers the probe of readiness: not before done is closed, until when it says what is missing.
func Ready(done <-chan struct{}, missing string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		select {
		case <-done:
			Plain(w, http.StatusOK, "Ready.")
		default:
			Plain(w, http.StatusServiceUnavailable, "Not ready: "+missing)
		}
	}
}

// Metrics serves what is gathered, in the formats that Prometheus asks for and compressed if it wants that. Of more than
// maxRequests at the same time the others get status 503; 0 is no limit.
func Metrics(gatherer prometheus.Gatherer, maxRequests int, logger *slog.Logger) http.Handler {
	return promhttp.HandlerFor(gatherer, promhttp.HandlerOpts{
		ErrorLog:            scrapeLog{logger},
		EnableOpenMetrics:   true,
		MaxRequestsInFlight: maxRequests,
	})
}

// A scrapeLog logs what goes wrong with scrapes.
type scrapeLog struct {
	logger *slog.Logger
}

// noEncoding is what promhttp says of a client that takes no encoding that there is. It is answered all the same.
const noEncoding = "error getting writer"

// Println logs words and errors. That a client went away, does not read its answer or wants what there is not is the client's matter:
// it knows of it, and there can be many.
func (l scrapeLog) Println(words ...any) {
	level := slog.LevelError

	for _, word := range words {
		if err, ok := word.(error); word == noEncoding || ok && errors.As(err, new(net.Error)) {
			level = slog.LevelDebug
		}
	}

	l.logger.Log(context.Background(), level, "a scrape failed", "err", strings.TrimSpace(fmt.Sprintln(words...)))
}

// Serve answers requests until the context ends, or until listening fails. Once it listens on all addresses it calls listening.
func Serve(ctx context.Context, handler http.Handler, flags *web.FlagConfig, listening func(), logger *slog.Logger) error {
	var once sync.Once

	server := &http.Server{
		Handler: handler,
		// It is asked for each listener, when all of them are open.
		BaseContext: func(net.Listener) context.Context {
			once.Do(listening)

			return context.WithoutCancel(ctx)
		},
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       10 * time.Second,
		WriteTimeout:      30 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(logger.Handler(), slog.LevelDebug),
	}

	done := make(chan error, 1)

	go func() { done <- listenAndServe(server, flags, logger) }()

	select {
	case err := <-done:
		return fmt.Errorf("serving on %s: %w", place(flags), err)
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
