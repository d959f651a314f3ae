package collector

import (
	"github.com/ascend-exporter/ascend_exporter/collector/optional"
	"github.com/ascend-exporter/ascend_exporter/collector/snapshot"
)

// faultRows are the faults of a chip.
func faultRows() []chipRow {
	return []chipRow{
		{
			name:     "ascend_npu_fault_active",
			help:     "A fault code that is active, always 1. handling is the class of the code, empty where the code is not known.",
			labels:   []string{"code", "handling"},
			source:   "health: Error Code",
			products: everywhere,
			read: func(c *snapshot.Chip, emit emit) {
				for _, fault := range c.Detail.Faults {
					emit(1, fault.Code, fault.Handling)
				}
			},
		},
		{
			name:     "ascend_npu_fault_onsets_total",
			help:     "Onsets of faults since the start of the exporter, by the severity of the code's class: info, warning, critical. What is active at the first look is no onset.",
			kind:     Counter,
			labels:   []string{"severity"},
			source:   "health: Error Code",
			products: everywhere,
			read: func(c *snapshot.Chip, emit emit) {
				for _, count := range c.Derived.Onsets {
					if number, ok := count.Number.Get(); ok {
						emit(number, count.Name)
					}
				}
			},
		},
	}
}

// identityRows say what a chip is part of.
func identityRows() []chipRow {
	return []chipRow{
		{
			name:     "ascend_npu_board_info",
			help:     "What identifies the card and the chip, always 1. What belongs to the card stands on each of its chips.",
			labels:   []string{"product", "serial", "firmware_version", "board_id", "pcb_id", "bom_id", "vdie_id"},
			source:   "board",
			products: everywhere,
			read: func(c *snapshot.Chip, emit emit) {
				if b := c.Detail.Board; b != nil {
					emit(1, b.Product, b.Serial, b.FirmwareVersion, b.BoardID, b.PCBID, b.BOMID, b.VDieID)
				}
			},
		},
		{
			name:     "ascend_npu_superpod_info",
			help:     "The chip's place in its SuperPod, always 1: physical ids, not those of a rank table.",
			labels:   []string{"superpod_id", "server_index", "sdid", "superpod_size"},
			source:   "spod-info",
			products: "A3, 950",
			read: func(c *snapshot.Chip, emit emit) {
				if s := c.Detail.SuperPod; s != nil {
					emit(1, s.ID, s.ServerIndex, s.SDID, s.Size)
				}
			},
		},
		{
			name:     "ascend_npu_vnpu_info",
			help:     "A slice of the chip (vNPU), always 1.",
			labels:   []string{"vnpu", "template", "status", "container_id"},
			source:   "info-vnpu",
			products: "310P, 910A, 910B",
			read: func(c *snapshot.Chip, emit emit) {
				for _, v := range c.Detail.VNPUs {
					emit(1, v.ID, v.Template, v.Status, v.ContainerID)
				}
			},
		},
	}
}

// integralRows are what the exporter adds up itself, so that rate() gives a true average over any window.
func integralRows() []chipRow {
	const source = "the fast stream, else successive summaries"

	return []chipRow{
		{
			name:     "ascend_npu_aicore_busy_seconds_total",
			help:     "Time that the AI Cores were busy: the integral of their utilisation. On 950 it comes from the query usages.",
			kind:     Counter,
			source:   source,
			products: everywhere,
			read:     one(func(c *snapshot.Chip) optional.Float { return c.Derived.BusySeconds }),
		},
		{
			name:     "ascend_npu_energy_joules_total",
			help:     "Energy: the integral of the measured power. On A3 it is the package's and stands on chip 0.",
			kind:     Counter,
			source:   source,
			products: withHBM,
			read:     one(func(c *snapshot.Chip) optional.Float { return c.Derived.EnergyJoules }),
		},
		{
			name:     "ascend_npu_observed_seconds_total",
			help:     "Time that the integrals cover. A gap adds to none of them: divide by it.",
			kind:     Counter,
			source:   source,
			products: everywhere,
			read:     one(func(c *snapshot.Chip) optional.Float { return c.Derived.ObservedSeconds }),
		},
		{
			name:     "ascend_npu_power_peak_watts",
			help:     "Highest power in the last --collector.watch.window. Only while the fast stream runs.",
			source:   "watch: Pwr(W)",
			products: withHBM,
			read:     one(func(c *snapshot.Chip) optional.Float { return c.Derived.PeakPower }),
		},
		{
			name:     "ascend_npu_temperature_peak_celsius",
			help:     "Highest temperature in the last --collector.watch.window. Only while the fast stream runs.",
			source:   "watch: Temp(C)",
			products: everywhere,
			read:     one(func(c *snapshot.Chip) optional.Float { return c.Derived.PeakTemperature }),
		},
	}
}
