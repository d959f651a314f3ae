package npusmi

import "github.com/ascend-exporter/ascend_exporter/collector/optional"

// SIOErrors is what `npu-smi info -t sio-info` says of a chip (A3 and 950): errors on the link between the two dies of a
// package, since the chip started. The driver counts in 16 bits, so a count begins at 0 again after 65535.
type SIOErrors struct {
	TX optional.Float // in sending
	RX optional.Float // in receiving
}

// ParseSIOErrors reads the answer for a chip, or for an NPU of 950, which has one chip.
func ParseSIOErrors(output []byte) ([]PerChip[SIOErrors], Warnings, error) {
	return parseNumbers(output, func(s *SIOErrors, key string) (*optional.Float, bool) {
		switch key {
		case "tx error count":
			return &s.TX, true
		case "rx error count":
			return &s.RX, true
		default:
			return nil, false
		}
	})
}
