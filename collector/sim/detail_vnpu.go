package sim

import (
	"cmp"
	"fmt"
)

// vnpuRows print the slices of a chip as tables.
func vnpuRows(p pairs, s State, c Chip) FailureCode {
	if c.Failures[EveryReading] != 0 {
		return FailureUnsupported
	}

	if s.Container {
		p.b.WriteString("This command cannot be executed on a VM or container.\n")

		return 0
	}

	const rule = "+-------------------------------------------------------------------------------+\n"

	p.b.WriteString(rule +
		"| NPU resource static info as follow:                                           |\n" +
		"| Format:Free/Total                   NA: Currently, query is not supported.    |\n" +
		"| AICORE    Memory    AICPU    VPC    VENC    VDEC    JPEGD    JPEGE    PNGD    |\n" +
		"|            GB                                                                 |\n" +
		"|===============================================================================|\n" +
		"| 10/20     32/64     3/6      5/9    NA/NA   1/2     12/24    2/4      NA/NA   |\n" + rule)
	fmt.Fprintf(p.b, "| Total number of vnpu: %-56d|\n", len(c.VNPUs))
	p.b.WriteString(rule + "|  Vnpu ID  |  Vgroup ID     |  Container ID  |  Status  |  Template Name       |\n" + rule)

	for _, v := range c.VNPUs {
		used := 0
		if v.Used {
			used = 1
		}

		fmt.Fprintf(p.b, "|  %-8d |  0             |  %-13s |  %-7d |  %-19s |\n", v.ID, cmp.Or(v.Container, "NA"), used, v.Template)
		p.b.WriteString(rule)
	}

	return 0
}
