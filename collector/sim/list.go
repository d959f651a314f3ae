package sim

import (
	"bytes"
	"fmt"
)

// The list of cards: `npu-smi info -l`.

// writeList prints a block for each NPU, lost ones included.
func writeList(b *bytes.Buffer, s State) {
	count := "Total Count"
	if s.Family == Family310 {
		count = "Card Count"
	}

	fmt.Fprintf(b, "\t%-30s : %d\n\n", count, len(s.NPUs))

	for _, n := range s.NPUs {
		fmt.Fprintf(b, "\t%-30s : %d\n", "NPU ID", n.ID)

		if s.Cards {
			fmt.Fprintf(b, "\t%-30s : %s\n", "Product Name", n.ProductName)
			fmt.Fprintf(b, "\t%-30s : %s\n", "Serial Number", n.SerialNumber)
		}

		if s.Family != FamilyA5 { // where an NPU is a chip
			fmt.Fprintf(b, "\t%-30s : %d\n", "Chip Count", len(n.Chips))
		}

		fmt.Fprintln(b)
	}
}
