package npusmi

import "testing"

func TestParseTopology(t *testing.T) {
	t.Parallel()

	legend := "\nLegend:\n\n  X    = Self\n  UB   = a text\nNPU7 X\n"

	testStructured(t, ParseTopology, []structuredTest[Topology]{
		{
			name: "910B, network cards",
			text: "\t   NPU0       NPU2       NIC0        NIC1        CPU Affinity\n" +
				"NPU0       X          HCCS       PIX        NA         0-23,48-71\nNPU2       HCCS       X          NA         PHB        24-47\n" +
				"NIC0       PIX        NA         X          SYS         \nNIC1       NA         PHB        SYS        X           \n\n" +
				"NIC0: one_0\nNIC1: \n" + legend,
			want: Topology{Rows: []TopologyRow{
				{ID: 0, CPUAffinity: "0-23,48-71", Links: []TopologyLink{{2, "HCCS"}}},
				{ID: 2, CPUAffinity: "24-47", Links: []TopologyLink{{0, "HCCS"}}},
			}},
		},
		{
			name: "A3, a container's part, no CPUs",
			text: "           Phy-ID6   Phy-ID7   Phy-ID12\nPhy-ID6   X          SIO  HCCS_SW\nPhy-ID7   SIO        X   NA\nPhy-ID12 HCCS_SW NA X\n" + legend,
			want: Topology{ByPhyID: true, Rows: []TopologyRow{
				{ID: 6, Links: []TopologyLink{{7, "SIO"}, {12, "HCCS_SW"}}},
				{ID: 7, Links: []TopologyLink{{6, "SIO"}}},
				{ID: 12, Links: []TopologyLink{{6, "HCCS_SW"}}},
			}},
		},
		{
			name: "one chip",
			text: "\t   NPU3       CPU Affinity\nNPU3       X          96-191\n" + legend,
			want: Topology{Rows: []TopologyRow{{ID: 3, CPUAffinity: "96-191"}}},
		},
		{
			name: "rows that are none, and a kind from the future",
			text: "hello\nNPU0 NPU1 CPU Affinity\nNPU0 X\nNPU1 WORMHOLE X 0-3 4-7\nNPUx X 1\nNPU X 2\n",
			want: Topology{Rows: []TopologyRow{{ID: 1, Links: []TopologyLink{{0, "WORMHOLE"}}}}}, warnings: 5,
		},
		{name: "headings that are none", text: "NPU0 colour\nNPU0 X\n", want: Topology{Rows: []TopologyRow{{ID: 0}}}, warnings: 1},
	})
}
