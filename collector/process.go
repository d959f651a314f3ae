package collector

import (
	"slices"

	"github.com/ascend-exporter/ascend_exporter/collector/optional"
	"github.com/ascend-exporter/ascend_exporter/collector/snapshot"
)

// processRows are the metrics of who holds a chip. Those of single processes come and go with every job, so they are there
// only when asked for.
func processRows(each bool) []chipRow {
	if each {
		return slices.Concat(holderRows(), singleProcessRows())
	}

	return holderRows()
}

// holderRows tell of all processes on a chip together, and of jobs.
func holderRows() []chipRow {
	return []chipRow{
		{
			name:     "ascend_npu_processes",
			help:     "Processes on the chip. 8 at most without the query proc-mem. Absent where the tool prints no table of processes (310B).",
			source:   "summary: table of processes; from 8 on proc-mem",
			products: everywhere,
			read:     one(func(c *snapshot.Chip) optional.Float { return c.ProcessCount }),
		},
		{
			name: "ascend_npu_hbm_unattributed_bytes",
			help: "HBM in use that no process holds: what the driver keeps for itself (about 3 to 4 GiB), and what a process left behind or the tool does not show. " +
				"Absent where the processes are not known to be all: 8 shown and no proc-mem, no process shown in a container, no table of processes; and while the summary fails.",
			source:   "summary: HBM-Usage(MB) less Process memory(MB)",
			products: withHBM,
			read:     one(func(c *snapshot.Chip) optional.Float { return c.Unattributed }),
		},
		{
			name:   "ascend_npu_job_info",
			help:   "Job that holds the chip by the word of the scheduler, and the user it is run for, always 1. With --collector.jobs only.",
			labels: []string{"job", "user"},
			source: "jobs: the files of --path.jobs", products: everywhere,
			read: func(c *snapshot.Chip, emit emit) {
				for _, job := range c.Jobs {
					emit(1, job.Name, job.User)
				}
			},
		},
	}
}

// singleProcessRows tell of each process.
func singleProcessRows() []chipRow {
	return []chipRow{
		{
			name:     "ascend_npu_process_memory_bytes",
			help:     "Memory of the chip that a process holds. With --collector.processes only. The name is empty where neither the tool nor the exporter can see the process.",
			labels:   []string{"pid", "process_name"},
			source:   "summary: Process memory(MB); from 8 on proc-mem",
			products: everywhere,
			read: func(c *snapshot.Chip, emit emit) {
				for _, process := range c.Processes {
					if memory, ok := process.Memory.Get(); ok && !process.LeftOut {
						emit(memory, process.PID, process.Name)
					}
				}
			},
		},
		{
			name: "ascend_npu_process_info",
			help: "Whose a process on the chip is, always 1. With --collector.processes only. Absent where the exporter cannot see the process. " +
				"framework is vllm, sglang, mindie, mindspore, pytorch or empty; container_id and pod_uid are empty outside containers and pods.",
			labels:   []string{"pid", "process_name", "framework", "user", "container_id", "pod_uid"},
			source:   "processes: procfs",
			products: everywhere,
			read: func(c *snapshot.Chip, emit emit) {
				for _, process := range c.Processes {
					if owner := process.Owner; owner != nil && !process.LeftOut {
						emit(1, process.PID, process.Name, owner.Framework, owner.User, owner.ContainerID, owner.PodUID)
					}
				}
			},
		},
	}
}

// processHostRows tell what is missing in the metrics of single processes.
func processHostRows(each bool) []hostRow {
	if !each {
		return nil
	}

	return []hostRow{{
		name:   "ascend_exporter_processes_left_out_total",
		help:   "Processes that got no series of their own because of --collector.processes.limit. Each counts once for as long as it is left out.",
		kind:   Counter,
		source: "the limit",
		read:   func(s *snapshot.Snapshot, emit emit) { emit(float64(s.Host.ProcessesLeftOut)) },
	}}
}
