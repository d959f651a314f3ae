package npusmi

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseMapping(t *testing.T) {
	t.Parallel()

	for _, test := range []struct {
		name     string
		text     string
		want     []MappingEntry
		warnings int
	}{
		{
			name: "910B",
			text: "\tNPU ID                         Chip ID                        Chip Logic ID                  Chip Name                     \n" +
				"\t4                              0                              2                              Ascend 910B3\n" +
				"\t4                              1                              -                              Mcu                           \n" +
				"\t5                              0                              3                              Ascend 910B3\n",
			want: []MappingEntry{
				{NPU: 4, LogicID: "2", Name: "Ascend 910B3"},
				{NPU: 5, LogicID: "3", Name: "Ascend 910B3"},
			},
		},
		{
			name: "A3 with noise and tabs",
			text: "DrvMngGetConsoleLogLevel failed. (ret=4)\n" +
				"NPU ID\tChip ID\tChip Logic ID\tChip Phy-ID\tChip Name\r\n" +
				"1\t0\t2\t6\tAscend910\r\n1\t1\t3\t7\tAscend910\r\n1\t2\t-\t-\tMcu\r\n",
			want: []MappingEntry{
				{NPU: 1, LogicID: "2", PhyID: "6", Name: "Ascend910"},
				{NPU: 1, Chip: 1, LogicID: "3", PhyID: "7", Name: "Ascend910"},
			},
		},
		{
			name: "950",
			text: "NPU ID   Slot ID   Chip ID   Chip Phy-ID   Chip Name\n3   7   0   3   Ascend950PR_9579\n",
			want: []MappingEntry{{NPU: 3, SlotID: "7", PhyID: "3", Name: "Ascend950PR_9579"}},
		},
		{
			name: "a lost card, a chip without a name, and rows that are none",
			text: "NPU ID  Chip ID  Chip Logic ID  Chip Name\n" +
				"-1  0  -  Mcu\n0  0  0  MiniD\n0  1  1\n0  x  0  MiniD\nx  0  0  MiniD\n0  0\n",
			want:     []MappingEntry{{LogicID: "0", Name: "MiniD"}, {Chip: 1, LogicID: "1"}},
			warnings: 3,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()

			got, warnings, err := ParseMapping([]byte(test.text))
			if err != nil {
				t.Fatal(err)
			}

			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("entries (-want +got):\n%s", diff)
			}

			if warnings.Count != test.warnings {
				t.Errorf("%d warnings, want %d: %+v", warnings.Count, test.warnings, warnings.First)
			}
		})
	}
}

func TestParseMappingWithoutTable(t *testing.T) {
	t.Parallel()

	for _, text := range []string{"", "Failed to get card number.\n"} {
		if got, _, err := ParseMapping([]byte(text)); err == nil {
			t.Errorf("ParseMapping(%q) = %v, want an error", text, got)
		}
	}
}
