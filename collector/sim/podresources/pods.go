package podresources

import (
	"fmt"
	"strings"

	podresources "k8s.io/kubelet/pkg/apis/podresources/v1"

	"github.com/ascend-exporter/ascend_exporter/collector/sim"
)

// namespace is that of all simulated pods.
const namespace = "simulated"

// Pods are those of a simulated machine: one for each job that runs on it, with the chips that the job's processes are on.
func Pods(s sim.State) *podresources.ListPodResourcesResponse {
	out := &podresources.ListPodResourcesResponse{}

	var last sim.Process // the first process on the chip before

	for _, npu := range s.NPUs {
		for _, chip := range npu.Chips {
			if len(chip.Processes) == 0 {
				last = sim.Process{}

				continue
			}

			first := chip.Processes[0]
			if !sameJob(last, first) {
				out.PodResources = append(out.PodResources, newPod(first, resource(s.Family)))
			}

			pod := out.PodResources[len(out.PodResources)-1]
			devices := pod.Containers[0].Devices[0]
			devices.DeviceIds = append(devices.DeviceIds, fmt.Sprintf("%s-%d", strings.TrimPrefix(devices.ResourceName, "huawei.com/"), chip.PhyID))
			last = first
		}
	}

	return out
}

// sameJob says whether the first processes on neighbouring chips are of one job: then they were started together, and their pids are
// near each other.
func sameJob(a, b sim.Process) bool {
	const near = 1000

	return a.PID > 0 && b.PID-a.PID > -near && b.PID-a.PID < near
}

// newPod is a pod without a device yet. Its name tells one job from the next.
func newPod(first sim.Process, resource string) *podresources.PodResources {
	name := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			return r
		default:
			return '-'
		}
	}, strings.ToLower(first.Name))

	return &podresources.PodResources{
		Name:      fmt.Sprintf("%s-%d", strings.Trim(name, "-"), first.PID),
		Namespace: namespace,
		Containers: []*podresources.ContainerResources{{
			Name:    "main",
			Devices: []*podresources.ContainerDevices{{ResourceName: resource}},
		}},
	}
}

// resource is the name by which the device plugin offers the chips of a family.
func resource(family sim.Family) string {
	switch family {
	case sim.FamilyA5:
		return "huawei.com/npu"
	case sim.Family310P:
		return "huawei.com/Ascend310P"
	case sim.Family310, sim.Family310B:
		return "huawei.com/Ascend310"
	default:
		return "huawei.com/Ascend910"
	}
}
