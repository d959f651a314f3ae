package main

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/ascend-exporter/ascend_exporter/cmd/internal/promtest"
)

// TestPrometheus: a real Prometheus finds the hosts and scrapes them, with their labels.
func TestPrometheus(t *testing.T) {
	t.Parallel()

	address, _ := startFleet(t, "--cluster=c1", "--superpods=2", "--racks=1", "--hosts-per-rack=2", "--product=910B3")

	text, err := os.ReadFile("../../deploy/prometheus/demo.yml")
	if err != nil {
		t.Fatal(err)
	}

	// As it is, but for the address, and sooner.
	config := strings.ReplaceAll(string(text), "127.0.0.1:9946", address)
	config = regexp.MustCompile(`(?m)_interval: .*`).ReplaceAllString(config, "_interval: 1s")

	p := promtest.Start(t, config)

	p.Until(`count(up{job="ascend"} == 1)`, promtest.Is(4))
	p.Until(`count(ascend_npu_info{job="ascend"})`, promtest.Is(32))
	p.Until(`count(ascend_npu_info{cluster="c1", superpod="sp1", rack="sp1-r00", instance="sp1-r00-h01"})`, promtest.Is(8))
	p.Until(`count(count by (instance) (ascend_npu_power_watts))`, promtest.Is(4))
	p.Until(`count(up{job="superpod-sim"} == 1)`, promtest.Is(1))

	for _, sample := range p.Query(`ascend_exporter_up`) {
		if sample.Value != 1 || sample.Labels["cluster"] != "c1" || !strings.HasPrefix(sample.Labels["rack"], sample.Labels["superpod"]) {
			t.Errorf("%+v", sample)
		}
	}

	if text := p.Log(); regexp.MustCompile(`level=(warn|error|WARN|ERROR)`).MatchString(text) {
		t.Errorf("Prometheus complains:\n%s", text)
	}
}
