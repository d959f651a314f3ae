package hccntool

import (
	"github.com/ascend-exporter/ascend_exporter/collector/npusmi"
	"github.com/ascend-exporter/ascend_exporter/collector/optional"
)

// PortSpeed is what `-speed` says of a port of a 950.
type PortSpeed struct {
	Speed    optional.Float // gigabits per second; absent where unknown, as while the link is down
	Degraded optional.Float // 1 where fewer lanes are in use than there are, 0 where all are; absent where the tool knows of neither
}

// ParsePortSpeed reads the answer: a table with one row.
func ParsePortSpeed(output []byte) (PortSpeed, npusmi.Warnings, error) {
	var warnings npusmi.Warnings

	for _, table := range tables(output, &warnings) {
		for _, r := range table {
			status, ok := r.cells["Status"]
			if !ok {
				continue
			}

			speed := PortSpeed{Speed: decimal(r.cells["Speed"], " G")}

			switch status {
			case "normal":
				speed.Degraded = optional.Of(0)
			case "downgraded":
				speed.Degraded = optional.Of(1)
			case "abnormal":
			default:
				warnings.Add(r.number, r.line, "normal, downgraded or abnormal")
			}

			return speed, warnings, nil
		}
	}

	return PortSpeed{}, warnings, errNothing
}
