package sim

import (
	"bytes"
	"fmt"
	"strconv"
)

// The mapping between ids: `npu-smi info -m`.

// ids are what the mapping has of a chip. Each family shows some of them.
type ids struct {
	npu, slot, chip, logic, phy string
}

// of gives those that a family shows, in its order.
func (i ids) of(f Family) []string {
	switch f {
	case FamilyA3:
		return []string{i.npu, i.chip, i.logic, i.phy}
	case FamilyA5:
		return []string{i.npu, i.slot, i.chip, i.phy}
	default:
		return []string{i.npu, i.chip, i.logic}
	}
}

// writeMapping prints a line for each chip and for the management controller (MCU) of each NPU that has one.
func writeMapping(b *bytes.Buffer, s State) {
	const padded, bare = "%-30s\n", "%s\n" // the last column

	row := func(i ids, format, name string) {
		b.WriteByte('\t')

		for _, id := range i.of(s.Family) {
			fmt.Fprintf(b, "%-30s ", id)
		}

		fmt.Fprintf(b, format, name)
	}

	row(ids{npu: "NPU ID", slot: "Slot ID", chip: "Chip ID", logic: "Chip Logic ID", phy: "Chip Phy-ID"}, padded, "Chip Name")

	for _, n := range s.NPUs {
		npu := strconv.Itoa(n.ID)

		for _, c := range n.Chips {
			chip := ids{npu: npu, slot: npu, chip: strconv.Itoa(c.ID), logic: strconv.Itoa(c.LogicID), phy: strconv.Itoa(c.PhyID)}
			row(chip, bare, chipName(s.Family, c))
		}

		if hasMCU(s.Family) {
			row(ids{npu: npu, chip: strconv.Itoa(n.mcuID()), logic: "-", phy: "-"}, padded, "Mcu")
		}
	}
}

// chipName is a chip's full name. On older products the model is it without the brand. A chip that does not answer has none.
func chipName(f Family, c Chip) string {
	switch model := nameOf(c); {
	case f == Family310:
		return fmt.Sprintf("%-30s", "MiniD")
	case model == "":
		return " "
	case f == FamilyA3 || f == FamilyA5:
		return model
	default:
		return "Ascend " + model
	}
}
