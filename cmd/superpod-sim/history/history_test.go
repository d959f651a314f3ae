package history

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/prometheus/tsdb/fileutil"

	"github.com/ascend-exporter/ascend_exporter/collector/faults"
	"github.com/ascend-exporter/ascend_exporter/collector/sim"
	"github.com/ascend-exporter/ascend_exporter/collector/sim/fleet"
)

// An outage is a fault by which a host answers nobody for its first 20 minutes.
type outage struct{}

func (outage) Apply(time.Duration, *sim.State)                           {}
func (outage) Outages(time.Duration) sim.Outages                         { return nil }
func (outage) Tool(time.Duration, []string) (time.Duration, bool)        { return 0, false }
func (outage) NetworkTool(time.Duration, []string) (time.Duration, bool) { return 0, false }
func (outage) LostFromBus(time.Duration) int                             { return 0 }
func (outage) Down(since time.Duration) bool                             { return since >= 0 && since < 20*time.Minute }

// A trap is a fault that springs when its time comes.
type trap struct {
	outage

	spring func()
}

func (t trap) Down(since time.Duration) bool {
	if since >= 0 {
		t.spring()
	}

	return false
}

// lastStep is the end of the histories of the tests; the last hour has the end of a block.
func lastStep() time.Time { return time.Date(2026, 3, 1, 12, 37, 0, 0, time.UTC) }

// small is a day of a small fleet: two racks of two hosts of two chips.
func small(t *testing.T) Options {
	t.Helper()

	hosts, err := fleet.New(fleet.Config{Cluster: "c", SuperPods: 1, Racks: 2, HostsPerRack: 2, Product: "910B3", NPUs: 2})
	if err != nil {
		t.Fatal(err)
	}

	table, err := faults.Builtin()
	if err != nil {
		t.Fatal(err)
	}

	return Options{
		Output: filepath.Join(t.TempDir(), "data"), Hosts: hosts, Faults: table, Job: "npus",
		End: lastStep().Add(40 * time.Second), Raw: time.Hour, Recorded: 24 * time.Hour, Rules: []string{"testdata/rules.yml"},
		Logger: slog.New(slog.DiscardHandler),
	}
}

// TestPrometheusReadsIt: a real Prometheus that starts on the folder has the whole history.
func TestPrometheusReadsIt(t *testing.T) {
	t.Parallel()

	o := small(t)
	o.Hosts[3].SetFaults(fleet.Schedule{Name: "outage", Faults: outage{}, Start: lastStep().Add(-40 * time.Minute)})

	if err := Write(t.Context(), o); err != nil {
		t.Fatal(err)
	}

	if got, want := len(blocksIn(t, o.Output)), 13; got != want {
		t.Errorf("%d blocks, want %d", got, want)
	}

	p := startPrometheus(t, o.Output, lastStep())

	wantRaw(p)
	wantRecorded(p)

	if text := p.Log(); regexp.MustCompile(`(?i)level=(warn|error)`).MatchString(text) {
		t.Errorf("Prometheus complains:\n%s", text)
	}

	// Debian's takes no lock; others do.
	running := regexp.MustCompile(`a Prometheus is running on ` + o.Output + `|` + o.Output + ` is not empty`)
	if err := Write(t.Context(), o); err == nil || !running.MatchString(err.Error()) {
		t.Errorf("on the folder of a Prometheus: %v", err)
	}
}

// wantRaw asks for the raw series of the last hour.
func wantRaw(p past) {
	p.t.Helper()

	const down = `instance="sp0-r01-h01"` // of which there was an outage, from 40 minutes to 21 before the end

	p.want(`count(ascend_npu_power_watts{job="npus",cluster="c",superpod="sp0",rack="sp0-r01",instance="sp0-r01-h00",npu="1",chip="0"})`, 1)
	p.want(`count(ascend_npu_power_watts)`, 8)
	p.want(`count(count_over_time(ascend_npu_power_watts{instance!="sp0-r01-h01"}[2h]) == 60)`, 6)
	p.want(`count(count_over_time(ascend_npu_power_watts{`+down+`}[2h]) == 40)`, 2)
	p.want(`count(ascend_npu_power_watts offset 59m)`, 8)
	p.want(`count(ascend_npu_power_watts offset 60m)`)

	// What a host that answers nobody does to its series.
	p.want(`sum(up)`, 4)
	p.want(`count(count_over_time(up[2h]) == 60)`, 4)
	p.want(`sum_over_time(up{`+down+`}[2h])`, 40)
	p.want(`sum(up offset 40m)`, 3)
	p.want(`count(ascend_npu_power_watts offset 41m)`, 8)
	p.want(`count(ascend_npu_power_watts offset 40m)`, 6)
	p.want(`count(ascend_npu_power_watts offset 21m)`, 6)
	p.want(`count(ascend_npu_power_watts offset 20m)`, 8)
	p.want(`scrape_samples_scraped{`+down+`} offset 30m`, 0)
	p.want(`count(scrape_duration_seconds{`+down+`} offset 30m > 5)`, 1)
	p.want(`count({instance="sp0-r00-h00",job="npus",__name__=~"ascend.*"}) - scalar(scrape_samples_scraped{instance="sp0-r00-h00"})`, 0)

	// Counters rise, also from one block to the next.
	p.want(`count(rate(ascend_npu_energy_joules_total[1h]) > 0 < +Inf)`, 8)

	for _, counter := range []string{
		"ascend_npu_energy_joules_total", "ascend_npu_aicore_busy_seconds_total", "ascend_npu_observed_seconds_total",
		"ascend_npu_pcie_errors_total", "ascend_npu_ecc_errors_total", "ascend_exporter_query_runs_total",
	} {
		p.want(`max(resets(`+counter+`{instance!="sp0-r01-h01"}[1h]))`, 0)
		p.want(`min(rate(`+counter+`[1h])) >= bool 0`, 1)
		p.want(`max(rate(`+counter+`[1h])) < bool +Inf`, 1)
	}
}

