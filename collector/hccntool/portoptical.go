package hccntool

import (
	"slices"
	"strconv"
	"strings"

	"github.com/ascend-exporter/ascend_exporter/collector/npusmi"
	"github.com/ascend-exporter/ascend_exporter/collector/optional"
)

// PortLane is what `-optical` says of a lane of a port of a 950. A lane that goes over copper has no readings.
type PortLane struct {
	Number            int
	Transmit, Receive optional.Float // dBm; absent of a lane without light, which the tool prints as 0 dBm
	Bias              optional.Float // milliamperes
	HostSNR, MediaSNR optional.Float // decibels

	// Abnormal says that the module finds a reading or a flag of the lane wrong.
	Abnormal bool
}

// ParsePortOptical reads the answer: a table of flags by lane, and one of values.
func ParsePortOptical(output []byte) ([]PortLane, npusmi.Warnings, error) {
	var (
		lanes    portLanes
		warnings npusmi.Warnings
	)

	found := false

	for _, table := range tables(output, &warnings) {
		for _, r := range table {
			item, ok := r.cells["Items"]
			if !ok {
				continue
			}

			found = true

			if strings.HasSuffix(item, " Flag") {
				lanes.flag(r)
			} else if !lanes.value(item, r) {
				warnings.Add(r.number, r.line, "a quantity of a lane")
			}
		}
	}

	if !found {
		return nil, warnings, errNothing
	}

	lanes = slices.DeleteFunc(lanes, func(l PortLane) bool { return l == PortLane{Number: l.Number} })

	return lanes, warnings, nil
}

type portLanes []PortLane

// lane finds a lane by its number; nil of one that no module has.
func (l *portLanes) lane(text string) *PortLane {
	number, err := strconv.Atoi(text)
	if err != nil || number < 0 || number >= maxLanes {
		return nil
	}

	for len(*l) <= number {
		*l = append(*l, PortLane{Number: len(*l)})
	}

	return &(*l)[number]
}

// flag takes a row of flags, with a column for each lane.
func (l *portLanes) flag(r row) {
	for heading, cell := range r.cells {
		if number, ok := strings.CutPrefix(heading, "Lane"); ok && cell == "Abnormal" {
			if lane := l.lane(number); lane != nil {
				lane.Abnormal = true
			}
		}
	}
}

// value takes a row of a quantity, as "RxPower Lane2(dBm)".
func (l *portLanes) value(item string, r row) (known bool) {
	quantity, rest, _ := strings.Cut(item, " Lane")
	number, _, _ := strings.Cut(rest, "(")

	if quantity == "HostLTP" || quantity == "MediaLTP" || strings.HasPrefix(item, "Temperature") || strings.HasPrefix(item, "Voltage") {
		return true
	}

	lane := l.lane(number)
	if lane == nil {
		return false
	}

	abnormal := r.cells["Status"] == "Abnormal"
	reading := decimal(r.cells["Value"], "")
	dark := abnormal && reading.Is(0)

	switch quantity {
	case "TxPower":
		lane.Transmit = reading.Unless(dark)
	case "RxPower":
		lane.Receive = reading.Unless(dark)
	case "Bias":
		lane.Bias = reading
	case "HostSNR":
		lane.HostSNR = reading
	case "MediaSNR":
		lane.MediaSNR = reading
	default:
		return false
	}

	lane.Abnormal = lane.Abnormal || abnormal

	return true
}
