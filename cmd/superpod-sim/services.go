package main

import (
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"

	"github.com/ascend-exporter/ascend_exporter/cmd/internal/server"
	"github.com/ascend-exporter/ascend_exporter/cmd/superpod-sim/vllm"
	"github.com/ascend-exporter/ascend_exporter/collector/sim"
	"github.com/ascend-exporter/ascend_exporter/collector/sim/fleet"
)

// newServices serves the metrics of vLLM in the pods of the hosts.
func newServices(exporters *fleet.Exporters, clock func() time.Time, logger *slog.Logger) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name, pod := r.PathValue("name"), r.PathValue("pod")

		var services []sim.Service
		if exporter := exporters.Named(name); exporter != nil {
			services = exporter.Services(clock())
		}

		i := slices.IndexFunc(services, func(s sim.Service) bool { return s.Pod == pod })
		if i < 0 {
			server.Plain(w, http.StatusNotFound, fmt.Sprintf("No vLLM in a pod %q of a host %q now. /sd/vllm lists all.", pod, name))

			return
		}

		gatherer := prometheus.GathererFunc(func() ([]*dto.MetricFamily, error) { return vllm.Families(services[i]), nil })
		server.Metrics(gatherer, 0, logger).ServeHTTP(w, r)
	})
}

// serviceTargets are the pods in which vLLM runs now, with the labels that Prometheus's discovery of pods is usually told to give.
func serviceTargets(exporters []*fleet.Exporter, address string, now time.Time) []targetGroup {
	groups := []targetGroup{}

	for _, e := range exporters {
		for _, s := range e.Services(now) {
			groups = append(groups, targetGroup{
				Targets: []string{address},
				Labels: map[string]string{
					"__metrics_path__": "/host/" + e.Name + "/vllm/" + s.Pod + "/metrics",
					"cluster":          e.Cluster,
					"namespace":        s.Namespace,
					"pod":              s.Pod,
					"instance":         s.Pod + ":" + vllm.Port,
				},
			})
		}
	}

	return groups
}
