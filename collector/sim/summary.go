package sim

import (
	"bytes"
	"fmt"
	"io"
	"strings"
)

// The summary: `npu-smi info`.

// maxListed is how many processes of a chip the summary shows.
const maxListed = 8

// writeSummary prints the table of all chips and the table of their processes.
func writeSummary(b *bytes.Buffer, s State) {
	l := layoutOf(s)

	writeRule(b, "-", []int{len(l.header[0]) - 2})
	fmt.Fprintf(b, l.title+"\n", text(s.ToolVersion), text(s.DriverVersion))
	writeRule(b, "-", l.columns)
	fmt.Fprintf(b, "%s\n%s\n", l.header[0], l.header[1])
	writeRule(b, "=", l.columns)

	for _, n := range s.NPUs {
		for i, c := range n.Chips {
			if i > 0 {
				writeRule(b, "-", l.between)
			}

			writeChip(b, s.Family, l, n.ID, c)
		}

		if len(n.Chips) > 0 {
			writeRule(b, "=", l.columns)
		}
	}

	if l.processColumns == nil {
		return
	}

	writeRule(b, "-", l.processColumns)
	fmt.Fprintln(b, l.processHeader)
	writeRule(b, "=", l.processColumns)

	for _, n := range s.NPUs {
		if len(n.Chips) > 0 {
			writeProcesses(b, l, n)
			writeRule(b, "=", l.processColumns)
		}
	}
}

// writeChip prints the two lines of a chip. The first is missing where the tool has no word for the chip's health.
func writeChip(b *bytes.Buffer, f Family, l layout, npu int, c Chip) {
	if health := healthWord(c); health != "" {
		temperature := c.zeroIf(ReadingTemperature, c.Temperature)
		fmt.Fprintf(b, l.first+"\n", npu, text(nameOf(c)), health, power(f, c), temperature, c.Hugepages.Used, c.Hugepages.Total)
	}

	bus := busOf(c)
	if bus != "NA" {
		bus += " " // the function has two places
	}

	if c.Failure(ReadingHBM) != 0 {
		c.HBM = Usage{}
	}

	used := int32(c.HBM.Used) //nolint:gosec // it wraps in the tool too
	busy := clamped(c.zeroIf(ReadingAICore, c.AICore))

	fmt.Fprintf(b, l.second+"\n", c.ID, c.LogicID, c.PhyID, bus, busy, c.DDR.Used, c.DDR.Total, used, c.HBM.Total)
}

// power is what stands in the power column. A reading that failed is a zero to the tool.
func power(f Family, c Chip) string {
	if f == Family310P {
		return "NA"
	}

	if f == FamilyA3 && c.ID > 0 {
		return "-" // the package's power stands with its first chip
	}

	return watts(c)
}

// nameOf is the model, of which a chip that does not answer has none.
func nameOf(c Chip) string {
	if c.Failures[EveryReading] != 0 {
		return ""
	}

	return c.Model
}

// healthWord is the tool's word for a chip's health; empty for a code that it has no word for.
func healthWord(c Chip) string {
	if c.Failure(ReadingHealth) != 0 {
		return HealthUnknown.String()
	}

	return c.Health.String()
}

// writeProcesses prints the processes of an NPU, or that it has none.
func writeProcesses(b *bytes.Buffer, l layout, n NPU) {
	none := true

	for _, c := range n.Chips {
		if c.Failure(ReadingProcesses) != 0 {
			continue // the tool takes that for no process
		}

		for _, p := range c.Processes[:min(maxListed, len(c.Processes))] {
			fmt.Fprintf(b, l.process+"\n", n.ID, c.ID, p.PID, text(processName(p.Name)), p.Memory)

			none = false
		}
	}

	if none {
		fmt.Fprintf(b, l.noProcess+"\n", n.ID)
	}
}

// processName is a process's name as the tool shows it: what the kernel keeps of it, without colons.
func processName(name string) string {
	const kept = 15 // bytes, of the name that a process calls itself

	return strings.ReplaceAll(name[:min(kept, len(name))], ":", "")
}

// writeRule draws a line across the table, with a cross wherever two columns meet.
func writeRule(b *bytes.Buffer, stroke string, columns []int) {
	for _, width := range columns {
		b.WriteString("+" + strings.Repeat(stroke, width))
	}

	b.WriteString("+\n")
}

// text is a string that is padded by its bytes, as the tool pads, and not by its characters.
type text string

// Format writes the text to the width of the verb.
func (t text) Format(f fmt.State, _ rune) {
	width, _ := f.Width()
	_, _ = io.WriteString(f, string(t)+strings.Repeat(" ", max(0, width-len(t))))
}
