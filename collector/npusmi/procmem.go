package npusmi

import (
	"strings"

	"github.com/ascend-exporter/ascend_exporter/collector/optional"
)

// ProcMem is what `npu-smi info -t proc-mem` says of a chip: all of its processes, also those beyond the eight of the summary.
type ProcMem struct {
	Processes []ProcessMemory // none where the tool says that there is none
}

// ProcessMemory is the memory that a process holds on a chip.
type ProcessMemory struct {
	PID    string
	Name   string         // at most 15 bytes, without colons; "" when the process is not visible to the tool
	Memory optional.Float // MiB
}

// ParseProcMem reads the answer for a card or a chip.
func ParseProcMem(output []byte) ([]PerChip[ProcMem], Warnings, error) {
	var (
		chips    []PerChip[ProcMem]
		warnings Warnings
	)

	for _, b := range parseBlocks(output) {
		chip := PerChip[ProcMem]{Chip: b.chip}
		isChip := false

		for _, l := range b.lines {
			switch l.text {
			case "No process in device.":
				isChip = true
			case "Get pid name failed.": // before a process without a name
			default:
				warnings.Add(l.line, l.text, "a process")
			}
		}

		for _, f := range b.fields {
			process, ok := parseProcess(f.text)
			if !ok {
				warnings.Add(f.line, f.text, "id, name and memory of a process")

				continue
			}

			isChip = true
			chip.Reading.Processes = append(chip.Reading.Processes, process)
		}

		if isChip && !b.failed && !b.mcu {
			chips = append(chips, chip)
		}
	}

	if len(chips) == 0 {
		return nil, warnings, errNoReading
	}

	return chips, warnings, nil
}

// parseProcess reads "Process id:4242  Process name:python3  Process memory(MB):512". A name can hold blanks; colons are taken
// out of it by the tool.
func parseProcess(line string) (process ProcessMemory, ok bool) {
	pid, rest, ok := strings.Cut(line, "Process name:")
	if !ok {
		return process, false
	}

	pid, ok = strings.CutPrefix(pid, "Process id:")
	if !ok {
		return process, false
	}

	name, memory, ok := strings.Cut(rest, "Process memory(MB):")
	if !ok {
		return process, false
	}

	process.PID = strings.TrimSpace(pid)
	process.Name = strings.ToValidUTF8(strings.TrimSpace(name), "\uFFFD")
	process.Memory, ok = ParseNumber(strings.TrimSpace(memory))
	process.Memory = notNegative(process.Memory)
	_, isPID := parseID(process.PID)

	return process, ok && isPID
}
