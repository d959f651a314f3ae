package main

import (
	"path/filepath"
	"slices"

	"github.com/ascend-exporter/ascend_exporter/collector/sim/scenario"
)

// A story is what befalls a SuperPod of a few hosts, and the alerts that it should raise.
type story struct {
	name  string // of a scenario of the library, or of a file of testdata/alerts
	hosts int    // all in one rack
	ill   int    // those that have it, the first ones

	raises []string // NAME PLACE, with the place in the SuperPod: host/NPU, host or rack
	may    []string // NAMEs that may be raised too: which of them depends on moments
}

// file is what the scenario is loaded by.
func (s story) file() string {
	if slices.Contains(scenario.Names(), s.name) {
		return s.name
	}

	return filepath.Join("testdata", "alerts", s.name+".yaml")
}

// stories are those that end to end is shown of. All others look back over hours, or need a machine that is too slow: promtool shows them.
func stories() []story {
	return []story{
		{
			name: "chip-hang", hosts: 1, ill: 1,
			raises: []string{"AscendNpuNotAnswering h0/3"},
			may:    []string{"AscendCollectionStale", "AscendScheduleLagging"},
		},
		{
			name: "chip-lost", hosts: 1, ill: 1,
			raises: []string{"AscendNpuMissing h0"},
			may:    []string{"AscendOutputUnrecognized"},
		},
		{
			name: "chip-off-bus", hosts: 1, ill: 1,
			raises: []string{"AscendNpuMissing h0"},
			may:    []string{"AscendOutputUnrecognized"},
		},
		{
			name: "dirty-fibre", hosts: 1, ill: 1,
			raises: []string{"AscendOpticsOutOfLimits h0/3"},
		},
		{
			name: "driver-gone", hosts: 1, ill: 1,
			raises: []string{"AscendNpuMissing h0", "AscendSuperPodCapacityLow"},
		},
		{
			name: "hbm-ecc", hosts: 1, ill: 1,
			raises: []string{"AscendHbmUncorrectable h0/3", "AscendHbmUncorrectableRepeated h0/3", "AscendNpuFaultNeedsDrain h0/3", "AscendNpuUnhealthy h0/3"},
		},
		{
			name: "hosts-down", hosts: 3, ill: 2,
			raises: []string{"AscendExporterDown h0", "AscendExporterDown h1", "AscendManyExportersDown", "AscendSuperPodCapacityLow"},
		},
		{
			name: "job-hang", hosts: 1, ill: 1,
			raises: []string{"AscendSuspectedHang h0/3"},
		},
		{
			name: "link-flap", hosts: 1, ill: 1,
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
		},
		{
			name: "pages", hosts: 1, ill: 1,
			raises: []string{"AscendHbmPagesExhausted h0/3", "AscendHbmPagesNearlyExhausted h0/3", "AscendHbmUncorrectable h0/3", "AscendHbmUncorrectableRepeated h0/3"},
		},
		{
			name: "power-brake", hosts: 1, ill: 1,
			raises: []string{"AscendNpuThrottled h0/3"},
		},
		{
			name: "rack-links-down", hosts: 2, ill: 2,
			raises: []string{"AscendRackLinksDown r0"},
			may:    []string{"AscendLinkDown", "AscendLinkDownLong"},
		},
		{
			name: "rack-overheat", hosts: 2, ill: 2,
			raises: []string{"AscendRackCooling r0"},
			may:    []string{"AscendHbmTemperatureCritical", "AscendHbmTemperatureHigh"},
		},
		{
			name: "roce-link-down", hosts: 1, ill: 1,
			raises: []string{"AscendLinkDown h0/3", "AscendLinkDownLong h0/3"},
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
			raises: []string{"AscendNpuNotAnswering h0/0", "AscendNpuNotAnswering h0/1", "AscendNpuNotAnswering h0/2", "AscendNpuNotAnswering h0/3", "AscendSuperPodCapacityLow"},
			may:    []string{"AscendCollectionFailing", "AscendCollectionStale", "AscendScheduleLagging"},
		},
		{
			name: "tool-slow", hosts: 1, ill: 1,
			raises: []string{},
			may:    []string{"AscendScheduleLagging"},
		},
		{
			name: "warning-health", hosts: 1, ill: 1,
			raises: []string{"AscendNpuFaultNeedsAction h0/3", "AscendNpuFaultNeedsDrain h0/3", "AscendNpuFaultRepeated h0/3", "AscendNpuHealthWarning h0/3", "AscendNpuUnhealthy h0/3"},
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
