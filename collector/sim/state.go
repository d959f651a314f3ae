package sim

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/ascend-exporter/ascend_exporter/collector/optional"
)

// Family is a group of products of which the tool speaks in the same words.
type Family string

// The families, by the names that the driver has for them.
const (
	Family310  Family = "310"
	Family310P Family = "310P"
	Family310B Family = "310B"
	Family910  Family = "910" // the first generation, 910A
	FamilyA2   Family = "910B"
	FamilyA3   Family = "910_93"
	FamilyA5   Family = "950"
)

// Layout is the generation of the summary's widths.
type Layout string

// The layouts. Cards of the 310 and 310P have had the same one in all of them, and so has the 950.
const (
	// Layout24 is that of the 910A in releases to 24.1: 93 columns.
	Layout24 Layout = "24"
	// Layout25 is that of the releases 23.0 to 25.5: 98 columns.
	Layout25 Layout = "25"
	// Layout26 is that of the releases 26.x: 116 columns.
	Layout26 Layout = "26w"
	// LayoutSource is that of the published source of the tool: 99 columns.
	LayoutSource Layout = "source"
)

// State is a machine at one moment, as its driver knows it.
type State struct {
	Family        Family
	Layout        Layout
	ToolVersion   string
	DriverVersion string
	Cards         bool // the NPUs are cards in slots: the tool lists their product name and serial number
	UnifiedBus    bool // the NPUs are not on PCI (servers with 950)
	Container     bool // the tool runs in a container
	NPUs          []NPU

	Release string // of the tool, such as 25.5; "" is the published source

	Zone *time.Location // of the host, in which hccn_tool prints times; nil is UTC

	Noise string      // a line that a library below the tool prints before any answer; "" is none
	Init  FailureCode // with which the driver fails to start for the tool; 0 where it starts
}

// FailureCode is the driver's code of a call that failed: negative. 0 is a call that did not fail.
type FailureCode int

// The codes that matter.
const (
	FailureDriver      FailureCode = -8005 // no driver, or it does not answer at all
	FailureTimeout     FailureCode = -8006
	FailureNotReady    FailureCode = -8012 // a chip that has not started
	FailureOccupied    FailureCode = -8020 // a container holds the chips
	FailureUnsupported FailureCode = -8255
)

// NPU is what the tool's -i selects.
type NPU struct {
	ID           int    // LostID for a card that the driver has lost
	ProductName  string // on the board's label
	SerialNumber string // on the board's label
	Manufacturer string // on the board's label
	Label        string // the model on the board's label; often "NA"
	MCU          *MCU   // the board's management controller; nil where there is none
	Chips        []Chip
}

// MCU is what the board's management controller measures.
type MCU struct {
	Temperature int            // °C
	Power       optional.Float // W, of the whole card
	Voltage     optional.Float // V, of the supply
	Health      Health
	Sensors     []Sensor // °C, by the names that the board has for them
}

// Sensor is a named temperature in °C.
type Sensor struct {
	Name        string
	Temperature int
}

// LostID is the id that the driver gives a card that it has lost. Such an NPU has no chips.
const LostID = -1

// AllChips stands for all chips of an NPU in Lose.
const AllChips = -1

// Lose takes a chip out of the state, as when it drops off the bus. An NPU without chips stays as a lost card. The error
// says that there is no such chip.
func (s *State) Lose(npu, chip int) error {
	i := slices.IndexFunc(s.NPUs, func(n NPU) bool { return n.ID == npu && len(n.Chips) > 0 })
	if i < 0 {
		return fmt.Errorf("no NPU %d in this machine", npu)
	}

	n := &s.NPUs[i]
	before := len(n.Chips)
	n.Chips = slices.DeleteFunc(n.Chips, func(c Chip) bool { return chip == AllChips || c.ID == chip })

	if len(n.Chips) == before {
		return fmt.Errorf("no chip %d in NPU %d of this machine", chip, npu)
	}

	if len(n.Chips) == 0 {
		n.ID = LostID
		slices.SortStableFunc(s.NPUs, func(a, b NPU) int { return cmp.Compare(a.ID, b.ID) })
	}

	return nil
}

// chips is the number of chips that answer.
func (s State) chips() int {
	total := 0
	for _, n := range s.NPUs {
		total += len(n.Chips)
	}

	return total
}
