package sim

// eccWidth is that of the keys of ECC, which are longer than others.
const eccWidth = 40

// details are the queries with -t that have an answer. What the tool knows beside them is configuration.
func details() []detail {
	return []detail{
		{name: "board", whole: printBoard},
		{name: "common", early: true, rows: commonRows, mcu: commonMCU},
		{name: "usages", rows: usagesRows},
		{name: "memory", rows: memoryRows},
		{name: "health", rows: healthRows, single: healthOfOne, mcu: healthMCU},
		{name: "ecc", width: eccWidth, check: eccCheck, rows: eccRows},
		{name: "temp", rows: tempRows, mcu: tempMCU},
		{name: "power", rows: powerRows, mcu: powerMCU},
		{name: "volt", rows: voltRows, mcu: voltMCU},
		{name: "sensors", families: []Family{Family310P, Family910, FamilyA2, FamilyA3, FamilyA5}, chipOnly: true, rows: sensorRows},
		{name: "pcie-err", families: []Family{Family310P, FamilyA2, FamilyA5}, lacks: onUnifiedBus, rows: pcieRows},
		{name: "proc-mem", strict: true, rows: procMemRows},
		{name: "hccs", families: []Family{Family310P, FamilyA2, FamilyA3}, chipOnly: true, rows: hccsRows},
		{name: "sio-info", families: []Family{FamilyA3, FamilyA5}, chipOnly: true, rows: sioRows},
		{name: "spod-info", families: []Family{FamilyA3, FamilyA5}, lacks: areCards, chipOnly: true, rows: superPodRows},
		{name: "product", families: []Family{Family310, Family310P, Family310B}, rows: productRows},
		{name: "info-vnpu", families: []Family{Family310P, Family910, FamilyA2}, chipOnly: true, rows: vnpuRows},
		{name: "topo", families: []Family{Family310P, Family910, FamilyA2, FamilyA3, FamilyA5}, whole: printTopo},
		{name: "current-fault-event", families: []Family{FamilyA5}, chipOnly: true, rows: faultEventRows},
	}
}

func onUnifiedBus(s State) bool { return s.UnifiedBus }

func areCards(s State) bool { return s.Cards }
