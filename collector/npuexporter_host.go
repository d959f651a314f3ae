package collector

import (
	"strings"

	"github.com/ascend-exporter/ascend_exporter/collector/snapshot"
)

// vendorHostRows are the metrics of the whole machine. While the chips cannot be read none of them is counted.
func vendorHostRows(version string) []hostRow {
	return []hostRow{
		{
			name: "machine_npu_nums", help: "Chips of the machine.", source: "ascend_npu_chips", products: everywhere,
			read: countChips(func(*snapshot.Chip) bool { return true }),
		},
		{
			name: "machine_healthy_npu_nums", help: "Chips that are healthy.", source: "ascend_npu_health_status", products: everywhere,
			read: countChips(func(c *snapshot.Chip) bool { return vendorHealth(c).Is(1) }),
		},
		{
			name: "machine_unhealthy_npu_nums", help: "Chips that are not healthy.", source: "ascend_npu_health_status", products: everywhere,
			read: countChips(func(c *snapshot.Chip) bool { return vendorHealth(c).Is(0) }),
		},
		{
			name: "machine_unknown_npu_nums", help: "Chips whose health is not known.", source: "ascend_npu_health_status", products: everywhere,
			read: countChips(func(c *snapshot.Chip) bool { return !vendorHealth(c).Present() }),
		},
		{
			name: "machine_card_nums", help: "Cards of the machine. Absent on 310 and 950.", source: "ascend_npu_info", products: "310P, 910A, 910B, A3",
			read: func(s *snapshot.Snapshot, emit emit) {
				cards := make(map[int]bool)

				for i := range s.Chips {
					if hasCards(&s.Chips[i]) {
						cards[s.Chips[i].NPU] = true
					}
				}

				if len(cards) > 0 {
					emit(float64(len(cards)))
				}
			},
		},
		{
			name: "npu_exporter_version_info", help: "Version of this exporter, always 1.", labels: []string{"exporterVersion"},
			source: "ascend_exporter_build_info", products: everywhere,
			read: info(func(*snapshot.Snapshot) []string { return []string{version} }),
		},
		{
			name: "node_base_info", help: "Versions of this exporter and of the driver, always 1. Absent while the driver's is not known.",
			labels: []string{"exporterVersion", "driverVersion"}, source: "ascend_npu_smi_info", products: everywhere,
			read: func(s *snapshot.Snapshot, emit emit) {
				if s.Host.DriverVersion != "" {
					emit(1, version, s.Host.DriverVersion)
				}
			},
		},
	}
}

// countChips reads how many chips are of a kind; absent while they cannot be read.
func countChips(counts func(*snapshot.Chip) bool) func(*snapshot.Snapshot, emit) {
	return func(s *snapshot.Snapshot, emit emit) {
		if !s.Up {
			return
		}

		number := 0

		for i := range s.Chips {
			if counts(&s.Chips[i]) {
				number++
			}
		}

		emit(float64(number))
	}
}

// hasCards says whether npu-exporter counts the cards of the chip's product.
func hasCards(c *snapshot.Chip) bool {
	return strings.HasPrefix(c.Model, "310P") || !strings.HasPrefix(c.Model, "310") && !is950(c)
}

// is950 says whether the chip has ports in the place of one RoCE port.
func is950(c *snapshot.Chip) bool {
	return strings.HasPrefix(strings.TrimPrefix(c.Model, "Ascend"), "950")
}
