package main

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ascend-exporter/ascend_exporter/cmd/internal/exportertest"
	"github.com/ascend-exporter/ascend_exporter/cmd/internal/promtest"
)

const compatPath = "/metrics/npu-exporter"

// compat scrapes the metrics of npu-exporter until each of some has so many series.
func (e *exporter) compat(counts map[string]int) (string, samples) {
	e.T.Helper()

	var (
		body string
		m    samples
	)

	e.Until(fmt.Sprintf("metrics of npu-exporter: %v", counts), func(samples) bool {
		_, body = e.Get(compatPath)
		m = exportertest.ParseSamples(e.T, body)

		if strings.Contains(body, `model_name=""`) {
			e.T.Fatalf("series that are to be renamed:\n%.3000s", body)
		}

		for metric, count := range counts {
			if m.Count(metric) != count {
				return false
			}
		}

		return true
	})

	return body, m
}

// everyChip wants a series of each metric for each chip.
func everyChip(chips int, metrics ...string) map[string]int {
	counts := map[string]int{"node_base_info": 1}
	for _, metric := range metrics {
		counts[metric] = chips
	}

	return counts
}

// TestCompatGoldens: all that is served under the names of npu-exporter, of machines that stand still and of which a pod holds a chip.
func TestCompatGoldens(t *testing.T) {
	t.Parallel()

	if testing.Short() {
		t.Skip("it takes long, and has no concurrency of its own")
	}

	training := []string{
		"npu_chip_info_name", "npu_chip_info_network_status", "npu_chip_info_link_status", "npu_chip_info_bandwidth_tx", "npu_chip_link_speed",
		"npu_chip_link_up_num", "npu_chip_optical_state", "npu_chip_info_serial_number", "npu_chip_info_voltage", "npu_chip_info_hbm_temperature",
		"npu_chip_info_hbm_ecc_double_bit_error_cnt", "npu_chip_info_vector_utilization", "npu_chip_info_aicore_current_freq",
	}

	for product, test := range map[string]struct {
		chips, most int // series of a chip
		processes   int // of which proc-mem tells a part
		resource    string
		want        map[string]int
	}{
		"910B3": {8, 68, 20, "Ascend910", everyChip(8, training...)},
		"A3":    {16, 68, 40, "Ascend910", everyChip(16, append(training, "npu_chip_info_sio_crc_tx_err_cnt")...)},
		"310P-Duo": {8, 22, 6, "Ascend310P", everyChip(8,
			"npu_chip_info_name", "npu_chip_info_power", "npu_chip_info_product_type", "npu_chip_info_serial_number", "npu_chip_info_voltage",
			"npu_chip_info_vector_utilization", "npu_chip_info_aicore_current_freq", "npu_chip_info_used_memory")},
	} {
		t.Run(product, func(t *testing.T) {
			t.Parallel()

			options := []string{"--product=" + product, "--time=2026-03-02T14:30:00Z"}
			tool, hccn := newStandIn(t, options...), newStandIn(t, append(options, "--tool=hccn_tool")...)
			k := newKubelet(t).has(newPod("train-0", test.resource, test.resource+"-0")).start()
			e := startExporter(t, "--compat.npu-exporter", "--npu-smi.command="+tool.Command(), "--hccn-tool.command="+hccn.Command(),
				"--hccn-tool.max-duty=1", "--collection.max-duty=1", "--collector.net-stat.interval=10s",
				"--no-collector.sensors", "--no-collector.pcie-err", "--no-collector.hccs", "--no-collector.spod-info", "--no-collector.info-vnpu",
				"--no-collector.net-ip", "--no-collector.net-mac", "--no-collector.net-lldp", // of which nothing is served here
				"--collector.pods", "--path.pod-resources="+k.socket, "--collector.pods.interval=1s")

			test.want["container_npu_utilization"] = 1
			test.want["npu_container_info"] = 1
			test.want["npu_chip_info_process_info"] = test.processes
			body, m := e.compat(test.want)

			golden := filepath.Join("testdata", "npu-exporter-"+product+".metrics")
			if *update {
				if err := os.WriteFile(golden, []byte(body), 0o644); err != nil {
					t.Fatal(err)
				}
			}

			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}

			if diff := cmp.Diff(string(want), body); diff != "" {
				t.Errorf("%s (-want +got):\n%s", golden, diff)
			}

			byChip := make(map[string]int)
			id := regexp.MustCompile(`[{ ](?:id|npuID)="(\d+)"`)

			for name := range m {
				if match := id.FindStringSubmatch(name); match != nil && !strings.HasPrefix(name, "npu_chip_info_process_info{") {
					byChip[match[1]]++
				}
			}

			if len(byChip) != test.chips {
				t.Errorf("series of %d chips", len(byChip))
			}

			for chip, count := range byChip {
				if count > test.most {
					t.Errorf("%d series of chip %s, want at most %d", count, chip, test.most)
				}
			}

			t.Logf("%d series, of chip 1: %d", len(m), byChip["1"])
		})
	}
}

