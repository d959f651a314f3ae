package attribute

import (
	"fmt"
	"slices"

	"github.com/ascend-exporter/ascend_exporter/collector/attribute/kubelet"
	"github.com/ascend-exporter/ascend_exporter/collector/snapshot"
)

// podName is a pod as the kubelet names it.
type podName struct {
	namespace, name string
}

func (p podName) String() string { return p.namespace + "/" + p.name }

// An allocation is what the kubelet says at one time of who holds the chips.
type allocation struct {
	forms  deviceForms
	ids    *snapshot.PhysicalIDs   // of all chips that were ever there
	chips  map[string]snapshot.Key // by physical id
	owners map[string]podName      // pods by their uids

	holders []*holder
	unknown []unknownDevice
}

// An unknownDevice is a device for which no chip was ever found.
type unknownDevice struct {
	kubelet.Device

	pod       podName
	container string
}

func (d unknownDevice) String() string {
	return fmt.Sprintf("%s of %s, container %s (%s)", d.ID, d.pod, d.container, d.Resource)
}

// A claim is a chip that a container is said to hold.
type claim struct {
	container string
	resource  string
	chip      snapshot.Key
	whole     bool // the whole chip, not a vNPU of it or a share
}

// A holder is a pod and its claims.
type holder struct {
	name   podName
	claims []claim
	real   bool   // as the pod's annotation says: nothing contradicts that
	ids    string // the device ids of which the claims are read, to tell one allocation from another

	// Why the claims are not believed, "" where they are: because of another pod's claim, or of what runs on the chips.
	overlap, doubt string
	confirmed      bool // by a process
}

// on says whether the pod claims the chip; by whole only whether it claims all of it.
func (h *holder) on(chip snapshot.Key, whole bool) bool {
	return slices.ContainsFunc(h.claims, func(c claim) bool { return c.chip == chip && (c.whole || !whole) })
}

// wholes are the chips that a container claims as a whole, in their order.
func (h *holder) wholes(container string) []snapshot.Key {
	var chips []snapshot.Key

	for _, c := range h.claims {
		if c.container == container && c.whole && !slices.Contains(chips, c.chip) {
			chips = append(chips, c.chip)
		}
	}

	slices.SortFunc(chips, snapshot.Key.Compare)

	return chips
}

// gather reads the claims of the kubelet's answers: by annotation where the pod has one, else by the ids of the devices.
func (a *allocation) gather(containers []kubelet.Container, pods map[podName]kubelet.Pod) {
	byName := make(map[podName]*holder)
	held := make(map[podName][]kubelet.Container)

	for _, container := range containers {
		name := podName{container.Namespace, container.Pod}
		if pods[name].Ended {
			continue
		}

		if byName[name] == nil {
			byName[name] = &holder{name: name}
			a.holders = append(a.holders, byName[name])
		}

		held[name] = append(held[name], container)
	}

	for _, h := range a.holders {
		devices := held[h.name]
		if pod := pods[h.name]; len(pod.Real) > 0 {
			h.real = true
			devices = realDevices(devices, pod)
		}

		for _, container := range devices {
			for _, device := range container.Devices {
				h.ids += container.Name + "=" + device.ID + ","

				phyID, whole, ok := a.forms.parse(device.ID)
				if !ok || !a.ids.Known(phyID) {
					a.unknown = append(a.unknown, unknownDevice{Device: device, pod: h.name, container: container.Name})
				}

				if chip, there := a.chips[phyID]; ok && there {
					h.claims = append(h.claims, claim{container: container.Name, resource: device.Resource, chip: chip, whole: whole})
				}
			}
		}
	}
}

// realDevices puts the devices that a pod really has in place of the kubelet's. With several containers the two lists of the
// annotations tell which device is in whose place; where they do not, it is not known which container has which.
func realDevices(containers []kubelet.Container, pod kubelet.Pod) []kubelet.Container {
	resource := containers[0].Devices[0].Resource
	unknown := kubelet.Container{Namespace: pod.Namespace, Pod: pod.Name}

	if len(containers) == 1 {
		unknown.Name = containers[0].Name
	}

	for _, id := range pod.Real {
		unknown.Devices = append(unknown.Devices, kubelet.Device{Resource: resource, ID: id})
	}

	if len(containers) == 1 || len(pod.Real) != len(pod.Listed) {
		return []kubelet.Container{unknown}
	}

	out := make([]kubelet.Container, 0, len(containers))

	for _, container := range containers {
		next := kubelet.Container{Namespace: container.Namespace, Pod: container.Pod, Name: container.Name}

		for _, device := range container.Devices {
			at := slices.Index(pod.Listed, device.ID)
			if at < 0 {
				return []kubelet.Container{unknown}
			}

			next.Devices = append(next.Devices, kubelet.Device{Resource: device.Resource, ID: pod.Real[at]})
		}

		out = append(out, next)
	}

	return out
}
