package poll

import (
	"slices"
	"time"

	"github.com/ascend-exporter/ascend_exporter/collector/npusmi"
)

// Intervals of the detail queries.
const (
	often  = time.Minute
	seldom = 5 * time.Minute
	rarely = time.Hour
)

// detailSources are the queries beside the summary and the mapping. A card is asked where that spares runs and stays off the
// board's controller, which can take 2 s to answer; common has no other form.
func detailSources() []Source {
	sources := slices.Concat(stateSources(), conditionSources(), linkSources(), identitySources(), optionalSources())
	for i := range sources {
		sources[i].Deadline = 10 * time.Second
	}

	return sources
}

// stateSources tell what the chips do, and stand in for the summary.
func stateSources() []Source {
	return []Source{
		{
			Name: "usages", Help: "rates of use beside the summary's (npu-smi info -t usages)",
			Interval: often, Scope: ScopeCard, ByChip: true, Fallback: FallbackToo,
			Args: ask("usages"), Parse: parseUsages, Take: takeUsages,
		},
		{
			Name: "health", Help: "active faults (npu-smi info -t health)",
			Interval: 10 * time.Minute, Sick: 30 * time.Second, Scope: ScopeChip, Fallback: FallbackToo,
			Args: ask("health"), Parse: parseHealth, Take: takeHealth,
		},
		{
			Name: "temp", Help: "temperature while the summary fails (npu-smi info -t temp)",
			Interval: often, Scope: ScopeChip, Fallback: FallbackOnly,
			Args: ask("temp"), Parse: measured(npusmi.ParseTemp, joinTemp),
		},
		{
			Name: "power", Help: "power while the summary fails (npu-smi info -t power)",
			Interval: often, Scope: ScopeChip, Fallback: FallbackOnly,
			Args: ask("power"), Parse: measured(npusmi.ParsePower, joinPower),
		},
	}
}

// conditionSources tell what the chips run at, and the errors in their memory.
func conditionSources() []Source {
	return []Source{
		{
			Name: "memory", Help: "temperature and clock of the HBM (npu-smi info -t memory)",
			Interval: seldom, Scope: ScopeCard, ByChip: true,
			Args: ask("memory"), Parse: measured(npusmi.ParseMemory, joinMemory), Take: taken(joinMemory),
		},
		{
			Name: "ecc", Help: "ECC errors and isolated pages (npu-smi info -t ecc)",
			Interval: seldom, Scope: ScopeCard, ByChip: true,
			Args: ask("ecc"), Parse: measured(npusmi.ParseECC, joinECC), Take: taken(joinECC),
		},
		{
			Name: "common", Help: "frequencies and number of the AI Cores (npu-smi info -t common)",
			Interval: seldom, Scope: ScopeCard,
			Args: ask("common"), Parse: measured(npusmi.ParseCommon, joinCommon), Take: taken(joinCommon),
		},
		{
			Name: "volt", Help: "voltage (npu-smi info -t volt)",
			Interval: seldom, Scope: ScopeCard, ByChip: true,
			Args: ask("volt"), Parse: measured(npusmi.ParseVolt, joinVolt), Take: taken(joinVolt),
		},
		{
			Name: "sensors", Help: "temperatures at sensors (npu-smi info -t sensors)",
			Interval: seldom, Scope: ScopeChip,
			Args: ask("sensors"), Parse: measured(npusmi.ParseSensors, joinSensors), Take: taken(joinSensors),
		},
	}
}

// linkSources tell of the links of the chips.
func linkSources() []Source {
	return []Source{
		{
			Name: "pcie-err", Help: "errors on PCIe (npu-smi info -t pcie-err)",
			Interval: seldom, Scope: ScopeCard, ByChip: true,
			Args: ask("pcie-err"), Parse: measured(npusmi.ParsePCIeErrors, joinPCIe), Take: taken(joinPCIe),
		},
		{
			Name: "hccs", Help: "links between chips (npu-smi info -t hccs)",
			Interval: seldom, Scope: ScopeChip,
			Args: ask("hccs"), Parse: measured(npusmi.ParseHCCS, joinHCCS), Take: taken(joinHCCS),
		},
		{
			Name: "sio-info", Help: "errors between the dies of a package (npu-smi info -t sio-info)",
			Interval: seldom, Scope: ScopeChip,
			Args: ask("sio-info"), Parse: measured(npusmi.ParseSIOErrors, joinSIO), Take: taken(joinSIO),
		},
	}
}

// identitySources tell what the chips are part of.
func identitySources() []Source {
	return []Source{
		{
			Name: "board", Help: "what identifies the cards (npu-smi info -t board)",
			Interval: rarely, Scope: ScopeCard, OnChange: true,
			Args: ask("board"), Parse: measured(npusmi.ParseBoard, joinBoard),
		},
		{
			Name: "die", Group: "board", Help: "what identifies the chips (npu-smi info -t board, for each chip)",
			Interval: rarely, Scope: ScopeChip, OnChange: true,
			Args: ask("board"), Parse: measured(npusmi.ParseBoard, joinBoard),
		},
		{
			Name: "spod-info", Help: "place in the SuperPod (npu-smi info -t spod-info)",
			Interval: rarely, Scope: ScopeChip, OnChange: true,
			Args: ask("spod-info"), Parse: measured(npusmi.ParseSuperPod, joinSuperPod),
		},
		{
			Name: "info-vnpu", Help: "slices of the chips (npu-smi info -t info-vnpu)",
			Interval: rarely, Scope: ScopeChip, OnChange: true,
			Args: ask("info-vnpu"), Parse: parseVNPUs,
		},
	}
}

// Names of queries that are off by default, and that others than their own flags turn on.
const (
	// CardPower asks 310P cards for the power that none of their chips has.
	CardPower = "card-power"
	// Product asks 310P cards what they are sold as.
	Product = "product"
)

// optionalSources are asked only when they are wanted: they cost time, or add many series.
func optionalSources() []Source {
	return []Source{
		{
			Name: CardPower, Help: "power of 310P cards, from the board's controller (npu-smi info -t power)",
			Interval: often, Scope: ScopeCard, Wanted: hasCardPower, Off: true,
			Args: ask("power"), Parse: parseCardPower,
		},
		{
			Name: ProcMem, Help: "all processes on chips of which the summary shows 8, its most (npu-smi info -t proc-mem)",
			Interval: often, Scope: ScopeCard, ByChip: true, Wanted: manyProcesses, Off: true,
			Args: ask("proc-mem"), Parse: measured(npusmi.ParseProcMem, joinProcMem),
		},
		{
			Name: Product, Group: "board", Help: "what 310P cards are sold as (npu-smi info -t product)",
			Interval: rarely, Scope: ScopeCard, OnChange: true, ByChip: true, Wanted: hasProduct, Off: true,
			Args: ask("product"), Parse: measured(npusmi.ParseProduct, joinProduct),
		},
		{
			Name: "topo", Help: "kinds of links between the chips (npu-smi info -t topo)",
			Interval: rarely, Scope: ScopeHost, OnChange: true, Off: true,
			Args:  always("info", "-t", "topo"),
			Parse: host(npusmi.ParseTopology, func(t npusmi.Topology) Reading { return topology(t) }),
		},
	}
}
