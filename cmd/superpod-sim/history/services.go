package history

import (
	"slices"

	"github.com/ascend-exporter/ascend_exporter/cmd/superpod-sim/vllm"
	"github.com/ascend-exporter/ascend_exporter/collector"
)

// servicesJob is the label job of vLLM's targets.
const servicesJob = "vllm"

// scrapeServices takes the series of vLLM in the pods of the host, of the time that keeps raw ones: no rule reads them.
func (t *target) scrapeServices() {
	t.labels = []string{"job", servicesJob}
	if t.host.Cluster != "" {
		t.labels = append(t.labels, "cluster", t.host.Cluster)
	}

	for step, at := range t.steps {
		if at.UnixMilli() <= t.spans.raw {
			continue
		}

		for _, s := range t.host.Services(at) {
			pod := []string{"namespace", s.Namespace, "pod", s.Pod, instance, s.Pod + ":" + vllm.Port}

			vllm.Visit(s, func(name string, labels []string, value float64) {
				t.put(step, collector.Sample{Name: name, Labels: slices.Concat(labels, pod), Value: value})
			})
		}
	}
}
