package sim

import (
	"bytes"
	"cmp"
	"fmt"
)

// What identifies the parts.

const noDie = "00000000 00000000 00000000 00000000 00000000"

// printBoard has other rows for a card than for a chip, and neither a block for each chip nor the management controller.
func printBoard(b *bytes.Buffer, s State, q query) int {
	if q.npu == nil {
		return wrongArgument(b, s, "Error parameter of -i")
	}

	d := detail{name: "board"}
	n, p := *q.npu, pairs{b, keyWidth}

	if q.chip == AllChips {
		if code := n.Chips[0].Failures[EveryReading]; code != 0 {
			return d.failed(b, s, "info", code)
		}

		if n.Chips[0].Failure(ReadingBus) != 0 {
			fmt.Fprintln(b, "Failed to query card pcie info.")
		}

		boardOfCard(p, s, n)

		if n.Chips[0].Failure(ReadingBus) != 0 {
			return d.failed(b, s, "info", failureQuery)
		}

		return 0
	}

	if q.chip == len(n.Chips) {
		return unsupported(b, d.name)
	}

	c := n.Chips[q.chip]
	if c.Failures[EveryReading] != 0 {
		return d.failed(b, s, "result", failureQuery)
	}

	boardOfChip(p, s, n, c)

	return 0
}

func boardOfCard(p pairs, s State, n NPU) {
	c := n.Chips[0]
	board := c.Board

	p.row("NPU ID", n.ID)

	if s.Family != Family910 {
		p.row("Product Name", cmp.Or(n.ProductName, "NA"))
		namesOfNPU(p, s, c)
		p.row("Model", cmp.Or(n.Label, "NA"))
		p.row("Manufacturer", cmp.Or(n.Manufacturer, "NA"))
		p.row("Serial Number", cmp.Or(n.SerialNumber, "NA"))
	}

	p.row("Software Version", s.DriverVersion)
	p.row("Firmware Version", firmware(c))

	if s.Family != Family310 && s.Family != Family310B {
		compatible := "OK"
		if c.Failure(ReadingCompat) != 0 {
			compatible = "NOT SUPPORT"
		}

		p.row("Compatibility", compatible)
	}

	p.row("Board ID", board.BoardID)

	if board.MainBoardID != "" {
		main := board.MainBoardID
		if s.Family == FamilyA5 && s.Cards {
			main += "(1P)"
		}

		p.row("Main Board ID", main)
	}

	p.row("PCB ID", board.PCBID)
	p.row("BOM ID", board.BOMID)
	busOfCard(p, s, n)
	p.row("Chip Count", len(n.Chips))

	switch s.Family {
	case Family310, Family310B:
		p.row("Faulty Chip Count", 0)
	case Family310P:
		p.row("Chip Fault", 0)
	case FamilyA5:
		p.row("DDie ID", board.Die)
		p.row("Chip Position ID", 0)
	default:
	}
}

// namesOfNPU are the names where the board of the card tells of its chip too.
func namesOfNPU(p pairs, s State, c Chip) {
	if s.Family == FamilyA5 {
		p.row("NPU Name", "NA")
		p.row("Chip Name", c.Model)
		p.row("Chip Version", c.Board.ChipVersion)
	}
}

func busOfCard(p pairs, s State, n NPU) {
	board := n.Chips[0].Board

	if s.UnifiedBus {
		p.row("PCIe Bus Info", "NA")
		p.row("Slot ID", n.ID)
		p.row("Class ID", "NA")
		p.row("Vendor ID", "0xCC08")
		p.row("Device ID", board.DeviceID)
		p.row("Module Vendor ID", "0xCC08")
		p.row("Module ID", "0x0001")

		return
	}

	address := busOf(n.Chips[0])
	if len(n.Chips) > 2 { // each has an address of its own
		address = ""
	}

	p.row("PCIe Bus Info", address)

	if n.Chips[0].Failure(ReadingBus) != 0 {
		const zero = "0x0000"

		p.row("Slot ID", 0)
		p.row("Class ID", "NA")
		p.row("PCI Vendor ID", zero)
		p.row("PCI Device ID", zero)
		p.row("Subsystem Vendor ID", zero)
		p.row("Subsystem Device ID", zero)

		return
	}

	p.row("Slot ID", n.ID)
	p.row("Class ID", "NA")
	p.row("PCI Vendor ID", "0x19E5")
	p.row("PCI Device ID", board.DeviceID)
	p.row("Subsystem Vendor ID", "0x19E5")
	p.row("Subsystem Device ID", "0x3000")
}

// busOf is a chip's address, which is zero where the reading fails.
func busOf(c Chip) string {
	const zero = "0000:00:00.0"

	if c.Failure(ReadingBus) != 0 {
		return zero
	}

	return cmp.Or(c.BusID, "NA")
}

func firmware(c Chip) string {
	if c.Failure(ReadingFirmware) != 0 {
		return "NA"
	}

	return c.Board.Firmware
}

func boardOfChip(p pairs, s State, n NPU, c Chip) {
	board := c.Board

	p.row("NPU ID", n.ID)

	if s.Family == FamilyA3 {
		p.row("NPU Name", "NA")
	}

	p.row("Chip ID", c.ID)

	if s.Family != FamilyA3 {
		p.row("Chip Type", board.ChipType)
	}

	p.row("Chip Name", c.Model)
	p.row("Chip Version", board.ChipVersion)
	p.row("Board ID", board.BoardID)

	if s.Family != Family310P {
		p.row("PCB ID", "NA")
		p.row("BOM ID", board.BOMID)
	}

	die := board.Die
	if c.Failure(ReadingDie) != 0 {
		die = noDie
	}

	switch s.Family {
	case Family310, Family310B:
		p.row("Die ID", board.ChipVersion+", "+die)
	case Family310P:
		p.row("Die ID", die)
	default:
		p.row("VDie ID", die)

		second := noDie // of a second die, which only the first generation has
		if s.Family == Family910 {
			second = cmp.Or(board.NDie, noDie)
		}

		p.row("NDie ID", second)
	}

	p.row("Chip Position ID", c.ID)
	p.row("PCIe Bus Info", busOf(c))
	p.row("Firmware Version", firmware(c))
}

func productRows(p pairs, s State, _ Chip) FailureCode {
	if s.Family == Family310B {
		return FailureUnsupported
	}

	p.row("Product Type", "Atlas 300I Duo")

	return 0
}

func faultEventRows(p pairs, _ State, c Chip) FailureCode {
	if len(c.Faults) == 0 {
		p.row("Fault Event Count", 0)
		p.row("Fault Event Information", "NA")

		return 0
	}

	p.row("Fault Event Count", len(c.Faults))

	for i, f := range c.Faults {
		key := "Fault Event Information"
		if i > 0 {
			key = ""
		}

		p.row(key, fmt.Sprintf("event id=0x%08X, severity=2, node type ex=0, node id=0, sub node type ex=0, sub node id=0", f.Code))
	}

	return 0
}
