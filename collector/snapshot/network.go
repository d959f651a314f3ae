package snapshot

import "github.com/ascend-exporter/ascend_exporter/collector/optional"

// Network is what hccn_tool says of a chip: of its RoCE port, or on 950 of its ports.
type Network struct {
	LinkUp optional.Float // 1 or 0
	Health optional.Float // the tool's code
	Speed  optional.Float // bytes per second

	// Changes of the link: the tool's own counts, else those since the exporter's start.
	UpTransitions, DownTransitions optional.Float

	Traffic Traffic
	Optical *Optical // nil where nothing is known of a module

	IP, MAC string // "" where there is none, or it is not known

	Neighbor *Neighbor // nil where none is known
	Ports    []Port    // of a 950
}

// Traffic is what the port has counted since the chip's start.
type Traffic struct {
	MACPackets, MACBytes, MACErrors, MACPauses Directions
	PFC                                        Directions // frames of all priorities
	Priorities                                 []Priority // the same by priority
	RoCEPackets, CNP                           Directions // CNP: congestion notifications
	RoCEErrors                                 RoCEErrors

	MACErrorBytes Directions     // of bad packets
	MACFCSErrors  optional.Float // packets received whose checksum is wrong
	RoCEECN       optional.Float // packets received that were marked for congestion

	// Bandwidth is bytes per second, on average between the last two answers; absent before there are two, and where nobody wants it.
	Bandwidth Directions
}

// RoCEErrors is what went wrong with RoCE.
type RoCEErrors struct {
	Packets                                              Directions // bad ones
	Retransmissions                                      optional.Float
	OutOfOrder, UnexpectedAcks, Verification, QueuePairs optional.Float
}

// Directions is a count of what was sent and what was received.
type Directions struct {
	Transmit, Receive optional.Float
}

// Priority is the PFC frames of one priority.
type Priority struct {
	Name   string // 0 to 7
	Frames Directions
}

// Neighbor is the switch and its port that the link leads to.
type Neighbor struct {
	Switch, Port string
}

// Optical is a module and what it measures. Without a module only Present is known.
type Optical struct {
	Present     optional.Float // 1 or 0
	Temperature optional.Float // degrees Celsius
	Voltage     optional.Float // volts
	Lanes       []Lane

	Limits []Limit
	Losses []Loss
}

// Lane is a lane of a module.
type Lane struct {
	Name                        string         // its number
	TransmitPower, ReceivePower optional.Float // watts
	Bias                        optional.Float // amperes
	HostSNR, MediaSNR           optional.Float // decibels

	// Abnormal says that the module itself finds a reading wrong (950).
	Abnormal bool
}

// Limit is a limit of the module's own, in the unit of its quantity.
type Limit struct {
	Quantity string // temperature, voltage, transmit_power, receive_power
	Bound    string // high, low
	Value    float64
	Exceeded bool // whether a reading is beyond it
}

// Loss is a flag of the module that is set on some lane.
type Loss struct {
	Direction string // transmit, receive
	Of        string // signal, lock
}

// PortID is a port of a 950 as the tool addresses it: -u Die -p Port.
type PortID struct {
	Die, Port int
}

// Port is a port of a 950.
type Port struct {
	PortID

	Up       optional.Float // 1 or 0
	Degraded optional.Float // 1 where fewer lanes are in use than there are
	Speed    optional.Float // bytes per second
	Errors   optional.Float
	Retries  optional.Float
	Packets  Directions

	UpTransitions, DownTransitions optional.Float

	Lanes []Lane // of its optics
}
