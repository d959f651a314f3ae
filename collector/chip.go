package collector

import (
	"github.com/ascend-exporter/ascend_exporter/collector/optional"
	"github.com/ascend-exporter/ascend_exporter/collector/snapshot"
)

// chipRows are the metrics of a chip, but for its memory and processes. Each has the labels npu and chip.
func chipRows() []chipRow {
	return []chipRow{
		{
			name:     "ascend_npu_info",
			help:     "Ids of the chip, always 1. An id that is not known is an empty label.",
			labels:   []string{"model", "phy_id", "logic_id", "bus_id"},
			source:   "summary: Name, Bus-Id, Device, Phy-ID; mapping: Chip Logic ID, Chip Phy-ID",
			products: everywhere,
			read: info(func(c *snapshot.Chip) []string {
				return []string{c.Model, c.PhyID, c.LogicID, c.BusID}
			}),
		},
		{
			name:     "ascend_npu_health_status",
			help:     "Health of the chip: 0 OK, 1 Warning, 2 Alarm, 3 Critical, 4 UNKNOWN. A chip with no believable data is 4 where the tool says OK.",
			source:   "summary: Health",
			products: everywhere,
			read:     one(func(c *snapshot.Chip) optional.Float { return c.Health.Code() }),
		},
		{
			name:     "ascend_npu_power_watts",
			help:     "Measured power. On A3 it is the package's and stands on chip 0. Absent where the tool gives none (310, 310P).",
			source:   "summary: Power(W)",
			products: withHBM,
			read:     one(func(c *snapshot.Chip) optional.Float { return c.Power }),
		},
		{
			name:     "ascend_npu_rated_power_watts",
			help:     "Rated power, on products whose tool prints it in place of the measured power (310).",
			source:   "summary: Power(W)",
			products: "310",
			read:     one(func(c *snapshot.Chip) optional.Float { return c.RatedPower }),
		},
		{
			name:     "ascend_npu_temperature_celsius",
			help:     "Temperature of the chip.",
			source:   "summary: Temp(C)",
			products: everywhere,
			read:     one(func(c *snapshot.Chip) optional.Float { return c.Temperature }),
		},
		{
			name:     "ascend_npu_aicore_utilization_ratio",
			help:     "Share of the time that the AI Cores were busy, 0 to 1. It reads 0 while a profiler runs on the chip.",
			source:   "summary: AICore(%); usages: Aicore Usage Rate(%) on 950, on a vNPU and while no summary can be read",
			products: everywhere,
			read:     one(func(c *snapshot.Chip) optional.Float { return c.AICore }),
		},
		{
			name:     "ascend_npu_utilization_ratio",
			help:     "Share of the time that the NPU was busy, 0 to 1: the tool's NPU Util.",
			source:   "usages: NPU Utilization(%); summary: NPU Util(%) on 950",
			products: sinceA2,
			read:     one(func(c *snapshot.Chip) optional.Float { return c.Utilization }),
		},
	}
}
