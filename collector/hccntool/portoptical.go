package hccntool

import (
	"slices"
	"strings"

	"github.com/ascend-exporter/ascend_exporter/collector/npusmi"
	"github.com/ascend-exporter/ascend_exporter/collector/optional"
)

// PortOptical is what `-g -optical` says of the lanes of a 950's port. They can lie in several optical modules. Of a lane whose
// module is missing all is absent.
type PortOptical struct {
	Lanes []PortLane // in the order printed
}

// PortLane is a lane of a port.
type PortLane struct {
	Number int

	Module     string // the number of the module on the chassis, "" where the tool prints none
	ModuleLane string // the number of the lane in the module

	TransmitFault, TransmitLOS, ReceiveLOS, TransmitLOL, ReceiveLOL Flag // of the module: fault, signal lost, clock lost

	Bias OpticalReading // milliamperes, of the laser
	// Decibels over a milliwatt. A dark lane is printed as 0.0000, which would be a milliwatt: so 0 is absent, but where its status
	// is normal. Its status, and its LOS, tell that it is dark.
	TransmitPower, ReceivePower OpticalReading
	HostSNR, MediaSNR           OpticalReading // decibels: of the signal from the chip, and of that from the fibre
}

// OpticalReading is a reading of a lane and its limits, which are of the module and in the unit of the reading. Each can be absent.
type OpticalReading struct {
	Value                                  optional.Float
	HighAlarm, HighWarn, LowWarn, LowAlarm optional.Float
	Status                                 Flag // whether the module says that the value is within its limits
}

// Flag is what a module says of a part of it.
type Flag int

// The states. The zero value means that the tool printed none.
const (
	FlagAbsent Flag = iota
	FlagNormal
	FlagAbnormal
)

func parseFlag(word string) (flag Flag, ok bool) {
	switch word {
	case "Normal":
		return FlagNormal, true
	case "Abnormal":
		return FlagAbnormal, true
	case "-", "NA":
		return FlagAbsent, true
	default:
		return FlagAbsent, false
	}
}

const headingItems = "Items"

// ParsePortOptical reads the answer for a port. It fails where there is no lane in it.
func ParsePortOptical(output []byte) (PortOptical, npusmi.Warnings, error) {
	var optical PortOptical

	warnings := readTables(output, func(h headings) reader {
		switch {
		case h.has(headingItems, "Value"):
			return optical.setReading
		case h.has(headingItems):
			return optical.setFlags
		default:
			return nil
		}
	}, nil)

	if len(optical.Lanes) == 0 {
		return PortOptical{}, warnings, errNoReading
	}

	return optical, warnings, nil
}

// lane finds the lane of "Lane2", or adds it; nil for another word.
func (o *PortOptical) lane(word string) *PortLane {
	digits, isLane := strings.CutPrefix(word, "Lane")

	number, ok := parseIndex(digits)
	if !isLane || !ok {
		return nil
	}

	i := slices.IndexFunc(o.Lanes, func(l PortLane) bool { return l.Number == number })
	if i < 0 {
		i = len(o.Lanes)
		o.Lanes = append(o.Lanes, PortLane{Number: number})
	}

	return &o.Lanes[i]
}

// setFlags reads a row of a flag, with a column for each lane. It returns what it would have expected.
func (o *PortOptical) setFlags(r row) (why string) {
	item := r.cell(headingItems)
	if (&PortLane{}).flag(item) == nil {
		return whyKey
	}

	for i, heading := range r.headings {
		if !strings.HasPrefix(heading, "Lane") {
			continue
		}

		lane := o.lane(heading)
		flag, ok := parseFlag(r.cells[i])

		switch {
		case lane == nil:
			why = "a number of each lane"
		case !ok:
			why = "Normal or Abnormal"
		default:
			*lane.flag(item) = flag
		}
	}

	return why
}

// flag is where a flag goes; nil for another item.
func (l *PortLane) flag(item string) *Flag {
	switch item {
	case "TxFault Flag":
		return &l.TransmitFault
	case "TxLos Flag":
		return &l.TransmitLOS
	case "RxLos Flag":
		return &l.ReceiveLOS
	case "TxLol Flag":
		return &l.TransmitLOL
	case "RxLol Flag":
		return &l.ReceiveLOL
	default:
		return nil
	}
}

// setReading reads a row of a reading of a lane. It returns what it would have expected.
func (o *PortOptical) setReading(r row) (why string) {
	item, unit, _ := strings.Cut(strings.TrimSuffix(r.cell(headingItems), ")"), "(")

	quantity, laneWord, _ := strings.Cut(item, " ")
	if quantity == "HostLTP" || quantity == "MediaLTP" {
		return "" // of no use
	}

	if where, printed := (&PortLane{}).reading(quantity); where == nil || unit != printed {
		return "a known reading in its unit"
	}

	lane := o.lane(laneWord)
	if lane == nil {
		return "a lane of the port"
	}

	why = lane.setModule(r.cell("Optical_use"))

	reading, _ := lane.reading(quantity)
	if *reading != (OpticalReading{}) {
		return whyTwice
	}

	if status, ok := parseFlag(r.cell("Status")); ok {
		reading.Status = status
	} else {
		why = "Normal or Abnormal"
	}

	for _, number := range []struct {
		heading string
		where   *optional.Float
	}{
		{"Value", &reading.Value},
		{"HighAlarm", &reading.HighAlarm},
		{"HighWarn", &reading.HighWarn},
		{"LowWarn", &reading.LowWarn},
		{"LowAlarm", &reading.LowAlarm},
	} {
		value, ok := npusmi.ParseNumber(r.cell(number.heading))
		if !ok {
			why = "numbers"
		}

		*number.where = value
	}

	isPower := unit == "dBm"
	reading.Value = reading.Value.Unless(isPower && reading.Value.Is(0) && reading.Status != FlagNormal)

	return why
}

// reading is where a reading goes, and its unit; nil for another quantity.
func (l *PortLane) reading(quantity string) (where *OpticalReading, unit string) {
	switch quantity {
	case "Bias":
		return &l.Bias, "mA"
	case "TxPower":
		return &l.TransmitPower, "dBm"
	case "RxPower":
		return &l.ReceivePower, "dBm"
	case "HostSNR":
		return &l.HostSNR, "dB"
	case "MediaSNR":
		return &l.MediaSNR, "dB"
	default:
		return nil, ""
	}
}

// setModule reads "optical_5_lane_7", which stands in one row of each lane. It returns what it would have expected.
func (l *PortLane) setModule(text string) (why string) {
	if printed(text) == "" {
		return ""
	}

	words := strings.Split(text, "_")
	if len(words) != 4 || words[0] != "optical" || words[2] != "lane" {
		return "the module and lane of the port's lane"
	}

	l.Module, l.ModuleLane = words[1], words[3]

	return ""
}
