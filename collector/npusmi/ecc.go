package npusmi

import (
	"strings"

	"github.com/ascend-exporter/ascend_exporter/collector/optional"
)

// ECC is what `npu-smi info -t ecc` says of a chip: the errors of its memories.
type ECC struct {
	HBM ECCMemory // absent on 310, 310B and 310P
	DDR ECCMemory // absent on 910B, A3 and 950; on 310 and 310B, which name no memory, it is this one
}

// ECCMemory is the errors of one memory: of one bit, which were corrected, and of two, which could not be.
type ECCMemory struct {
	SingleBit, DoubleBit ECCCounts
}

// ECCCounts counts the errors of one type in one memory. 310 and 310B print Errors only. A count at its end, 4294967295,
// is absent.
type ECCCounts struct {
	Errors            optional.Float // since the chip started: it begins anew with the chip
	LifetimeErrors    optional.Float // "Aggregate Total Err Cnt": kept over restarts; an operator can clear it
	IsolatedPages     optional.Float // pages taken out of use
	NextIsolatedPages optional.Float // pages that the next reset takes out of use; absent before release 25
}

// ECCKind is the counts of one type in one memory, with the words for both.
type ECCKind struct {
	Memory string // hbm, ddr
	Type   string // single_bit, double_bit
	Counts ECCCounts
}

// Kinds lists the counts by memory and type.
func (e ECC) Kinds() [4]ECCKind {
	return [4]ECCKind{
		{"hbm", "single_bit", e.HBM.SingleBit},
		{"hbm", "double_bit", e.HBM.DoubleBit},
		{"ddr", "single_bit", e.DDR.SingleBit},
		{"ddr", "double_bit", e.DDR.DoubleBit},
	}
}

// ParseECC reads the answer for a card or a chip.
func ParseECC(output []byte) ([]PerChip[ECC], Warnings, error) {
	return parseNumbers(output, placeECC)
}

// placeECC takes a key apart, such as "hbm single bit isolated pages count".
func placeECC(e *ECC, key string) (where *optional.Float, known bool) {
	memory := &e.DDR

	if rest, isHBM := strings.CutPrefix(key, "hbm "); isHBM {
		memory, key = &e.HBM, rest
	} else {
		key = strings.TrimPrefix(key, "ddr ")
	}

	key = strings.Replace(key, "-bit ", " bit ", 1)
	counts := &memory.SingleBit

	what, known := strings.CutPrefix(key, "single bit ")
	if !known {
		what, known = strings.CutPrefix(key, "double bit ")
		counts = &memory.DoubleBit
	}

	if !known {
		return nil, false
	}

	switch what {
	case "error count":
		return &counts.Errors, true
	case "aggregate total err cnt":
		return &counts.LifetimeErrors, true
	case "isolated pages count":
		return &counts.IsolatedPages, true
	case "next-isolated pages count":
		return &counts.NextIsolatedPages, true
	default:
		return nil, false
	}
}
