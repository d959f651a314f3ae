package collector

import (
	"github.com/ascend-exporter/ascend_exporter/collector/optional"
	"github.com/ascend-exporter/ascend_exporter/collector/snapshot"
)

const mebibyte = 1 << 20

// vendorMemoryRows are the memories of a chip. npu-exporter's MB are MiB, as the tool's are.
func vendorMemoryRows() []vendorRow {
	const withDDR = "310, 310P, 910A"

	return []vendorRow{
		{
			name: "npu_chip_info_hbm_used_memory", help: "HBM in use in MiB.", source: "ascend_npu_hbm_used_bytes", products: withHBM,
			read: one(func(c *vendorChip) optional.Float { return c.HBM.Used.Per(mebibyte) }),
		},
		{
			name: "npu_chip_info_hbm_total_memory", help: "HBM of the chip in MiB.", source: "ascend_npu_hbm_total_bytes", products: withHBM,
			read: one(func(c *vendorChip) optional.Float { return c.HBM.Total.Per(mebibyte) }),
		},
		{
			name: "npu_chip_info_hbm_utilization", help: "HBM in use in percent of what the chip has.",
			source: "ascend_npu_hbm_used_bytes, ascend_npu_hbm_total_bytes", products: withHBM,
			read: one(func(c *vendorChip) optional.Float {
				total, _ := c.HBM.Total.Get()

				return inUnit(c.HBM.Used.Per(total), percent).Unless(total <= 0)
			}),
		},
		{
			name: "npu_chip_info_hbm_temperature", help: "Temperature of the HBM in degrees Celsius.", source: "ascend_npu_hbm_temperature_celsius", products: withHBM,
			read: one(func(c *vendorChip) optional.Float { return c.Detail.HBMTemperature }),
		},
		{
			name: "npu_chip_info_hbm_bandwidth_utilization", help: "Use of the HBM's bandwidth in percent.",
			source: "ascend_npu_hbm_bandwidth_utilization_ratio", products: withHBM,
			read: one(func(c *vendorChip) optional.Float { return inUnit(c.Detail.HBMBandwidth, percent) }),
		},
		{
			name: "npu_chip_info_used_memory", help: "DDR memory in use in MiB.", source: "ascend_npu_ddr_used_bytes", products: withDDR,
			read: one(func(c *vendorChip) optional.Float { return c.DDR.Used.Per(mebibyte) }),
		},
		{
			name: "npu_chip_info_total_memory", help: "DDR memory of the chip in MiB.", source: "ascend_npu_ddr_total_bytes", products: withDDR,
			read: one(func(c *vendorChip) optional.Float { return c.DDR.Total.Per(mebibyte) }),
		},
	}
}

// vendorECCRows are the errors of the HBM.
func vendorECCRows() []vendorRow {
	errors := func(e snapshot.ECC) optional.Float { return e.Errors }
	lifetime := func(e snapshot.ECC) optional.Float { return e.Lifetime }
	isolated := func(e snapshot.ECC) optional.Float { return e.Isolated }

	row := func(name, help, kind, source string, value func(snapshot.ECC) optional.Float) vendorRow {
		return vendorRow{
			name: "npu_chip_info_hbm_ecc_" + name, help: help, source: source, products: withHBM,
			read: one(func(c *vendorChip) optional.Float {
				for _, e := range c.Detail.ECC {
					if e.Memory == "hbm" && e.Type == kind {
						return value(e)
					}
				}

				return optional.Float{}
			}),
		}
	}

	const (
		single, double                     = "single_bit", "double_bit"
		sinceStart, overLife, isolatedPage = "ascend_npu_ecc_errors_total", "ascend_npu_ecc_lifetime_errors", "ascend_npu_ecc_isolated_pages"
	)

	return []vendorRow{
		row("single_bit_error_cnt", "ECC errors of one bit in the HBM since the start of the chip.", single, sinceStart, errors),
		row("double_bit_error_cnt", "ECC errors of two bits in the HBM since the start of the chip.", double, sinceStart, errors),
		row("total_single_bit_error_cnt", "ECC errors of one bit in the HBM over its life.", single, overLife, lifetime),
		row("total_double_bit_error_cnt", "ECC errors of two bits in the HBM over its life.", double, overLife, lifetime),
		row("single_bit_isolated_pages_cnt", "Pages of the HBM that are isolated for errors of one bit.", single, isolatedPage, isolated),
		row("double_bit_isolated_pages_cnt", "Pages of the HBM that are isolated for errors of two bits.", double, isolatedPage, isolated),
	}
}
