package main

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// ownScenario writes a scenario that is over soon and comes again, so that no test has to be in time.
func ownScenario(t *testing.T, faults string) string {
	t.Helper()

	path := filepath.Join(t.TempDir(), "own.yaml")
	if err := os.WriteFile(path, []byte("name: own\nrepeat: 10s\nfaults:\n"+faults), 0o600); err != nil {
		t.Fatal(err)
	}

	return path
}

// TestScenarioLosesAChip: the tool and the bus lose a chip and have it back, and the exporter knows how many there should be.
func TestScenarioLosesAChip(t *testing.T) {
	t.Parallel()

	e := startExporter(t, fast("--sim", "--sim.product=A3", "--sim.scenario="+ownScenario(t, "  - {kind: chip-off-bus, at: 5s, npu: 3, chip: 1}\n"))...)

	whole := func(m samples) bool { return m["ascend_npu_chips"] == 16 && m["ascend_npu_pci_devices"] == 16 }

	e.Until("all chips", whole)

	m := e.Until("one chip less", func(m samples) bool { return m["ascend_npu_chips"] == 15 && m["ascend_npu_pci_devices"] == 15 })
	if m["ascend_npu_expected_chips"] != 16 || m["ascend_exporter_up"] != 1 {
		t.Errorf("%v chips are expected, up %v", m["ascend_npu_expected_chips"], m["ascend_exporter_up"])
	}

	if _, shown := m[`ascend_npu_health_status{chip="1", npu="3"}`]; shown {
		t.Error("the lost chip is shown")
	}

	if _, shown := m[`ascend_npu_health_status{chip="0", npu="3"}`]; !shown {
		t.Error("the chip beside the lost one is not shown")
	}

	e.Until("all chips again", whole)
}

// TestScenarioOfZeros: what the tool prints as zeros is no reading.
func TestScenarioOfZeros(t *testing.T) {
	t.Parallel()

	e := startExporter(t, fast("--sim", "--sim.scenario="+ownScenario(t, "  - {kind: zeros, at: 5s, npu: 3}\n"))...)

	e.Until("all chips", func(m samples) bool { return m.Count("ascend_npu_power_watts") == 8 })

	m := e.Until("an unusable chip", func(m samples) bool { return m["ascend_npu_unusable_chips"] == 1 })
	if m[`ascend_npu_health_status{chip="0", npu="3"}`] != 4 || m["ascend_npu_chips"] != 8 {
		t.Errorf("health %v, %v chips", m[`ascend_npu_health_status{chip="0", npu="3"}`], m["ascend_npu_chips"])
	}

	for _, metric := range []string{"ascend_npu_power_watts", "ascend_npu_temperature_celsius", "ascend_npu_hbm_total_bytes"} {
		if _, shown := m[metric+`{chip="0", npu="3"}`]; shown || m.Count(metric) != 7 {
			t.Errorf("%d chips have %s", m.Count(metric), metric)
		}
	}

	e.Until("all chips again", func(m samples) bool {
		return m["ascend_npu_unusable_chips"] == 0 && m.Count("ascend_npu_power_watts") == 8
	})
}

// TestScenarioWithoutADriver: the exporter says that it is gone, and recovers by itself.
func TestScenarioWithoutADriver(t *testing.T) {
	t.Parallel()

	e := startExporter(t, fast("--sim", "--sim.scenario="+ownScenario(t, "  - {kind: driver-gone, at: 5s}\n"))...)

	e.Until("up", func(m samples) bool { return m["ascend_exporter_up"] == 1 })

	m := e.Until("not up", func(m samples) bool { return m["ascend_exporter_up"] == 0 && m.Hardware() == 0 })
	if m[`ascend_exporter_failures_total{reason="init"}`] == 0 || m["ascend_npu_pci_devices"] != 8 {
		t.Errorf("failures %v, PCI devices %v", m[`ascend_exporter_failures_total{reason="init"}`], m["ascend_npu_pci_devices"])
	}

	e.Until("up again", func(m samples) bool { return m["ascend_exporter_up"] == 1 && m["ascend_npu_chips"] == 8 })
}

func TestWrongScenario(t *testing.T) {
	t.Parallel()

	bad := ownScenario(t, "  - {kind: fire, at: 5s}\n")
	misfit := ownScenario(t, "  - {kind: zeros, at: 5s, npu: 8}\n")

	for _, tc := range []struct {
		args []string
		want string
	}{
		{[]string{"--sim.scenario=zeros"}, `--sim.scenario needs --sim`},
		{[]string{"--sim", "--sim.scenario=nosuch"}, `--sim.scenario="nosuch": unknown scenario "nosuch": the library has chip-hang, `},
		{[]string{"--sim", "--sim.scenario=" + bad}, bad + `:4: unknown kind "fire": the kinds are `},
		{[]string{"--sim", "--sim.scenario=" + misfit, "--once"}, misfit + `:4: zeros: no NPU 8 in this machine`},
		{[]string{"--sim", "--sim.scenario=mixed", "--once"}, `--sim.scenario="mixed": mixed.yaml: all faults are on hosts of a fleet`},
	} {
		var stderr strings.Builder
		if status := run(t.Context(), tc.args, io.Discard, &stderr); status != 2 || !strings.Contains(stderr.String(), tc.want) {
			t.Errorf("%v: status %d, want 2\n%s\nwant\n%s", tc.args, status, stderr.String(), tc.want)
		}
	}
}
