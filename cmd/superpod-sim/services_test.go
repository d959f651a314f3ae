package main

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/ascend-exporter/ascend_exporter/cmd/internal/promtest"
)

// TestServices: a real Prometheus finds the pods in which vLLM runs, and what they count joins the chips that they hold.
func TestServices(t *testing.T) {
	t.Parallel()

	address, _ := startFleet(t, "--cluster=c1", "--racks=2", "--hosts-per-rack=4", "--product=910B3")

	_, header, body := get(t, address, "/sd/vllm")

	var groups []targetGroup
	if err := json.Unmarshal([]byte(body), &groups); err != nil || header.Get("Content-Type") != "application/json" || len(groups) == 0 {
		t.Fatalf("%v: %s", err, body)
	}

	p := promtest.Start(t, `
global: {scrape_interval: 1s, evaluation_interval: 1s}
scrape_configs:
  - {job_name: ascend, honor_labels: true, http_sd_configs: [{url: "http://`+address+`/sd", refresh_interval: 1s}]}
  - {job_name: vllm, http_sd_configs: [{url: "http://`+address+`/sd/vllm", refresh_interval: 1s}]}
`)

	all := float64(len(groups))
	p.Until(`count(up{job="vllm", cluster="c1", namespace!="", pod!=""} == 1)`, promtest.Is(all))
	p.Until(`count(ascend_npu_pod_info) > 8`, func(values []float64) bool { return len(values) > 0 })
	p.Until(`count(vllm:num_requests_running and on (cluster, namespace, pod) ascend_npu_pod_info)`, promtest.Is(all))
	p.Until(`count(rate(vllm:generation_tokens_total[10s]) > 0)`, promtest.Is(all))
	p.Until(`count(histogram_quantile(0.9, rate(vllm:time_to_first_token_seconds_bucket[10s])) > 0)`, promtest.Is(all))

	status, _, body := get(t, address, "/host/sp0-r00-h00/vllm/none/metrics")
	if status != http.StatusNotFound || !strings.Contains(body, `No vLLM in a pod "none" of a host "sp0-r00-h00" now.`) {
		t.Errorf("a pod that is none: status %d, %s", status, body)
	}
}
