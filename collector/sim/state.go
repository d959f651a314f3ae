package sim

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/ascend-exporter/ascend_exporter/collector/optional"
)

// Family is a group of products of which the tool speaks in the same words.
type Family string

// The families, by the names that the driver has for them.
const (
	Family310P Family = "310P"
	FamilyA2   Family = "910B"
	FamilyA3   Family = "910_93"
	FamilyA5   Family = "950"
)

// Layout is the generation of the summary's widths.
type Layout string

// The layouts. Cards of the 310P have had the same one in all of them, and so has the 950.
const (
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
	NPUs          []NPU
}

// NPU is what the tool's -i selects.
type NPU struct {
	ID           int    // LostID for a card that the driver has lost
	ProductName  string // listed where the NPUs are cards
	SerialNumber string // listed where the NPUs are cards
	Chips        []Chip
}

// LostID is the id that the driver gives a card that it has lost. Such an NPU has no chips.
const LostID = -1

// Chip is what the tool's -c selects. It has what the driver knows; which of it the tool prints is the printers' business.
type Chip struct {
	ID      int
	LogicID int
	PhyID   int
	BusID   string // PCI address such as 0000:C1:00.0; empty without a PCI bus
	Model   string
	Health  Health
	Power   optional.Float // W; on an A3, chip 0 has that of the package; absent where the driver measures none

	Temperature int // °C
	AICore      int // utilisation of the AI cores in percent; that of the whole NPU on a 950
	Hugepages   Usage
	DDR         Usage // MiB
	HBM         Usage // MiB
	Processes   []Process
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
