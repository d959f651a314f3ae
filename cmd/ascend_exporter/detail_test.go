package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ascend-exporter/ascend_exporter/cmd/internal/exportertest"
	"github.com/ascend-exporter/ascend_exporter/collector/budget"
	"github.com/ascend-exporter/ascend_exporter/collector/regular"
	"github.com/ascend-exporter/ascend_exporter/collector/sim"
)

// recordedMachine writes a machine of 8 chips that answers detail queries too, in the form that the stand-in replays.
func recordedMachine(t *testing.T) string {
	t.Helper()

	m, err := sim.New(sim.Config{Product: "910B3", Seed: 1})
	if err != nil {
		t.Fatal(err)
	}

	var text bytes.Buffer

	state := m.At(time.Unix(1_800_000_000, 0))

	for _, args := range []string{"info", "info -m"} {
		fmt.Fprintf(&text, "-- %s --\n", args)
		sim.Print(&text, state, strings.Fields(args))
	}

	const card = "\tNPU ID : %d\n\tChip Count : 1\n\n%s\tChip ID : 0\n\n"

	for npu := range 8 {
		for kind, fields := range map[string]string{
			"usages": "\tHBM Capacity(MB) : 65536\n\tAivector Usage Rate(%) : 7\n\tHBM Bandwidth Usage Rate(%) : 30\n",
			"memory": "\tHBM Capacity(MB) : 65536\n\tHBM Temperature(C) : 55\n",
			"ecc":    "\tHBM Single Bit Error Count : 3\n",
			"volt":   "\tVoltage(V) : 0.81\n",
		} {
			fmt.Fprintf(&text, "-- info -t %s -i %d --\n"+card, kind, npu, npu, fields)
			fmt.Fprintf(&text, "-- info -t %s -i %d -c 0 --\n%s", kind, npu, fields)
		}

		fmt.Fprintf(&text, "-- info -t health -i %d -c 0 --\n\tHealth Status : OK\n\tError Code : NA\n\tError Information : NA\n", npu)
		fmt.Fprintf(&text, "-- info -t common -i %d --\n\tNPU ID : %d\n\tChip Count : 1\n\n\tChip ID : 0\n\tAicore Count : 20\n\n", npu, npu)
	}

	path := filepath.Join(t.TempDir(), "machine.txtar")
	if err := os.WriteFile(path, text.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}

	return path
}

// TestOnceAndTheDaemonSayTheSame: after a full plan the daemon serves what --once writes.
func TestOnceAndTheDaemonSayTheSame(t *testing.T) {
	t.Parallel()

	tool := newStandIn(t, "--replay="+recordedMachine(t))
	command := "--npu-smi.command=" + tool.Command()

	e := startExporter(t, command)
	m := e.Until("the end of the first sweep", func(m samples) bool {
		return m.Count("ascend_npu_voltage_volts") == 8 && m.Count("ascend_npu_ecc_errors_total") == 8 && m.Count("ascend_npu_aicores") == 8 &&
			m.Count("ascend_npu_hbm_temperature_celsius") == 8
	})

	var out strings.Builder
	if status := run(t.Context(), []string{"--once", command, "--path.lock=" + t.TempDir()}, &out, io.Discard); status != 0 {
		t.Fatal(status)
	}

	once := exportertest.ParseSamples(t, out.String())
	if once["ascend_npu_chips"] != 8 || once.Count("ascend_npu_ecc_errors_total") != 8 || once.Count("ascend_npu_aicores") != 8 {
		t.Fatalf("%s", out.String())
	}

	hardware := func(all samples) samples {
		some := make(samples)

		for name, value := range all {
			// The integrals are of the process's own time.
			if strings.HasPrefix(name, "ascend_npu_") && !strings.Contains(name, "_seconds_total") && !strings.Contains(name, "_joules_total") {
				some[name] = value
			}
		}

		return some
	}

	if diff := cmp.Diff(hardware(once), hardware(m)); diff != "" {
		t.Errorf("--once and the daemon differ (-once +daemon):\n%s", diff)
	}
}

// TestHungChip: a chip that hangs all its queries keeps what the summary says and loses the rest; the others lose nothing.
func TestHungChip(t *testing.T) {
	t.Parallel()

	tool := newStandIn(t, "--replay="+recordedMachine(t))
	e := startExporter(t, "--npu-smi.command="+tool.Command(), "--collection.max-duty=1", "--collection.interval=1s",
		"--npu-smi.timeout=500ms", "--collector.volt.interval=1s", "--collector.memory.interval=1s")

	e.Until("all voltages", func(m samples) bool { return m.Count("ascend_npu_voltage_volts") == 8 })
	tool.Behave("--hang=*-i 3*")

	m := e.Until("the voltage of the sick chip alone is gone", func(m samples) bool {
		_, there := m[`ascend_npu_voltage_volts{chip="0", npu="3"}`]

		return !there && m.Count("ascend_npu_voltage_volts") == 7
	})

	if m.Count("ascend_npu_power_watts") != 8 || m["ascend_exporter_up"] != 1 {
		t.Errorf("%d chips have a power, up %v", m.Count("ascend_npu_power_watts"), m["ascend_exporter_up"])
	}

	e.Until("the reason", func(m samples) bool {
		return m[`ascend_exporter_chip_query_failing{chip="0", npu="3", query="volt", reason="timeout"}`] == 1 &&
			m[`ascend_exporter_query_success{query="volt"}`] == 0
	})
}

