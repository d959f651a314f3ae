package npusmi

import (
	"errors"
	"slices"
	"strings"
)

// MappingEntry is a row of `npu-smi info -m`: the ids that one chip goes by. Products differ in the columns they print.
type MappingEntry struct {
	NPU     int
	Chip    int
	LogicID string // Chip Logic ID: the driver's running number; "" on 950, which prints none
	PhyID   string // Chip Phy-ID: the N of /dev/davinciN; "" on products that print none (910B and older)
	SlotID  string // Slot ID; 950 only
	Name    string // Chip Name, such as "Ascend 910B3"; "" of a chip that does not answer
}

// chipName heads the last column.
const chipName = "Chip Name"

// errNoMapping says that a text holds no table of ids.
var errNoMapping = errors.New("no table of ids in the answer")

// ParseMapping reads the answer to `npu-smi info -m`. Rows of board controllers (Mcu) and of cards that are not available
// (NPU ID -1) are left out. It fails only when there is no table.
func ParseMapping(output []byte) ([]MappingEntry, Warnings, error) {
	var (
		entries  []MappingEntry
		warnings Warnings
		columns  []string
	)

	cells := make([]string, 0, 8)
	number := 0

	for line := range strings.SplitSeq(validText(output), "\n") {
		number++

		line = strings.TrimSpace(line)
		if line == "" || IsNoise(line) {
			continue
		}

		cells = splitColumns(line, cells)
		if last := len(columns) - 1; len(cells) == last && columns[last] == chipName {
			cells = append(cells, "") // a dead chip has ids and no name
		}

		switch {
		case slices.Contains(cells, "NPU ID") && slices.Contains(cells, "Chip ID"):
			columns = slices.Clone(cells)
		case len(columns) != len(cells):
			warnings.Add(number, line, "a cell for each heading")
		default:
			entry, why := mappingEntry(columns, cells)
			if why != "" {
				warnings.Add(number, line, why)
			} else if entry.NPU != NoNPU {
				entries = append(entries, entry)
			}
		}
	}

	if columns == nil {
		return nil, warnings, errNoMapping
	}

	return entries, warnings, nil
}

// splitColumns splits a line at runs of two or more blanks, or tabs, and appends the columns to columns[:0].
func splitColumns(line string, columns []string) []string {
	columns = columns[:0]
	rest := line

	for rest != "" {
		end := strings.Index(rest, "  ")
		if tab := strings.IndexByte(rest, '\t'); tab >= 0 && (end < 0 || tab < end) {
			end = tab
		}

		if end < 0 {
			end = len(rest)
		}

		columns = append(columns, rest[:end])
		rest = strings.TrimLeft(rest[end:], " \t")
	}

	return columns
}

// mappingEntry reads a row. The entry's NPU is NoNPU where the row is of no chip.
func mappingEntry(columns, cells []string) (entry MappingEntry, why string) {
	entry.NPU = NoNPU
	isChip := true

	for i, column := range columns {
		cell := cells[i]

		switch column {
		case "NPU ID":
			id, ok := parseID(cell)
			if !ok && cell != "-1" {
				return entry, "an NPU id"
			}

			if ok {
				entry.NPU = id
			}
		case "Chip ID":
			id, ok := parseID(cell)
			if !ok {
				return entry, "a chip id"
			}

			entry.Chip = id
		case "Chip Logic ID":
			entry.LogicID = knownID(cell)
		case "Chip Phy-ID":
			entry.PhyID = knownID(cell)
		case "Slot ID":
			entry.SlotID = knownID(cell)
		case chipName:
			entry.Name = cell
			isChip = !strings.EqualFold(cell, "mcu")
		}
	}

	if !isChip {
		entry.NPU = NoNPU
	}

	return entry, ""
}

// knownID is the id, or "" for "-" and anything else that is none.
func knownID(cell string) string {
	if _, ok := parseID(cell); !ok {
		return ""
	}

	return cell
}
