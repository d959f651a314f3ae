package collector

import (
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/ascend-exporter/ascend_exporter/collector/optional"
	"github.com/ascend-exporter/ascend_exporter/collector/snapshot"
)

// TestNPUExporterPower: a 310P measures its card, an A3 its package, a 310 nothing.
func TestNPUExporterPower(t *testing.T) {
	t.Parallel()

	s := &snapshot.Snapshot{
		Chips: []snapshot.Chip{
			{Key: snapshot.Key{NPU: 1}, PhyID: "0", Model: "310P3"},
			{Key: snapshot.Key{NPU: 1, Chip: 1}, PhyID: "1", Model: "310P3"},
			{Key: snapshot.Key{NPU: 2}, PhyID: "2", Model: "Ascend910", Power: optional.Of(300)},
			{Key: snapshot.Key{NPU: 2, Chip: 1}, PhyID: "3", Model: "Ascend910"},
			{Key: snapshot.Key{NPU: 3}, PhyID: "4", Model: "310", RatedPower: optional.Of(12.8)},
		},
		Cards: []snapshot.Card{{NPU: 1, Power: optional.Of(94.4)}},
	}

	got := make(map[string]float64)
	for _, series := range vendorFamilies(t, NPUExporterOptions{}, s)["npu_chip_info_power"].Metric {
		got[labelsOf(series)["id"]] = series.GetGauge().GetValue()
	}

	if diff := cmp.Diff(map[string]float64{"0": 94.4, "1": 94.4, "2": 300}, got); diff != "" {
		t.Errorf("power (-want +got):\n%s", diff)
	}
}

// TestNPUExporterHolder: pods are told of a chip that one container holds, and all of it.
func TestNPUExporterHolder(t *testing.T) {
	t.Parallel()

	whole := snapshot.Holder{Namespace: "ns", Pod: "a", Container: "main", Resource: "huawei.com/Ascend910"}
	part := snapshot.Holder{Namespace: "ns", Pod: "a", Container: "main", Resource: "huawei.com/Ascend910-2c"}
	claim := snapshot.Holder{Namespace: "ns", Pod: "a", Resource: "npu.huawei.com"}

	for name, test := range map[string]struct {
		holders []snapshot.Holder
		vnpus   []snapshot.VNPU
		owner   *snapshot.Owner
		want    string // pod, container, container of the process; "" is nobody
	}{
		"nobody":                {},
		"one":                   {holders: []snapshot.Holder{whole}, owner: &snapshot.Owner{PodUID: "u"}, want: "a main ns_a_main"},
		"a process outside":     {holders: []snapshot.Holder{whole}, owner: new(snapshot.Owner), want: "a main "},
		"a process unseen":      {holders: []snapshot.Holder{whole}, want: "a main "},
		"no container is known": {holders: []snapshot.Holder{claim}, owner: &snapshot.Owner{PodUID: "u"}, want: "a  "},
		"two":                   {holders: []snapshot.Holder{whole, claim}},
		"a part by its name":    {holders: []snapshot.Holder{part}},
		"a chip that is cut":    {holders: []snapshot.Holder{whole}, vnpus: []snapshot.VNPU{{ID: "100"}}},
	} {
		chip := snapshot.Chip{PhyID: "0", AICore: optional.Of(0.5), Holders: test.holders, Processes: []snapshot.Process{{
			PID: "1", Memory: optional.Of(1 << 20), Owner: test.owner,
		}}}
		chip.Detail.VNPUs = test.vnpus

		families := vendorFamilies(t, NPUExporterOptions{}, &snapshot.Snapshot{Chips: []snapshot.Chip{chip}})

		var got string
		if family := families["container_npu_utilization"]; family != nil {
			labels := labelsOf(family.Metric[0])
			process := labelsOf(families["npu_chip_info_process_info"].Metric[0])
			got = labels["pod_name"] + " " + labels["container_name"] + " " + process["container_name"]
		}

		if got != test.want {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}

func vendorSixteen() *snapshot.Snapshot {
	s := vendorFull()
	chip := s.Chips[0]
	s.Chips = nil

	for i := range 16 {
		chip.Key, chip.PhyID = snapshot.Key{NPU: i / 2, Chip: i % 2}, strconv.Itoa(i)
		s.Chips = append(s.Chips, chip)
	}

	return s
}

func BenchmarkNPUExporterScrape(b *testing.B) {
	e := NewNPUExporter(NPUExporterOptions{})
	e.Update(vendorSixteen())

	handler := promhttp.HandlerFor(e, promhttp.HandlerOpts{DisableCompression: true})

	b.ReportAllocs()

	for b.Loop() {
		b.SetBytes(int64(scrape(b, handler, format{})))
	}
}

func BenchmarkNPUExporterRender(b *testing.B) {
	e := NewNPUExporter(NPUExporterOptions{})
	s := vendorSixteen()

	b.ReportAllocs()

	for b.Loop() {
		e.Update(s)
	}
}
