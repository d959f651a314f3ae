// Command ascend_exporter serves what npu-smi says of a host's Ascend NPUs to Prometheus.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"syscall"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	versioncollector "github.com/prometheus/client_golang/prometheus/collectors/version"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/promslog"
	"github.com/prometheus/common/version"

	"github.com/ascend-exporter/ascend_exporter/cmd/internal/server"
	"github.com/ascend-exporter/ascend_exporter/cmd/internal/simtool"
	"github.com/ascend-exporter/ascend_exporter/cmd/internal/systemd"
	"github.com/ascend-exporter/ascend_exporter/collector"
	"github.com/ascend-exporter/ascend_exporter/collector/poll"
	"github.com/ascend-exporter/ascend_exporter/collector/snapshot"
)

// asSimulatedTool is the first argument by which the exporter, run with --sim, starts itself as the simulated npu-smi: so
// that a simulation goes through real processes like everything else.
const asSimulatedTool = "as-npu-smi"

// Exit statuses. That of --once is statusFailed with a whole exposition only, which tells that the chips could not be read.
const (
	statusFailed = 1 // the start failed, or the chips could not be read
	statusFlags  = 2 // nothing was started
	statusBroken = 3 // what --once wrote, if anything, is of no use
)

// errNoChips is of an exposition without chips.
var errNoChips = errors.New("the chips could not be read")

func main() {
	if len(os.Args) > 1 && os.Args[1] == asSimulatedTool {
		os.Exit(simtool.Main(os.Args[2:], os.Stdout, os.Stderr))
	}

	stayUnnoticed(os.Getenv)

	// The process ends with run: there is no later time at which signals would have to work as before.
	ctx, _ := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)

	// There is no configuration to load again, and a lost terminal or a habit of `kill -HUP` is no reason to end.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGHUP)

	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// stayUnnoticed keeps the runtime of Go small beside the jobs of the host, unless its own variables say otherwise. It would take memory for
// each of some hundred processors, and collect garbage on a quarter of them, where one is idle nearly all the time. The heap is of a few
// MiB: to let it grow half as much between two collections costs hardly anything.
func stayUnnoticed(getenv func(string) string) {
	const (
		processors = 1
		growth     = 50 // percent
	)

	if getenv("GOMAXPROCS") == "" {
		runtime.GOMAXPROCS(processors)
	}

	if getenv("GOGC") == "" {
		debug.SetGCPercent(growth)
	}
}

// run is the whole program: it returns the exit status when the context ends, or at once when something is wrong with the
// flags.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	var o options

	app := newApplication(&o, stdout, stderr)

	ended := -1
	app.Terminate(func(status int) { ended = status }) // --help and --version

	_, err := app.Parse(args)
	if ended >= 0 {
		return ended
	}

	if err == nil {
		err = o.complete()
	}

	if err != nil {
		_, _ = fmt.Fprintf(stderr, "%s: error: %v, try --help\n", program, err)

		return statusFlags
	}

	o.log.Writer = stderr
	logger := promslog.New(&o.log)

	err = start(ctx, &o, stdout, logger)
	if err == nil {
		return 0
	}

	logger.Error("ending", "err", err)

	if o.once && !errors.Is(err, errNoChips) {
		return statusBroken
	}

	return statusFailed
}

// start collects and serves until the context ends, or writes one exposition.
func start(ctx context.Context, o *options, stdout io.Writer, logger *slog.Logger) error {
	if !o.once {
		// A reader of the log that went away is no reason to end. What --once writes is another matter: it may be for `| head`.
		signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	}

	var latest atomic.Pointer[snapshot.Snapshot]

	metrics := collector.New(o.network.choose(collector.Options{Processes: o.processes, PerLink: o.perLink}))

	compat := o.compat.metrics()
	own := ownMetrics(o)

	poller, err := newPoller(o, logger, func(s *snapshot.Snapshot) {
		latest.Store(s)
		metrics.Update(s)
		own.Update()

		if compat != nil {
			compat.Update(s)
		}
	})
	if err != nil {
		return err
	}

	if o.once {
		return once(ctx, poller, collector.Concat(metrics, own), stdout)
	}

	manager, err := systemd.New(os.Getenv, os.Getpid())
	if err != nil {
		return err
	}

	logger.Info("starting", "version", version.Info())

	ctx, cancel := context.WithCancel(ctx)
	defer cancel()

	var running sync.WaitGroup

	running.Go(func() { poller.Run(ctx) })
	running.Go(func() { manager.Watch(ctx, poller.Lives, func(err error) { logFailure(logger, err) }) })

	handler := newHandler(o, o.paths(collector.Concat(metrics, own), compat), latest.Load, poller.Attempted(), logger)
	err = server.Serve(ctx, handler, o.web, func() { logFailure(logger, manager.Notify(systemd.Ready)) }, logger)

	logFailure(logger, manager.Notify(systemd.Stopping))
	cancel()
	running.Wait()

	return err
}

// ownMetrics are those of the exporter itself.
func ownMetrics(o *options) *collector.Kept {
	registry := prometheus.NewRegistry()
	registry.MustRegister(versioncollector.NewCollector(program))

	// In a textfile those of the process would clash with node_exporter's own. Those of the Go runtime are left out: they would take a
	// third of what a host may have.
	if !o.once && !o.disableExporterMetrics {
		registry.MustRegister(collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	}

	return collector.Keep(registry)
}

// once collects once and writes one exposition, unless it is interrupted: of chips that were not asked it would say nothing.
func once(ctx context.Context, poller *poll.Poller, metrics prometheus.Gatherer, stdout io.Writer) error {
	ok := poller.Once(ctx)
	if ctx.Err() != nil {
		return errors.New("interrupted: nothing is written")
	}

	if err := write(stdout, metrics); err != nil {
		return err
	}

	if !ok {
		return errNoChips
	}

	return nil
}

// logFailure logs what stands in the way of systemd's knowing of the exporter, which serves all the same.
func logFailure(logger *slog.Logger, err error) {
	if err != nil {
		logger.Warn("systemd does not hear of the exporter", "err", err)
	}
}

// write renders everything in the text format, as node_exporter's textfile collector takes it.
func write(w io.Writer, gatherer prometheus.Gatherer) error {
	families, err := gatherer.Gather()
	if err != nil {
		return fmt.Errorf("gathering: %w", err)
	}

	encoder := expfmt.NewEncoder(w, expfmt.NewFormat(expfmt.TypeTextPlain))
	for _, family := range families {
		if err := encoder.Encode(family); err != nil {
			return fmt.Errorf("writing the metrics: %w", err)
		}
	}

	return nil
}
