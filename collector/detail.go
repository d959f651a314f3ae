package collector

import (
	"github.com/ascend-exporter/ascend_exporter/collector/optional"
	"github.com/ascend-exporter/ascend_exporter/collector/snapshot"
)

// utilizationRows are the shares of the time that parts of a chip were busy.
func utilizationRows() []chipRow {
	return []chipRow{
		{
			name:     "ascend_npu_aivector_utilization_ratio",
			help:     "Share of the time that the AI Vector units were busy, 0 to 1. On 310P: the Vector Cores.",
			source:   "usages: Aivector Usage Rate(%), Vectorcore Usage Rate(%)",
			products: "310P, 910B, A3, 950",
			read:     one(func(c *snapshot.Chip) optional.Float { return c.Detail.AIVector }),
		},
		{
			name:     "ascend_npu_aicube_utilization_ratio",
			help:     "Share of the time that the AI Cube units were busy, 0 to 1.",
			source:   "usages: Aicube Usage Rate(%)",
			products: sinceA2,
			read:     one(func(c *snapshot.Chip) optional.Float { return c.Detail.AICube }),
		},
		{
			name:     "ascend_npu_aicpu_utilization_ratio",
			help:     "Share of the time that the AI CPUs were busy, 0 to 1.",
			source:   "usages: Aicpu Usage Rate(%)",
			products: everywhere,
			read:     one(func(c *snapshot.Chip) optional.Float { return c.Detail.AICPU }),
		},
		{
			name:     "ascend_npu_ctrlcpu_utilization_ratio",
			help:     "Share of the time that the control CPUs were busy, 0 to 1.",
			source:   "usages: Ctrlcpu Usage Rate(%)",
			products: everywhere,
			read:     one(func(c *snapshot.Chip) optional.Float { return c.Detail.CtrlCPU }),
		},
		{
			name:     "ascend_npu_dvpp_utilization_ratio",
			help:     "Share of the time that an engine of the DVPP was busy, 0 to 1.",
			labels:   []string{"engine"},
			source:   "usages: DVPP VDEC, VPC, VENC, JPEGE, JPEGD Usage Rate(%)",
			products: "310P",
			read: func(c *snapshot.Chip, emit emit) {
				for _, engine := range c.Detail.DVPP {
					if ratio, ok := engine.Ratio.Get(); ok {
						emit(ratio, engine.Name)
					}
				}
			},
		},
		{
			name:     "ascend_npu_hbm_bandwidth_utilization_ratio",
			help:     "Share of the HBM's bandwidth that is used, 0 to 1.",
			source:   "usages: HBM Bandwidth Usage Rate(%)",
			products: withHBM,
			read:     one(func(c *snapshot.Chip) optional.Float { return c.Detail.HBMBandwidth }),
		},
		{
			name:     "ascend_npu_ddr_bandwidth_utilization_ratio",
			help:     "Share of the DDR memory's bandwidth that is used, 0 to 1. Absent on chips that have none.",
			source:   "usages: DDR Bandwidth Usage Rate(%), Memory Bandwidth Usage Rate(%)",
			products: "310, 310P, 910A",
			read:     one(func(c *snapshot.Chip) optional.Float { return c.Detail.DDRBandwidth }),
		},
	}
}

// cardRows are the metrics of a whole card.
func cardRows() []cardRow {
	return []cardRow{
		{
			name:     "ascend_npu_card_power_watts",
			help:     "Measured power of the card, on products that measure none of its chips (310P).",
			source:   "card-power: Power Dissipation(W) of the board's controller",
			products: "310P",
			read:     one(func(c *snapshot.Card) optional.Float { return c.Power }),
		},
	}
}

// conditionRows are what a chip runs at.
func conditionRows() []chipRow {
	return []chipRow{
		{
			name:     "ascend_npu_voltage_volts",
			help:     "Voltage of the chip.",
			source:   "volt: Voltage(V)",
			products: everywhere,
			read:     one(func(c *snapshot.Chip) optional.Float { return c.Detail.Voltage }),
		},
		{
			name:     "ascend_npu_aicore_frequency_hertz",
			help:     "Frequency at which the AI Cores run.",
			source:   "common: Aicore curFreq(MHZ)",
			products: not310,
			read:     one(func(c *snapshot.Chip) optional.Float { return c.Detail.AICoreFrequency }),
		},
		{
			name:     "ascend_npu_aicore_rated_frequency_hertz",
			help:     "Frequency that the AI Cores are rated for.",
			source:   "common: Aicore Freq(MHZ)",
			products: not310,
			read:     one(func(c *snapshot.Chip) optional.Float { return c.Detail.AICoreRatedFrequency }),
		},
		{
			name:     "ascend_npu_aicores",
			help:     "AI Cores of the chip.",
			source:   "common: Aicore Count",
			products: withHBM,
			read:     one(func(c *snapshot.Chip) optional.Float { return c.Detail.AICores }),
		},
		{
			name:     "ascend_npu_hbm_temperature_celsius",
			help:     "Temperature of the HBM.",
			source:   "memory: HBM Temperature(C)",
			products: withHBM,
			read:     one(func(c *snapshot.Chip) optional.Float { return c.Detail.HBMTemperature }),
		},
		{
			name:     "ascend_npu_hbm_frequency_hertz",
			help:     "Clock of the HBM.",
			source:   "memory: HBM Clock Speed(MHz)",
			products: withHBM,
			read:     one(func(c *snapshot.Chip) optional.Float { return c.Detail.HBMFrequency }),
		},
		{
			name:     "ascend_npu_sensor_temperature_celsius",
			help:     "Temperature at a sensor of the chip. A sensor that does not answer is absent; so are hbm and sfp where ascend_npu_hbm_temperature_celsius and ascend_npu_optical_temperature_celsius tell the same.",
			labels:   []string{"sensor"},
			source:   "sensors",
			products: not310,
			read: func(c *snapshot.Chip, emit emit) {
				for _, sensor := range c.Detail.Sensors {
					if temperature, ok := sensor.Temperature.Get(); ok && !toldElsewhere(c, sensor.Name) {
						emit(temperature, sensor.Name)
					}
				}
			},
		},
	}
}

// toldElsewhere says whether a metric of its own tells the temperature of a sensor.
func toldElsewhere(c *snapshot.Chip, sensor string) bool {
	switch sensor {
	case "hbm":
		return c.Detail.HBMTemperature.Present()
	case "sfp":
		return c.Network != nil && c.Network.Optical != nil && c.Network.Optical.Temperature.Present()
	default:
		return false
	}
}
