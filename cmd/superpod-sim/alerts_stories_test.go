package main

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/ascend-exporter/ascend_exporter/collector/sim/scenario"
)

// A story is what befalls a SuperPod of a few hosts, and the alerts that it should raise.
type story struct {
	name  string // of a scenario of the library, or of a file of testdata/alerts
	hosts int    // all in one rack
	ill   int    // those that have it, the first ones

	product string // "" for 910B3

	raises []string // NAME PLACE, with the place in the SuperPod: host/NPU, host or rack
	may    []string // NAMEs that may be raised too: how long they last is close to how long they have to
	silent []string // NAMEs that another alert of the story silences
	hushed []string // NAMEs that are told before another one silences them: Alertmanager need not tell their end
	lasts  bool     // the fault does not end, or long after the test
}

// file is what the scenario is loaded by.
func (s story) file() string {
	if slices.Contains(scenario.Names(), s.name) {
		return s.name
	}

	return filepath.Join("testdata", "alerts", s.name+".yaml")
}

// has says whether an alert is one of the story, of some names.
func (s story) has(names []string, alert string) bool {
	superpod, name, _ := strings.Cut(alert, ": ")
	name, _, _ = strings.Cut(name, " ")

	return superpod == s.name && slices.Contains(names, name)
}

// stories are those that end to end is shown of. All others look back over hours, or need a machine that is too slow: promtool shows them.
func stories() []story {
	return []story{
		{
			name: "chip-hang", hosts: 1, ill: 1,
			raises: []string{"AscendNpuNotAnswering h0/3"},
			may:    []string{"AscendCollectionFailing", "AscendCollectionStale", "AscendScheduleLagging", "AscendSuperPodCapacityLow"},
		},
		{
			name: "chip-lost", hosts: 1, ill: 1,
			raises: []string{"AscendNpuMissing h0"},
		},
		{
			name: "chip-off-bus", hosts: 1, ill: 1, lasts: true,
			raises: []string{"AscendNpuMissing h0"},
		},
		{
			name: "dirty-fibre", hosts: 1, ill: 1,
			raises: []string{"AscendOpticsOutOfLimits h0/3"},
		},
		{
			name: "driver-gone", hosts: 1, ill: 1,
			raises: []string{"AscendCollectionFailing h0", "AscendSuperPodCapacityLow"},
		},
		{
			name: "hbm-ecc", hosts: 1, ill: 1, lasts: true,
			raises: []string{"AscendHbmUncorrectable h0/3", "AscendHbmUncorrectableRepeated h0/3", "AscendNpuFaultNeedsDrain h0/3", "AscendNpuUnhealthy h0/3"},
			silent: []string{"AscendHbmUncorrectable", "AscendNpuFaultNeedsDrain"},
		},
		{
			name: "hosts-down", hosts: 3, ill: 2,
			raises: []string{"AscendExporterDown h0", "AscendExporterDown h1", "AscendManyExportersDown", "AscendSuperPodCapacityLow"},
			silent: []string{"AscendExporterDown"},
		},
		{
			name: "job-hang", hosts: 1, ill: 1,
			raises: []string{"AscendSuspectedHang h0/3"},
		},
		{
			name: "link-flap", hosts: 1, ill: 1, lasts: true,
			raises: []string{"AscendHccsLinkDown h0/3"},
			may:    []string{"AscendHccsRetries"},
		},
		{
			name: "network-tool-hang", hosts: 1, ill: 1,
			raises: []string{"AscendNpuNotAnswering h0/3"},
		},
		{
			name: "no-device", hosts: 1, ill: 1,
			raises: []string{"AscendNpuMissing h0", "AscendSuperPodCapacityLow"},
			may:    []string{"AscendScheduleLagging"},
		},
		{
			name: "overheat", hosts: 1, ill: 1,
			raises: []string{"AscendHbmTemperatureCritical h0/3", "AscendHbmTemperatureHigh h0/3", "AscendNpuHealthWarning h0/3", "AscendNpuHotVsRack h0/3"},
			silent: []string{"AscendHbmTemperatureHigh", "AscendNpuHealthWarning"},
			hushed: []string{"AscendNpuHotVsRack"},
		},
		{
			name: "pages", hosts: 1, ill: 1, lasts: true,
			raises: []string{"AscendHbmPagesExhausted h0/3", "AscendHbmPagesNearlyExhausted h0/3", "AscendHbmUncorrectable h0/3", "AscendHbmUncorrectableRepeated h0/3"},
		},
		{
			name: "ports-down", hosts: 1, ill: 1, product: "950DT",
			raises: []string{"AscendPortsDown h0/3"},
		},
		{
			name: "power-brake", hosts: 1, ill: 1,
			raises: []string{"AscendNpuThrottled h0/3"},
		},
		{
			name: "rack-links-down", hosts: 2, ill: 2,
			raises: append(onEachChip("AscendLinkDown", "AscendLinkDownLong"), "AscendRackLinksDown r0"),
			silent: []string{"AscendLinkDown", "AscendLinkDownLong"},
		},
		{
			name: "rack-overheat", hosts: 2, ill: 2,
			raises: append(onEachChip("AscendHbmTemperatureCritical", "AscendHbmTemperatureHigh"), "AscendRackCooling r0"),
			silent: []string{"AscendHbmTemperatureCritical", "AscendHbmTemperatureHigh"},
		},
		{
			name: "roce-link-down", hosts: 1, ill: 1,
			raises: []string{"AscendLinkDown h0/3", "AscendLinkDownLong h0/3"},
			silent: []string{"AscendLinkDown"},
		},
		{
			name: "roce-link-flap", hosts: 1, ill: 1,
			raises: []string{"AscendLinkFlapping h0/3"},
		},
		{
			name: "throttling", hosts: 1, ill: 1,
			raises: []string{"AscendHbmTemperatureHigh h0/3", "AscendNpuHotVsRack h0/3", "AscendNpuThrottled h0/3"},
		},
		{
			name: "tool-hang", hosts: 1, ill: 1,
			raises: []string{"AscendCollectionFailing h0"},
			may:    []string{"AscendCollectionStale", "AscendNpuNotAnswering", "AscendScheduleLagging", "AscendSuperPodCapacityLow"},
		},
		{
			name: "tool-slow", hosts: 1, ill: 1,
			raises: []string{},
			may:    []string{"AscendScheduleLagging"},
		},
		{
			name: "warning-health", hosts: 1, ill: 1,
			raises: []string{"AscendNpuFaultNeedsAction h0/3", "AscendNpuFaultNeedsDrain h0/3", "AscendNpuFaultRepeated h0/3", "AscendNpuHealthWarning h0/3", "AscendNpuUnhealthy h0/3"},
			silent: []string{"AscendNpuFaultNeedsDrain"},
		},
		{
			name: "zeros", hosts: 1, ill: 1,
			raises: []string{"AscendNpuUnusable h0"},
		},
		{name: "zombie-memory", hosts: 1, ill: 1},
		{name: "packet-errors", hosts: 1, ill: 1},
		{name: "pause-storm", hosts: 1, ill: 1},
	}
}

// onEachChip is that alerts are raised for each chip of two hosts.
func onEachChip(alerts ...string) []string {
	var all []string

	for _, alert := range alerts {
		for host := range 2 {
			for npu := range npus {
				all = append(all, fmt.Sprintf("%s h%d/%d", alert, host, npu))
			}
		}
	}

	return all
}
