package hccntool

import (
	"strconv"
	"strings"

	"github.com/ascend-exporter/ascend_exporter/collector/npusmi"
	"github.com/ascend-exporter/ascend_exporter/collector/optional"
)

// Optical is what `-optical` says of the module of a RoCE port. What the tool has no reading for (NA, not supported, get failed) is
// absent; of a module that is not present everything is, whatever the tool prints.
type Optical struct {
	Present     optional.Float // 1 or 0
	Temperature optional.Float // degrees Celsius
	Voltage     optional.Float // millivolts

	Lanes []OpticalLane // in the order of their numbers; those of which there is a reading

	// The module's own limits, in the units of the readings.
	TemperatureLimits, VoltageLimits, TransmitLimits, ReceiveLimits Limits

	// Lanes of the whole module that have lost the signal, or that cannot lock on to it, as bits: chips that share a module see each
	// other's.
	TransmitSignalLost, ReceiveSignalLost, TransmitLockLost, ReceiveLockLost uint64

	Vendor, SerialNumber string // "" where not known
}

// OpticalLane is a lane of a module.
type OpticalLane struct {
	Number            int
	Transmit, Receive optional.Float // milliwatts
	Bias              optional.Float // milliamperes
	HostSNR, MediaSNR optional.Float // decibels
}

// Limits are between which a reading should be.
type Limits struct {
	Low, High optional.Float
}

// ParseOptical reads the answer.
func ParseOptical(output []byte) (Optical, npusmi.Warnings, error) {
	var (
		optical  Optical
		warnings npusmi.Warnings
	)

	found := false

	for number, line := range lines(output) {
		if line == "optical info:" {
			continue
		}

		key, value, ok := split(line)

		switch {
		case !ok:
			warnings.Add(number, line, whyField)
		case optical.set(key, value):
			found = true
		default:
			warnings.Add(number, line, whyKey)
		}
	}

	if !found || !optical.Present.Present() {
		return Optical{}, warnings, errNothing
	}

	if optical.Present.Is(0) {
		return Optical{Present: optical.Present}, warnings, nil
	}

	optical.Lanes = withReadings(optical.Lanes)

	return optical, warnings, nil
}

// set takes a line; it reports false for a key that is not known.
func (o *Optical) set(key, value string) (known bool) {
	switch key {
	case "present":
		switch value {
		case "present":
			o.Present = optional.Of(1)
		case "not present":
			o.Present = optional.Of(0)
		}
	case "temperature":
		o.Temperature = decimal(value, " C")
	case "Vcc":
		o.Voltage = decimal(value, " mV")
	case "vendor name":
		o.Vendor = value
	case "vendor serial number":
		o.SerialNumber = value
	case "high power enable reg", "vendor part number", "vendor org unique id", "xsfp identifier", "xsfp wave length", "manufact date code",
		"Physical Code", "vendor rev", "Specification compliance":
	case "Tx Power", "Rx Power", "Tx Bias": // without the number of a lane: of no lane that could be named
	default:
		return o.setLimit(key, value) || o.setLost(key, value) || o.setLane(key, value)
	}

	return true
}

func (o *Optical) setLimit(key, value string) bool {
	switch key {
	case "Temp High Thres":
		o.TemperatureLimits.High = decimal(value, " C")
	case "Temp Low Thres":
		o.TemperatureLimits.Low = decimal(value, " C")
	case "Vcc High Thres":
		o.VoltageLimits.High = decimal(value, " mV")
	case "Vcc Low Thres":
		o.VoltageLimits.Low = decimal(value, " mV")
	case "TxPower High Thres":
		o.TransmitLimits.High = decimal(value, " mW")
	case "TxPower Low Thres":
		o.TransmitLimits.Low = decimal(value, " mW")
	case "RxPower High Thres":
		o.ReceiveLimits.High = decimal(value, " mW")
	case "RxPower Low Thres":
		o.ReceiveLimits.Low = decimal(value, " mW")
	default:
		return false
	}

	return true
}

func (o *Optical) setLost(key, value string) bool {
	flags, _ := strconv.ParseUint(strings.TrimPrefix(value, "0x"), 16, 64) // none that can be read is none that is set

	switch key {
	case "Tx Los Flag":
		o.TransmitSignalLost = flags
	case "Rx Los Flag":
		o.ReceiveSignalLost = flags
	case "Tx LoL Flag":
		o.TransmitLockLost = flags
	case "Rx LoL Flag":
		o.ReceiveLockLost = flags
	default:
		return false
	}

	return true
}

// maxLanes bounds the numbers of lanes: the largest modules have eight.
const maxLanes = 16

// setLane takes a value of a lane, whose number ends the key.
func (o *Optical) setLane(key, value string) bool {
	name := strings.TrimRight(key, "0123456789")

	number, err := strconv.Atoi(key[len(name):])
	if err != nil || number >= maxLanes {
		return false
	}

	for len(o.Lanes) <= number {
		o.Lanes = append(o.Lanes, OpticalLane{Number: len(o.Lanes)})
	}

	lane := &o.Lanes[number]

	switch name {
	case "Tx Power":
		lane.Transmit = decimal(value, " mW")
	case "Rx Power":
		lane.Receive = decimal(value, " mW")
	case "Tx Bias":
		lane.Bias = decimal(value, " mA")
	case "Host SNR Lane":
		lane.HostSNR = decimal(value, " dB")
	case "Media SNR Lane":
		lane.MediaSNR = decimal(value, " dB")
	default:
		return false
	}

	return true
}

// withReadings leaves out lanes without a reading.
func withReadings(lanes []OpticalLane) []OpticalLane {
	var some []OpticalLane

	for _, lane := range lanes {
		if lane != (OpticalLane{Number: lane.Number}) {
			some = append(some, lane)
		}
	}

	return some
}
