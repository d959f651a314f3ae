package collector

import (
	"github.com/ascend-exporter/ascend_exporter/collector/optional"
	"github.com/ascend-exporter/ascend_exporter/collector/snapshot"
)

// errorRows are the counters of errors in memory.
func errorRows() []chipRow {
	ecc := func(value func(snapshot.ECC) optional.Float) func(*snapshot.Chip, emit) {
		return func(c *snapshot.Chip, emit emit) {
			for _, e := range c.Detail.ECC {
				if number, ok := value(e).Get(); ok {
					emit(number, e.Memory, e.Type)
				}
			}
		}
	}
	labels := []string{"memory", "type"}

	return []chipRow{
		{
			name:     "ascend_npu_ecc_errors_total",
			help:     "ECC errors since the start of the chip, at whose reset it starts anew.",
			kind:     Counter,
			labels:   labels,
			source:   "ecc: Error Count",
			products: everywhere,
			read:     ecc(func(e snapshot.ECC) optional.Float { return e.Errors }),
		},
		{
			name:     "ascend_npu_ecc_lifetime_errors",
			help:     "ECC errors that are stored on the part over its life. An operator can clear them.",
			labels:   labels,
			source:   "ecc: Aggregate Total Err Cnt",
			products: not310,
			read:     ecc(func(e snapshot.ECC) optional.Float { return e.Lifetime }),
		},
		{
			name:     "ascend_npu_ecc_isolated_pages",
			help:     "Pages that are isolated for errors.",
			labels:   labels,
			source:   "ecc: Isolated Pages Count",
			products: not310,
			read:     ecc(func(e snapshot.ECC) optional.Float { return e.Isolated }),
		},
		{
			name:     "ascend_npu_ecc_next_isolated_pages",
			help:     "Pages that the next reset of the chip will isolate.",
			labels:   labels,
			source:   "ecc: Next-Isolated Pages Count",
			products: "310P, 910B, A3, 950",
			read:     ecc(func(e snapshot.ECC) optional.Float { return e.NextIsolated }),
		},
	}
}

// pcieRows are the counters of errors on PCIe.
func pcieRows() []chipRow {
	return []chipRow{
		{
			name:     "ascend_npu_pcie_errors_total",
			help:     "Errors on the chip's PCIe link by type: tx, rx, lcrc, ecrc, retry.",
			kind:     Counter,
			labels:   []string{"type"},
			source:   "pcie-err",
			products: "310P, 910B",
			read: func(c *snapshot.Chip, emit emit) {
				for _, count := range c.Detail.PCIeErrors {
					if number, ok := count.Number.Get(); ok {
						emit(number, count.Name)
					}
				}
			},
		},
	}
}
