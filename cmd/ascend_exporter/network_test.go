package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"

	"github.com/ascend-exporter/ascend_exporter/cmd/internal/exportertest"
	"github.com/ascend-exporter/ascend_exporter/collector/sim"
)

// chipOf is a series of the only chip of an NPU.
func chipOf(metric string, npu int) string {
	return fmt.Sprintf("%s{chip=\"0\", npu=\"%d\"}", metric, npu)
}

// TestNetworkBesideTheTool: what hccn_tool says is served, a chip on which it hangs is told, and nothing else suffers.
func TestNetworkBesideTheTool(t *testing.T) {
	t.Parallel()

	tool := newStandIn(t, "--product=910B3")
	hccn := newStandIn(t, "--tool=hccn_tool", "--product=910B3")
	e := startExporter(t, fast(
		"--npu-smi.command="+tool.Command(), "--hccn-tool.command="+hccn.Command(), "--hccn-tool.timeout=2s", "--hccn-tool.max-duty=1",
		"--collector.net-link.interval=50ms",
	)...)

	e.Until("all that is known of all networks", func(m samples) bool {
		return m.Count("ascend_npu_roce_link_up") == 8 && m.Count("ascend_npu_roce_neighbor_info") == 8 && m.Count("ascend_npu_optical_present") == 8 &&
			m.Count("ascend_npu_mac_bytes_total") == 16 && m.Count("ascend_npu_optical_receive_power_watts") == 32
	})

	if _, page := e.Get("/"); !strings.Contains(page, "net-link") || !strings.Contains(page, "hccn_tool -i ") {
		t.Error("the status page does not show the queries")
	}

	hccn.Behave("--hang=-i 3 *")

	failing := `ascend_exporter_chip_query_failing{chip="0", npu="3", query="network", reason="timeout"}`
	m := e.Until("a chip that fails", func(m samples) bool { return m[failing] == 1 && m[chipOf("ascend_npu_roce_link_up", 4)] == 1 })

	if m["ascend_exporter_up"] != 1 || m.Count("ascend_npu_power_watts") != 8 || m[`ascend_exporter_query_success{query="summary"}`] != 1 {
		t.Errorf("up %v, %d chips with a power", m["ascend_exporter_up"], m.Count("ascend_npu_power_watts"))
	}

	hccn.Behave()
	e.Until("no chip that fails", func(m samples) bool {
		_, fails := m[failing]

		return !fails && m.Count("ascend_npu_roce_link_up") == 8
	})
}

// TestNetworkScenario: a link that goes down in the simulated machine goes down in the metrics, with what follows from it.
func TestNetworkScenario(t *testing.T) {
	t.Parallel()

	path := filepath.Join(t.TempDir(), "down.yaml")
	if err := os.WriteFile(path, []byte("name: down\nrepeat: 24h\nfaults:\n  - {kind: roce-link, at: 0s, npu: 3}\n"), 0o600); err != nil {
		t.Fatal(err)
	}

	tool := newStandIn(t, "--product=910B3", "--npus=4")
	hccn := newStandIn(t, "--tool=hccn_tool", "--product=910B3", "--npus=4")
	e := startExporter(t, fast(
		"--npu-smi.command="+tool.Command(), "--hccn-tool.command="+hccn.Command(), "--hccn-tool.max-duty=1",
		"--collector.net-link.interval=50ms", "--collector.net-link-stat.interval=50ms",
	)...)

	link, downs := chipOf("ascend_npu_roce_link_up", 3), chipOf("ascend_npu_roce_link_down_transitions_total", 3)

	before := e.Until("a link that is up", func(m samples) bool { _, known := m[downs]; return known && m[link] == 1 })

	hccn.Behave("--scenario="+path, "--scenario-start="+time.Now().Format(time.RFC3339Nano))
	m := e.Until("a link that is down", func(m samples) bool { up, known := m[link]; return known && up == 0 && m[downs] == before[downs]+1 })

	if up, known := m[chipOf("ascend_npu_roce_link_up", 2)]; !known || up != 1 {
		t.Errorf("the link of another chip is %v (known: %v)", up, known)
	}

	hccn.Behave()
	e.Until("a link that is up again", func(m samples) bool { return m[link] == 1 })
}

// TestSeriesBudget holds every product to the series that a chip and a host may have. What is wrong with a chip comes on top: it
// is what the series are for.
func TestSeriesBudget(t *testing.T) {
	t.Parallel()

	for _, product := range sim.Products() {
		t.Run(product, func(t *testing.T) {
			t.Parallel()

			var out strings.Builder

			tool := newStandIn(t, "--npus=2", "--product="+product)
			run(t.Context(), []string{
				"--once", "--npu-smi.command=" + tool.Command(), "--hccn-tool.command=" + tool.Command() + " --tool=hccn_tool", "--path.lock=" + t.TempDir(),
			}, &out, io.Discard)

			holdSeries(t, exportertest.ParseSamples(t, out.String()))

			problems, err := promlint.New(strings.NewReader(out.String())).Lint()
			if err != nil || len(problems) > 0 {
				t.Errorf("promlint: %v %v", problems, err)
			}
		})
	}
}
