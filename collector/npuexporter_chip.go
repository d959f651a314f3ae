package collector

import (
	"fmt"
	"strconv"

	"github.com/ascend-exporter/ascend_exporter/collector/npusmi"
	"github.com/ascend-exporter/ascend_exporter/collector/optional"
	"github.com/ascend-exporter/ascend_exporter/collector/snapshot"
)

const (
	mega    = 1e6
	percent = 100
)

// vendorChipRows are what a chip does and is. Unknown is the value of a health that is not known.
func vendorChipRows(unknown optional.Float) []vendorRow {
	return []vendorRow{
		{
			name: "npu_chip_info_health_status", help: "Health of the chip: 1 healthy, 0 not (Warning, Alarm, Critical).",
			source: "ascend_npu_health_status", products: everywhere,
			read: one(func(c *vendorChip) optional.Float { return vendorHealth(c.Chip).Or(unknown) }),
		},
		{
			name: "npu_chip_info_temperature", help: "Temperature of the chip in degrees Celsius.", source: "ascend_npu_temperature_celsius", products: everywhere,
			read: one(func(c *vendorChip) optional.Float { return c.Temperature }),
		},
		{
			name:   "npu_chip_info_power",
			help:   "Power in watts: of the chip, on A3 of the package and on chip 0 of it, on 310P of the whole card and on each chip of it. Absent on 310.",
			source: "ascend_npu_power_watts, ascend_npu_card_power_watts", products: "310P, 910A, 910B, A3, 950",
			read: one(func(c *vendorChip) optional.Float { return c.power }),
		},
		{
			name: "npu_chip_info_voltage", help: "Voltage of the chip in volts.", source: "ascend_npu_voltage_volts", products: everywhere,
			read: one(func(c *vendorChip) optional.Float { return c.Detail.Voltage }),
		},
		{
			name: "npu_chip_info_aicore_current_freq", help: "Frequency of the AI Cores in MHz.", source: "ascend_npu_aicore_frequency_hertz", products: not310,
			read: one(func(c *vendorChip) optional.Float { return c.Detail.AICoreFrequency.Per(mega) }),
		},
		{
			name: "npu_chip_info_utilization", help: "Utilisation of the AI Cores in percent.", source: "ascend_npu_aicore_utilization_ratio", products: everywhere,
			read: one(func(c *vendorChip) optional.Float { return inUnit(c.AICore, percent) }),
		},
		{
			name: "npu_chip_info_vector_utilization", help: "Utilisation of the AI Vector units in percent.",
			source: "ascend_npu_aivector_utilization_ratio", products: "310P, 910B, A3, 950",
			read: one(func(c *vendorChip) optional.Float { return inUnit(c.Detail.AIVector, percent) }),
		},
		{
			name: "npu_chip_info_cube_utilization", help: "Utilisation of the AI Cube units in percent.",
			source: "ascend_npu_aicube_utilization_ratio", products: sinceA2,
			read: one(func(c *vendorChip) optional.Float { return inUnit(c.Detail.AICube, percent) }),
		},
		{
			name: "npu_chip_info_overall_utilization", help: "Utilisation of the whole chip in percent.",
			source: "ascend_npu_utilization_ratio", products: sinceA2,
			read: one(func(c *vendorChip) optional.Float { return inUnit(c.Utilization, percent) }),
		},
		{
			name: "npu_chip_info_serial_number", help: "Serial number of the board, always 1.", labels: []string{"serial_number"},
			source: "ascend_npu_board_info", products: "310, 310P, 910B, A3, 950",
			read: boardText(func(b *snapshot.Board) string { return b.Serial }),
		},
		{
			name: "npu_chip_info_product_type", help: "What the card is sold as, always 1.", labels: []string{"product_type"}, products: "310P",
			read: boardText(func(b *snapshot.Board) string { return b.ProductType }),
		},
	}
}

// vendorHealth is 1 for a healthy chip and 0 for one that is not; absent where it is not known.
func vendorHealth(c *snapshot.Chip) optional.Float {
	switch c.Health {
	case npusmi.HealthOK:
		return optional.Of(1)
	case npusmi.HealthWarning, npusmi.HealthAlarm, npusmi.HealthCritical:
		return optional.Of(0)
	default:
		return optional.Float{}
	}
}

// boardText reads an info metric of a text of the board that may not be known.
func boardText(text func(*snapshot.Board) string) func(*vendorChip, emit) {
	return func(c *vendorChip, emit emit) {
		if b := c.Detail.Board; b != nil && text(b) != "" {
			emit(1, text(b))
		}
	}
}

// vendorErrorCodeRows are the fault codes that are active, as numbers, in the tool's order.
func vendorErrorCodeRows() []vendorRow {
	const most = 10

	rows := make([]vendorRow, most)
	for i := range rows {
		suffix := ""
		if i > 0 {
			suffix = fmt.Sprintf("_%d", i)
		}

		rows[i] = vendorRow{
			name: "npu_chip_info_error_code" + suffix, help: fmt.Sprintf("Fault code %d of those that are active, as a number. Absent while there are not so many.", i+1),
			source: "ascend_npu_fault_active", products: everywhere,
			read: one(func(c *vendorChip) optional.Float { return vendorCode(c.Detail.Faults, i) }),
		}
	}

	return rows
}

// vendorCode is the i-th code as a number; absent where there are not so many.
func vendorCode(faults []snapshot.Fault, i int) optional.Float {
	if i >= len(faults) {
		return optional.Float{}
	}

	code, err := strconv.ParseUint(faults[i].Code, 16, 32)

	return optional.Of(float64(code)).Unless(err != nil)
}

// vendorNameRows are what a chip is called, with the model under another label than everywhere else.
func vendorNameRows() []vendorRow {
	return []vendorRow{{
		name: "npu_chip_info_name", help: "Ids of the chip, always 1.", source: "ascend_npu_info, ascend_npu_board_info", products: everywhere,
		labels: []string{"id", "name", "vdie_id", "pcie_bus_info", "namespace", "pod_name", "container_name"},
		read:   info(func(c *vendorChip) []string { return c.labels }),
	}}
}