func TestFaultCodesFile(t *testing.T) {
	t.Parallel()

	good, bad, pipe := filepath.Join(t.TempDir(), "good.tsv"), filepath.Join(t.TempDir(), "bad.tsv"), filepath.Join(t.TempDir(), "pipe")
	for path, text := range map[string]string{good: "# ours\nFFFFFFF0\tRestartNPU\n", bad: "FFFFFFF0\tRestartNPU\nxyz\tRestartNPU\n"} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}

	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}

	if _, err := readFaultTable(pipe); !errors.Is(err, regular.ErrIrregular) {
		t.Errorf("a pipe: %v", err)
	}

	if table, err := readFaultTable(good); err != nil {
		t.Error(err)
	} else if class, ok := table.Lookup("FFFFFFF0"); !ok || class != "RestartNPU" {
		t.Errorf("class %q, %v", class, ok)
	}

	var stderr strings.Builder
	if status := run(t.Context(), []string{"--sim", "--once", "--fault-codes.file=" + bad}, io.Discard, &stderr); status != 2 ||
		!strings.Contains(stderr.String(), "--fault-codes.file") || !strings.Contains(stderr.String(), bad+":2") {
		t.Errorf("status %d: %s", status, stderr.String())
	}
}

// TestSeriesBudgetOfRecordings holds recorded machines, where they are at hand, to the series that a chip and a host may have.
func TestSeriesBudgetOfRecordings(t *testing.T) {
	t.Parallel()

	if testing.Short() {
		t.Skip("one run after another: nothing of it is at the same time")
	}

	folder := os.Getenv("ASCEND_CORPUS")
	if folder == "" {
		folder = filepath.Join("..", "..", "..", "shared", "corpus")
	}

	files, err := filepath.Glob(filepath.Join(folder, "tool", "[a-est]*_*.txtar"))
	if err != nil {
		t.Fatal(err)
	}

	if len(files) == 0 {
		t.Skipf("no recordings in %s: set ASCEND_CORPUS", folder)
	}

	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()

			var out strings.Builder

			tool := newStandIn(t, "--replay="+file)
			run(t.Context(), []string{"--once", "--npu-smi.command=" + tool.Command(), "--path.lock=" + t.TempDir()}, &out, io.Discard)

			holdSeries(t, exportertest.ParseSamples(t, out.String()))
		})
	}
}

// holdSeries holds an exposition to the series that a chip and a host may have.
func holdSeries(t *testing.T, m samples) {
	t.Helper()

	const process = 7 // series of the exporter's own process, which --once leaves out

	byChip := make(map[string]int)

	for name := range m {
		if strings.HasPrefix(name, "ascend_npu_") && strings.Contains(name, "chip=") {
			npu, _, _ := strings.Cut(name[strings.Index(name, "npu=")+4:], ",")
			chip, _, _ := strings.Cut(name[strings.Index(name, "chip=")+5:], ",")
			byChip[strings.Trim(npu, "}")+strings.Trim(chip, "}")]++
		}
	}

	if len(byChip) == 0 {
		t.Fatal("no chip")
	}

	chips := slices.Collect(maps.Keys(byChip))
	most := slices.MaxFunc(chips, func(a, b string) int { return byChip[a] - byChip[b] })

	t.Logf("chip %s has the most series: %d", most, byChip[most])
	budget.Hold(t, "series.chip", byChip[most])
	budget.Hold(t, "series.host", len(m)-m.Hardware()+process)
}

// TestFastStream reads a stream on a real pseudo-terminal.
func TestFastStream(t *testing.T) {
	t.Parallel()

	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}

	script := filepath.Join(t.TempDir(), "npu-smi")
	text := fmt.Sprintf(`#!/bin/sh
case "$*" in
"info watch"*)
	echo "NpuID(Idx)  ChipId(Idx) Pwr(W)      Temp(C)     AI Core(%%)"
	while :; do
		echo "0           0           300.5       61          50"
		echo "1           0           90.0        40          0"
		sleep 1
	done
	;;
*) exec %s %s "$@" ;;
esac
`, self, asSimulatedTool)

	if err := os.WriteFile(script, []byte(text), 0o700); err != nil {
		t.Fatal(err)
	}

	e := startExporter(t, "--npu-smi.command="+script, "--collector.watch", "--collection.interval=1s")

	const energy, busy, observed = `ascend_npu_energy_joules_total{chip="0", npu="0"}`, `ascend_npu_aicore_busy_seconds_total{chip="0", npu="0"}`,
		`ascend_npu_observed_seconds_total{chip="0", npu="0"}`

	// A summary that came before the stream, of other values, is in the sums too, up to the stream's first sample.
	before := e.Until("a second sample of the stream", func(m samples) bool {
		return m[energy] > 300 && m[`ascend_npu_power_peak_watts{chip="0", npu="0"}`] == 300.5
	})
	m := e.Until("the integrals of the stream", func(m samples) bool { return m[energy] > before[energy]+300 })

	seconds := m[observed] - before[observed]
	if power := (m[energy] - before[energy]) / seconds; power < 300.4 || power > 300.6 {
		t.Errorf("a mean power of %v W", power)
	}

	if rate := (m[busy] - before[busy]) / seconds; rate < 0.499 || rate > 0.501 {
		t.Errorf("a mean rate of %v", rate)
	}

	if m[`ascend_npu_temperature_peak_celsius{chip="0", npu="1"}`] != 40 || m[`ascend_exporter_query_success{query="watch"}`] != 1 {
		t.Errorf("peak %v, success %v", m[`ascend_npu_temperature_peak_celsius{chip="0", npu="1"}`], m[`ascend_exporter_query_success{query="watch"}`])
	}
}
