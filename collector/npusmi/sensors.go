package npusmi

import "github.com/ascend-exporter/ascend_exporter/collector/optional"

// Sensors is what `npu-smi info -t sensors` says of a chip: temperatures in degrees Celsius. A sensor that is not there, that is
// not to be read, or that sits on a copper cable is absent. 310P has the first one only.
type Sensors struct {
	SocMax optional.Float // the hottest of the chip
	SFP    optional.Float // the optical module
	NDIE   optional.Float // the network die
	HBM    optional.Float
}

// Named lists the sensors with the names that they go by: soc_max, sfp, ndie, hbm.
func (s Sensors) Named() [4]Sensor {
	return [4]Sensor{
		{Name: "soc_max", Temperature: s.SocMax},
		{Name: "sfp", Temperature: s.SFP},
		{Name: "ndie", Temperature: s.NDIE},
		{Name: "hbm", Temperature: s.HBM},
	}
}

// ParseSensors reads the answer for a chip, or for an NPU of 950, which has one chip.
func ParseSensors(output []byte) ([]PerChip[Sensors], Warnings, error) {
	chips, warnings, err := parseNumbers(output, func(s *Sensors, key string) (*optional.Float, bool) {
		switch key {
		case "soc max temperature(c)":
			return &s.SocMax, true
		case "sfp temperature(c)":
			return &s.SFP, true
		case "ndie temperature(c)":
			return &s.NDIE, true
		case "hbm temperature(c)":
			return &s.HBM, true
		default:
			return nil, false
		}
	})

	for i := range chips {
		s := &chips[i].Reading
		for _, where := range []*optional.Float{&s.SocMax, &s.SFP, &s.NDIE, &s.HBM} {
			*where = where.Unless(isSentinel(*where))
		}
	}

	return chips, warnings, err
}
