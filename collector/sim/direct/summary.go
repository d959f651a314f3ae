package direct

import (
	"strconv"
	"strings"

	"github.com/ascend-exporter/ascend_exporter/collector/npusmi"
	"github.com/ascend-exporter/ascend_exporter/collector/sim"
)

// summary reads all chips. A machine without a chip, or with one that is not as it should be, has only a text to say so.
func summary(s sim.State) (answer any, ok bool) {
	out := npusmi.Summary{
		ToolVersion: s.ToolVersion, DriverVersion: s.DriverVersion, Bare: s.Family == sim.FamilyA5,
	}

	for _, n := range s.NPUs {
		before := len(out.Processes)

		for _, c := range n.Chips {
			if len(c.Failures) > 0 || c.Model == "" || c.Health.String() == "" {
				return nil, false
			}

			chip := summaryChip(s.Family, n.ID, c)

			running, ok := processes(chip, c)
			if !ok {
				return nil, false
			}

			out.Chips = append(out.Chips, chip)
			out.Processes = append(out.Processes, running...)
		}

		if len(out.Processes) == before {
			out.Idle = append(out.Idle, n.ID)
		}
	}

	return out, len(out.Chips) > 0
}

func summaryChip(f sim.Family, npu int, c sim.Chip) npusmi.SummaryChip {
	out := npusmi.SummaryChip{
		NPU: npu, Chip: c.ID, Name: c.Model, Health: healthOf(c.Health), BusID: c.BusID,
		Power:       sensor(printed(c.Power, 1)),
		Temperature: sensor(number(c.Temperature)),
		Hugepages:   usage(c.Hugepages),
		Memory:      usage(c.DDR),
		HBM:         usage(c.HBM),
		HasHBM:      true,
	}

	switch f {
	case sim.FamilyA3:
		out.PhyID = strconv.Itoa(c.PhyID)
		out.Power = out.Power.Unless(c.ID > 0) // that of the package stands with its first chip
		out.AICore = rate(c.AICore)
	case sim.FamilyA5:
		out.Chip = 0
		out.Utilization = rate(c.AICore)
	default:
		out.AICore = rate(c.AICore)
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

// processes are those that the summary's table shows: eight of a chip, by the part of their names that the kernel keeps. It says
// false of a name that a table may break.
func processes(chip npusmi.SummaryChip, c sim.Chip) (running []npusmi.Process, ok bool) {
	const shown, kept = 8, 15

	for _, p := range c.Processes[:min(shown, len(c.Processes))] {
		name := strings.ReplaceAll(p.Name[:min(kept, len(p.Name))], ":", "")
		if !plain(name) || p.PID < 0 {
			return nil, false
		}

		running = append(running, npusmi.Process{
			NPU: chip.NPU, Chip: chip.Chip, PID: strconv.Itoa(p.PID), Name: name, Memory: number(p.Memory),
		})
	}

	return running, true
}

// plain says whether a cell of a table holds the name as it is.
func plain(name string) bool {
	return !strings.ContainsFunc(name, func(r rune) bool { return r <= ' ' || r > '~' || r == '|' })
}