// TestCompatOff: without the flag there is no such path, and nothing is asked for its sake.
func TestCompatOff(t *testing.T) {
	t.Parallel()

	var o options
	if o.compat.metrics() != nil {
		t.Error("there are metrics of npu-exporter")
	}

	tool := newStandIn(t, "--product=310P-Duo", "--npus=1")
	e := startExporter(t, fast("--npu-smi.command="+tool.Command())...).ready()

	if status, text := e.Get(compatPath); status != http.StatusNotFound {
		t.Errorf("status %d: %s", status, text)
	}

	if _, page := e.Get("/"); strings.Contains(page, "npu-exporter") {
		t.Error("the status page has a link")
	}

	// Everything was asked once.
	e.Until("boards and voltages", func(m samples) bool {
		return m.Count("ascend_npu_board_info") == 2 && m.Count("ascend_npu_voltage_volts") == 2 && m[`ascend_exporter_query_success{query="info-vnpu"}`] == 1
	})

	for _, run := range tool.Runs() {
		if strings.Contains(run, "-t product") || strings.Contains(run, "-t power") || strings.Contains(run, "-t proc-mem") {
			t.Errorf("it was asked: %s", run)
		}
	}
}

// TestCompatPage: the status page leads to the path, wherever it is; native metrics may make room for it.
func TestCompatPage(t *testing.T) {
	t.Parallel()

	e := startExporter(t, "--sim", "--sim.npus=1", "--compat.npu-exporter", "--compat.npu-exporter.path=/metrics", "--web.telemetry-path=/metrics/native").ready()

	if _, page := e.Get("/"); !strings.Contains(page, `href="./metrics"`) || !strings.Contains(page, `href="./metrics/native"`) {
		t.Errorf("links are missing on the page:\n%.3000s", page)
	}

	if status, body := e.Get("/metrics"); status != http.StatusOK || !strings.Contains(body, "\nmachine_npu_nums 1\n") || strings.Contains(body, "ascend_npu_") {
		t.Errorf("status %d: %.300s", status, body)
	}

	if status, body := e.Get("/metrics/native"); status != http.StatusOK || !strings.Contains(body, "\nascend_npu_chips 1\n") {
		t.Errorf("status %d: %.300s", status, body)
	}
}