// wantRecorded asks for the recorded series of the day, level by level.
func wantRecorded(p past) {
	p.t.Helper()

	const day = 24 * 60

	for _, gapless := range []struct {
		metric  string
		series  int
		samples int
	}{
		{`chip:ascend_npu_power_watts:avg5m{instance!="sp0-r01-h01"}`, 6, day},
		{`host:up`, 4, day},
		{`host:ascend_npu_chips:sum{instance!="sp0-r01-h01"}`, 3, day},
		{`host:ascend_npu_chips:sum{instance="sp0-r01-h01"}`, 1, day - 20},
		{`host:ascend_npu_energy_joules:rate5m{unit="W",instance!="sp0-r01-h01"}`, 3, day},
		{`host:ascend_npu_power_watts:per_chip{instance!="sp0-r01-h01"}`, 3, day},
		{`rack:ascend_npu_chips:sum`, 2, day},
		{`rack:ascend_npu_power_watts:sum`, 2, day},
		{`rack:ascend_npu_power_watts:max`, 2, day},
		{`rack:up:avg`, 2, day},
		{`superpod:ascend_npu_power_watts:sum`, 1, day / 5},
		{`cluster:ascend_npu_power_watts:sum`, 1, day - 2}, // the superpod's first is two minutes after the first minute
	} {
		p.want(`count(count_over_time(`+gapless.metric+`[2d]) == `+strconv.Itoa(gapless.samples)+`)`, float64(gapless.series))
	}

	p.want(`count(ALERTS)`)
	p.want(`rack:ascend_npu_chips:sum`, 4, 4)
	p.want(`sum(rack:ascend_npu_chips:sum offset 30m)`, 6)
	p.want(`rack:up:avg{rack="sp0-r01"} offset 30m`, 0.5)
	p.want(`rack:up:avg{rack="sp0-r01"} offset 12h`, 1)

	// What was recorded is what the raw series say, as long as there are both. Windows of five minutes have the five samples behind
	// their start; older releases of Prometheus count the start too.
	for difference, series := range map[string]float64{
		`rack:ascend_npu_power_watts:sum - on (rack) sum by (rack) (ascend_npu_power_watts)`:                                                           2,
		`rack:ascend_npu_power_watts:max - on (rack) max by (rack) (avg_over_time(ascend_npu_power_watts[299s]))`:                                      2,
		`host:ascend_npu_energy_joules:rate5m{instance!="sp0-r01-h01"} - on (instance) sum by (instance) (rate(ascend_npu_energy_joules_total[299s]))`: 3,
	} {
		p.want(`max(max_over_time(abs(`+difference+`)[50m:1m])) < bool 1e-6`, 1)
		p.want(`count(count_over_time((`+difference+`)[50m:1m]) > 25)`, series)
	}
}

// blocksIn are the names of the blocks in a folder.
func blocksIn(t *testing.T, folder string) []string {
	t.Helper()

	metas, err := filepath.Glob(filepath.Join(folder, "*", "meta.json"))
	if err != nil {
		t.Fatal(err)
	}

	return metas
}

// TestPromtoolReadsIt: the oldest release that is supported reads index and chunks of every block.
func TestPromtoolReadsIt(t *testing.T) {
	t.Parallel()

	promtool, err := exec.LookPath("promtool")
	if err != nil {
		t.Skip("no promtool on PATH: install Debian's package prometheus")
	}

	o := small(t)
	o.Recorded, o.Raw = 3*time.Hour, 10*time.Minute

	if err := Write(t.Context(), o); err != nil {
		t.Fatal(err)
	}

	blocks := blocksIn(t, o.Output)

	for _, block := range blocks {
		out, err := exec.CommandContext(t.Context(), promtool, "tsdb", "analyze", o.Output, filepath.Base(filepath.Dir(block))).CombinedOutput()
		if err != nil || !strings.Contains(string(out), "Series:") {
			t.Errorf("%v\n%s", err, out)
		}
	}

	out, err := exec.CommandContext(t.Context(), promtool, "tsdb", "list", o.Output).CombinedOutput()
	if lines := strings.Count(string(out), "\n"); err != nil || lines != len(blocks)+1 {
		t.Errorf("%d blocks, and of %v\n%s", len(blocks), err, out)
	}
}

