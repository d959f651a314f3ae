package collector

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	dto "github.com/prometheus/client_model/go"

	"github.com/ascend-exporter/ascend_exporter/collector/npusmi"
	"github.com/ascend-exporter/ascend_exporter/collector/optional"
	"github.com/ascend-exporter/ascend_exporter/collector/snapshot"
)

// vendorFull is a machine whose first chip has every metric of npu-exporter that is served.
func vendorFull() *snapshot.Snapshot {
	s := full()
	chip := &s.Chips[0]

	chip.Utilization = optional.Of(0.09)
	chip.DDR = snapshot.Memory{Used: optional.Of(512 << 20), Total: optional.Of(32 << 30)}
	chip.Detail.AIVector, chip.Detail.AICube, chip.Detail.HBMBandwidth = optional.Of(0.07), optional.Of(0.08), optional.Of(0.29)
	chip.Detail.ECC = append(chip.Detail.ECC, snapshot.ECC{
		Memory: "hbm", Type: "single_bit", Errors: optional.Of(11), Lifetime: optional.Of(12), Isolated: optional.Of(13),
	})
	chip.Detail.VNPUs = nil
	chip.Detail.Board.ChipName, chip.Detail.Board.ChipType, chip.Detail.Board.ChipVersion = "910B3", "Ascend", "V1"
	chip.Detail.Board.VDieID, chip.Detail.Board.ProductType = "14036e64 00E04F1D 00000001 00000002 00000003", "Atlas"

	chip.Detail.Faults = nil
	for i := range 12 {
		chip.Detail.Faults = append(chip.Detail.Faults, snapshot.Fault{Code: fmt.Sprintf("%X", 0x80E18005+i)})
	}

	chip.Holders = []snapshot.Holder{{Namespace: "ns", Pod: "train-0", Container: "main", Resource: "huawei.com/Ascend910"}}
	chip.Processes = []snapshot.Process{{
		PID: "15", Memory: optional.Of(4 << 30), Owner: &snapshot.Owner{ContainerID: "0123", PodUID: "4567"},
	}}

	chip.Network.Traffic.RoCEErrors.QueuePairs = optional.Of(14)
	chip.Network.Optical.Lanes = nil

	for i, power := range [][2]float64{{1.2, 1.1}, {1.3, 0.9}, {1.4, 0.8}, {1.5, 0.7}} {
		chip.Network.Optical.Lanes = append(chip.Network.Optical.Lanes, snapshot.Lane{
			Name: strconv.Itoa(i), TransmitPower: optional.Of(power[0]).Per(1000), ReceivePower: optional.Of(power[1]).Per(1000),
		})
	}

	// The others have ids too, or they would have no series.
	for i := range s.Chips {
		s.Chips[i].PhyID = strconv.Itoa(i)
	}

	return s
}

func vendorFamilies(t *testing.T, options NPUExporterOptions, s *snapshot.Snapshot) map[string]*dto.MetricFamily {
	t.Helper()

	e := NewNPUExporter(options)
	e.Update(s)

	families, err := e.Gather()
	if err != nil {
		t.Fatal(err)
	}

	if !slices.IsSortedFunc(families, byName) {
		t.Error("not ordered by name")
	}

	out := make(map[string]*dto.MetricFamily)
	for _, family := range families {
		out[family.GetName()] = family
	}

	return out
}

// labelsOf are the labels of a series.
func labelsOf(m *dto.Metric) map[string]string {
	out := make(map[string]string)
	for _, pair := range m.Label {
		out[pair.GetName()] = pair.GetValue()
	}

	return out
}

