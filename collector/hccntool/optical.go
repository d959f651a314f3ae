package hccntool

import (
	"cmp"
	"strconv"
	"strings"

	"github.com/ascend-exporter/ascend_exporter/collector/npusmi"
	"github.com/ascend-exporter/ascend_exporter/collector/optional"
)

// Optical is what `-optical -g` says of the optical module at a chip's port. A value is absent where the tool prints NA, not
// supported or get failed, or does not print it.
type Optical struct {
	// PresenceKnown says whether the tool printed whether a module is there, and Present what it printed. Some releases print
	// "not present" and readings, which then are no readings of a module.
	PresenceKnown bool
	Present       bool

	Vendor     string // "" where the module tells none
	PartNumber string
	Serial     string

	Temperature optional.Float // degrees Celsius; can be negative
	Voltage     optional.Float // millivolts; 0 is absent, since a module without power does not answer

	Lanes []OpticalLane // in the order printed; as a rule 0 to 3

	// What the module says of all of its lanes, also those of a neighbour who shares it: bit N is set where lane N of the module has
	// lost the signal (LOS), or its clock (LOL).
	TransmitLOS, ReceiveLOS, TransmitLOL, ReceiveLOL optional.Float

	// The module's own limits, in the units of what they limit.
	TemperatureLimits, VoltageLimits, TransmitPowerLimits, ReceivePowerLimits Limits
}

// OpticalLane is a lane of the module.
type OpticalLane struct {
	Number                      int            // 0 where the tool prints none
	TransmitPower, ReceivePower optional.Float // milliwatts; 0 is a dark lane
	Bias                        optional.Float // milliamperes, of the laser
	HostSNR, MediaSNR           optional.Float // decibels: of the signal from the chip, and of that from the fibre
}

// Limits are the bounds within which a reading is in order.
type Limits struct {
	Low, High optional.Float
}

// ParseOptical reads the answer.
func ParseOptical(output []byte) (Optical, npusmi.Warnings, error) {
	var optical Optical

	warnings, err := readFields(output, "optical info", optical.set)

	optical.Voltage = optical.Voltage.Unless(optical.Voltage.Is(0))

	return optical, warnings, err
}

// set reads a field. It returns what it would have expected.
func (o *Optical) set(key, value string) (why string) {
	switch key {
	case "present":
		return o.setPresent(value)
	case "vendor name":
		o.Vendor = printed(value)

		return ""
	case "vendor part number":
		o.PartNumber = printed(value)

		return ""
	case "vendor serial number":
		o.Serial = printed(value)

		return ""
	case "high power enable reg", "vendor org unique id", "xsfp identifier", "xsfp wave length", "manufact date code",
		"physical code", "vendor rev", "specification compliance":
		return ""
	}

	if where := o.mask(key); where != nil {
		return setMask(where, value)
	}

	if where, unit := o.quantity(key); where != nil {
		return setQuantity(where, value, unit)
	}

	return o.setLane(key, value)
}

func (o *Optical) setPresent(value string) (why string) {
	switch {
	case o.PresenceKnown:
		return whyTwice
	case value == "present", value == "not present":
		o.PresenceKnown, o.Present = true, value == "present"

		return ""
	default:
		return "present or not present"
	}
}

// mask is where the mask of a key goes; nil for another key.
func (o *Optical) mask(key string) *optional.Float {
	switch key {
	case "tx los flag":
		return &o.TransmitLOS
	case "rx los flag":
		return &o.ReceiveLOS
	case "tx lol flag":
		return &o.TransmitLOL
	case "rx lol flag":
		return &o.ReceiveLOL
	default:
		return nil
	}
}

// setMask reads 0xff. It returns what it would have expected.
func setMask(where *optional.Float, value string) (why string) {
	if value != "" && printed(value) == "" {
		return ""
	}

	digits, ok := strings.CutPrefix(value, "0x")

	mask, err := strconv.ParseUint(digits, 16, 32)

	switch {
	case !ok || err != nil:
		return "a mask of lanes"
	case where.Present():
		return whyTwice
	default:
		*where = optional.Of(float64(mask))

		return ""
	}
}

// quantity is where the number of a key goes that is of no lane, and its unit; nil for another key.
func (o *Optical) quantity(key string) (where *optional.Float, unit string) {
	switch key {
	case "temperature":
		return &o.Temperature, "C"
	case "vcc":
		return &o.Voltage, "mV"
	case "temp high thres":
		return &o.TemperatureLimits.High, "C"
	case "temp low thres":
		return &o.TemperatureLimits.Low, "C"
	case "vcc high thres":
		return &o.VoltageLimits.High, "mV"
	case "vcc low thres":
		return &o.VoltageLimits.Low, "mV"
	case "txpower high thres":
		return &o.TransmitPowerLimits.High, "mW"
	case "txpower low thres":
		return &o.TransmitPowerLimits.Low, "mW"
	case "rxpower high thres":
		return &o.ReceivePowerLimits.High, "mW"
	case "rxpower low thres":
		return &o.ReceivePowerLimits.Low, "mW"
	default:
		return nil, ""
	}
}

// setLane reads a field such as "Tx Power0". One without a number is of the only lane, or says that there is no reading of any.
func (o *Optical) setLane(key, value string) (why string) {
	name := strings.TrimRight(key, "0123456789")

	where, unit := (&OpticalLane{}).quantity(name)
	if where == nil {
		return whyKey
	}

	var number optional.Float

	digits := key[len(name):]
	if why := setQuantity(&number, value, unit); why != "" || digits == "" && !number.Present() {
		return why
	}

	lane, ok := parseIndex(cmp.Or(digits, "0"))
	if !ok {
		return "a lane of the module"
	}

	where, _ = o.lane(lane).quantity(name)
	if where.Present() {
		return whyTwice
	}

	*where = number

	return ""
}

// lane finds the lane with this number, or adds it.
func (o *Optical) lane(number int) *OpticalLane {
	for i := range o.Lanes {
		if o.Lanes[i].Number == number {
			return &o.Lanes[i]
		}
	}

	o.Lanes = append(o.Lanes, OpticalLane{Number: number})

	return &o.Lanes[len(o.Lanes)-1]
}

// quantity is where the number of a key goes, and its unit; nil for a key that is of no lane.
func (l *OpticalLane) quantity(key string) (where *optional.Float, unit string) {
	switch key {
	case "tx power":
		return &l.TransmitPower, "mW"
	case "rx power":
		return &l.ReceivePower, "mW"
	case "tx bias":
		return &l.Bias, "mA"
	case "host snr lane":
		return &l.HostSNR, "dB"
	case "media snr lane":
		return &l.MediaSNR, "dB"
	default:
		return nil, ""
	}
}