// consumerQueries are what dashboards and rules that are in use ask npu-exporter's metrics for, by who asks.
func consumerQueries() map[string][]string {
	// each makes a query of each metric.
	each := func(query string, metrics string) []string {
		var queries []string
		for metric := range strings.FieldsSeq(metrics) {
			queries = append(queries, fmt.Sprintf(query, metric))
		}

		return queries
	}

	all := func(lists ...[]string) []string {
		var queries []string
		for _, list := range lists {
			queries = append(queries, list...)
		}

		return queries
	}

	return map[string][]string{
		"Grafana 20592": all(
			each(`%s{instance=~".+", id=~"0|1"}`, `npu_chip_info_name npu_chip_info_aicore_current_freq npu_chip_info_network_status
				npu_chip_info_link_status npu_chip_info_bandwidth_rx npu_chip_info_bandwidth_tx npu_chip_info_health_status npu_chip_info_utilization
				npu_chip_info_temperature npu_chip_info_power npu_chip_info_total_memory npu_chip_info_used_memory npu_chip_info_hbm_total_memory
				npu_chip_info_hbm_used_memory`),
			[]string{
				`machine_npu_nums{instance=~".+"}`, `npu_chip_info_process_info{instance=~".+", id=~".+"}`,
				`npu_chip_info_hbm_used_memory{id="0"} / npu_chip_info_hbm_total_memory{id="0"} * 100`,
			}),
		"KubeSphere": all(
			each(`sum by (exported_namespace, pod_name, container_name) (%s{exported_namespace="jobs"})`, "container_npu_utilization container_npu_used_memory"),
			each(`avg by (id, model_name, node) (%s{id="1", model_name="910B3-Ascend-V1", node="n0"})`, `npu_chip_info_temperature npu_chip_info_power
				npu_chip_info_hbm_used_memory npu_chip_info_hbm_total_memory npu_chip_info_utilization`)),
		"HAMi-WebUI": all(
			each(`avg(%s{vdie_id=~"[0-9A-F]{8}(-[0-9A-F]{8}){4}"}) by (vdie_id)`, `npu_chip_info_hbm_used_memory npu_chip_info_hbm_total_memory
				npu_chip_info_utilization npu_chip_info_temperature npu_chip_info_hbm_temperature`),
			[]string{`avg by (id) (npu_chip_info_power{id="0"})`, `npu_chip_info_health_status{node="n0"} == 1`}),
		"bk-monitor": each(`max by (id) (%s)`, `npu_chip_info_total_memory npu_chip_info_used_memory npu_chip_info_utilization npu_chip_info_temperature
			npu_chip_info_health_status npu_chip_info_link_status npu_chip_optical_state npu_chip_info_network_status npu_chip_info_bandwidth_rx
			npu_chip_info_bandwidth_tx`),
		"vLLM's library": each(`%s{job="npu-exporter"}`, `npu_chip_info_name npu_chip_info_utilization npu_chip_info_hbm_used_memory
			npu_chip_info_hbm_total_memory npu_chip_info_hbm_utilization npu_chip_info_hbm_temperature npu_chip_info_hbm_bandwidth_utilization
			npu_chip_info_power npu_chip_info_temperature npu_chip_info_health_status npu_chip_info_bandwidth_rx npu_chip_info_bandwidth_tx`),
	}
}

// TestCompatConsumers: what is asked of npu-exporter is answered by this exporter, for a server and a host of 310P cards.
func TestCompatConsumers(t *testing.T) {
	t.Parallel()

	if testing.Short() {
		t.Skip("it takes long, and has no concurrency of its own")
	}

	var targets strings.Builder

	for i, machine := range []struct{ product, device string }{{"910B3", "Ascend910-1"}, {"310P-Duo", "Ascend310P-0"}} {
		name, _, _ := strings.Cut(machine.device, "-")
		k := newKubelet(t).has(newPod("train-0", name, machine.device)).start()
		e := startProcess(t, "--sim", "--sim.product="+machine.product, "--sim.npus=4", "--compat.npu-exporter", "--collection.interval=1s", "--collection.max-duty=1",
			"--hccn-tool.max-duty=1", "--collector.net-stat.interval=2s", "--collector.pods", "--path.pod-resources="+k.socket, "--collector.pods.interval=1s")
		fmt.Fprintf(&targets, "      - targets: [%q]\n        labels: {node: n%d, namespace: monitoring}\n", strings.TrimPrefix(e.URL, "http://"), i)
	}

	p := promtest.Start(t, "global: {scrape_interval: 1s}\nscrape_configs:\n  - job_name: npu-exporter\n    metrics_path: "+compatPath+"\n    static_configs:\n"+targets.String())

	for consumer, queries := range consumerQueries() {
		for _, query := range queries {
			answered := func(values []float64) bool { return len(values) > 0 }
			p.Until(query, answered)
			t.Logf("%s: %d rows of %s", consumer, len(p.Query(query)), query)
		}
	}

	if text := p.Log(); regexp.MustCompile(`level=(warn|error)|level=(WARN|ERROR)`).MatchString(text) {
		t.Errorf("Prometheus complains:\n%s", text)
	}
}

// TestCompatAges: what cannot be read any more is taken down here too, without a word of its own.
func TestCompatAges(t *testing.T) {
	t.Parallel()

	tool := newStandIn(t, "--product=910B3", "--npus=2")
	e := startExporter(t, fast("--compat.npu-exporter", "--npu-smi.command="+tool.Command())...)
	e.compat(map[string]int{"npu_chip_info_power": 2, "machine_npu_nums": 1})

	begin := time.Now()

	tool.Behave("--hang=*", "--ignore-sigterm")
	e.compat(map[string]int{"npu_chip_info_power": 0, "npu_chip_info_health_status": 0, "machine_npu_nums": 0, "npu_exporter_version_info": 1})
	t.Logf("taken down after %v", time.Since(begin).Round(time.Millisecond))
}