// TestNPUExporterTable holds names, labels, types and units against the table of what npu-exporter has.
func TestNPUExporterTable(t *testing.T) {
	t.Parallel()

	text, err := os.ReadFile("testdata/npu-exporter.tsv")
	if err != nil {
		t.Fatal(err)
	}

	const common = "id model_name vdie_id pcie_bus_info namespace pod_name container_name"

	families := vendorFamilies(t, NPUExporterOptions{Version: "1.2.3"}, vendorFull())

	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "#") {
			continue
		}

		columns := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		name, want := columns[0], columns[3]
		family := families[name]
		delete(families, name)

		switch {
		case want == "-" && family != nil:
			t.Errorf("%s is served, and the table says that it is not", name)

			continue
		case want == "-":
			continue
		case family == nil:
			t.Errorf("%s is not served", name)

			continue
		case family.GetType() != dto.MetricType_GAUGE:
			t.Errorf("%s is a %s", name, family.GetType())
		}

		wanted := strings.ReplaceAll(strings.Replace(columns[1], "L1 with name for model_name", strings.Replace(common, "model_name", "name", 1), 1), " +", "")
		labels := strings.Fields(strings.Replace(wanted, "L1", common, 1))
		slices.Sort(labels)

		for _, series := range family.Metric {
			got := make([]string, 0, len(series.Label))
			for _, pair := range series.Label {
				got = append(got, pair.GetName())
			}

			if diff := cmp.Diff(labels, got); diff != "" {
				t.Errorf("labels of %s (-want +got):\n%s", name, diff)
			}

			if series.TimestampMs != nil {
				t.Errorf("%s has a timestamp of its own", name)
			}
		}

		if got := strconv.FormatFloat(family.Metric[0].GetGauge().GetValue(), 'f', -1, 64); got != want {
			t.Errorf("%s is %s, want %s in %s", name, got, want, columns[2])
		}
	}

	for name := range families {
		t.Errorf("%s is no metric of npu-exporter", name)
	}
}

