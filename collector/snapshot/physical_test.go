package snapshot_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ascend-exporter/ascend_exporter/collector/snapshot"
)

func TestByPhysicalID(t *testing.T) {
	t.Parallel()

	for _, tc := range []struct {
		name  string
		chips []snapshot.Chip
		want  map[string]int
	}{
		{"a mapping without physical ids", []snapshot.Chip{{LogicID: "0"}, {LogicID: "1"}}, map[string]int{"0": 0, "1": 1}},
		{"physical ids, of which one is not known", []snapshot.Chip{{LogicID: "0", PhyID: "4"}, {LogicID: "1"}}, map[string]int{"4": 0}},
		{"two of one id", []snapshot.Chip{{LogicID: "1"}, {LogicID: "1"}, {LogicID: "2"}}, map[string]int{"2": 2}},
		{"three of one id", []snapshot.Chip{{LogicID: "1"}, {LogicID: "1"}, {LogicID: "1"}}, map[string]int{}},
		{"no chip", nil, map[string]int{}},
		{"before the mapping is known", []snapshot.Chip{{}}, map[string]int{}},
	} {
		if diff := cmp.Diff(tc.want, snapshot.ByPhysicalID(tc.chips)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tc.name, diff)
		}
	}
}

// TestPhysicalIDs: an id stays known when its chip is gone.
func TestPhysicalIDs(t *testing.T) {
	t.Parallel()

	var ids snapshot.PhysicalIDs
	if ids.Known("0") {
		t.Error("an id is known before any chip")
	}

	ids.Meet(map[string]int{"0": 0, "1": 1})
	ids.Meet(map[string]int{"1": 0})

	if !ids.Known("0") || !ids.Known("1") || ids.Known("2") {
		t.Error("ids of chips are not known, or others are")
	}
}
