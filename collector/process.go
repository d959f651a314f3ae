package collector

import (
	"github.com/ascend-exporter/ascend_exporter/collector/optional"
	"github.com/ascend-exporter/ascend_exporter/collector/snapshot"
)

// processRows are the metrics of the processes on a chip. Those of single processes come and go with every job, so they
// are there only when asked for.
func processRows(each bool) []chipRow {
	rows := []chipRow{
		{
			name:     "ascend_npu_processes",
			help:     "Processes on the chip. The tool shows 8 at most. Absent where it prints no table of processes (310B).",
			source:   "summary: table of processes",
			products: everywhere,
			read:     one(func(c *snapshot.Chip) optional.Float { return c.ProcessCount }),
		},
	}

	if !each {
		return rows
	}

	return append(rows, chipRow{
		name:     "ascend_npu_process_memory_bytes",
		help:     "Memory of the chip that a process holds. With --collector.summary.process-memory only. The name is empty where the process is not visible to the tool.",
		labels:   []string{"pid", "process_name"},
		source:   "summary: Process memory(MB)",
		products: everywhere,
		read: func(c *snapshot.Chip, emit emit) {
			for _, process := range c.Processes {
				if memory, ok := process.Memory.Get(); ok {
					emit(memory, process.PID, process.Name)
				}
			}
		},
	})
}
