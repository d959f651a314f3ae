package sim

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// The matrix of links between NPUs: `npu-smi info -t topo`.

// maxNICs is how many network cards the newer tools have room for. None of a simulated machine is known to them.
const maxNICs = 4

// maxTopoID is the largest NPU ID for which the tool draws the matrix.
const maxTopoID = 63

// node is a row and a column of the matrix.
type node struct {
	name      string
	npu       int
	processor int // the CPU whose PCI bus it is on
}

func printTopo(b *bytes.Buffer, s State, _ query) int {
	if slices.ContainsFunc(s.NPUs, func(n NPU) bool { return n.ID > maxTopoID }) {
		return wrongArgument(b, s, "")
	}

	if code := topoFailure(s); code != 0 {
		const low = 0xFF

		fmt.Fprintf(b, "Failed to query %q info.\nFailed to execute npu-smi info. ret is %d.\n", "topo", code)

		return int(code) & low
	}

	nodes := topoNodes(s)
	nics := 0

	if s.since("26") {
		nics = maxNICs
	}

	writeTopoHeader(b, s, nodes, nics)

	for _, n := range nodes {
		cells := []string{n.name}
		for _, other := range nodes {
			cells = append(cells, topoLink(s.Family, n, other))
		}

		writeTopoRow(b, append(cells, slices.Repeat([]string{unrelated}, nics)...))

		if hasAffinity(s) {
			b.WriteString([...]string{"0-95", "96-191"}[n.processor])
		}

		b.WriteByte('\n')
	}

	writeNICs(b, len(nodes), nics)
	fmt.Fprintf(b, "\nLegend:\n\n%s", topoLegend(s.Family))

	return 0
}

// hasAffinity says whether the tool can tell which processor is next to an NPU.
func hasAffinity(s State) bool {
	return s.Family != FamilyA3 && !s.UnifiedBus
}

func writeTopoHeader(b *bytes.Buffer, s State, nodes []node, nics int) {
	b.WriteString("\t   ")

	for _, n := range nodes {
		fmt.Fprintf(b, "%-10s ", n.name)
	}

	for i := range nics {
		fmt.Fprintf(b, "%-12s", fmt.Sprintf("NIC%d", i))
	}

	if hasAffinity(s) {
		b.WriteString("CPU Affinity")
	}

	b.WriteByte('\n')
}

// unrelated is the word for two devices of whose relation nothing is known.
const unrelated = "NA"

// writeNICs prints the rows of the network cards, and the list of their names.
func writeNICs(b *bytes.Buffer, nodes, nics int) {
	for i := range nics {
		cells := slices.Repeat([]string{unrelated}, 1+nodes+nics)
		cells[0], cells[1+nodes+i] = "NIC"+strconv.Itoa(i), "X"
		writeTopoRow(b, cells)
		b.WriteByte('\n')
	}

	if nics > 0 {
		b.WriteByte('\n')
	}

	for i := range nics {
		fmt.Fprintf(b, "NIC%d: \n", i)
	}
}

func writeTopoRow(b *bytes.Buffer, cells []string) {
	for _, cell := range cells {
		fmt.Fprintf(b, "%-10s ", cell)
	}
}

// topoFailure is why the matrix cannot be drawn: it is for a machine of which everything is known.
func topoFailure(s State) FailureCode {
	for _, n := range s.NPUs {
		if len(n.Chips) == 0 {
			return FailureUnsupported
		}

		for _, c := range n.Chips {
			if code := c.Failure(ReadingBus); code != 0 {
				return code
			}
		}
	}

	return 0
}

// topoNodes are the NPUs, or on A3 the chips.
func topoNodes(s State) []node {
	var out []node

	for _, n := range s.NPUs {
		for _, c := range n.Chips {
			out = append(out, node{fmt.Sprintf("Phy-ID%d", c.PhyID), n.ID, processorOf(c.BusID)})
		}

		if s.Family != FamilyA3 {
			out = append(out[:len(out)-len(n.Chips)], node{fmt.Sprintf("NPU%d", n.ID), n.ID, processorOf(n.Chips[0].BusID)})
		}
	}

	return out
}

// processorOf is the CPU of a PCI address: the upper half of the bus numbers is the second's.
func processorOf(address string) int {
	const hexadecimal, bits, half = 16, 8, 0x80

	if parts := strings.Split(address, ":"); len(parts) > 1 {
		if bus, err := strconv.ParseUint(parts[1], hexadecimal, bits); err == nil && bus >= half {
			return 1
		}
	}

	return 0
}

func topoLink(f Family, a, b node) string {
	switch {
	case a == b:
		return "X"
	case f == FamilyA2:
		return "HCCS"
	case f == FamilyA3 && a.npu == b.npu:
		return "SIO"
	case f == FamilyA3:
		return "HCCS_SW"
	case f == FamilyA5:
		return "UB"
	case a.processor == b.processor:
		return "PHB"
	default:
		return "SYS"
	}
}

// topoLegend explains the words that a family can have.
func topoLegend(f Family) string {
	meanings := []struct {
		word, meaning string
		families      []Family // nil is all
	}{
		{"X", "Self", nil},
		{"SYS", "Path traversing PCIe and NUMA nodes. Nodes are connected through SMP, such as QPI, UPI.", nil},
		{"PHB", "Path traversing PCIe and the PCIe host bridge of a CPU.", nil},
		{"PIX", "Path traversing a single PCIe switch.", []Family{FamilyA2, FamilyA3, FamilyA5}},
		{"PXB", "Path traversing multiple PCIe switches.", []Family{FamilyA2, FamilyA3, FamilyA5}},
		{"HCCS", "Connection traversing HCCS.", []Family{Family310P, Family910, FamilyA2, FamilyA3}},
		{"SIO", "Path traversing the SIO bus.", []Family{FamilyA3, FamilyA5}},
		{"HCCS_SW", "Connection traversing HCCS through a switch.", []Family{FamilyA3}},
		{"UB", "Connection traversing UB.", []Family{FamilyA5}},
		{"NA", "Unknown relationship.", nil},
	}

	var b strings.Builder

	for _, m := range meanings {
		if m.families == nil || slices.Contains(m.families, f) {
			fmt.Fprintf(&b, "  %-4s = %s\n", m.word, m.meaning)
		}
	}

	return b.String()
}
