package sim

// Network is the network of a chip, as hccn_tool knows it: a NIC for RoCE with the lanes of an optical module, or the ports of
// the unified bus and the modules behind them (950).
type Network struct {
	Health NetworkHealth

	// Failure is that of every query, and Failures are those of single ones by the name of the item, such as "stat". The item ""
	// stands for all that the device itself answers: net_health and fec are not among them.
	Failure  NetworkFailure
	Failures map[string]NetworkFailure

	RoCE    *RoCE    // nil on a 950
	Ports   []UBPort // of a 950
	Modules []Module // of a server with 950, by their ids; the lanes of two neighbours share them
	VNIC    string   // address of a 950
}

// failure is that of an item which the device answers.
func (n *Network) failure(item string) NetworkFailure {
	if code := n.Failures[item]; code != 0 {
		return code
	}

	return n.Failures[""]
}

// NetworkFailure is the device's code of a query that failed; 0 is one that did not.
type NetworkFailure int

// The codes that the tool has words for.
const (
	NetworkFailed     NetworkFailure = -5
	NetworkDenied     NetworkFailure = -13
	NetworkBusy       NetworkFailure = -16
	NetworkLinkIsDown NetworkFailure = -67
	NetworkLocked     NetworkFailure = 256
)

// NetworkHealth is what the device's own probe of the network says.
type NetworkHealth int

// The states that matter.
const (
	NetworkSuccess     NetworkHealth = 0
	NetworkUnreachable NetworkHealth = 3
)

// RoCE is the NIC of a chip.
type RoCE struct {
	Up       bool
	Speed    int // Mbit/s, or UnknownSpeed
	Duplex   int // 0 half, 1 full; the tool knows no other
	History  LinkHistory
	MAC      string
	IP, Mask string  // "" is none
	MTU      int     // bytes
	Gateway  string  // "" is none
	Detect   string  // address that is probed for the health; "" is none
	FEC      int     // mode of the first generation: 1 and 7 auto, 4 Reed-Solomon, 0 none
	TX, RX   float64 // MB/s
	LLDP     string  // what the neighbour tells, as the device prints it; "" without one

	Stats map[string]uint64 // counts of -stat, by the tool's keys
	Extra map[string]uint64 // of -stat_extra
	HW    map[string]uint64 // of -hw_stats

	Module *Module // of which the NIC has some lanes; nil where the board has none
	Rear   bool    // they are the last four, not the first
}

// UnknownSpeed is that of a link that is down.
const UnknownSpeed = 65535

// LinkHistory is how a link went up and down.
type LinkHistory struct {
	Now     int64        // s since 1970, on the device
	Ups     int          // since the device's start
	Downs   int          // since the device's start
	Changes []LinkChange // newest first; the device remembers ten
}

// LinkChange is a moment at which a link went up or down.
type LinkChange struct {
	At int64 // s since 1970
	Up bool
}

// maxChanges is the number of changes that the device remembers.
const maxChanges = 10

// recorded are the changes that the device remembers.
func (h LinkHistory) recorded() []LinkChange {
	return h.Changes[:min(maxChanges, len(h.Changes))]
}

// Module is an optical module.
type Module struct {
	Present     bool
	Temperature int // °C, or one of the two below
	HighPower   bool
	Identifier  string // what it calls its form, as the tool prints it
	Vendor      string
	PartNumber  string
	Serial      string
	OUI         [3]byte
	Wavelength  int     // nm
	Date        string  // of its making
	Voltage     float64 // mV; 0 where it measures nothing
	Code        string  // what it calls its connector; "" is none
	Revision    string  // "" is none
	Compliance  []byte  // nil is none

	// A bit a lane.
	TxFault, TxLos, RxLos, TxLoL, RxLoL uint8

	// It measures the ratio of signal to noise on that side.
	HostSNR, MediaSNR bool

	TwoLanes bool // of four
	Lanes    [moduleLanes]Lane
}

// What the tool is told instead of a temperature.
const (
	TemperatureUnsupported = 32511
	TemperatureFailed      = 32767
)

// moduleLanes is the number of lanes of a module. A NIC has half of them.
const moduleLanes = 8

// Lane is one of a module's.
type Lane struct {
	TX, RX   float64 // mW
	Bias     float64 // mA
	HostSNR  float64 // dB
	MediaSNR float64 // dB
}

// UBPort is a port of the unified bus.
type UBPort struct {
	Die, Port int
	Up        bool
	Speed     int     // Gbit/s; 0 while it is down
	Ability   int     // Gbit/s
	Cap       int     // lanes that it has
	Width     int     // lanes that work
	Status    int     // 0 normal, 1 downgraded, 2 abnormal
	TX, RX    float64 // MB/s
	History   LinkHistory
	Stats     map[string]uint64
	Failures  map[string]NetworkFailure // by item; "" is all of the port
}
