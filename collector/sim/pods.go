package sim

import (
	"fmt"
	"strings"
)

// Pod is a pod of a simulated machine, as its kubelet knows it.
type Pod struct {
	Namespace, Name string
	Container       string   // its only one
	Resource        string   // by which it asked for its chips
	Devices         []string // ids of its chips, as a device plugin names them
}

// podNamespace is where all pods of simulated machines are.
const podNamespace = "simulated"

// Pods are those of a machine: one for each job that runs on it, with the chips that the job's processes are on.
func Pods(s State) []Pod {
	var out []Pod

	var last Process // the first process on the chip before

	for _, npu := range s.NPUs {
		for _, chip := range npu.Chips {
			if len(chip.Processes) == 0 {
				last = Process{}

				continue
			}

			first := chip.Processes[0]
			if !sameJob(last, first) {
				out = append(out, Pod{Namespace: podNamespace, Name: podName(npu.SerialNumber, first), Container: "main", Resource: resource(s.Family)})
			}

			pod := &out[len(out)-1]
			pod.Devices = append(pod.Devices, fmt.Sprintf("%s-%d", strings.TrimPrefix(pod.Resource, "huawei.com/"), chip.PhyID))
			last = first
		}
	}

	return out
}

// sameJob says whether the first processes on neighbouring chips are of one job: then they were started together, and their pids are
// near each other.
func sameJob(a, b Process) bool {
	const near = 1000

	return a.PID > 0 && b.PID-a.PID > -near && b.PID-a.PID < near
}

// podName tells one job from the next, and from those of other hosts: a cluster has no two pods of one name. The serial number is of the
// NPU that the first process is on.
func podName(serial string, first Process) string {
	const apart = 6 // digits that tell hosts apart

	name := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			return r
		default:
			return '-'
		}
	}, strings.ToLower(first.Name))

	name = fmt.Sprintf("%s-%d", strings.Trim(name, "-"), first.PID)
	if len(serial) < apart {
		return name
	}

	return name + "-" + serial[len(serial)-apart:]
}

// resource is the name by which the device plugin offers the chips of a family.
func resource(family Family) string {
	switch family {
	case FamilyA5:
		return "huawei.com/npu"
	case Family310P:
		return "huawei.com/Ascend310P"
	case Family310, Family310B:
		return "huawei.com/Ascend310"
	default:
		return "huawei.com/Ascend910"
	}
}
