package npusmi

import (
	"testing"

	"github.com/ascend-exporter/ascend_exporter/collector/optional"
)

func TestParseVNPUs(t *testing.T) {
	t.Parallel()

	num := optional.Of
	line := "+--------------------------------------------------------------+\n"
	resources := line + "| NPU resource static info as follow:                          |\n| Format:Free/Total       NA: not known                        |\n" +
		"| AICORE    Memory    VENC                                     |\n|            GB                                                |\n" +
		"|==============================================================|\n| 7/21      40/80     NA/NA                                    |\n" + line
	headings := "|  Vnpu ID  |  Vgroup ID     |  Container ID  |  Status  |  Template Name       |\n" + line
	chip := []VNPUResource{{"AICORE", num(7), num(21)}, {"Memory", num(40), num(80)}, {Name: "VENC"}}

	testStructured(t, ParseVNPUs, []structuredTest[VNPUs]{
		{
			name: "none",
			text: resources + "| Total number of vnpu: 0                                      |\n" + line + headings,
			want: VNPUs{Total: num(0), Resources: chip},
		},
		{
			name: "two",
			text: resources + "| Total number of vnpu: 2   |\n" + line + headings +
				"|  140      |  1             |  abcdef012345  |  1       |  vir07_x             |\n" + line +
				"|  141      |  0             |  NA            |  0       |  vir14_y             |\n" + line,
			want: VNPUs{
				Total: num(2), Resources: chip,
				VNPUs: []VNPU{
					{ID: "140", GroupID: "1", ContainerID: "abcdef012345", Status: "1", Template: "vir07_x"},
					{ID: "141", GroupID: "0", Status: "0", Template: "vir14_y"},
				},
			},
		},
		{
			name: "rows that are none",
			text: "| a | b |\n| AICORE Memory |\n| 1/2 |\n| 1/2 x |\n| Total number of vnpu: some |\nhello\n" + headings +
				"|  1  |  0  |\n|  x  |  0  |  NA  |  0  |  t  |\n",
			want:     VNPUs{Resources: []VNPUResource{{"AICORE", num(1), num(2)}, {Name: "Memory"}}},
			warnings: 7,
		},
		{name: "on a guest", text: "This command cannot be executed on a VM or container.\n", fails: true, warnings: 1},
		{name: "resources alone", text: resources, fails: true},
	})
}

func TestParseList(t *testing.T) {
	t.Parallel()

	num := optional.Of

	testStructured(t, ParseList, []structuredTest[List]{
		{
			name: "server",
			text: "\tTotal Count                    : 2\n\n\tNPU ID                         : 3\n\tChip Count                     : 2\n\n" +
				"\tNPU ID                         : 65\n\tChip Count                     : 1\n\n",
			want: List{Total: num(2), Cards: []Card{{NPU: 3, Chips: num(2)}, {NPU: 65, Chips: num(1)}}},
		},
		{
			name: "310",
			text: "Card Count : 1\n\nNPU ID : 9\nProduct Name : NA\nSerial Number : S9\nChip Count : 4\n",
			want: List{Total: num(1), Cards: []Card{{NPU: 9, Chips: num(4), Serial: "S9"}}},
		},
		{
			name: "950",
			text: "Total Count : 2\n\nNPU ID : 0\n\nNPU ID : 1\nProduct Name : Card 7\nSerial Number : S1\n",
			want: List{Total: num(2), Cards: []Card{{NPU: 0}, {NPU: 1, Product: "Card 7", Serial: "S1"}}},
		},
		{
			name: "a card that got lost",
			text: "Total Count : 2\n\nNPU ID : -1\nChip Count : 0\n\nNPU ID : 4\nChip Count : 1\n",
			want: List{Total: num(2), Lost: 1, Cards: []Card{{NPU: 4, Chips: num(1)}}},
		},
		{
			name: "lines that are none",
			text: "hello\nChip Count : 1\nTotal Count : some\n\nNPU ID : x\nChip Count : 8\n\nNPU ID : 1\nColour : red\n",
			want: List{Cards: []Card{{NPU: 1}}}, warnings: 5,
		},
		{name: "no card", text: "There is no NPU card on this server.\n", fails: true, warnings: 1},
		{name: "none counted", text: "Total Count : 0\n", want: List{Total: num(0)}},
	}, "Failed to query npu chip")
}
