package direct

import (
	"slices"

	"github.com/ascend-exporter/ascend_exporter/collector/npusmi"
	"github.com/ascend-exporter/ascend_exporter/collector/optional"
	"github.com/ascend-exporter/ascend_exporter/collector/sim"
)

func usages(f sim.Family, c sim.Chip) npusmi.Usages {
	return npusmi.Usages{
		DDRCapacity:       number(c.DDR.Total),
		DDRUsage:          number(c.Rates.DDR),
		DDRBandwidth:      number(c.Rates.DDRBandwidth),
		HBMCapacity:       number(c.HBM.Total),
		HBMUsage:          hbmUsage(f, c),
		HBMBandwidth:      number(c.Rates.HBMBandwidth),
		HugepagesCapacity: number(c.Hugepages.Total),
		HugepagesUsage:    number(share(c.Hugepages)),
		AICore:            rate(c.Rates.AICore),
		AIVector:          rate(c.Rates.AIVector),
		AICube:            number(c.Rates.AICube),
		AICPU:             number(c.Rates.AICPU),
		ControlCPU:        number(c.Rates.CtrlCPU),
		Utilization:       number(c.Rates.NPU),
	}
}

// hbmUsage is computed anew where the use is known, else the driver's. One above 100 % is not printed.
func hbmUsage(f sim.Family, c sim.Chip) optional.Float {
	percent := c.Rates.HBM
	if f != sim.FamilyA5 && c.HBM.Total > 0 {
		percent = share(c.HBM)
	}

	return number(percent).Unless(percent > 100)
}

// share is what is in use, cut to a whole percentage; 0 of nothing.
func share(u sim.Usage) int {
	if u.Total == 0 {
		return 0
	}

	return u.Used * 100 / u.Total
}

func common(_ sim.Family, c sim.Chip) npusmi.Common {
	return npusmi.Common{
		DDRUsage:           number(c.Rates.DDR),
		HBMUsage:           rate(c.Rates.HBM),
		AICore:             rate(c.AICore),
		AICoreRatedClock:   number(c.Clock.Rated),
		AICoreCurrentClock: number(c.Clock.Current),
		AICores:            number(c.AICores),
		Temperature:        sensor(number(c.Temperature)),
		Power:              sensor(printed(c.Power, 1)),
	}
}

func memory(_ sim.Family, c sim.Chip) npusmi.Memory {
	return npusmi.Memory{
		DDRCapacity:    number(c.DDR.Total),
		DDRClock:       number(c.DDRClock),
		HBMCapacity:    number(c.HBM.Total),
		HBMClock:       number(c.HBMInfo.Clock),
		HBMTemperature: sensor(number(c.HBMInfo.Temperature)),
	}
}

func ecc(_ sim.Family, c sim.Chip) npusmi.ECC {
	counts := func(errors, lifetime, isolated, next int) npusmi.ECCCounts {
		return npusmi.ECCCounts{
			Errors: number(errors), LifetimeErrors: number(lifetime), IsolatedPages: number(isolated), NextIsolatedPages: number(next),
		}
	}

	e := c.ECC

	return npusmi.ECC{HBM: npusmi.ECCMemory{
		SingleBit: counts(e.Single, e.TotalSingle, e.IsolatedSingle, e.NextIsolatedSingle),
		DoubleBit: counts(e.Double, e.TotalDouble, e.IsolatedDouble, e.NextIsolatedDouble),
	}}
}

func volt(_ sim.Family, c sim.Chip) npusmi.Volt {
	return npusmi.Volt{Voltage: printed(optional.Of(c.Voltage), 2)}
}

func sensors(_ sim.Family, c sim.Chip) npusmi.Sensors {
	return npusmi.Sensors{
		SocMax: sensor(number(c.Sensors.SoC)), SFP: sensor(number(c.Sensors.SFP)), NDIE: sensor(number(c.Sensors.NDie)), HBM: sensor(number(c.Sensors.HBM)),
	}
}

// health is that of a chip without fault codes, which the tool calls OK unless it does not know its state.
func health(_ sim.Family, c sim.Chip) npusmi.ChipHealth {
	h := npusmi.ChipHealth{Health: npusmi.HealthOK, CodesKnown: true}
	if c.Health == sim.HealthUnknown {
		h.Health = npusmi.HealthUnknown
	}

	return h
}

// hasNoFault says whether the chip has no fault code, and a state that the tool has a word for.
func hasNoFault(c sim.Chip) bool {
	return len(c.Faults) == 0 && c.Health.String() != ""
}

func pcieErrors(_ sim.Family, c sim.Chip) npusmi.PCIeErrors {
	return npusmi.PCIeErrors{
		TX: number(c.PCIe.TX), RX: number(c.PCIe.RX), LCRC: number(c.PCIe.LCRC), ECRC: number(c.PCIe.ECRC), Retry: number(c.PCIe.Retry),
	}
}

func sioErrors(_ sim.Family, c sim.Chip) npusmi.SIOErrors {
	return npusmi.SIOErrors{TX: number(c.SIO.TX), RX: number(c.SIO.RX)}
}

func hccs(_ sim.Family, c sim.Chip) npusmi.HCCS {
	const packet = 20 // bytes

	h := npusmi.HCCS{HealthKnown: true, Healthy: true, Links: make([]npusmi.HCCSLink, 0, len(c.HCCS))}

	for i, l := range c.HCCS {
		h.Healthy = h.Healthy && l.Mode > 0
		h.Links = append(h.Links, npusmi.HCCSLink{
			Number: i + 1, LaneMode: number(l.Mode), LaneList: l.Lanes, Speed: number(l.Speed),
			TransmitPackets: number(l.TxPackets), TransmitBytes: number(l.TxPackets * packet),
			ReceivePackets: number(l.RxPackets), ReceiveBytes: number(l.RxPackets * packet),
			Retries: number(l.Retries), Errors: number(l.Errors),
		})
	}

	return h
}

// hasLinks says whether there are links, and the lanes of all of them are known.
func hasLinks(c sim.Chip) bool {
	return len(c.HCCS) > 0 && !slices.ContainsFunc(c.HCCS, func(l sim.HCCSLink) bool { return l.Lanes == "" })
}
