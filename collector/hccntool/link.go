package hccntool

import (
	"github.com/ascend-exporter/ascend_exporter/collector/npusmi"
	"github.com/ascend-exporter/ascend_exporter/collector/optional"
)

// ParseLink reads the answer to `-link`: 1 for a link that is up, 0 for one that is down, and absent for a state that is not known.
func ParseLink(output []byte) (up optional.Float, warnings npusmi.Warnings, err error) {
	value, warnings, err := only(output, "link status")
	if err != nil {
		return optional.Float{}, warnings, err
	}

	up = linkState(value)
	if !up.Present() {
		warnings.Add(1, value, "UP or DOWN")
	}

	return up, warnings, nil
}

// linkState reads UP or DOWN.
func linkState(word string) optional.Float {
	switch word {
	case "UP":
		return optional.Of(1)
	case "DOWN":
		return optional.Of(0)
	default:
		return optional.Float{}
	}
}
