package direct

import (
	"strconv"

	"github.com/ascend-exporter/ascend_exporter/collector/optional"
)

// number is a number as the parsers read it: the largest of 32 bits stand for none.
func number[N int | uint64](n N) optional.Float {
	value := optional.Of(float64(n))

	return value.Unless(value.Is(1<<31-1) || value.Is(1<<32-1))
}

// sensor is the reading of a sensor: some stand for none.
func sensor(value optional.Float) optional.Float {
	return value.Unless(value.Is(0x7EFF) || value.Is(0x7FFD) || value.Is(0x7FFF))
}

// printed is a number as the tool prints it, with some decimals; a reading that there is not is a zero to it.
func printed(value optional.Float, decimals int) optional.Float {
	number, _ := value.Get()

	rounded, err := strconv.ParseFloat(strconv.FormatFloat(number, 'f', decimals, 64), 64)
	if err != nil { // not of what was just formatted
		return optional.Float{}
	}

	return optional.Of(rounded)
}

// rate is a rate in percent as the driver's library gives it: one above 100 is replaced by 0.
func rate(percent int) optional.Float {
	if percent > 100 {
		percent = 0
	}

	return number(percent)
}
