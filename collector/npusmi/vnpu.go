package npusmi

import (
	"errors"
	"strings"

	"github.com/ascend-exporter/ascend_exporter/collector/optional"
)

// VNPUs is what `npu-smi info -t info-vnpu` says of a chip: the virtual NPUs that were cut out of it, and what is left of it.
// Only root on a host may ask; products without virtual NPUs do not know the query.
type VNPUs struct {
	Total     optional.Float // virtual NPUs, as the tool counts them
	VNPUs     []VNPU         // in the order printed
	Resources []VNPUResource // of the chip; in the order printed
}

// VNPU is one virtual NPU. A text is "" where the tool prints NA.
type VNPU struct {
	ID          string // digits
	GroupID     string
	ContainerID string
	Status      string // the vendor's number, not 0 where a container uses it
	Template    string // name of the template it was cut by
}

// VNPUResource is a resource of the chip: what is left and what there is.
type VNPUResource struct {
	Name        string // as the tool calls it, such as AICORE
	Free, Total optional.Float
}

// errNoVNPUs says that a text holds no table of virtual NPUs.
var errNoVNPUs = errors.New("no table of virtual NPUs in the answer")

// ParseVNPUs reads the answer for a chip. It fails when there is no table of virtual NPUs.
func ParseVNPUs(output []byte) (VNPUs, Warnings, error) {
	var (
		p        vnpuParser
		warnings Warnings
	)

	cells := make([]string, 0, 8)
	number := 0

	for line := range strings.SplitSeq(validText(output), "\n") {
		number++
		line = strings.TrimSpace(line)

		switch kindOf(line) {
		case lineBlank, lineSeparator, lineNoise:
		case lineRow:
			cells = SplitCells(line, cells)
			if why := p.row(cells); why != "" {
				warnings.Add(number, line, why)
			}
		case lineOther:
			warnings.Add(number, line, "a row of a table")
		}
	}

	if p.columns == nil && !p.vnpus.Total.Present() {
		return VNPUs{}, warnings, errNoVNPUs
	}

	return p.vnpus, warnings, nil
}

// A vnpuParser goes through the rows of the two tables.
type vnpuParser struct {
	vnpus     VNPUs
	resources []string // names of the chip's resources; nil before them, and after their values
	columns   []string // headings of the table of virtual NPUs; nil before it
}

// row takes a row. It returns what it would have expected, or "" when it understood.
func (p *vnpuParser) row(cells []string) string {
	switch {
	case cells[0] == "Vnpu ID":
		p.columns = append([]string(nil), cells...)

		return ""
	case p.columns != nil:
		return p.vnpu(cells)
	case len(cells) > 1:
		return "headings before a row of values"
	default:
		return p.resource(cells[0])
	}
}

// resource takes a row of the table of the chip's resources, which has no columns.
func (p *vnpuParser) resource(cell string) string {
	words := strings.Fields(cell)

	switch {
	case strings.Trim(cell, "= ") == "", cell == "GB": // a line, or the unit of the memory
		return ""
	case strings.HasPrefix(cell, "NPU resource static info"), strings.HasPrefix(cell, "Format:"):
		return ""
	case words[0] == "AICORE":
		p.resources = words

		return ""
	case strings.HasPrefix(cell, "Total number of vnpu"):
		_, value, _ := strings.Cut(cell, ":")

		total, ok := ParseNumber(strings.TrimSpace(value))
		if !ok {
			return "a number"
		}

		p.vnpus.Total = total

		return ""
	case len(p.resources) != len(words):
		return "a value for each resource"
	default:
		return p.values(words)
	}
}

// values reads "10/20 NA/NA": what is free and what there is of each resource.
func (p *vnpuParser) values(words []string) (why string) {
	for i, word := range words {
		free, total, _ := strings.Cut(word, "/")
		resource := VNPUResource{Name: strings.ToValidUTF8(p.resources[i], "\uFFFD")}

		var okFree, okTotal bool

		resource.Free, okFree = ParseNumber(free)
		resource.Total, okTotal = ParseNumber(total)

		if !okFree || !okTotal {
			why = "free and total"
		}

		p.vnpus.Resources = append(p.vnpus.Resources, resource)
	}

	p.resources = nil

	return why
}

// vnpu takes a row of the table of virtual NPUs.
func (p *vnpuParser) vnpu(cells []string) string {
	if len(cells) != len(p.columns) {
		return "a cell for each heading"
	}

	var vnpu VNPU

	for i, column := range p.columns {
		switch column {
		case "Vnpu ID":
			vnpu.ID = knownID(cells[i])
		case "Vgroup ID":
			vnpu.GroupID = printedText(cells[i])
		case "Container ID":
			vnpu.ContainerID = printedText(cells[i])
		case "Status":
			vnpu.Status = printedText(cells[i])
		case "Template Name":
			vnpu.Template = printedText(cells[i])
		}
	}

	if vnpu.ID == "" {
		return "the id of a virtual NPU"
	}

	p.vnpus.VNPUs = append(p.vnpus.VNPUs, vnpu)

	return ""
}
