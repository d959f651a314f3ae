package collector

import (
	"github.com/ascend-exporter/ascend_exporter/collector/optional"
	"github.com/ascend-exporter/ascend_exporter/collector/snapshot"
)

// hostRows are the metrics of the whole machine.
func hostRows() []hostRow {
	return []hostRow{
		{
			name:     "ascend_npu_smi_info",
			help:     "Releases of npu-smi and of the driver, always 1.",
			labels:   []string{"version", "driver_version"},
			source:   "summary: first line",
			products: everywhere,
			read: func(s *snapshot.Snapshot, emit emit) {
				if s.Host.ToolVersion != "" || s.Host.DriverVersion != "" {
					emit(1, s.Host.ToolVersion, s.Host.DriverVersion)
				}
			},
		},
		{
			name:     "ascend_npu_chips",
			help:     "Chips that the last good summary listed.",
			source:   "summary",
			products: everywhere,
			read:     one(func(s *snapshot.Snapshot) optional.Float { return s.Host.Chips }),
		},
		{
			name:     "ascend_npu_unusable_chips",
			help:     "Chips that the summary listed and whose data is not believable: no name, or power, temperature and memory all without a value at once.",
			source:   "summary",
			products: everywhere,
			read:     one(func(s *snapshot.Snapshot) optional.Float { return s.Host.UnusableChips }),
		},
		{
			name:     "ascend_npu_expected_chips",
			help:     "Chips that the host should have: --collection.expected-chips, else the most that were ever listed.",
			source:   "configuration, or the summaries so far",
			products: everywhere,
			read:     one(func(s *snapshot.Snapshot) optional.Float { return s.Host.ExpectedChips }),
		},
		{
			name:     "ascend_npu_pci_devices",
			help:     "Ascend functions on the PCI bus, virtual functions left out. Compare it with its own history only: a Duo card is one function for two chips. Served also while the chips cannot be read; absent where no chip has a bus id.",
			source:   "sysfs: bus/pci/devices",
			products: "310, 310P, 910A, 910B, A3",
			read:     one(func(s *snapshot.Snapshot) optional.Float { return s.Host.PCIDevices }),
		},
		{
			name:   "ascend_exporter_maintenance",
			help:   "Whether planned work is announced on this host: the file of --path.maintenance is there.",
			source: "the file of --path.maintenance",
			read:   func(s *snapshot.Snapshot, emit emit) { emit(yes(s.Host.Maintenance)) },
		},
	}
}
