package collector

import (
	"github.com/ascend-exporter/ascend_exporter/collector/optional"
	"github.com/ascend-exporter/ascend_exporter/collector/snapshot"
)

// memoryRows are the metrics of a chip's memory. The tool's MB are MiB.
func memoryRows() []chipRow {
	return []chipRow{
		{
			name:     "ascend_npu_hbm_used_bytes",
			help:     "HBM in use, with what the driver keeps for itself (about 3 to 4 GiB on an idle chip). While the summary fails it is the capacity times the rounded rate of use.",
			source:   "summary: HBM-Usage(MB)",
			products: withHBM,
			read:     one(func(c *snapshot.Chip) optional.Float { return c.HBM.Used }),
		},
		{
			name:     "ascend_npu_hbm_total_bytes",
			help:     "HBM of the chip. Absent on products without HBM.",
			source:   "summary: HBM-Usage(MB)",
			products: withHBM,
			read:     one(func(c *snapshot.Chip) optional.Float { return c.HBM.Total }),
		},
		{
			name:     "ascend_npu_ddr_used_bytes",
			help:     "DDR memory in use.",
			source:   "summary: Memory-Usage(MB)",
			products: "310, 310P, 910A",
			read:     one(func(c *snapshot.Chip) optional.Float { return c.DDR.Used }),
		},
		{
			name:     "ascend_npu_ddr_total_bytes",
			help:     "DDR memory of the chip. Absent on chips that have none.",
			source:   "summary: Memory-Usage(MB)",
			products: "310, 310P, 910A",
			read:     one(func(c *snapshot.Chip) optional.Float { return c.DDR.Total }),
		},
		{
			name:     "ascend_npu_hugepages",
			help:     "Huge pages that are configured. Absent where none are.",
			source:   "summary: Hugepages-Usage(page)",
			products: "310P, 910A",
			read:     one(func(c *snapshot.Chip) optional.Float { return c.Hugepages.Total }),
		},
		{
			name:     "ascend_npu_hugepages_used",
			help:     "Huge pages in use. Absent where none are configured.",
			source:   "summary: Hugepages-Usage(page)",
			products: "310P, 910A",
			read:     one(func(c *snapshot.Chip) optional.Float { return c.Hugepages.Used }),
		},
	}
}
