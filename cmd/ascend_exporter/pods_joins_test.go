package main

import (
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	api "k8s.io/kubelet/pkg/apis/podresources/v1"

	"github.com/ascend-exporter/ascend_exporter/cmd/internal/promtest"
)

// docJoins are the joins of docs/pods.md by their marks.
func docJoins(t *testing.T) map[string]string {
	t.Helper()

	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "pods.md"))
	if err != nil {
		t.Fatal(err)
	}

	joins := make(map[string]string)

	for _, match := range regexp.MustCompile("(?s)<!-- join: ([^>]*) -->\n\n```promql\n(.*?)```").FindAllStringSubmatch(string(text), -1) {
		joins[match[1]] = match[2]
	}

	if marks := strings.Count(string(text), "```promql"); marks != len(joins) {
		t.Errorf("%d joins, of which %d have a mark", marks, len(joins))
	}

	return joins
}

// joined is the answer to a join: the values by the labels that matter, as in namespace/pod NPU:CHIP.
func joined(p *promtest.Server, expression string) map[string]float64 {
	out := make(map[string]float64)

	for _, s := range p.Query(expression) {
		name := s.Labels["cluster"] + " " + s.Labels["namespace"]
		if pod := s.Labels["pod"]; pod != "" {
			name += "/" + pod
		}

		if npu := s.Labels["npu"]; npu != "" {
			name += " " + npu + ":" + s.Labels["chip"]
		}

		out[name] = s.Value
	}

	return out
}

