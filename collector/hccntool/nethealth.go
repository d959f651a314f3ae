package hccntool

import (
	"github.com/ascend-exporter/ascend_exporter/collector/npusmi"
	"github.com/ascend-exporter/ascend_exporter/collector/optional"
)

// NetHealth is what `-net_health -g` says of a chip, and on 950 `-g -net_health`: whether the device reaches the address that it
// was given to try.
type NetHealth struct {
	// Code is the vendor's number for the state: 0 Success, 1 Socket fail, 2 Receive timeout, 3 Unreachable, 4 Time exceeded,
	// 5 Fault, 6 Init (no address to try is set), 7 Thread error, 8 Detect ip set, 9 Unknown. Absent for a word that is not known.
	Code optional.Float
}

// ParseNetHealth reads the answer.
func ParseNetHealth(output []byte) (NetHealth, npusmi.Warnings, error) {
	var health NetHealth

	warnings, err := readFields(output, "", func(key, value string) string {
		if key != "net health status" {
			return whyKey
		}

		code, ok := healthCode(value)
		if !ok {
			return "a state of the network's health"
		}

		health.Code = optional.Of(code)

		return ""
	})

	return health, warnings, err
}

func healthCode(word string) (code float64, ok bool) {
	switch word {
	case "Success":
		return 0, true
	case "Socket fail", "Socket failed": // the latter in older releases
		return 1, true
	case "Receive timeout":
		return 2, true
	case "Unreachable":
		return 3, true
	case "Time exceeded":
		return 4, true
	case "Fault":
		return 5, true
	case "Init":
		return 6, true
	case "Thread error":
		return 7, true
	case "Detect ip set":
		return 8, true
	case "Unknown":
		return 9, true
	default:
		return 0, false
	}
}