// TestWriteToLocked: the lock of a Prometheus that runs is known. (Debian's takes none unless it is told to.)
func TestWriteToLocked(t *testing.T) {
	t.Parallel()

	o := small(t)

	lock, _, err := fileutil.Flock(filepath.Join(o.Output, lockName))
	if err != nil {
		t.Fatal(err)
	}

	if err := Write(t.Context(), o); err == nil || !strings.Contains(err.Error(), "a Prometheus is running on "+o.Output) {
		t.Errorf("while another has the lock: %v", err)
	}

	if err := lock.Release(); err != nil {
		t.Fatal(err)
	}

	if err := Write(t.Context(), o); err == nil || !strings.Contains(err.Error(), o.Output+" is not empty, it has lock") {
		t.Errorf("where a lock was left behind: %v", err)
	}
}

// TestWriteCancelled: an interrupted run leaves nothing behind.
func TestWriteCancelled(t *testing.T) {
	t.Parallel()

	for name, prepare := range map[string]func(folder string) error{
		"a new folder":    func(string) error { return nil },
		"an empty folder": func(folder string) error { return os.Mkdir(folder, 0o700) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			ctx, cancel := context.WithCancel(t.Context())
			o := small(t)
			o.Hosts[3].SetFaults(fleet.Schedule{Name: "trap", Faults: trap{spring: cancel}, Start: lastStep().Add(-30 * time.Minute)})

			if err := prepare(o.Output); err != nil {
				t.Fatal(err)
			}

			if err := Write(ctx, o); !errors.Is(err, context.Canceled) {
				t.Errorf("%v", err)
			}

			entries, err := os.ReadDir(o.Output)
			if gone := errors.Is(err, os.ErrNotExist); gone != (name == "a new folder") || len(entries) > 0 {
				t.Errorf("left behind: %v, %v", entries, err)
			}
		})
	}
}

// TestWriteRefuses: what cannot be written says why, and leaves the folder alone.
func TestWriteRefuses(t *testing.T) {
	t.Parallel()

	for name, wrong := range map[string]struct {
		change func(o *Options)
		want   string
	}{
		"no folder":     {func(o *Options) { o.Output = "" }, "no folder to write the history to"},
		"no host":       {func(o *Options) { o.Hosts = nil }, "a fleet without hosts has no history"},
		"step":          {func(o *Options) { o.Step = time.Millisecond }, "a step of 1ms: it must be whole seconds, at least one"},
		"negative":      {func(o *Options) { o.Raw = -time.Hour }, "-1h0m0s of raw series: it must be from 0 to 360h0m0s"},
		"too long":      {func(o *Options) { o.Recorded = 1000 * time.Hour }, "1000h0m0s of recorded series"},
		"nothing":       {func(o *Options) { o.Raw, o.Rules = 0, nil }, "nothing to write"},
		"no such rules": {func(o *Options) { o.Rules = []string{"testdata/none.yml"} }, "testdata/none.yml: no such file"},
		"not empty": {func(o *Options) {
			o.Output = filepath.Dir(o.Output)
			_ = os.WriteFile(filepath.Join(o.Output, "notes"), nil, 0o600)
		}, "is not empty, it has notes: empty it, or write to another folder"},
		"no folder but a file": {func(o *Options) { _ = os.WriteFile(o.Output, nil, 0o600) }, "not a directory"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			o := small(t)
			wrong.change(&o)

			if err := Write(t.Context(), o); err == nil || !strings.Contains(err.Error(), wrong.want) {
				t.Errorf("error %v, want %q", err, wrong.want)
			}

			if _, err := os.Stat(filepath.Join(o.Output, lockName)); err == nil && o.Output != "" {
				t.Error("the folder is still locked")
			}
		})
	}
}

// TestServices: the history has what vLLM tells in pods that hold chips, joined by pod, and it counts upwards.
func TestServices(t *testing.T) {
	t.Parallel()

	hosts, err := fleet.New(fleet.Config{Cluster: "c", SuperPods: 1, Racks: 1, HostsPerRack: 3, Product: "910B3"})
	if err != nil {
		t.Fatal(err)
	}

	o := small(t)
	o.Hosts, o.Raw, o.Recorded = hosts, 20*time.Minute, 0

	if err := Write(t.Context(), o); err != nil {
		t.Fatal(err)
	}

	p := startPrometheus(t, o.Output, lastStep())
	running := p.Query(`vllm:num_requests_running{job="vllm", cluster="c", engine="0", model_name!=""}`)

	if len(running) == 0 {
		t.Fatal("there is no vLLM in three hosts")
	}

	all := float64(len(running))
	p.want(`count(vllm:num_requests_running and on (cluster, namespace, pod) ascend_npu_pod_info)`, all)
	p.want(`count(rate(vllm:generation_tokens_total[5m]) > 0)`, all)
	p.want(`count(vllm:e2e_request_latency_seconds_bucket{le="+Inf"} == on (pod) vllm:e2e_request_latency_seconds_count)`, all)
	p.want(`count(count_over_time(vllm:kv_cache_usage_perc[20m]) == 20)`, all)
}
