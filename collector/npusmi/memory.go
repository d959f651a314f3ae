package npusmi

import "github.com/ascend-exporter/ascend_exporter/collector/optional"

// Memory is what `npu-smi info -t memory` says of a chip.
type Memory struct {
	DDRTotal       optional.Float // MiB on the board, with what the chip keeps for itself; 310P only
	DDRCapacity    optional.Float // MiB; 0 on products without DDR (910B, A3, 950)
	DDRClock       optional.Float // MHz; 0 on products without DDR
	HBMCapacity    optional.Float // MiB; absent on 310, 310B and 310P, as are the other values of HBM
	HBMClock       optional.Float // MHz
	HBMTemperature optional.Float // degrees Celsius; absent for a sensor's sentinel
}

// ParseMemory reads the answer for a card or a chip.
func ParseMemory(output []byte) ([]PerChip[Memory], Warnings, error) {
	chips, warnings, err := parseNumbers(output, placeMemory)

	for i := range chips {
		m := &chips[i].Reading
		m.HBMTemperature = m.HBMTemperature.Unless(isSentinel(m.HBMTemperature))
	}

	return chips, warnings, err
}

func placeMemory(m *Memory, key string) (where *optional.Float, known bool) {
	switch key {
	case "total ddr capacity(mb)":
		return &m.DDRTotal, true
	case "ddr capacity(mb)", "memory capacity(mb)", "capacity(mb)":
		return &m.DDRCapacity, true
	case "ddr clock speed(mhz)", "memory clock speed(mhz)", "clock speed(mhz)":
		return &m.DDRClock, true
	case "hbm capacity(mb)":
		return &m.HBMCapacity, true
	case "hbm clock speed(mhz)":
		return &m.HBMClock, true
	case "hbm temperature(c)":
		return &m.HBMTemperature, true
	case "hbm manufacturer id": // a number in hexadecimal that no metric shows
		return nil, true
	default:
		return nil, false
	}
}
