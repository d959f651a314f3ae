package sim

import (
	"fmt"
	"slices"
)

// product is what is the same in all machines of one kind.
type product struct {
	name     string // as Config has it
	model    string // as the tool has it
	family   Family
	releases []string // that it has had, by the names of releaseTable, oldest first
	usual    string   // one of them

	npus  int    // usual number of NPUs
	chips int    // chips of an NPU
	ids   []int  // NPU ids where they are not 0, 1, 2 …; they go on behind the last
	card  string // product name of the card; empty for the modules of a server
	label string // product name on the board's label; empty is that of the card
	mcu   bool   // the board has a management controller

	noBus        bool // the chips are not on PCI
	unifiedBus   bool // but on the unified bus
	sharedBus    bool // the chips of an NPU are behind one PCI function
	packagePower bool // the driver measures the power of the whole NPU, and has it with chip 0
	noPower      bool // the driver measures no power of a chip
	ratedPower   bool // it gives the rated power instead, which does not change

	board     board
	cores     int // AI cores of a chip
	clock     clock
	hbmClock  int // MHz
	ddrClock  int // MHz
	hccs      int // links of a chip
	superPod  int // NPUs of a SuperPod; 0 where there are none
	sio       bool
	ctrlCPU   float64 // utilisation of the control CPU at rest, 0 to 1
	ddrStream float64 // use of the DDR's bandwidth at rest, 0 to 1

	ddr, hbm   int // MiB of a chip
	ddrLess    int // MiB that the second chip of a card has less
	soldered   int // MiB of DDR, of which the system keeps a part
	hugepages  int
	pagesHeld  bool // all of them are always in use
	reserved   span // MiB that the driver holds on an idle chip
	hostMemory span // MiB of DDR that are in use where the memory of jobs is the HBM
	power      span // W of an idle and of a busy chip
	rating     float64
	heat       span // °C of an idle and of a busy chip
	trainer    string
	server     []string // the processes of an inference service, the smallest last
	training   bool     // jobs are trained on it; otherwise it only serves
}

// board is what is the same on all boards of a product.
type board struct {
	id, main, device string // as Board has them
}

// clock is what the AI cores of a product run at, in MHz; rated is 0 where the driver does not tell.
type clock struct {
	rated, idle int
}

// span is a range of a quantity.
type span struct {
	low, high float64
}

// share is the value at a share of the way through the span.
func (s span) share(x float64) float64 {
	return s.low + (s.high-s.low)*x
}

// build is the hardware of a machine, and which of its chips work together.
func build(p *product, r release, npus int, seed source) ([]unit, []*team) {
	works := teams(p, npus, seed)
	units := make([]unit, npus)

	for i := range units {
		u := unit{id: p.npuID(i), source: seed.at("unit", float64(i))}
		u.serial = fmt.Sprintf("SIM%013d", seed.at("serial", float64(i))%1e13)

		for j := range p.chips {
			logic := i*p.chips + j

			bus := logic
			if p.sharedBus {
				bus = i
			}

			c := newChip(p, seed.at("chip", float64(logic)))
			c.id, c.logicID, c.team, c.board = j, logic, works[i].number, newBoard(p, r, c.source)

			if !p.noBus {
				c.busID = busID(bus)
			}

			u.chips = append(u.chips, c)
		}

		units[i] = u
	}

	return units, slices.Compact(works)
}

// npuID is the id of the i-th NPU.
func (p *product) npuID(i int) int {
	if len(p.ids) == 0 {
		return i
	}

	if i < len(p.ids) {
		return p.ids[i]
	}

	return p.ids[len(p.ids)-1] + 1 + i - len(p.ids)
}

// ddrOf is the DDR of a chip of an NPU in MiB.
func (p *product) ddrOf(chip int) int {
	if chip == 1 {
		return p.ddr - p.ddrLess
	}

	return p.ddr
}

// busID spreads the functions over the PCI roots of a machine with four of them, two at each in turn, and begins another
// PCI domain when their numbers are used up.
func busID(i int) string {
	const domain = 240 // functions

	roots := [...]int{0xC0, 0x80, 0x00, 0x40}
	n := i % domain

	return fmt.Sprintf("%04X:%02X:00.0", i/domain, roots[n/2%len(roots)]+1+n%2+n/8*2)
}
