package direct

import (
	"strconv"
	"strings"

	"github.com/ascend-exporter/ascend_exporter/collector/npusmi"
	"github.com/ascend-exporter/ascend_exporter/collector/optional"
	"github.com/ascend-exporter/ascend_exporter/collector/sim"
)

// summary reads all chips. A machine without a chip has only a text to say so.
func summary(s sim.State) (answer any, ok bool) {
	out := npusmi.Summary{
		ToolVersion: s.ToolVersion, DriverVersion: s.DriverVersion, Bare: s.Family == sim.FamilyA5, ProcessTable: true,
	}

	for _, n := range s.NPUs {
		for _, c := range n.Chips {
			if len(c.Failures) > 0 || c.Model == "" || c.Health.String() == "" {
				return nil, false
			}

			out.Chips = append(out.Chips, summaryChip(s.Family, n.ID, c))
			out.Processes = append(out.Processes, processes(n.ID, c)...)
		}
	}

	return out, len(out.Chips) > 0
}

func summaryChip(f sim.Family, npu int, c sim.Chip) npusmi.SummaryChip {
	out := npusmi.SummaryChip{
		NPU: npu, Chip: c.ID, Name: c.Model, Health: healthOf(c.Health), BusID: c.BusID,
		Power:       printed(c.Power, 1),
		Temperature: number(c.Temperature),
		Hugepages:   usage(c.Hugepages),
		Memory:      usage(c.DDR),
		HBM:         usage(c.HBM),
		HasHBM:      true,
	}

	switch f {
	case sim.FamilyA3:
		out.PhyID = strconv.Itoa(c.PhyID)
		out.Power = out.Power.Unless(c.ID > 0) // that of the package stands with its first chip
		out.AICore = number(c.AICore)
	case sim.FamilyA5:
		out.Chip = 0
		out.Utilization = number(c.AICore)
	default:
		out.AICore = number(c.AICore)
	}

	return out
}

// healthOf is the state that the parser makes of the tool's word.
func healthOf(h sim.Health) npusmi.Health {
	switch h {
	case sim.HealthOK:
		return npusmi.HealthOK
	case sim.HealthWarning:
		return npusmi.HealthWarning
	case sim.HealthAlarm:
		return npusmi.HealthAlarm
	case sim.HealthCritical:
		return npusmi.HealthCritical
	default:
		return npusmi.HealthUnknown
	}
}

func usage(u sim.Usage) npusmi.Usage {
	return npusmi.Usage{Used: number(u.Used), Total: number(u.Total)}
}

// processes are those that the summary's table shows: eight of a chip, by the part of their names that the kernel keeps.
func processes(npu int, c sim.Chip) []npusmi.Process {
	const shown, kept = 8, 15

	var out []npusmi.Process

	for _, p := range c.Processes[:min(shown, len(c.Processes))] {
		name := strings.ReplaceAll(p.Name[:min(kept, len(p.Name))], ":", "")
		out = append(out, npusmi.Process{NPU: npu, Chip: c.ID, PID: strconv.Itoa(p.PID), Name: name, Memory: optional.Of(float64(p.Memory))})
	}

	return out
}
