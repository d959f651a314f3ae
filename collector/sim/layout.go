package sim

import "strings"

// layout is how one generation of the tool draws the summary of one family. The formats are those of fmt with explicit
// argument indexes, so that a layout picks what it shows.
type layout struct {
	title   string    // release of the tool, release of the driver
	columns []int     // inner widths of the device table
	first   string    // NPU, name, health, power, temperature, hugepages used, hugepages total
	second  string    // chip, logic id, physical id, bus, utilisation, DDR used, DDR total, HBM used, HBM total
	header  [2]string // of the two lines of a chip
	between []int     // inner widths of the line between two chips of one NPU

	processColumns []int
	processHeader  string
	process        string // NPU, chip, pid, name, memory
	noProcess      string // NPU
}

// layoutOf is the layout of a machine's family and release.
func layoutOf(s State) layout {
	switch s.Family {
	case Family310B: // whose processes the tool does not show
		out := layoutCards()
		out.processColumns = nil

		return out
	case Family310, Family310P:
		return layoutCards()
	case FamilyA5:
		if s.Layout == Layout26 {
			return layoutA5Wide()
		}

		return layoutA5()
	case FamilyA3:
		out := layoutHBM(s)
		out.header[1] = strings.Replace(out.header[1], "Chip        ", "Chip  Phy-ID", 1)
		out.second = strings.Replace(out.second, "%-26[1]d", "%-5[1]d %-20[3]d", 1)

		return out
	default:
		return layoutHBM(s)
	}
}

// layoutHBM is the layout of servers with HBM.
func layoutHBM(s State) layout {
	switch s.Layout {
	case Layout24:
		return layout24()
	case Layout25:
		return layout25()
	case Layout26:
		out := layout26()
		if s.Release != "" {
			out.containerProcesses()
		}

		return out
	default:
		return layoutSource()
	}
}

func layoutSource() layout {
	return layout{
		title:   "| npu-smi %-24[1]s Version: %-54[2]s|",
		columns: []int{27, 15, 53},
		header: [2]string{
			"| NPU   Name                | Health        | Power(W)    Temp(C)           Hugepages-Usage(page) |",
			"| Chip                      | Bus-Id        | AICore(%)   Memory-Usage(MB)  HBM-Usage(MB)         |",
		},
		first:   "| %-5[1]d %-20[2]s| %-13[3]s | %-11[4]s %-17[5]d %-6[6]d/ %-13[7]d |",
		second:  "| %-26[1]d| %-13[4]s | %-11[5]d %-5[6]d/ %-10[7]d %-6[8]d/ %-13[9]d |",
		between: []int{97},

		processColumns: []int{27, 15, 53},
		processHeader:  "| NPU     Chip              | Process id    | Process name             | Process memory(MB)       |",
		process:        "| %-7[1]d %-18[2]d| %-13[3]d | %-24[4]s | %-24[5]d |",
		noProcess:      "| No running processes found in NPU %-61[1]d |",
	}
}

// layout24 is layout25 with narrower names.
func layout24() layout {
	out := layout25()
	out.columns = []int{22, 15, 52}
	out.processColumns = out.columns
	out.between = []int{91}
	out.title = "| npu-smi %-24[1]s Version: %-48[2]s|"
	out.first = strings.Replace(out.first, "%-20[2]s", "%-15[2]s", 1)
	out.second = strings.Replace(out.second, "%-26[1]d", "%-21[1]d", 1)
	out.process = strings.Replace(out.process, "%-18[2]d", "%-13[2]d", 1)
	out.noProcess = strings.Replace(out.noProcess, "%-60[1]d", "%-55[1]d", 1)

	for _, h := range []*string{&out.header[0], &out.header[1], &out.processHeader} {
		*h = strings.Replace(*h, "     | ", "| ", 1)
	}

	return out
}

func layout25() layout {
	return layout{
		title:   "| npu-smi %-24[1]s Version: %-53[2]s|",
		columns: []int{27, 15, 52},
		header: [2]string{
			"| NPU   Name                | Health        | Power(W)    Temp(C)           Hugepages-Usage(page)|",
			"| Chip                      | Bus-Id        | AICore(%)   Memory-Usage(MB)  HBM-Usage(MB)        |",
		},
		first:   "| %-5[1]d %-20[2]s| %-13[3]s | %-11[4]s %-17[5]d %-5[6]d/ %-13[7]d |",
		second:  "| %-26[1]d| %-13[4]s | %-11[5]d %-5[6]d/ %-10[7]d %-5[8]d/ %-13[9]d |",
		between: []int{96},

		processColumns: []int{27, 15, 52},
		processHeader:  "| NPU     Chip              | Process id    | Process name             | Process memory(MB)      |",
		process:        "| %-7[1]d %-18[2]d| %-13[3]d | %-24[4]s | %-23[5]d |",
		noProcess:      "| No running processes found in NPU %-60[1]d |",
	}
}

