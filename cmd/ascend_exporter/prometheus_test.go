package main

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/ascend-exporter/ascend_exporter/cmd/internal/promtest"
)

// TestPrometheusScrapesIt: what a real Prometheus makes of the exporter, before and after the tool begins to hang.
func TestPrometheusScrapesIt(t *testing.T) {
	t.Parallel()

	tool := newStandIn(t, "--product=910B3")
	e := startProcess(t, fast("--npu-smi.command="+tool.Command())...)
	p := promtest.Start(t, fmt.Sprintf(
		"global:\n  scrape_interval: 1s\nscrape_configs:\n  - job_name: ascend\n    static_configs:\n      - targets: [%q]\n",
		strings.TrimPrefix(e.URL, "http://")))

	p.Until("up", promtest.Is(1))
	p.Until("ascend_exporter_up", promtest.Is(1))
	p.Until("count(ascend_npu_health_status)", promtest.Is(8))
	p.Until("count(ascend_npu_power_watts * on (instance, npu, chip) group_left (model) ascend_npu_info{model='910B3'})", promtest.Is(8))
	p.Until("scrape_samples_scraped > 100", func(values []float64) bool { return len(values) == 1 })

	tool.Behave("--hang=*", "--ignore-sigterm")

	p.Until("ascend_exporter_up", promtest.Is(0))
	p.Until("count({__name__=~'ascend_npu_.*', chip!=''})", promtest.Is()) // stale at once, not after five minutes
	p.Until("up", promtest.Is(1))
	p.Until("ascend_npu_expected_chips", promtest.Is(8))
	p.Until("changes(ascend_exporter_failures_total{reason='timeout'}[1m]) > 0", func(values []float64) bool { return len(values) == 1 })

	var targets struct {
		ActiveTargets []struct{ Health, LastError string }
	}

	p.Ask("/api/v1/targets", &targets)

	if len(targets.ActiveTargets) != 1 || targets.ActiveTargets[0].Health != "up" || targets.ActiveTargets[0].LastError != "" {
		t.Errorf("targets %+v", targets.ActiveTargets)
	}

	if text := p.Log(); regexp.MustCompile(`level=(warn|error)|level=(WARN|ERROR)`).MatchString(text) {
		t.Errorf("Prometheus complains:\n%s", text)
	}
}
