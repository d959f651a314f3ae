package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// soakRound is the length of a round of soakScenario, in its units.
const soakRound = 60

// soakScenario writes a scenario in which everything breaks that a host with HCCS and RoCE links has, in rounds of 60 units of time. A
// round ends well: nothing is broken any more in its last six units.
func soakScenario(t *testing.T, unit time.Duration) string {
	t.Helper()

	var text strings.Builder

	fmt.Fprintf(&text, "name: soak\nrepeat: %v\nfaults:\n", soakRound*unit)

	for _, f := range []struct {
		kind    string
		at, end time.Duration // in units
		rest    string
	}{
		{"overheat", 1, 9, "npu: first, temperature: 98, throttle-above: 90, clock: 1000"},
		{"hbm-ecc", 2, 12, "npu: last, single-bit-per-hour: 600, double-bit: 2, isolated-pages: 1"},
		{"hccs-link", 2, 7, fmt.Sprintf("npu: last, link: 1, flap-period: %v", max(2*time.Second, unit/3))},
		{"roce-link", 3, 9, fmt.Sprintf("npu: last, flap-period: %v", max(10*time.Second, unit/2))},
		{"packet-errors", 3, 9, "npu: first, bad-per-second: 30, retries-per-second: 100"},
		{"dirty-fibre", 4, 13, fmt.Sprintf("npu: first, lane: 2, over: %v", max(time.Second, 3*unit))},
		{"pause-storm", 6, 9, "npu: [first, last]"},
		{"health", 9, 13, `npu: first, state: alarm, codes: {80E01801: "multi-bit ECC error"}`},
		{"health", 10, 12, "npu: last, state: warning"},
		{"chip-hang", 14, 18, "npu: last"},
		{"chip-lost", 20, 23, "npu: last"},
		{"chip-off-bus", 24, 27, "npu: last"},
		{"zeros", 28, 31, "npu: first"},
		{"job-hang", 28, 34, "npu: last"},
		{"power-brake", 30, 34, "npu: last, power: 150, clock: 800"},
		{"zombie-memory", 32, 36, "npu: first"},
		{"network-tool-hang", 34, 37, "npu: last"},
		{"tool-slow", 38, 41, fmt.Sprintf("delay: %v", unit/15)},
		{"noise", 42, 44, ""},
		{"tool-hang", 45, 48, ""},
		{"driver-gone", 49, 51, ""},
		{"driver-occupied", 52, 54, ""},
	} {
		fmt.Fprintf(&text, "  - {kind: %s, at: %v, for: %v, %s}\n", f.kind, f.at*unit, (f.end-f.at)*unit, f.rest)
	}

	path := filepath.Join(t.TempDir(), "soak.yaml")
	if err := os.WriteFile(path, []byte(text.String()), 0o600); err != nil {
		t.Fatal(err)
	}

	return path
}
