package podresources

import (
	podresources "k8s.io/kubelet/pkg/apis/podresources/v1"

	"github.com/ascend-exporter/ascend_exporter/collector/sim"
)

// Pods are those of a simulated machine, as its kubelet lists them.
func Pods(s sim.State) *podresources.ListPodResourcesResponse {
	out := &podresources.ListPodResourcesResponse{}

	for _, pod := range sim.Pods(s) {
		out.PodResources = append(out.PodResources, &podresources.PodResources{
			Name:      pod.Name,
			Namespace: pod.Namespace,
			Containers: []*podresources.ContainerResources{{
				Name:    pod.Container,
				Devices: []*podresources.ContainerDevices{{ResourceName: pod.Resource, DeviceIds: pod.Devices}},
			}},
		})
	}

	return out
}