// TestNPUExporterLabels: ids as npu-exporter writes them, and the same pod on every metric of the chip.
func TestNPUExporterLabels(t *testing.T) {
	t.Parallel()

	ids := map[string]string{
		"id": "0", "model_name": "910B3-Ascend-V1", "vdie_id": "14036E64-00E04F1D-00000001-00000002-00000003", "pcie_bus_info": "0000:C1:00.0",
		"namespace": "ns", "pod_name": "train-0", "container_name": "main",
	}

	// with is these labels and others.
	with := func(renamed map[string]string, more ...string) map[string]string {
		out := make(map[string]string)

		for name, value := range ids {
			if to, ok := renamed[name]; ok {
				name = to
			}

			out[name] = value
		}

		for pair := range slices.Chunk(more, 2) {
			out[pair[0]] = pair[1]
		}

		return out
	}

	families := vendorFamilies(t, NPUExporterOptions{}, vendorFull())

	for name, want := range map[string]map[string]string{
		"npu_chip_info_error_code":    ids,
		"npu_chip_info_serial_number": with(nil, "serial_number", "serial"),
		"npu_chip_info_name":          with(map[string]string{"model_name": "name"}),
		"npu_chip_info_process_info":  with(nil, "container_name", "ns_train-0_main", "process_id", "15", "container_id", "0123"),
		"npu_container_info":          with(map[string]string{"id": "npuID"}, "containerID", "0123", "containerName", "ns_train-0_main"),
	} {
		if diff := cmp.Diff(want, labelsOf(families[name].Metric[0])); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// TestNPUExporterUnknown: what is not known is absent, or -1 where that is asked for; it is counted in either case.
func TestNPUExporterUnknown(t *testing.T) {
	t.Parallel()

	s := &snapshot.Snapshot{Up: true, Chips: []snapshot.Chip{
		{LogicID: "0", Model: "910B3", Health: npusmi.HealthOK, Network: &snapshot.Network{LinkUp: optional.Of(0), Health: optional.Of(3)}},
		{LogicID: "1", Model: "910B3", Health: npusmi.HealthAlarm, Network: &snapshot.Network{Health: optional.Of(6)}},
		{LogicID: "2", Model: "910B3", Health: npusmi.HealthUnknown, Network: &snapshot.Network{LinkUp: optional.Of(1), Health: optional.Of(9)}},
		{LogicID: "3", Model: "910B3", Health: npusmi.HealthWarning},
		{LogicID: "4", Model: "Ascend950PR", Health: npusmi.HealthOK, Network: ports950()},
	}}

	for _, test := range []struct {
		minusOne              bool
		health, link, network string
	}{
		{false, "0=1 1=0 3=0 4=1", "0=0 2=1", "0=0 1=1"},
		{true, "0=1 1=0 2=-1 3=0 4=1", "0=0 1=-1 2=1", "0=0 1=1 2=-1"},
	} {
		families := vendorFamilies(t, NPUExporterOptions{MinusOne: test.minusOne}, s)

		for name, want := range map[string]string{
			"npu_chip_info_health_status": test.health, "npu_chip_info_link_status": test.link, "npu_chip_info_network_status": test.network,
		} {
			var got []string
			for _, series := range families[name].Metric {
				got = append(got, fmt.Sprintf("%s=%v", labelsOf(series)["id"], series.GetGauge().GetValue()))
			}

			if strings.Join(got, " ") != want {
				t.Errorf("%s, -1: %t: %v, want %s", name, test.minusOne, got, want)
			}
		}

		for name, want := range map[string]float64{
			"machine_npu_nums": 5, "machine_healthy_npu_nums": 2, "machine_unhealthy_npu_nums": 2, "machine_unknown_npu_nums": 1, "machine_card_nums": 1,
		} {
			if got := families[name].Metric[0].GetGauge().GetValue(); got != want {
				t.Errorf("%s is %v, want %v", name, got, want)
			}
		}
	}
}

// TestNPUExporterWithoutIDs: a chip whose physical id is not known has no series, and is counted.
func TestNPUExporterWithoutIDs(t *testing.T) {
	t.Parallel()

	families := vendorFamilies(t, NPUExporterOptions{}, &snapshot.Snapshot{Up: true, Chips: []snapshot.Chip{
		{Model: "910B3", Health: npusmi.HealthOK}, {PhyID: "7", LogicID: "1", Model: "910B3", Health: npusmi.HealthOK},
	}})

	health := families["npu_chip_info_health_status"].Metric
	if len(health) != 1 || labelsOf(health[0])["id"] != "7" {
		t.Errorf("health %v", health)
	}

	if got := families["machine_npu_nums"].Metric[0].GetGauge().GetValue(); got != 2 {
		t.Errorf("%v chips", got)
	}

	for name := range vendorFamilies(t, NPUExporterOptions{}, new(snapshot.Snapshot)) {
		if name != "npu_exporter_version_info" {
			t.Errorf("%s while the chips cannot be read", name)
		}
	}
}

// TestNPUExporterWaits: a chip has no series before its board was asked, which would rename them, and does not wait for what never comes.
func TestNPUExporterWaits(t *testing.T) {
	t.Parallel()

	named := snapshot.Chip{PhyID: "0"}
	named.Detail.Board = &snapshot.Board{ChipName: "910B3"}

	for name, test := range map[string]struct {
		query    snapshot.Query
		unusable bool
		fallback bool
		want     int
	}{
		"not asked yet":         {snapshot.Query{Name: "die", Unsupported: true}, false, false, 1},
		"asked of one":          {snapshot.Query{Name: "die", Asked: true, Runs: 1}, false, false, 1},
		"failed":                {snapshot.Query{Name: "die", Asked: true, Runs: 2}, false, false, 2},
		"not supported":         {snapshot.Query{Name: "die", Asked: true, Runs: 1, Unsupported: true}, false, false, 2},
		"turned off":            {snapshot.Query{Name: "board"}, false, false, 2},
		"of no use":             {snapshot.Query{Name: "die"}, true, false, 2},
		"while others stand in": {snapshot.Query{Name: "die"}, false, true, 2},
	} {
		s := &snapshot.Snapshot{
			Up: true, Fallback: test.fallback, Chips: []snapshot.Chip{named, {PhyID: "1", Unusable: test.unusable}}, Queries: []snapshot.Query{test.query},
		}

		if got := len(vendorFamilies(t, NPUExporterOptions{}, s)["npu_chip_info_name"].Metric); got != test.want {
			t.Errorf("%s: %d chips have series, want %d", name, got, test.want)
		}
	}
}
