package fleet

import (
	"context"
	"time"

	"github.com/ascend-exporter/ascend_exporter/collector/attribute"
	"github.com/ascend-exporter/ascend_exporter/collector/attribute/kubelet"
	"github.com/ascend-exporter/ascend_exporter/collector/poll"
	"github.com/ascend-exporter/ascend_exporter/collector/sim"
)

// pods reads which pods hold the chips, as the exporter does, from a kubelet without a socket.
func (e *Exporter) pods() poll.Side {
	const interval = 15 * time.Second // the exporter's default

	return attribute.ReadPods(attribute.Config{
		Containers: func(context.Context) ([]kubelet.Container, error) { return e.containers(), nil },
		Interval:   max(interval, e.options.Interval),
		Now:        func() time.Time { return e.now },
		Wanted:     true,
	})
}

// containers are those of the host's jobs. What breaks a job or a chip is no business of the kubelet's: it knows the machine as it
// would be.
func (e *Exporter) containers() []kubelet.Container {
	var out []kubelet.Container

	for _, pod := range sim.Pods(e.machine.At(e.now)) {
		container := kubelet.Container{Namespace: pod.Namespace, Pod: pod.Name, Name: pod.Container}
		for _, id := range pod.Devices {
			container.Devices = append(container.Devices, kubelet.Device{Resource: pod.Resource, ID: id})
		}

		out = append(out, container)
	}

	return out
}

// Services are the inference services on the host that answer at a moment: none while it is down.
func (h *Host) Services(at time.Time) []sim.Service {
	if h.Down(at) {
		return nil
	}

	return h.machine.Services(at)
}