func layout26() layout {
	out := layoutSource() // for its process table
	out.title = "| npu-smi %-35[1]s Version: %-60[2]s|"
	out.columns = []int{27, 15, 70}
	out.header = [2]string{
		"| NPU   Name                | Health        | Power(W)             Temp(C)                 Hugepages-Usage(page)   |",
		"| Chip                      | Bus-Id        | AICore(%)            Memory-Usage(MB)        HBM-Usage(MB)           |",
	}
	out.first = "| %-5[1]d %-20[2]s| %-13[3]s | %-20[4]s %-23[5]d %-5[6]d/ %-16[7]d |"
	out.second = "| %-26[1]d| %-13[4]s | %-20[5]d %-5[6]d/ %-16[7]d %-5[8]d/ %-16[9]d |"
	out.between = []int{114}

	return out
}

// containerProcesses makes the table of processes that of the releases 26.x, with the id of a process in its container. On the
// host that is not available.
func (l *layout) containerProcesses() {
	l.processColumns = []int{27, 15, 70}
	l.processHeader = "| NPU     Chip              | Process id    | Process name       | Process memory(MB)    | Process id in container |"
	l.process = "| %-7[1]d %-18[2]d| %-13[3]d | %-18[4]s | %-21[5]d | NA                      |"
	l.noProcess = "| No running processes found in NPU %-78[1]d |"
}

// layoutA5Wide is layoutA5 in the width of the releases 26.x.
func layoutA5Wide() layout {
	out := layoutA5()
	out.containerProcesses()
	out.title = "| npu-smi %-43[1]s Version: %-52[2]s|"
	out.columns = []int{8, 18, 15, 70}
	out.header = [2]string{
		"| NPU ID | Name             | Health        | Power(W)              Temp(C)                  Hugepages-Usage(page) |",
		"|        |                  | Bus-Id        | NPU Util(%)           Memory-Usage(MB)         HBM-Usage(MB)         |",
	}
	out.first = "| %-7[1]d| %-17[2]s| %-13[3]s | %-21[4]s %-24[5]d %-6[6]d/ %-13[7]d |"
	out.second = "|        |                  | %-13[4]s | %-21[5]d %-6[6]d/ %-16[7]d %-6[8]d/ %-13[9]d |"
	out.processHeader = strings.Replace(out.processHeader, "NPU     Chip  ", "NPU ID        ", 1)
	out.process = strings.Replace(out.process, "%-7[1]d %-18[2]d", "%-26[1]d", 1)

	return out
}

// layoutA5 has the NPU in a cell of its own, and a chip is an NPU.
func layoutA5() layout {
	out := layoutSource()
	out.title = "| npu-smi %-40[1]s Version: %-38[2]s|"
	out.columns = []int{8, 18, 15, 53}
	out.header = [2]string{
		"| NPU ID | Name             | Health        | Power(W)    Temp(C)           Hugepages-Usage(page) |",
		"|        |                  | Bus-Id        | NPU Util(%) Memory-Usage(MB)  HBM-Usage(MB)         |",
	}
	out.first = "| %-7[1]d| %-17[2]s| %-13[3]s | %-11[4]s %-17[5]d %-6[6]d/ %-13[7]d |"
	out.second = "|        |                  | %-13[4]s | %-11[5]d %-5[6]d/ %-10[7]d %-6[8]d/ %-13[9]d |"
	out.processHeader = "| NPU ID                    | Process id    | Process name             | Process memory(MB)       |"
	out.process = "| %-26[1]d | %-13[3]d | %-24[4]s | %-23[5]d |" // one wider than its header, as the tool has it

	return out
}

// layoutCards is the layout of chips without HBM.
func layoutCards() layout {
	return layout{
		title:   "| npu-smi %-40[1]s Version: %-45[2]s|",
		columns: []int{31, 17, 54},
		header: [2]string{
			"| NPU     Name                  | Health          | Power(W)     Temp(C)           Hugepages-Usage(page) |",
			"| Chip    Device                | Bus-Id          | AICore(%)    Memory-Usage(MB)                        |",
		},
		first:   "| %-7[1]d %-22[2]s| %-15[3]s | %-12[4]s %-17[5]d %-6[6]d/ %-13[7]d |",
		second:  "| %-7[1]d %-22[2]d| %-15[4]s | %-12[5]d %-5[6]d/ %-32[7]d |",
		between: []int{31, 17, 54},

		processColumns: []int{31, 17, 54},
		processHeader:  "| NPU     Chip                  | Process id      | Process name             | Process memory(MB)        |",
		process:        "| %-7[1]d %-22[2]d| %-15[3]d | %-24[4]s | %-25[5]d |",
		noProcess:      "| No running processes found in NPU %-68[1]d |",
	}
}
