package npusmi

import "github.com/ascend-exporter/ascend_exporter/collector/optional"

// Usages is what `npu-smi info -t usages` says of a chip: how much of it is in use. Rates are in percent, as the tool rounds
// them. What a product does not print is absent; a virtual NPU lacks most rates.
type Usages struct {
	DDRCapacity       optional.Float // MiB; 0 on products without DDR (910B, A3, 950); the "Memory" of 310 and 310B
	DDRUsage          optional.Float // percent of the capacity
	DDRBandwidth      optional.Float // percent
	HBMCapacity       optional.Float // MiB; absent on 310, 310B and 310P
	HBMUsage          optional.Float // percent of the capacity
	HBMBandwidth      optional.Float // percent
	HugepagesCapacity optional.Float // pages
	HugepagesUsage    optional.Float // percent of the pages

	AICore      optional.Float // percent
	AIVector    optional.Float // percent; on 310P the tool calls it Vectorcore; absent on 310, 310B, 910A
	AICube      optional.Float // percent; 910B, A3 and 950, from release 25.5 on
	AICPU       optional.Float // percent
	ControlCPU  optional.Float // percent
	Utilization optional.Float // percent, of the whole NPU; 910B, A3 and 950, from release 25 on

	DVPP DVPPUsage // 310P
}

// DVPPUsage is the use of the engines for pictures and video, in percent.
type DVPPUsage struct {
	VDEC, VPC, VENC, JPEGE, JPEGD optional.Float
}

// ParseUsages reads the answer for a card or a chip.
func ParseUsages(output []byte) ([]PerChip[Usages], Warnings, error) {
	return parseNumbers(output, func(u *Usages, key string) (*optional.Float, bool) {
		if where, known := placeMemoryUsage(u, key); known {
			return where, true
		}

		return placeEngineUsage(u, key)
	})
}

func placeMemoryUsage(u *Usages, key string) (where *optional.Float, known bool) {
	switch key {
	case "ddr capacity(mb)", "memory capacity(mb)":
		return &u.DDRCapacity, true
	case "ddr usage rate(%)", "memory usage rate(%)":
		return &u.DDRUsage, true
	case "ddr bandwidth usage rate(%)", "memory bandwidth usage rate(%)":
		return &u.DDRBandwidth, true
	case "hbm capacity(mb)":
		return &u.HBMCapacity, true
	case "hbm usage rate(%)":
		return &u.HBMUsage, true
	case "hbm bandwidth usage rate(%)":
		return &u.HBMBandwidth, true
	case "ddr hugepages total(page)", "hugepages total(page)":
		return &u.HugepagesCapacity, true
	case "ddr hugepages usage rate(%)", "hugepages usage rate(%)":
		return &u.HugepagesUsage, true
	default:
		return nil, false
	}
}

func placeEngineUsage(u *Usages, key string) (where *optional.Float, known bool) {
	switch key {
	case "aicore usage rate(%)":
		return &u.AICore, true
	case "aivector usage rate(%)", "vectorcore usage rate(%)":
		return &u.AIVector, true
	case "aicube usage rate(%)":
		return &u.AICube, true
	case "aicpu usage rate(%)":
		return &u.AICPU, true
	case "ctrlcpu usage rate(%)":
		return &u.ControlCPU, true
	case "npu utilization(%)":
		return &u.Utilization, true
	case "dvpp vdec usage rate(%)":
		return &u.DVPP.VDEC, true
	case "dvpp vpc usage rate(%)":
		return &u.DVPP.VPC, true
	case "dvpp venc usage rate(%)":
		return &u.DVPP.VENC, true
	case "dvpp jpege usage rate(%)":
		return &u.DVPP.JPEGE, true
	case "dvpp jpegd usage rate(%)":
		return &u.DVPP.JPEGD, true
	default:
		return nil, false
	}
}
