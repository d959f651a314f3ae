package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/ascend-exporter/ascend_exporter/cmd/internal/exportertest"
)

// portTruth is what the driver said of a port of a recorded 950.
type portTruth map[string]json.RawMessage

func (p portTruth) number(key string) float64 {
	value, _ := strconv.ParseFloat(string(p[key]), 64)

	return value
}

// fails says whether the driver failed where it was asked for the port alone.
func (p portTruth) fails() bool {
	_, fails := p["fail.*"]

	return fails
}

// sum adds up counts of the port whose keys are wanted.
func (p portTruth) sum(wanted func(key string) bool) float64 {
	sum := 0.0

	for key := range p {
		if name, ok := strings.CutPrefix(key, "stat."); ok && wanted(name) {
			sum += p.number(key)
		}
	}

	return sum
}

// TestRecordedPorts holds the metrics of a recorded 950's ports, where the recording is at hand, to the values behind it.
func TestRecordedPorts(t *testing.T) {
	t.Parallel()

	folder := os.Getenv("ASCEND_CORPUS")
	if folder == "" {
		folder = filepath.Join("..", "..", "..", "shared", "corpus")
	}

	text, err := os.ReadFile(filepath.Join(folder, "hccn", "i_950_server.truth.json"))
	if err != nil {
		t.Skipf("no recordings in %s: set ASCEND_CORPUS", folder)
	}

	var truth struct {
		NPUs []struct {
			ID   int         `json:"id"`
			Port []portTruth `json:"port"`
		} `json:"npus"`
	}

	if err := json.Unmarshal(text, &truth); err != nil {
		t.Fatal(err)
	}

	tool := newStandIn(t, "--replay="+filepath.Join(folder, "tool", "d2_950_card.txtar"))
	hccn := newStandIn(t, "--tool=hccn_tool", "--replay="+filepath.Join(folder, "hccn", "i_950_server.txtar"))

	var single, summed strings.Builder

	for out, more := range map[*strings.Builder][]string{&single: {"--collector.network.per-port"}, &summed: nil} {
		run(t.Context(), append(more, "--once", "--npu-smi.command="+tool.Command(), "--hccn-tool.command="+hccn.Command(), "--path.lock="+t.TempDir()), out, io.Discard)
	}

	m, sums := exportertest.ParseSamples(t, single.String()), exportertest.ParseSamples(t, summed.String())

	for _, npu := range truth.NPUs {
		checkPortSums(t, sums, npu.ID, npu.Port)

		for _, port := range npu.Port {
			checkPort(t, m, npu.ID, port)
		}
	}
}

// checkPort holds the series of a port to the truth.
func checkPort(t *testing.T, m samples, npu int, port portTruth) {
	t.Helper()

	labels := func(more string) string {
		return fmt.Sprintf(`{chip="0", %snpu="%d", port="%v", udie="%v"}`, more, npu, port.number("port"), port.number("udie"))
	}
	isError := func(key string) bool { return strings.Contains(key, "err") || strings.HasPrefix(key, "drop_") }
	isPacket := func(way string) func(string) bool {
		return func(key string) bool {
			return strings.HasSuffix(key, "_cnt_"+way) && !isError(key) &&
				(strings.HasPrefix(key, "ub_") || strings.HasPrefix(key, "unic_") || strings.HasPrefix(key, "unknown_pkt"))
		}
	}

	want := map[string]float64{"ascend_npu_port_up" + labels(""): port.number("link")}
	alone := map[string]float64{
		"ascend_npu_port_degraded" + labels(""):                            port.number("lane_status"),
		"ascend_npu_port_errors_total" + labels(""):                        port.sum(isError),
		"ascend_npu_port_retries_total" + labels(""):                       port.number("stat.retry_req_sum"),
		"ascend_npu_port_link_up_transitions_total" + labels(""):           port.number("linkstat.up"),
		"ascend_npu_port_link_down_transitions_total" + labels(""):         port.number("linkstat.down"),
		"ascend_npu_port_packets_total" + labels(`direction="transmit", `): port.sum(isPacket("tx")),
		"ascend_npu_port_packets_total" + labels(`direction="receive", `):  port.sum(isPacket("rx")),
	}

	if port.number("speed") > 0 {
		alone["ascend_npu_port_speed_bytes"+labels("")] = port.number("speed") * 1e9 / 8
	}

	for name, value := range alone {
		if got, there := m[name]; port.fails() && there {
			t.Errorf("%s is %v, and the port failed to tell", name, got)
		} else if !port.fails() {
			want[name] = value
		}
	}

	for name, value := range want {
		if got, there := m[name]; !there || math.Abs(got-value) > 1e-9*math.Abs(value) {
			t.Errorf("%s is %v (there: %v), want %v", name, got, there, value)
		}
	}
}

// checkPortSums holds the sums over the ports of a chip to the truth: they are absent where a port failed to tell.
func checkPortSums(t *testing.T, m samples, npu int, ports []portTruth) {
	t.Helper()

	up, degraded, failed := 0.0, 0.0, false

	for _, port := range ports {
		up += port.number("link")
		degraded += port.number("lane_status")
		failed = failed || port.fails()
	}

	for metric, want := range map[string]float64{"ascend_npu_ports_up": up, "ascend_npu_ports_down": float64(len(ports)) - up} {
		if got, there := m[chipOf(metric, npu)]; !there || got != want {
			t.Errorf("%s is %v (there: %v), want %v", chipOf(metric, npu), got, there, want)
		}
	}

	if got, there := m[chipOf("ascend_npu_ports_degraded", npu)]; there == failed || got != degraded && !failed {
		t.Errorf("%s is %v (there: %v), want %v, absent: %v", chipOf("ascend_npu_ports_degraded", npu), got, there, degraded, failed)
	}

	if _, there := m[chipOf("ascend_npu_ports_errors_total", npu)]; there == failed {
		t.Errorf("%s is there: %v, failed: %v", chipOf("ascend_npu_ports_errors_total", npu), there, failed)
	}
}
