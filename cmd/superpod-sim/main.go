// Command superpod-sim is a fleet of simulated hosts in one process: each with its exporter, at an address of its own, and all of
// them in Prometheus's format for service discovery.
package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/prometheus/common/promslog"
	"github.com/prometheus/common/version"

	"github.com/ascend-exporter/ascend_exporter/cmd/internal/server"
	"github.com/ascend-exporter/ascend_exporter/collector/faults"
	"github.com/ascend-exporter/ascend_exporter/collector/sim/fleet"
)

func main() {
	// The process ends with run: there is no later time at which signals would have to work as before.
	ctx, _ := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)

	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// run is the whole program: it returns the exit status when the context ends, or at once when something is wrong with the
// flags. With status 2 nothing was started.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	var o options

	app := newApplication(&o, stdout, stderr)

	ended := -1
	app.Terminate(func(status int) { ended = status }) // --help and --version

	_, err := app.Parse(args)
	if ended >= 0 {
		return ended
	}

	now := time.Now()

	var hosts []*fleet.Host
	if err == nil {
		hosts, err = o.complete(o.past.begin(now))
	}

	if err != nil {
		_, _ = fmt.Fprintf(stderr, "%s: error: %v, try --help\n", program, err)

		return 2
	}

	o.log.Writer = stderr
	logger := promslog.New(&o.log)

	table, err := faults.Builtin()

	switch {
	case err != nil:
	case o.past.output != "":
		err = o.past.write(ctx, hosts, table, now, logger)
	default:
		err = start(ctx, &o, hosts, table, logger)
	}

	if err != nil {
		logger.Error("ending", "err", err)

		return 1
	}

	return 0
}

// start serves the fleet until the context ends.
func start(ctx context.Context, o *options, hosts []*fleet.Host, table faults.Table, logger *slog.Logger) error {
	logger.Info("starting", "version", version.Info(), "hosts", len(hosts), "chips", len(hosts)*hosts[0].Chips())

	exporters := fleet.NewExporters(hosts, fleet.Options{Faults: table}, time.Now())
	ready := make(chan struct{})

	ctx, cancel := context.WithCancel(ctx)
	kept := make(chan struct{})

	go func() {
		defer close(kept)

		if firstSweep(ctx, exporters, logger) {
			close(ready)
			keep(ctx, exporters)
		}
	}()

	err := server.Serve(ctx, newHandler(ctx, o, exporters, time.Now, ready, logger), o.web, func() {}, logger)

	cancel()
	<-kept

	return err
}

// firstSweep brings all exporters to the present, and says whether it came to its end.
func firstSweep(ctx context.Context, exporters *fleet.Exporters, logger *slog.Logger) bool {
	const every = 2 * time.Second // lines in the log

	begin := time.Now()

	var done, told atomic.Int64

	exporters.Advance(ctx, begin, begin, func() {
		n, elapsed := done.Add(1), time.Since(begin)
		if line := int64(elapsed / every); line > told.Load() {
			told.Store(line)
			logger.Info("hosts are asked everything for the first time", "done", n, "of", len(exporters.All()))
		}
	})

	if ctx.Err() != nil {
		return false
	}

	logger.Info("all hosts are known", "took", time.Since(begin).Round(time.Millisecond))

	return true
}

// keep makes the exporters work that nobody scrapes, until the context ends.
func keep(ctx context.Context, exporters *fleet.Exporters) {
	const longest = 30 * time.Second // without a scrape

	tick := time.NewTicker(longest)
	defer tick.Stop()

	for {
		select {
		case now := <-tick.C:
			exporters.Advance(ctx, now.Add(-longest), now, func() {})
		case <-ctx.Done():
			return
		}
	}
}
