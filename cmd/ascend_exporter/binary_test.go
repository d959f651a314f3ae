package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/procfs"

	"github.com/ascend-exporter/ascend_exporter/cmd/internal/exportertest"
	"github.com/ascend-exporter/ascend_exporter/collector/budget"
	"github.com/ascend-exporter/ascend_exporter/collector/poll"
)

// releasedExporter builds the exporter as it is released, beside the stand-in, once for all tests that need it.
var releasedExporter = sync.OnceValues(func() (string, error) {
	folder := filepath.Dir(standInBinary)

	return filepath.Join(folder, program), exportertest.Build(folder, ".")
})

// A released is the exporter as it is released, over stand-ins for both tools.
type released struct {
	*exportertest.Process

	proc  procfs.Proc
	tools []*exportertest.StandIn
	chips int
}

// traced are the variables by which the runtime of Go tells of each goroutine, all the time.
func traced() []string { return []string{"GODEBUG=schedtrace=50,scheddetail=1"} }

// startReleased starts it over a machine of an A3 with so many NPUs, of two chips each, with variables and flags.
func startReleased(tb testing.TB, npus int, environ []string, args ...string) *released {
	tb.Helper()

	binary, err := releasedExporter()
	if err != nil {
		tb.Fatal(err)
	}

	machine := fmt.Sprintf("--npus=%d", npus)
	r := &released{
		tools: []*exportertest.StandIn{newStandIn(tb, "--product=A3", machine), newStandIn(tb, "--product=A3", machine, "--tool=hccn_tool")},
		chips: 2 * npus,
	}

	args = append([]string{
		"--web.listen-address=127.0.0.1:0", "--path.lock=" + tb.TempDir(),
		"--npu-smi.command=" + r.tools[0].Command(), "--hccn-tool.command=" + r.tools[1].Command(),
	}, args...)

	command := exec.Command(binary, args...)
	command.Env = append(os.Environ(), environ...)
	r.Process = exportertest.Start(tb, command)

	if r.proc, err = procfs.NewProc(r.Process.Process.Pid); err != nil {
		tb.Fatal(err)
	}

	return r
}

// onceAnHour are the flags by which everything that an A3 knows is asked once, and nothing again while a test runs.
func onceAnHour() []string {
	args := []string{"--collection.interval=1h", "--hccn-tool.max-duty=1", "--no-collector.info-vnpu"}

	for _, source := range poll.Sources() {
		if !source.Lists {
			args = append(args, "--collector."+source.Name+".interval=1h")
		}
	}

	return args
}

// swept waits until everything that is on by default was asked once, and other queries.
func (r *released) swept(others ...string) {
	const networkQueries = 9 // of a RoCE port

	r.Until("everything was asked once", func(m samples) bool {
		for _, query := range others {
			if m[fmt.Sprintf(`ascend_exporter_query_runs_total{query=%q}`, query)] == 0 {
				return false
			}
		}

		return m[`ascend_exporter_query_runs_total{query="spod-info"}`] >= float64(r.chips) && // the last one of npu-smi
			m[`ascend_exporter_query_runs_total{query="network"}`] >= float64(networkQueries*r.chips)
	})
}

// started is the number of processes of the tools so far.
func (r *released) started() int {
	lines := 0
	for _, tool := range r.tools {
		lines += len(tool.Runs())
	}

	return lines / 2 // the start and the end of each
}

// resident is the resident memory in bytes, and how much of it is the process's own: the rest are pages of its file.
func (r *released) resident() (all, own uint64) {
	status, err := r.proc.NewStatus()
	if err != nil {
		r.T.Fatal(err)
	}

	return status.VmRSS, status.RssAnon
}

// cpuSeconds is the time on a processor so far, without that of the tools.
func (r *released) cpuSeconds() float64 {
	stat, err := r.proc.Stat()
	if err != nil {
		r.T.Fatal(err)
	}

	return stat.CPUTime()
}

// descriptors is the number of those that are open.
func (r *released) descriptors() int {
	count, err := r.proc.FileDescriptorsLen()
	if err != nil {
		r.T.Fatal(err)
	}

	return count
}

// goroutines is the number of goroutines in a trace that begins from now on.
func (r *released) goroutines() int {
	const (
		trace = "SCHED "
		line  = "\n  G"      // of a goroutine
		dead  = ": status=6" // one to be used again
	)

	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()

	begun := strings.Count(r.Log.Text(), trace)

	for deadline := time.Now().Add(patience); time.Now().Before(deadline); <-tick.C {
		// The next one, and the one after it, which tells that it is complete.
		if traces := strings.Split(r.Log.Text(), trace)[1:]; len(traces) > begun+1 {
			next := traces[begun]

			return strings.Count(next, line) - strings.Count(next, dead)
		}
	}

	r.T.Fatalf("no trace in the log:\n%s", r.Log.Text())

	return 0
}

func TestBinaryBudget(t *testing.T) {
	t.Parallel()

	if testing.Short() {
		t.Skip("it links the exporter anew")
	}

	binary, err := releasedExporter()
	if err != nil {
		t.Fatal(err)
	}

	info, err := os.Stat(binary)
	if err != nil {
		t.Fatal(err)
	}

	budget.Hold(t, "binary.size", info.Size())
}
