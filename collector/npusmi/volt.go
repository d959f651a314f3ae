package npusmi

import "github.com/ascend-exporter/ascend_exporter/collector/optional"

// Volt is what `npu-smi info -t volt` says of a chip.
type Volt struct {
	Voltage optional.Float // volts; absent for NA
}

// ParseVolt reads the answer for a card or a chip. The board's own voltage is left out.
func ParseVolt(output []byte) ([]PerChip[Volt], Warnings, error) {
	return parseNumbers(output, func(v *Volt, key string) (*optional.Float, bool) {
		return &v.Voltage, key == "voltage(v)"
	})
}
