package npusmi

import (
	"slices"
	"strings"
)

// device reads one of the two rows of a chip.
func (p *summaryParser) device() string {
	cells, ok := foldCells(p.cells, p.columns, p.columns-3)
	if !ok {
		return "more cells in the row of a chip"
	}

	if p.isSecondRow(cells) {
		return p.deviceSecond(cells)
	}

	return p.deviceFirst(cells)
}

// isSecondRow tells the rows apart by what they hold, since the first can be missing.
func (p *summaryParser) isSecondRow(cells []string) bool {
	if p.columns == 4 {
		return cells[0] == "" && cells[1] == ""
	}

	middle := cells[1]

	switch {
	case strings.Contains(middle, ":"):
		return true
	case middle == "NA": // no address, or no health
		return !fits(cells[2], p.first) || fits(cells[2], p.second)
	}

	// Something else in place of an address: the ids before it tell, where a second row is due.
	_, isHealth := parseHealth(middle)

	return p.firstRow != nil && !isHealth && !strings.ContainsFunc(cells[0], func(c rune) bool { return c != ' ' && (c < '0' || c > '9') })
}

func (p *summaryParser) deviceFirst(cells []string) string {
	widowed := p.firstRow != nil
	p.firstRow = nil

	npu, name := cells[0], cells[1]
	if p.columns == 3 {
		npu, name, _ = strings.Cut(cells[0], " ")
	}

	id, ok := parseID(npu)
	if !ok {
		return "an NPU id"
	}

	chip := SummaryChip{NPU: id, Name: strings.TrimSpace(name)}

	chip.Health, ok = parseHealth(cells[p.columns-2])
	p.firstRow = &chip

	known := p.values(&chip, p.first, cells)

	switch {
	case widowed:
		return "the second row of the chip before"
	case !known:
		return "a value for each heading"
	case !ok:
		return "a health state"
	default:
		return ""
	}
}

func (p *summaryParser) deviceSecond(cells []string) string {
	chip := SummaryChip{NPU: NoNPU}
	if p.firstRow != nil {
		chip, p.firstRow = *p.firstRow, nil
	}

	if p.columns == 3 {
		words := strings.Fields(cells[0])
		if len(words) == 0 {
			return "a chip id"
		}

		id, ok := parseID(words[0])
		if !ok {
			return "a chip id"
		}

		chip.Chip = id

		if len(words) == 2 {
			chip.setSecondID(p.secondID, words[1])
		}
	}

	if bus := cells[p.columns-2]; strings.Contains(bus, ":") {
		chip.BusID = bus
	}

	known := p.values(&chip, p.second, cells)

	if key := [2]int{chip.NPU, chip.Chip}; chip.NPU != NoNPU {
		if p.seen[key] {
			return "each chip once"
		}

		p.seen[key] = true
	}

	p.summary.Chips = append(p.summary.Chips, chip)

	if !known {
		return "a value for each heading"
	}

	return ""
}

func (c *SummaryChip) setSecondID(column, id string) {
	if _, ok := parseID(id); !ok {
		return
	}

	switch column {
	case "Device":
		c.LogicID = id
	case "Phy-ID":
		c.PhyID = id
	}
}

// values reads the numbers in the last cell of a row. Columns that a later release adds are passed over.
func (p *summaryParser) values(chip *SummaryChip, headings []heading, cells []string) bool {
	return numbers(cells[p.columns-1], headings, func(h heading, v Usage) {
		switch h {
		case headingPower:
			chip.Power = v.Used.Unless(isSentinel(v.Used))
		case headingTemperature:
			chip.Temperature = v.Used.Unless(isSentinel(v.Used))
		case headingHugepages:
			chip.Hugepages = v
		case headingAICore:
			chip.AICore = v.Used
		case headingUtilization:
			chip.Utilization = v.Used
		case headingMemory:
			chip.Memory = v
		case headingHBM:
			chip.HBM, chip.HasHBM = v, true
		}
	})
}

// process reads a row of the table of processes.
func (p *summaryParser) process() string {
	if npu, idle := strings.CutPrefix(p.cells[0], "No running processes found in NPU"); idle {
		id, ok := parseID(strings.TrimSpace(npu))
		if !ok {
			return "an NPU id"
		}

		p.summary.Idle = append(p.summary.Idle, id)

		return ""
	}

	cells, ok := foldCells(p.cells, len(p.processes), slices.Index(p.processes, processName))
	if !ok {
		return "more cells in the row of a process"
	}

	var process Process

	for i, title := range p.processes {
		switch title {
		case "Process id":
			process.PID = cells[i]
		case processName:
			process.Name = cells[i]
		case "Process memory(MB)":
			process.Memory, ok = ParseNumber(cells[i])
			process.Memory = notNegative(process.Memory)
		default:
			// "NPU     Chip", or "NPU ID" on 950. The pid inside the container, of late releases, is not used.
			if i == 0 && !process.setChip(cells[i]) {
				return "NPU and chip of a process"
			}
		}
	}

	if _, isPID := parseID(process.PID); !isPID || !ok {
		return "pid and memory of a process"
	}

	p.summary.Processes = append(p.summary.Processes, process)

	return ""
}

// setChip reads "4       0", or "4" where chips have no id of their own.
func (p *Process) setChip(cell string) (ok bool) {
	npu, chip, two := strings.Cut(cell, " ")

	p.NPU, ok = parseID(npu)
	if ok && two {
		p.Chip, ok = parseID(strings.TrimSpace(chip))
	}

	return ok
}
