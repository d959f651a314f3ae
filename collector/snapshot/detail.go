package snapshot

import (
	"github.com/ascend-exporter/ascend_exporter/collector/optional"
)

// Detail is what the queries beside the summary say of a chip.
type Detail struct {
	// Shares of the time, as ratios.
	AIVector, AICube, AICPU, CtrlCPU optional.Float
	HBMBandwidth, DDRBandwidth       optional.Float
	DVPP                             []Engine

	Voltage              optional.Float // volts
	AICoreFrequency      optional.Float // hertz
	AICoreRatedFrequency optional.Float // hertz
	AICores              optional.Float
	HBMTemperature       optional.Float // degrees Celsius
	HBMFrequency         optional.Float // hertz
	Sensors              []Sensor

	ECC         []ECC
	PCIeErrors  []Count
	SIOTransmit optional.Float // errors
	SIOReceive  optional.Float // errors
	HCCS        *HCCS          // nil where the product has none

	Board    *Board    // nil before it is known
	SuperPod *SuperPod // nil where the chip is in none
	Faults   []Fault
	VNPUs    []VNPU
	Peers    []Peer
}

// Derived is what the exporter itself has counted of a chip since its start.
type Derived struct {
	BusySeconds     optional.Float // of the AI Cores
	EnergyJoules    optional.Float
	ObservedSeconds optional.Float // that the integrals cover
	PeakPower       optional.Float // watts, in the last window
	PeakTemperature optional.Float // degrees Celsius, in the last window
	Onsets          []Count        // of faults, by severity
}

// Engine is an engine of the DVPP and its share of the time, a ratio.
type Engine struct {
	Name  string
	Ratio optional.Float
}

// Sensor is a temperature in degrees Celsius.
type Sensor struct {
	Name        string
	Temperature optional.Float
}

// ECC is the error counters of one memory and type of error.
type ECC struct {
	Memory string // hbm, ddr
	Type   string // single_bit, double_bit

	Errors       optional.Float // since the chip's start
	Lifetime     optional.Float // an operator can clear it
	Isolated     optional.Float // pages
	NextIsolated optional.Float // pages that the next reset will isolate
}

// Count is a number with a name.
type Count struct {
	Name   string
	Number optional.Float
}

// HCCS is the links between chips.
type HCCS struct {
	Links []HCCSLink
}

// HCCSLink is one link: what is absent the tool does not print.
type HCCSLink struct {
	Link          string         // its number, from 1
	Down          optional.Float // 1 or 0
	TransmitBytes optional.Float
	ReceiveBytes  optional.Float
	Retries       optional.Float
	Errors        optional.Float
}

// Board is what identifies the card and the chip; what is not known is "".
type Board struct {
	Product, Serial, FirmwareVersion, BoardID, PCBID, BOMID, VDieID string
	ChipName, ChipType, ChipVersion                                 string
	ProductType                                                     string // what a 310 card is sold as
}

// SuperPod is the chip's place in its SuperPod, by physical ids; what is not known is "".
type SuperPod struct {
	ID, ServerIndex, SDID, Size string
}

// Fault is a fault code that is active.
type Fault struct {
	Code     string // upper-case hexadecimal, without 0x
	Handling string // class of the code; "" where it is not known
}

// VNPU is a slice of the chip.
type VNPU struct {
	ID, Template, Status, ContainerID string
}

// Peer is another chip and the kind of link to it.
type Peer struct {
	Key

	Link string
}

// Card is what is known of a whole card.
type Card struct {
	NPU   int
	Power optional.Float // watts
}
