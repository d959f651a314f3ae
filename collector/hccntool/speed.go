package hccntool

import (
	"github.com/ascend-exporter/ascend_exporter/collector/npusmi"
	"github.com/ascend-exporter/ascend_exporter/collector/optional"
)

// Speed is what `-speed -g` says of a chip's port.
type Speed struct {
	// Megabits per second. Absent for what the tool prints where it does not know the speed, as a rule of a link that is down:
	// Unknown!, 0, -1 and 65535.
	Megabits optional.Float
}

// ParseSpeed reads the answer.
func ParseSpeed(output []byte) (Speed, npusmi.Warnings, error) {
	var speed Speed

	warnings, err := readFields(output, "", func(key, value string) string {
		if key != "speed" {
			return whyKey
		}

		if value == "Unknown!" {
			return ""
		}

		return setQuantity(&speed.Megabits, value, "Mb/s")
	})

	s := speed.Megabits
	speed.Megabits = s.Unless(s.Is(0) || s.Is(-1) || s.Is(1<<16-1))

	return speed, warnings, err
}
