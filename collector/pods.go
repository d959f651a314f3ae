package collector

import "github.com/ascend-exporter/ascend_exporter/collector/snapshot"

// podRows are the metrics of the pods that hold a chip.
func podRows() []chipRow {
	return []chipRow{{
		name: "ascend_npu_pod_info",
		help: "Container of a pod that holds the chip or a part of it, always 1: several where several share it. Absent where no pod holds it, where no kubelet is asked, " +
			"and where the chips or another pod contradict what the kubelet says. container is empty where it is not known which of the pod's it is.",
		labels:   []string{"namespace", "pod", "container", "resource"},
		source:   "pods: the kubelet's PodResources; annotations of the pods with --collector.pods.kubelet",
		products: everywhere,
		read: func(c *snapshot.Chip, emit emit) {
			for _, h := range c.Holders {
				emit(1, h.Namespace, h.Pod, h.Container, h.Resource)
			}
		},
	}}
}

// attributionRows tell what is missing in the metrics of pods.
func attributionRows() []hostRow {
	return []hostRow{{
		name: "ascend_exporter_attribution_conflicts_total",
		help: "Pods that the chips' processes or another pod contradicted, so that they have no ascend_npu_pod_info: each counts at each answer of the kubelet. " +
			"The status page names them. Absent where no kubelet is asked.",
		kind:   Counter,
		source: "pods: held against the processes on the chips",
		read: func(s *snapshot.Snapshot, emit emit) {
			if s.Attribution.Asked {
				emit(float64(s.Attribution.Conflicts))
			}
		},
	}}
}
