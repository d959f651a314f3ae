package npusmi

import "github.com/ascend-exporter/ascend_exporter/collector/optional"

// Common is what `npu-smi info -t common` says of a chip. The tool prints a failed reading as a zero here.
type Common struct {
	DDRUsage           optional.Float // percent of the capacity; a constant 0 on products without DDR (910B, A3, 950)
	HBMUsage           optional.Float // percent of the capacity; absent on 310, 310B and 310P
	AICore             optional.Float // percent; on 950 it is the utilization of the whole NPU
	AIVector           optional.Float // percent; 950 only
	AICoreRatedClock   optional.Float // MHz; absent on 310, and on some 310P releases
	AICoreCurrentClock optional.Float // MHz; absent on 310, and on some 310P releases
	AICores            optional.Float // how many the chip has; absent on 310 and 310P
	Temperature        optional.Float // degrees Celsius
	Power              optional.Float // watts; absent on 310 and 310P; a number that means nothing on the second die of an A3 package
	RatedPower         optional.Float // watts; 310 only
}

// ParseCommon reads the answer for a card; the query has no form for a chip. The block of the board's controller is left
// out: see ParseCardPower for its power.
func ParseCommon(output []byte) ([]PerChip[Common], Warnings, error) {
	chips, warnings, err := parseNumbers(output, placeCommon)

	for i := range chips {
		c := &chips[i].Reading
		c.Temperature = c.Temperature.Unless(isSentinel(c.Temperature))
		c.Power = c.Power.Unless(isSentinel(c.Power))
	}

	return chips, warnings, err
}

func placeCommon(c *Common, key string) (where *optional.Float, known bool) {
	switch key {
	case "memory usage rate(%)":
		return &c.DDRUsage, true
	case "hbm usage rate(%)":
		return &c.HBMUsage, true
	case "aicore usage rate(%)":
		return &c.AICore, true
	case "aivector usage rate(%)":
		return &c.AIVector, true
	case "aicore freq(mhz)":
		return &c.AICoreRatedClock, true
	case "aicore curfreq(mhz)":
		return &c.AICoreCurrentClock, true
	case "aicore count":
		return &c.AICores, true
	case keyTemperature:
		return &c.Temperature, true
	case keyPower, keyPowerDissipation:
		return &c.Power, true
	case keyRatedPower:
		return &c.RatedPower, true
	default:
		return nil, false
	}
}
