package main

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/ascend-exporter/ascend_exporter/cmd/internal/exportertest"
	"github.com/ascend-exporter/ascend_exporter/collector/poll"
)

// TestWrongFlags: each is refused before anything is started, with a word on what was wrong.
func TestWrongFlags(t *testing.T) {
	t.Parallel()

	for flags, words := range map[string]string{
		"--no-such-flag":                                               "unknown long flag '--no-such-flag'",
		"surplus":                                                      "unexpected surplus",
		"--web.telemetry-path=metrics":                                 `--web.telemetry-path="metrics": must begin with /`,
		"--web.telemetry-path=/":                                       "is the status page",
		"--web.telemetry-path=/-/healthy":                              "is taken by a probe",
		"--web.telemetry-path=/-/ready":                                "is taken by a probe",
		"--web.telemetry-path=/a/../b":                                 "must be a plain path",
		"--web.telemetry-path=/metrics/":                               "must be a plain path",
		"--web.telemetry-path=/{x}":                                    "must be a plain path",
		"--web.telemetry-path=/a?b":                                    "must be a plain path",
		"--compat.npu-exporter.path=x":                                 `--compat.npu-exporter.path="x": must begin with /`,
		"--compat.npu-exporter.path=/-/ready":                          `--compat.npu-exporter.path="/-/ready": is taken by a probe`,
		"--compat.npu-exporter.unknown=0":                              "--compat.npu-exporter.unknown",
		"--web.max-requests=-1":                                        "must not be negative",
		"--web.max-requests=many":                                      `--web.max-requests="many": `,
		"--web.max-requests=0.5":                                       `--web.max-requests="0.5": must be a whole number`,
		"--collection.expected-chips=7.9":                              `--collection.expected-chips="7.9": must be a whole number`,
		"--sim --sim.npus=1e1":                                         `--sim.npus="1e1": must be a whole number`,
		"--collector.processes.limit=99999999999999999999":             `--collector.processes.limit="99999999999999999999": must be a whole number`,
		"--collection.interval=0s":                                     "--collection.interval=0s: must be above 0",
		"--collection.interval=860000h":                                "--collection.interval=860000h0m0s: must be above 0 and at most 8784h",
		"--collector.pods.interval=0s":                                 "--collector.pods.interval=0s: must be above 0",
		"--collector.pods.interval=8785h":                              "--collector.pods.interval=8785h0m0s: must be above 0 and at most 8784h",
		"--path.state=/dev/null":                                       `--path.state="/dev/null": it is not a file`,
		"--collection.interval=15":                                     `--collection.interval="15": `,
		"--web.listen-address=":                                        `--web.listen-address="": `,
		"--web.listen-address=foo":                                     `--web.listen-address="foo": `,
		"--web.listen-address=127.0.0.1:":                              `--web.listen-address="127.0.0.1:": `,
		"--web.listen-address=:-1":                                     `--web.listen-address=":-1": `,
		"--web.listen-address=:0 --web.listen-address=127.0.0.1:99999": `--web.listen-address="127.0.0.1:99999": `,
		"--web.config.file=/no/such/file":                              `--web.config.file="/no/such/file": `,
		"--npu-smi.timeout=-1s":                                        "--npu-smi.timeout=-1s: must be above 0",
		"--npu-smi.summary-timeout=0s":                                 "--npu-smi.summary-timeout=0s: must be above 0",
		"--collector.mapping.interval=0s":                              "--collector.mapping.interval=0s: must be above 0",
		"--collector.watch.interval=1500ms":                            "must be 1s to 100s",
		"--collection.max-duty=0":                                      "--collection.max-duty=0: must be above 0 and at most 1",
		"--collection.max-duty=1.5":                                    "must be above 0 and at most 1",
		"--collection.max-duty=NaN":                                    "must be above 0 and at most 1",
		"--collector.processes.limit=0":                                "--collector.processes.limit=0: must be above 0",
		"--collection.expected-chips=-8":                               "must not be negative",
		"--sim --npu-smi.command=npu-smi":                              "exclude each other",
		"--sim --sim.product=911":                                      `--sim.product="911": enum value must be one of 910B3,`,
		"--sim --sim.release=99":                                       `--sim.release="99": `,
		"--sim --sim.npus=-1":                                          `--sim.npus=-1: `,
		"--sim.product=A3":                                             "--sim.product needs --sim",
		"--sim.seed=1":                                                 "--sim.seed needs --sim",
		"--fault-codes.file=/no/such/file":                             `--fault-codes.file="/no/such/file": `,
		"--npu-smi.command='unterminated npu-smi":                      "--npu-smi.command=",
		"--log.level=loud":                                             `--log.level="loud": `,
	} {
		t.Run(flags, func(t *testing.T) {
			t.Parallel()

			args := strings.Split(flags, " ")
			if strings.Contains(flags, "'unterminated") {
				args = []string{flags}
			}

			var stderr strings.Builder
			if status := run(t.Context(), args, io.Discard, &stderr); status != 2 || !strings.Contains(stderr.String(), words) {
				t.Errorf("status %d, %q, want 2 and %q", status, stderr.String(), words)
			}
		})
	}
}

