package hccntool

import (
	"github.com/ascend-exporter/ascend_exporter/collector/npusmi"
	"github.com/ascend-exporter/ascend_exporter/collector/optional"
)

// ParseHealth reads the answer to `-net_health`, on any product: the tool's code of the result of the last probe. It is 0 Success,
// 1 Socket fail, 2 Receive timeout, 3 Unreachable, 4 Time exceeded, 5 Fault, 6 Init (no address to probe is set), 7 Thread error,
// 8 Detect ip set, 9 Unknown; absent for a word that is not known.
func ParseHealth(output []byte) (code optional.Float, warnings npusmi.Warnings, err error) {
	value, warnings, err := only(output, "net health status")
	if err != nil {
		return optional.Float{}, warnings, err
	}

	if value == "Socket failed" { // of older releases
		value = "Socket fail"
	}

	for i, word := range []string{
		"Success", "Socket fail", "Receive timeout", "Unreachable", "Time exceeded", "Fault", "Init", "Thread error", "Detect ip set", "Unknown",
	} {
		if value == word {
			return optional.Of(float64(i)), warnings, nil
		}
	}

	warnings.Add(1, value, "a result that is known")

	return optional.Float{}, warnings, nil
}
