package hccntool

import (
	"github.com/ascend-exporter/ascend_exporter/collector/npusmi"
	"github.com/ascend-exporter/ascend_exporter/collector/optional"
)

// ParseSpeed reads the answer to `-speed` of a RoCE port, in megabits per second. It is absent where the tool does not know it
// (Unknown!), or prints 0 or -1 for that, as while the link is down.
func ParseSpeed(output []byte) (megabits optional.Float, warnings npusmi.Warnings, err error) {
	value, warnings, err := only(output, "Speed")
	if err != nil {
		return optional.Float{}, warnings, err
	}

	if value == "Unknown!" {
		return optional.Float{}, warnings, nil
	}

	megabits = decimal(value, " Mb/s")
	if !megabits.Present() {
		warnings.Add(1, value, "a number of Mb/s")
	}

	return megabits.Unless(megabits.Is(0) || megabits.Is(-1)), warnings, nil
}
