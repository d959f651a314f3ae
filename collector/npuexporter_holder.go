package collector

import (
	"slices"
	"strings"

	"github.com/ascend-exporter/ascend_exporter/collector/optional"
	"github.com/ascend-exporter/ascend_exporter/collector/snapshot"
)

// vendorContainerRows are what a whole chip measures, told again of the only container that holds it.
func vendorContainerRows() []vendorRow {
	held := func(name, help, source string, value func(*vendorChip) optional.Float) vendorRow {
		return vendorRow{
			name: name, help: help + " Absent where no container, or more than one, holds the chip.", source: source + ", ascend_npu_pod_info", products: everywhere,
			read: one(func(c *vendorChip) optional.Float { return value(c).Unless(c.holder == nil) }),
		}
	}

	return []vendorRow{
		held("container_npu_utilization", "Utilisation of the AI Cores of the container's chip in percent.", "ascend_npu_aicore_utilization_ratio",
			func(c *vendorChip) optional.Float { return inUnit(c.AICore, percent) }),
		held("container_npu_used_memory", "Memory of the container's chip that is in use in MiB: HBM, or DDR where there is none.",
			"ascend_npu_hbm_used_bytes, ascend_npu_ddr_used_bytes",
			func(c *vendorChip) optional.Float { return c.HBM.Used.Or(c.DDR.Used).Per(mebibyte) }),
		held("container_npu_total_memory", "Memory of the container's chip in MiB: HBM, or DDR where there is none.",
			"ascend_npu_hbm_total_bytes, ascend_npu_ddr_total_bytes",
			func(c *vendorChip) optional.Float { return c.HBM.Total.Or(c.DDR.Total).Per(mebibyte) }),
		{
			name: "npu_chip_info_process_info_num", help: "Processes on the chip.", source: "ascend_npu_processes", products: everywhere,
			read: one(func(c *vendorChip) optional.Float { return c.ProcessCount }),
		},
	}
}

// vendorProcessRows are whose the chip is, with labels that mean something else than on other metrics.
func vendorProcessRows() []vendorRow {
	return []vendorRow{
		{
			name:   "npu_chip_info_process_info",
			help:   "Memory of the chip that a process holds in MiB. The labels of the pod are empty of a process that is not known to be in it; container_name is namespace_pod_container.",
			labels: append(vendorLabels(), "process_id", "container_id"),
			source: "ascend_npu_process_memory_bytes, ascend_npu_process_info", products: everywhere,
			read: func(c *vendorChip, emit emit) {
				for _, process := range c.Processes {
					if memory, ok := process.Memory.Per(mebibyte).Get(); ok && !process.LeftOut {
						emit(memory, c.processLabels(process)...)
					}
				}
			},
		},
		{
			name:   "npu_container_info",
			help:   "The only container that holds the chip, always 1. containerName is namespace_pod_container; containerID is empty while no process of it is seen.",
			labels: []string{"npuID", "model_name", "vdie_id", "pcie_bus_info", "namespace", "pod_name", "container_name", "containerID", "containerName"},
			source: "ascend_npu_pod_info", products: everywhere,
			read: func(c *vendorChip, emit emit) {
				if c.holder != nil {
					emit(1, append(slices.Clip(c.labels), c.containerID(), fullName(c.holder))...)
				}
			},
		},
	}
}

// processLabels are the values of the labels of a process on the chip.
func (c *vendorChip) processLabels(process snapshot.Process) []string {
	var (
		holder    snapshot.Holder
		container string
	)

	owner := process.Owner
	if owner == nil {
		owner = new(snapshot.Owner)
	}

	if c.holder != nil && owner.PodUID != "" {
		holder, container = *c.holder, fullName(c.holder)
	}

	const ofPod = 3 // the last labels

	return append(slices.Clip(c.labels[:len(c.labels)-ofPod]), holder.Namespace, holder.Pod, container, process.PID, owner.ContainerID)
}

// containerID is that of a process which is in a pod; "" where none is seen.
func (c *vendorChip) containerID() string {
	for _, process := range c.Processes {
		if process.Owner != nil && process.Owner.PodUID != "" {
			return process.Owner.ContainerID
		}
	}

	return ""
}

// fullName is how npu-exporter writes a container; "" where it is not known which of the pod's it is.
func fullName(h *snapshot.Holder) string {
	if h.Container == "" {
		return ""
	}

	return strings.Join([]string{h.Namespace, h.Pod, h.Container}, "_")
}
