package main

import (
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ascend-exporter/ascend_exporter/cmd/internal/exportertest"
	"github.com/ascend-exporter/ascend_exporter/cmd/internal/server"
	"github.com/ascend-exporter/ascend_exporter/cmd/internal/simtool"
	"github.com/ascend-exporter/ascend_exporter/collector/sim/podresources"
)

// asExporter in the environment makes the test's binary the exporter, for tests that need a process of their own.
const asExporter = "ASCEND_EXPORTER_TEST_AS_EXPORTER"

func TestMain(m *testing.M) {
	switch {
	case len(os.Args) > 1 && os.Args[1] == asSimulatedTool:
		os.Exit(simtool.MainWithKubelet(os.Args[2:], os.Stdout, os.Stderr, podresources.ServeMachine))
	case os.Getenv(asExporter) != "":
		main()
	default:
		// A program under the race detector lingers for a second when it ends, unless told not to.
		if err := os.Setenv("GORACE", "atexit_sleep_ms=0"); err != nil {
			panic(err)
		}

		os.Exit(withStandIn(m.Run))
	}
}

// standInBinary is npu-smi-sim.
var standInBinary string

// withStandIn builds the stand-in for as long as the tests run.
func withStandIn(tests func() int) int {
	return exportertest.WithBinaries(func(folder string) int {
		standInBinary = filepath.Join(folder, "npu-smi-sim")

		return tests()
	}, "../npu-smi-sim")
}

const patience = exportertest.Patience

type samples = exportertest.Samples

// newStandIn makes a stand-in with options of npu-smi-sim that stay.
func newStandIn(tb testing.TB, options ...string) *exportertest.StandIn {
	tb.Helper()

	return exportertest.NewStandIn(tb, standInBinary, options...)
}

// An exporter is the whole program, run in the test's process.
type exporter struct {
	*exportertest.Client

	cancel context.CancelFunc
	status chan int
}

// startExporter runs the exporter on a free port until the test ends.
func startExporter(t *testing.T, args ...string) *exporter {
	t.Helper()

	ctx, cancel := context.WithCancel(t.Context())
	e := &exporter{Client: exportertest.NewClient(t, exportertest.NewLines()), cancel: cancel, status: make(chan int, 1)}

	args = append([]string{"--web.listen-address=127.0.0.1:0"}, args...)
	if !slices.ContainsFunc(args, func(arg string) bool { return strings.HasPrefix(arg, "--path.lock=") }) {
		args = append(args, "--path.lock="+t.TempDir())
	}

	go func() {
		e.status <- run(ctx, args, io.Discard, e.Log)
		e.Log.End()
	}()

	t.Cleanup(func() { e.stop() })

	line := e.Log.Wait(t, regexp.MustCompile(`address=(127\.0\.0\.1:\d+)`))
	e.URL = "http://" + line[1]

	return e
}

// stop ends the exporter and gives its exit status.
func (e *exporter) stop() int {
	e.cancel()

	select {
	case status := <-e.status:
		e.status <- status

		return status
	case <-time.After(patience):
		e.T.Fatal("the exporter does not end")

		return -1
	}
}

// ready waits for the end of the first collection.
func (e *exporter) ready() *exporter {
	e.T.Helper()
	e.Until("ready", func(samples) bool {
		status, _ := e.Get(server.ReadyPath)

		return status == http.StatusOK
	})

	return e
}
