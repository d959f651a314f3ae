package npusmi

import "github.com/ascend-exporter/ascend_exporter/collector/optional"

// PCIeErrors is what `npu-smi info -t pcie-err` says of a chip, and `-t err-count` of a chip of a 310 card: errors on its
// PCIe link since the chip started.
//
// 310 and 310P count other things than the products with HBM do. Their "Dl Lcrc Error Count" is the same quantity as
// "Lcrc Error Count": packets whose link CRC was wrong, a check that PCIe makes in the data link layer ("Dl") alone. The other
// three are read over: "Pcs Rx" and "Phy Lane" count in the physical layer, below what RX counts, and "Dl Dcrc" is the
// CRC of the data link layer's own packets, not the end-to-end CRC.
type PCIeErrors struct {
	TX    optional.Float // errors in sending; absent on 310 and 310P
	RX    optional.Float // errors in receiving; absent on 310 and 310P
	LCRC  optional.Float // wrong link CRC
	ECRC  optional.Float // wrong end-to-end CRC; absent on 310 and 310P
	Retry optional.Float // packets sent again; absent on 310 and 310P
}

// ParsePCIeErrors reads the answer for a card or a chip.
func ParsePCIeErrors(output []byte) ([]PerChip[PCIeErrors], Warnings, error) {
	return parseNumbers(output, func(p *PCIeErrors, key string) (*optional.Float, bool) {
		switch key {
		case "tx error count":
			return &p.TX, true
		case "rx error count":
			return &p.RX, true
		case "lcrc error count", "dl lcrc error count":
			return &p.LCRC, true
		case "ecrc error count":
			return &p.ECRC, true
		case "retry count":
			return &p.Retry, true
		case "pcs rx error count", "phy lane error count", "dl dcrc error count":
			return nil, true
		default:
			return nil, false
		}
	})
}
