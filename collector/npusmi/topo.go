package npusmi

import (
	"errors"
	"slices"
	"strings"
)

// Topology is what `npu-smi info -t topo` says: how the chips of the host reach each other. A container sees its own only.
type Topology struct {
	ByPhyID bool          // rows are of physical ids (A3); else of NPU ids
	Rows    []TopologyRow // in the order printed
}

// TopologyRow is the row of a chip, or of a card on products whose cards have several.
type TopologyRow struct {
	ID          int            // an NPU id, or a physical id with Topology.ByPhyID
	CPUAffinity string         // CPUs that are near, such as "0-23,48-71"; "" where the tool prints none (A3, 950 servers)
	Links       []TopologyLink // to each other chip, in the order printed; one without a known way is left out
}

// TopologyLink is the way from a row's chip to another.
type TopologyLink struct {
	To   int    // as TopologyRow.ID
	Kind string // HCCS, HCCS_SW, SIO, UB, PIX, PXB, PHB, SYS, or what a later release calls it
}

// errNoTopology says that a text holds no matrix of chips.
var errNoTopology = errors.New("no matrix of chips in the answer")

// Names that head the rows and columns of the matrix, before a number.
const (
	topologyNPU = "NPU"
	topologyPhy = "Phy-ID"
	topologyNIC = "NIC"
)

// ParseTopology reads the answer to `npu-smi info -t topo`. Network cards and the legend are left out. It fails when there is
// no row of a chip.
func ParseTopology(output []byte) (Topology, Warnings, error) {
	var (
		topology Topology
		warnings Warnings
		columns  []topologyName
	)

	number := 0

	for line := range strings.SplitSeq(validText(output), "\n") {
		number++

		words := strings.Fields(line)
		if len(words) == 0 || IsNoise(strings.TrimSpace(line)) {
			continue
		}

		if words[0] == "Legend:" {
			break
		}

		name, ok := parseTopologyName(words[0])

		switch {
		case strings.HasPrefix(words[0], topologyNIC): // a row, or a line that gives the card's name
		case !ok:
			warnings.Add(number, strings.TrimSpace(line), "a row of the matrix")
		case columns == nil:
			var why string
			if columns, why = topologyColumns(words); why != "" {
				warnings.Add(number, strings.TrimSpace(line), why)
			}

			topology.ByPhyID = name.kind == topologyPhy
		default:
			row, why := topologyRow(name.id, columns, words[1:])
			if why != "" {
				warnings.Add(number, strings.TrimSpace(line), why)
			}

			if len(words) > len(columns) {
				topology.Rows = append(topology.Rows, row)
			}
		}
	}

	if len(topology.Rows) == 0 {
		return Topology{}, warnings, errNoTopology
	}

	return topology, warnings, nil
}

// topologyName heads a row or a column.
type topologyName struct {
	kind string
	id   int
}

// parseTopologyName reads NPU4, Phy-ID12 or NIC0.
func parseTopologyName(word string) (name topologyName, ok bool) {
	for _, kind := range []string{topologyNPU, topologyPhy, topologyNIC} {
		if digits, is := strings.CutPrefix(word, kind); is && digits != "" {
			id, isID := parseID(digits)

			return topologyName{kind, id}, isID
		}
	}

	return name, false
}

// topologyColumns reads the headings. The last is that of the CPUs, which has no cell in the rows of network cards.
func topologyColumns(words []string) (columns []topologyName, why string) {
	for i, word := range words {
		name, ok := parseTopologyName(word)
		if !ok {
			if !slices.Equal(words[i:], []string{"CPU", "Affinity"}) {
				why = "headings of chips, network cards and CPU affinity"
			}

			break
		}

		columns = append(columns, name)
	}

	return columns, why
}

// topologyRow reads the cells of a chip.
func topologyRow(id int, columns []topologyName, cells []string) (row TopologyRow, why string) {
	row.ID = id

	if len(cells) < len(columns) {
		return row, "a cell for each heading"
	}

	for i, column := range columns {
		cell := strings.ToValidUTF8(cells[i], "\uFFFD")
		if column.kind == topologyNIC || cell == "X" || cell == "NA" {
			continue
		}

		if !isTopologyKind(cell) {
			why = "a kind of link that is known"
		}

		row.Links = append(row.Links, TopologyLink{To: column.id, Kind: cell})
	}

	if rest := cells[len(columns):]; len(rest) == 1 {
		row.CPUAffinity = printedText(rest[0])
	} else if len(rest) > 1 {
		why = "one cell of CPUs"
	}

	return row, why
}

// isTopologyKind knows the kinds of links of the releases so far.
func isTopologyKind(cell string) bool {
	return slices.Contains([]string{"HCCS", "HCCS_SW", "SIO", "UB", "PIX", "PXB", "PHB", "SYS"}, cell)
}
