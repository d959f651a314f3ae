package npusmi

import (
	"errors"
	"slices"
	"strings"

	"github.com/ascend-exporter/ascend_exporter/collector/optional"
)

// NoNPU stands for the NPU id of a chip whose first row the tool left out, as it does for a health state out of range.
const NoNPU = -1

// Summary is what `npu-smi info` prints: one table of all chips and one of the processes on them.
type Summary struct {
	ToolVersion   string // "" where the title was not printed
	DriverVersion string
	Chips         []SummaryChip // in the order printed
	Bare          bool          // whether chips have no id of their own: the tool takes -i only (950)
	Processes     []Process     // at most 8 a chip: the tool shows no more; 310B and old releases have no table of them
	Idle          []int         // NPUs of which it says that no process runs on them
}

// SummaryChip is the pair of rows of one chip, as printed: a reading that failed in the driver shows here as a zero.
type SummaryChip struct {
	NPU     int    // NPU ID; NoNPU where the first row is missing
	Chip    int    // Chip ID; 0 on products that print none (950)
	Name    string // model; "" when the tool printed none
	Health  Health
	LogicID string // column Device (310, 310P, 310B); "" elsewhere
	PhyID   string // column Phy-ID (A3); "" elsewhere
	BusID   string // as printed; "" for NA, and for what is no address

	Power       optional.Float // watts; absent for NA (310P) and - (second die of an A3 package)
	Temperature optional.Float // degrees Celsius
	Hugepages   Usage          // pages; absent on releases without the column
	AICore      optional.Float // percent; absent on 950
	Utilization optional.Float // percent, of the whole NPU; 950 only
	Memory      Usage          // DDR in MiB; on products without HBM this is the chip's memory
	HBM         Usage          // MiB; absent on products without HBM
	HasHBM      bool           // whether the table has a column for HBM
}

// Process is a row of the table of processes.
type Process struct {
	NPU    int
	Chip   int
	PID    string
	Name   string         // at most 15 bytes; "" when the process is not visible to the tool
	Memory optional.Float // MiB
}

// processName heads the column by which the table of processes is known.
const processName = "Process name"

// errNoTable says that a text holds no table of chips.
var errNoTable = errors.New("no table of chips in the answer")

// ParseSummary reads the answer to `npu-smi info` of any release. Lines that it does not understand come back as
// warnings; it fails only when there is no table of chips.
func ParseSummary(output []byte) (Summary, Warnings, error) {
	text := validText(output)
	p := summaryParser{cells: make([]string, 0, 8), seen: make(map[[2]int]bool, 16)}
	number := 0

	for line := range strings.SplitSeq(text, "\n") {
		number++
		line = strings.TrimSpace(strings.ReplaceAll(line, "\t", " "))

		switch kindOf(line) {
		case lineBlank, lineSeparator, lineNoise:
		case lineRow:
			// The last line of an output that was cut off may end within a number.
			if strings.HasSuffix(text, line) && !strings.HasSuffix(line, "|") {
				p.warnings.Add(number, line, "the end of the row")

				continue
			}

			p.cells = SplitCells(line, p.cells)
			if why := p.row(); why != "" {
				p.warnings.Add(number, line, why)
			}
		case lineOther:
			p.warnings.Add(number, line, "a row of a table")
		}
	}

	if p.firstRow != nil {
		p.warnings.Add(number, p.firstRow.Name, "a second row for the last chip")
	}

	if p.columns == 0 {
		return Summary{}, p.warnings, errNoTable
	}

	return p.summary, p.warnings, nil
}

// A summaryParser goes through the rows. The headings last seen tell what a row is.
type summaryParser struct {
	summary  Summary
	warnings Warnings
	cells    []string        // of the row at hand
	seen     map[[2]int]bool // the chips read so far

	columns   int       // cells of a device row: 3, or 4 on 950; 0 before the headings
	first     []heading // numbers of a chip's first row
	second    []heading // numbers of its second row
	secondID  string    // what follows the chip id: "", "Device" or "Phy-ID"
	processes []string  // headings of the table of processes; nil before it
	firstRow  *SummaryChip
}

// row takes the row in p.cells. It returns what it would have expected, or "" when it understood.
func (p *summaryParser) row() string {
	switch {
	case strings.HasPrefix(p.cells[0], "npu-smi ") && strings.Contains(p.cells[0], "Version:"):
		return p.title()
	case p.isHeading("NPU", "Health"):
		return p.firstHeadings()
	case p.isHeading("Chip", "Bus-Id"), p.isHeading("", "Bus-Id"):
		return p.secondHeadings()
	case p.isHeading("NPU", processName):
		p.processes = slices.Clone(p.cells)

		return ""
	case p.processes != nil:
		return p.process()
	case p.second != nil:
		return p.device()
	default:
		return "headings before a row of values"
	}
}

// isHeading says whether the row is the headings that begin with a word and hold another. A chip or a process can be
// called like a heading, but its row begins with a number.
func (p *summaryParser) isHeading(first, holds string) bool {
	word, _, _ := strings.Cut(p.cells[0], " ")

	return word == first && slices.Contains(p.cells, holds)
}

// title reads "npu-smi 25.2.0    Version: 25.2.0": the release of the tool and of the driver.
func (p *summaryParser) title() string {
	tool, driver, _ := strings.Cut(strings.TrimPrefix(p.cells[0], "npu-smi "), "Version:")
	p.summary.ToolVersion = strings.TrimSpace(tool)
	p.summary.DriverVersion = strings.TrimSpace(driver)

	return ""
}

func (p *summaryParser) firstHeadings() string {
	if len(p.cells) != 3 && len(p.cells) != 4 {
		return "3 or 4 headings"
	}

	p.columns = len(p.cells)
	p.summary.Bare = p.columns == 4
	p.first = splitHeadings(p.cells[p.columns-1])
	p.second, p.processes = nil, nil

	return ""
}

func (p *summaryParser) secondHeadings() string {
	if p.columns == 0 || len(p.cells) != p.columns {
		return "as many headings as in the row before"
	}

	p.second = splitHeadings(p.cells[p.columns-1])
	p.secondID = ""

	if words := strings.Fields(p.cells[0]); len(words) == 2 {
		p.secondID = words[1]
	}

	return ""
}