// TestWrongPlaces: what only shows at the start ends the exporter with status 1 and names the flag.
func TestWrongPlaces(t *testing.T) {
	t.Parallel()

	for flags, words := range map[string]string{
		"--web.listen-address=256.0.0.1:1": "256.0.0.1",
	} {
		t.Run(flags, func(t *testing.T) {
			t.Parallel()

			var stderr strings.Builder

			args := append([]string{"--web.listen-address=127.0.0.1:0", "--path.lock=" + t.TempDir()}, strings.Split(flags, " ")...)
			if strings.Contains(flags, "listen-address") {
				args = args[1:]
			}

			if status := run(t.Context(), args, io.Discard, &stderr); status != 1 || !strings.Contains(stderr.String(), words) {
				t.Errorf("status %d, %q, want 1 and %q", status, stderr.String(), words)
			}
		})
	}
}

func TestHelpAndVersion(t *testing.T) {
	t.Parallel()

	for flag, words := range map[string]string{"--help": "--npu-smi.command", "--version": "ascend_exporter, version"} {
		var stdout, stderr strings.Builder
		if status := run(t.Context(), []string{flag}, &stdout, &stderr); status != 0 || !strings.Contains(stdout.String(), words) {
			t.Errorf("%s: status %d, %q %q", flag, status, stdout.String(), stderr.String())
		}
	}
}

// noRoom is a device that is full.
type noRoom struct{}

func (noRoom) Write([]byte) (int, error) { return 0, syscall.ENOSPC }

// TestHelpThatNobodyReads: it is no reason for a panic.
func TestHelpThatNobodyReads(t *testing.T) {
	t.Parallel()

	for _, flag := range []string{"--help", "--version"} {
		if status := run(t.Context(), []string{flag}, noRoom{}, io.Discard); status != 0 {
			t.Errorf("%s: status %d", flag, status)
		}
	}
}

// TestFlagsFromTheEnvironment: a flag that is given wins over its variable.
func TestFlagsFromTheEnvironment(t *testing.T) {
	t.Setenv("ASCEND_EXPORTER_COLLECTION_INTERVAL", "7s")
	t.Setenv("ASCEND_EXPORTER_COLLECTOR_MAPPING", "false")
	t.Setenv("ASCEND_EXPORTER_NPU_SMI_TIMEOUT", "3s")

	var o options
	if _, err := newApplication(&o, io.Discard, io.Discard).Parse([]string{"--npu-smi.timeout=4s"}); err != nil {
		t.Fatal(err)
	}

	if err := o.complete(); err != nil {
		t.Fatal(err)
	}

	if first := o.enabledSources[0]; first.Name != poll.Summary || first.Interval != 7*time.Second || o.timeout != 4*time.Second {
		t.Errorf("%s each %v first, timeout %v", first.Name, first.Interval, o.timeout)
	}
}

