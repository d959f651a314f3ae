package direct

import (
	"math"

	"github.com/ascend-exporter/ascend_exporter/collector/npusmi"
	"github.com/ascend-exporter/ascend_exporter/collector/optional"
	"github.com/ascend-exporter/ascend_exporter/collector/sim"
)

func usages(c sim.Chip) npusmi.Usages {
	return npusmi.Usages{
		DDRCapacity:       number(c.DDR.Total),
		DDRUsage:          number(c.Rates.DDR),
		DDRBandwidth:      number(c.Rates.DDRBandwidth),
		HBMCapacity:       number(c.HBM.Total),
		HBMUsage:          number(percentage(c.HBM)),
		HBMBandwidth:      number(c.Rates.HBMBandwidth),
		HugepagesCapacity: number(c.Hugepages.Total),
		HugepagesUsage:    number(percentage(c.Hugepages)),
		AICore:            number(c.Rates.AICore),
		AIVector:          number(c.Rates.AIVector),
		AICube:            number(c.Rates.AICube),
		AICPU:             number(c.Rates.AICPU),
		ControlCPU:        number(c.Rates.CtrlCPU),
		Utilization:       number(c.Rates.NPU),
	}
}

// percentage is the share in use, cut to a whole number; 0 of nothing.
func percentage(u sim.Usage) int {
	if u.Total == 0 {
		return 0
	}

	return u.Used * 100 / u.Total
}

func common(c sim.Chip) npusmi.Common {
	return npusmi.Common{
		DDRUsage:           number(c.Rates.DDR),
		HBMUsage:           number(c.Rates.HBM),
		AICore:             number(c.AICore),
		AICoreRatedClock:   number(c.Clock.Rated),
		AICoreCurrentClock: number(c.Clock.Current),
		AICores:            number(c.AICores),
		Temperature:        number(c.Temperature),
		Power:              printed(c.Power, 1),
	}
}

// printed is a number as the tool prints it, with some decimals; a reading that there is not is a zero to it.
func printed(value optional.Float, decimals int) optional.Float {
	number, _ := value.Get()
	unit := math.Pow10(decimals)

	return optional.Of(math.Round(number*unit) / unit)
}

func memory(c sim.Chip) npusmi.Memory {
	return npusmi.Memory{
		DDRCapacity:    number(c.DDR.Total),
		DDRClock:       number(c.DDRClock),
		HBMCapacity:    number(c.HBM.Total),
		HBMClock:       number(c.HBMInfo.Clock),
		HBMTemperature: number(c.HBMInfo.Temperature),
	}
}

func ecc(c sim.Chip) npusmi.ECC {
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

func volt(c sim.Chip) npusmi.Volt {
	return npusmi.Volt{Voltage: printed(optional.Of(c.Voltage), 2)}
}

func sensors(c sim.Chip) npusmi.Sensors {
	return npusmi.Sensors{
		SocMax: number(c.Sensors.SoC), SFP: number(c.Sensors.SFP), NDIE: number(c.Sensors.NDie), HBM: number(c.Sensors.HBM),
	}
}

// health is that of a chip without fault codes, which the tool calls OK unless it does not know its state.
func health(c sim.Chip) npusmi.ChipHealth {
	h := npusmi.ChipHealth{Health: npusmi.HealthOK, CodesKnown: true}
	if c.Health == sim.HealthUnknown {
		h.Health = npusmi.HealthUnknown
	}

	return h
}

func pcieErrors(c sim.Chip) npusmi.PCIeErrors {
	return npusmi.PCIeErrors{
		TX: number(c.PCIe.TX), RX: number(c.PCIe.RX), LCRC: number(c.PCIe.LCRC), ECRC: number(c.PCIe.ECRC), Retry: number(c.PCIe.Retry),
	}
}

func sioErrors(c sim.Chip) npusmi.SIOErrors {
	return npusmi.SIOErrors{TX: number(c.SIO.TX), RX: number(c.SIO.RX)}
}

func hccs(c sim.Chip) npusmi.HCCS {
	const packet = 20 // bytes

	h := npusmi.HCCS{HealthKnown: true, Healthy: true}

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
