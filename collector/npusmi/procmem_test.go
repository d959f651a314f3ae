package npusmi

import (
	"testing"

	"github.com/ascend-exporter/ascend_exporter/collector/optional"
)

func TestParseProcMem(t *testing.T) {
	t.Parallel()

	num := optional.Of

	testStructured(t, ParseProcMem, []structuredTest[[]PerChip[ProcMem]]{
		{
			name: "card",
			text: "\tNPU ID                         : 4\n\tChip Count                     : 2\n\n" +
				"\tProcess id:71      Process name:two words         Process memory(MB):5\n" +
				"\tGet pid name failed.\n\tProcess id:72      Process name:                  Process memory(MB):0\n" +
				"\tChip ID                        : 0\n\n\tNo process in device.\n\tChip ID                        : 1\n\n",
			want: []PerChip[ProcMem]{
				{Chip: 0, Reading: ProcMem{Processes: []ProcessMemory{
					{PID: "71", Name: "two words", Memory: num(5)}, {PID: "72", Memory: num(0)},
				}}},
				{Chip: 1},
			},
		},
		{
			name: "card of a 310",
			text: "NPU ID : 4\nChip Count : 1\n\nChip ID : 2\nNo process in device.\n",
			want: []PerChip[ProcMem]{{Chip: 2}},
		},
		{
			name: "950",
			text: "NPU ID : 4\nProcess id:4000000 Process name:a|b Process memory(MB):123456\n",
			want: one(ProcMem{Processes: []ProcessMemory{{PID: "4000000", Name: "a|b", Memory: num(123456)}}}),
		},
		{
			name: "chip, lines that are none",
			text: "\tProcess id:x  Process name:a  Process memory(MB):1\n\tProcess id:5  Process name:a\n\tProcess id:6  Process name:a  Process memory(MB):some\n" +
				"\tId:6  Process name:a  Process memory(MB):1\n\tProcess id:7\n\thello\n\tProcess id:8  Process name:b  Process memory(MB):9\n",
			want:     one(ProcMem{Processes: []ProcessMemory{{PID: "8", Name: "b", Memory: num(9)}}}),
			warnings: 6,
		},
	})
}

func TestParseFaultEvents(t *testing.T) {
	t.Parallel()

	num := optional.Of

	testStructured(t, ParseFaultEvents, []structuredTest[[]PerChip[FaultEvents]]{
		{
			name: "none",
			text: "\tFault Event Count              : 0\n\tFault Event Information        : NA\n",
			want: one(FaultEvents{Count: num(0)}),
		},
		{
			name: "two",
			text: "\tFault Event Count : 2\n\tFault Event Information : event id=0x81ab7001, severity=1, node type ex=12, node id=3, sub node type ex=4, sub node id=5\n\n" +
				"\t          : event id=0x41AE0002, severity=3, node type=9, sub node type=8\n",
			want: one(FaultEvents{Count: num(2), Events: []FaultEvent{
				{Code: "81AB7001", Severity: num(1), NodeType: num(12), NodeID: num(3), SubNodeType: num(4), SubNodeID: num(5)},
				{Code: "41AE0002", Severity: num(3), NodeType: num(9), SubNodeType: num(8)},
			}}),
		},
		{
			name: "parts that nobody knows",
			text: "Fault Event Count : few\nFault Event Information : event id=0x41AE0002, colour=red\n : severity=1\n : event id=oops\nFault : 1\n",
			want: one(FaultEvents{Events: []FaultEvent{{Code: "41AE0002"}}}), warnings: 3,
		},
	})
}
