package sim

import "github.com/ascend-exporter/ascend_exporter/collector/optional"

// Chip is what the tool's -c selects. It has what the driver knows; which of it the tool prints is the printers' business.
type Chip struct {
	ID      int
	LogicID int
	PhyID   int
	BusID   string // PCI address such as 0000:C1:00.0; empty without a PCI bus
	Model   string
	Health  Health
	Faults  []Fault        // that are active
	Power   optional.Float // W; the summary of an A3 shows that of chip 0 only, the package's; absent where the driver measures none

	// Failures are the readings that fail, each with its code. What fails is a zero wherever the tool prints it all the same.
	Failures map[Reading]FailureCode

	Temperature int     // °C
	Voltage     float64 // V
	AICore      int     // utilisation of the AI cores in percent; that of the whole NPU on a 950, in its summary
	Rates       Rates
	Clock       Clock
	AICores     int // number of AI cores
	Sensors     Sensors

	Hugepages Usage
	DDR       Usage // MiB
	HBM       Usage // MiB
	HBMInfo   HBMInfo
	DDRClock  int // MHz
	ECC       ECC // of the HBM, or of the DDR where there is no HBM

	HCCS     []HCCSLink
	PCIe     PCIeErrors
	SIO      SIOErrors
	SuperPod *SuperPod // nil outside of one

	Board     Board
	Processes []Process
	VNPUs     []VNPU

	// Network is nil on chips that have none, and in what only npu-smi asks for: see Machine.NetworkAt.
	Network *Network
}

// Reading is something that the driver is asked for and that can fail by itself.
type Reading string

// The readings. EveryReading stands for all of a chip's.
const (
	EveryReading          Reading = ""
	ReadingTemperature    Reading = "temperature"
	ReadingPower          Reading = "power"
	ReadingVoltage        Reading = "voltage"
	ReadingAICore         Reading = "aicore"
	ReadingAICPU          Reading = "aicpu"
	ReadingCtrlCPU        Reading = "ctrlcpu"
	ReadingRates          Reading = "rates" // those that newer drivers give in one call: AI Core, AI Vector, AI Cube, NPU
	ReadingHBM            Reading = "hbm"
	ReadingHBMTemperature Reading = "hbm-temperature"
	ReadingHBMRate        Reading = "hbm-rate"
	ReadingHBMBusRate     Reading = "hbm-bandwidth"
	ReadingHBMClock       Reading = "hbm-clock"
	ReadingHBMVendor      Reading = "hbm-vendor"
	ReadingClock          Reading = "clock"
	ReadingECC            Reading = "ecc"
	ReadingSoC            Reading = "sensor-soc"
	ReadingSFP            Reading = "sensor-sfp"
	ReadingNDie           Reading = "sensor-ndie"
	ReadingHBMSensor      Reading = "sensor-hbm"
	ReadingProcesses      Reading = "processes"
	ReadingBus            Reading = "bus"
	ReadingDie            Reading = "die"
	ReadingFirmware       Reading = "firmware"
	ReadingCompat         Reading = "compatibility"
	ReadingPCIe           Reading = "pcie"
	ReadingFaults         Reading = "faults"
	ReadingHealth         Reading = "health"
)

// Failure is the code with which a reading fails; 0 where it does not.
func (c Chip) Failure(reading Reading) FailureCode {
	if code, fails := c.Failures[EveryReading]; fails {
		return code
	}

	return c.Failures[reading]
}

// Rates are utilisations beside that of the AI cores, in percent.
type Rates struct {
	// AICore is the rate of the AI cores where Chip.AICore is that of the whole NPU (950); the same elsewhere.
	AICore           int
	AIVector, AICube int
	AICPU, CtrlCPU   int
	NPU              int // of the whole NPU
	HBM              int // of the capacity, as the driver rounds it
	HBMBandwidth     int
	DDR              int // of the capacity
	DDRBandwidth     int
	VectorCore       int // 310P
	VDEC, VPC, VENC  int // DVPP, 310P
	JPEGE, JPEGD     int // DVPP, 310P
}

// Clock is the clock of the AI cores in MHz.
type Clock struct {
	Current, Rated int
}

// Sensors are temperatures at places of a chip, in °C.
type Sensors struct {
	SoC, SFP, NDie, HBM int
}

// HBMInfo is what is known of the HBM beside its use.
type HBMInfo struct {
	Clock       int // MHz
	Temperature int // °C
	Vendor      int // number of the manufacturer
}

// ECC are the counts of errors in a memory.
type ECC struct {
	Single, Double                         int // since the chip's start
	TotalSingle, TotalDouble               int // in its life
	IsolatedSingle, IsolatedDouble         int // pages
	NextIsolatedSingle, NextIsolatedDouble int // pages that the next reset isolates
}

// HCCSLink is a link to other chips: a macro of the chip's HCCS.
type HCCSLink struct {
	Mode      int    // number of lanes; 0 while the link is down
	Lanes     string // a digit a lane: 1 while it works
	Speed     int    // GBit/s, 56 a lane
	TxPackets uint64 // of 20 bytes
	RxPackets uint64 // of 20 bytes
	Retries   uint64
	Errors    uint64
}

// PCIeErrors are counts of errors on PCIe since the chip's start.
type PCIeErrors struct {
	TX, RX, LCRC, ECRC, Retry int
}

// SIOErrors are counts of errors between the dies of a package; the tool counts in 16 bits.
type SIOErrors struct {
	TX, RX int
}

// SuperPod is a chip's place in its SuperPod.
type SuperPod struct {
	SDID, Size, ID, ServerIndex int
	Type                        int // 950
	Chassis                     int // 950
}

// Board is what identifies the parts.
type Board struct {
	BoardID      string // such as 0x34
	MainBoardID  string // such as 0x18; "" where the tool prints none
	PCBID        string
	BOMID        int
	DeviceID     string // on the bus, such as 0xD802
	Firmware     string
	ChipVersion  string
	ChipType     string
	Die          string // five words of eight hexadecimal digits
	NDie         string // likewise, of the die for input and output (910A)
	DDRInstalled int    // MiB that are soldered, of which the system keeps a part (310P); 0 where the tool does not tell
}

// Fault is a fault code and the driver's text for it.
type Fault struct {
	Code uint32
	Text string
}

// VNPU is a slice of a chip.
type VNPU struct {
	ID        int
	Template  string
	Used      bool
	Container string // that holds it; "" is none
}

// Usage is how much is used of what there is. Both are 0 where there is none.
type Usage struct {
	Used, Total int
}

// Process is a process that holds memory of a chip.
type Process struct {
	PID    int
	Name   string // as the process calls itself; empty where it cannot be seen, or is gone
	Memory int    // MiB
}

// Health is the driver's code of a chip's health.
type Health int

// The states of health.
const (
	HealthOK Health = iota
	HealthWarning
	HealthAlarm
	HealthCritical
	HealthUnknown
)

// String is the tool's word for it; empty for a code that the tool has no word for.
func (h Health) String() string {
	words := [...]string{"OK", "Warning", "Alarm", "Critical", "UNKNOWN"}
	if h < 0 || int(h) >= len(words) {
		return ""
	}

	return words[h]
}
