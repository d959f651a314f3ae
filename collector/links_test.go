package collector

import (
	"testing"

	"github.com/ascend-exporter/ascend_exporter/collector/optional"
	"github.com/ascend-exporter/ascend_exporter/collector/snapshot"
)

// TestHCCSSums: a count that one link lacks, as when its counter is at its end, is known of no sum.
func TestHCCSSums(t *testing.T) {
	t.Parallel()

	link := func(bytes, retries, down optional.Float) snapshot.HCCSLink {
		return snapshot.HCCSLink{TransmitBytes: bytes, Retries: retries, Down: down}
	}

	s := &snapshot.Snapshot{Chips: []snapshot.Chip{{Detail: snapshot.Detail{HCCS: &snapshot.HCCS{Links: []snapshot.HCCSLink{
		link(optional.Of(100), optional.Of(4294967290), optional.Of(1)),
		link(optional.Of(20), optional.Float{}, optional.Float{}),
	}}}}}}

	got := make(map[string]float64)

	New(Options{}).Visit(s, nil, func(sample Sample) { got[sample.Name] = sample.Value })

	if got["ascend_npu_hccs_links"] != 2 || got["ascend_npu_hccs_transmit_bytes_total"] != 120 {
		t.Errorf("%v links, %v bytes", got["ascend_npu_hccs_links"], got["ascend_npu_hccs_transmit_bytes_total"])
	}

	for _, name := range []string{"ascend_npu_hccs_retries_total", "ascend_npu_hccs_links_down"} {
		if value, there := got[name]; there {
			t.Errorf("%s is %v, though one link's is not known", name, value)
		}
	}
}