// TestJoinsOfPods evaluates each join of docs/pods.md on an A3, on which one pod holds three dies of two packages and two
// pods share one, by a Prometheus that scrapes as in Kubernetes.
func TestJoinsOfPods(t *testing.T) {
	t.Parallel()

	scenario := filepath.Join(t.TempDir(), "ill.yaml")
	text := "name: ill\ndescription: NPU 1 is ill.\nexpect: [health]\nfaults: [{kind: health, at: 1m, for: 2h, npu: 1, state: warning}]\n"

	if err := os.WriteFile(scenario, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}

	tool := newStandIn(t, "--product=A3", "--npus=4", "--time=2026-03-02T14:30:00Z", "--scenario="+scenario, "--scenario-start=2026-03-02T14:00:00Z")
	two := newPod("large", "Ascend910", "Ascend910-0", "Ascend910-1", "Ascend910-2")
	two.Containers = append(two.Containers, &api.ContainerResources{
		Name: "helper", Devices: []*api.ContainerDevices{{ResourceName: "huawei.com/Ascend910", DeviceIds: []string{"Ascend910-0"}}},
	})
	k := newKubelet(t).has(two, newPod("small-a", "Ascend910-2c", "Ascend910-2c-100-5"), newPod("small-b", "Ascend910-2c", "Ascend910-2c-101-5")).start()
	e := startExporter(t, "--collector.pods", "--path.pod-resources="+k.socket, "--collector.pods.interval=100ms",
		"--npu-smi.command="+tool.Command(), "--collection.interval=1s", "--collection.max-duty=1")

	m := e.Until("all that is joined", func(m samples) bool {
		return m.Count("ascend_npu_pod_info") == 6 && m.Count("ascend_npu_energy_joules_total") == 4 && m.Count("ascend_npu_hbm_used_bytes") == 8
	})
	p := promtest.Start(t, fmt.Sprintf(`global: {scrape_interval: 1s}
scrape_configs:
  - job_name: ascend
    honor_labels: true
    static_configs:
      - targets: [%q]
        labels: {cluster: one, namespace: monitoring, pod: ascend-exporter-x, container: exporter}
`, strings.TrimPrefix(e.URL, "http://")))

	value := func(metric, npu, chip string) float64 {
		v, there := m[fmt.Sprintf(`%s{chip=%q, npu=%q}`, metric, chip, npu)]
		if !there {
			t.Errorf("no %s of NPU %s chip %s", metric, npu, chip)
		}

		return v
	}

	// All rows of a metric by pod.
	byPod := func(metric string) map[string]float64 {
		return map[string]float64{
			"one jobs/large 0:0": value(metric, "0", "0"), "one jobs/large 0:1": value(metric, "0", "1"), "one jobs/large 1:0": value(metric, "1", "0"),
			"one jobs/small-a 2:1": value(metric, "2", "1"), "one jobs/small-b 2:1": value(metric, "2", "1"),
		}
	}
	only := func(rows map[string]float64, keep func(float64) bool) map[string]float64 {
		maps.DeleteFunc(rows, func(_ string, v float64) bool { return !keep(v) })

		return rows
	}

	withoutPod := make(map[string]float64)

	for npu := range 4 {
		for chip := range 2 {
			name := fmt.Sprintf("%d:%d", npu, chip)
			if v := value("ascend_npu_processes", strconv.Itoa(npu), strconv.Itoa(chip)); v > 0 && !slices.Contains([]string{"0:0", "0:1", "1:0", "2:1"}, name) {
				withoutPod["one monitoring/ascend-exporter-x "+name] = v
			}
		}
	}

	ill := only(byPod("ascend_npu_health_status"), func(v float64) bool { return v > 0 })
	for name := range ill {
		ill[name] = 1
	}

	hbm := byPod("ascend_npu_hbm_used_bytes")
	want := map[string]map[string]float64{
		"metric by pod":           byPod("ascend_npu_aicore_utilization_ratio"),
		"hot chips":               only(byPod("ascend_npu_temperature_celsius"), func(v float64) bool { return v >= 40 }),
		"ill chips":               ill,
		"idle chips":              only(byPod("ascend_npu_aicore_utilization_ratio"), func(v float64) bool { return v < 0.05 }),
		"processes without a pod": withoutPod,
		"HBM by pod": {
			"one jobs/large":   hbm["one jobs/large 0:0"] + hbm["one jobs/large 0:1"] + hbm["one jobs/large 1:0"],
			"one jobs/small-a": hbm["one jobs/small-a 2:1"], "one jobs/small-b": hbm["one jobs/small-b 2:1"],
		},
		"chips by namespace": {"one jobs": 4},
		// The machine stands still, so that what it takes is what it has taken since. Of NPU 1 and 2 a die each is held.
		"power by pod": {
			"one jobs/large":   value("ascend_npu_power_watts", "0", "0") + value("ascend_npu_power_watts", "1", "0")/2,
			"one jobs/small-a": value("ascend_npu_power_watts", "2", "0") / 4, "one jobs/small-b": value("ascend_npu_power_watts", "2", "0") / 4,
		},
	}

	joins := docJoins(t)
	if diff := cmp.Diff(slices.Sorted(maps.Keys(want)), slices.Sorted(maps.Keys(joins))); diff != "" {
		t.Fatalf("joins that are tested, and those of the docs -want +got:\n%s", diff)
	}

	// Rates need some scrapes.
	p.Until("count(rate(ascend_npu_energy_joules_total[5m]) > 0)", promtest.Is(4))
	p.Until("count(ascend_npu_pod_info)", promtest.Is(6))

	near := cmp.Comparer(func(a, b float64) bool { return math.Abs(a-b) <= 0.02*math.Max(math.Abs(a), math.Abs(b)) })

	for name, expression := range joins {
		// A rate over a few seconds is coarse: its shares of the whole at the same moment are what counts.
		if name == "power by pod" {
			expression = "(" + expression + ") * scalar(sum(ascend_npu_power_watts)) / scalar(sum(rate(ascend_npu_energy_joules_total[5m])))"
		}

		got := joined(p, expression)

		if len(got) == 0 {
			t.Errorf("%s: the machine has no such chip", name)
		}

		if diff := cmp.Diff(want[name], got, near); diff != "" {
			t.Errorf("%s -want +got:\n%s", name, diff)
		}
	}
}