// TestNoSimulationFromTheEnvironment: a variable for the simulated machine is refused like its flag where there is none.
func TestNoSimulationFromTheEnvironment(t *testing.T) {
	t.Setenv("ASCEND_EXPORTER_SIM_NPUS", "4")

	var stderr strings.Builder
	if status := run(t.Context(), nil, io.Discard, &stderr); status != 2 || !strings.Contains(stderr.String(), "--sim.npus needs --sim") {
		t.Errorf("status %d, %q", status, stderr.String())
	}
}

func TestChoiceOfQueries(t *testing.T) {
	t.Parallel()

	var out strings.Builder
	if status := run(t.Context(), []string{"--once", "--sim", "--no-collector.mapping"}, &out, io.Discard); status != 0 {
		t.Fatal(status)
	}

	m := exportertest.ParseSamples(t, out.String())
	if _, there := m[`ascend_exporter_query_runs_total{query="mapping"}`]; there || m["ascend_exporter_up"] != 1 {
		t.Errorf("a query that was turned off is there, or up is %v", m["ascend_exporter_up"])
	}
}

func TestOnce(t *testing.T) {
	t.Parallel()

	maintenance := filepath.Join(t.TempDir(), "maintenance")
	if err := os.WriteFile(maintenance, nil, 0o600); err != nil {
		t.Fatal(err)
	}

	var out, log strings.Builder

	status := run(t.Context(), []string{
		"--once", "--sim", "--sim.product=A3", "--collector.processes", "--path.maintenance=" + maintenance,
		"--collection.expected-chips=32",
	}, &out, &log)
	if status != 0 || log.Len() > 0 {
		t.Fatalf("status %d: %s", status, log.String())
	}

	m := exportertest.ParseSamples(t, out.String())
	if m["ascend_npu_chips"] != 16 || m["ascend_exporter_maintenance"] != 1 || m["ascend_npu_expected_chips"] != 32 || m.Count("ascend_exporter_build_info") != 1 {
		t.Errorf("%s", out.String())
	}

	if m.Count("process_open_fds") > 0 {
		t.Error("metrics of the process are in what another exporter will serve")
	}
}

func TestOnceWithoutChips(t *testing.T) {
	t.Parallel()

	var out, log strings.Builder

	tool := newStandIn(t, "--absent")

	status := run(t.Context(), []string{"--once", "--npu-smi.command=" + tool.Command(), "--path.lock=" + t.TempDir()}, &out, &log)
	if status != 1 || !strings.Contains(log.String(), "driver") {
		t.Errorf("status %d: %s", status, log.String())
	}

	m := exportertest.ParseSamples(t, out.String())
	if up, there := m["ascend_exporter_up"]; !there || up != 0 || m[`ascend_exporter_failures_total{reason="init"}`] != 1 {
		t.Errorf("the exporter's own metrics are not there:\n%s", out.String())
	}
}

// TestOnceWithoutRoom: what could not be written whole has a status of its own.
func TestOnceWithoutRoom(t *testing.T) {
	t.Parallel()

	var log strings.Builder
	if status := run(t.Context(), []string{"--once", "--sim"}, noRoom{}, &log); status != 3 || !strings.Contains(log.String(), "no space left") {
		t.Errorf("status %d: %s", status, log.String())
	}
}

// TestOnceInterrupted: nothing is written, and the status says so.
func TestOnceInterrupted(t *testing.T) {
	t.Parallel()

	ctx, interrupt := context.WithCancel(t.Context())
	tool := newStandIn(t, "--hang=*")
	status := make(chan int)

	var out, log strings.Builder

	go func() {
		status <- run(ctx, []string{"--once", "--npu-smi.command=" + tool.Command(), "--path.lock=" + t.TempDir()}, &out, &log)
	}()

	awaitRun(t, tool)
	interrupt()

	if got := <-status; got != 3 || out.Len() > 0 || !strings.Contains(log.String(), "interrupted") {
		t.Errorf("status %d, %d bytes written: %s", got, out.Len(), log.String())
	}
}
