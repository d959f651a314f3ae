package sim

// What a chip does: usages, common.

// zeroIf is 0 for a reading that fails: what the tool prints of it where it prints it all the same.
func (c Chip) zeroIf(reading Reading, value int) int {
	if c.Failure(reading) != 0 {
		return 0
	}

	return value
}

// since says whether the tool is of a release or newer. The published source is newer than all.
func (s State) since(release string) bool {
	return s.Release == "" || s.Release >= release
}

// share is how much of a memory is in use, in percent.
func (u Usage) share() int {
	if u.Total == 0 {
		return 0
	}

	return u.Used * 100 / u.Total
}

func usagesRows(p pairs, s State, c Chip) FailureCode {
	if c.Failures[EveryReading] != 0 {
		return failureQuery
	}

	switch s.Family {
	case Family310, Family310B:
		memoryRates(p, c, "Memory ", "")
		computeRates(p, s, c)
		p.row("Memory Bandwidth Usage Rate(%)", c.Rates.DDRBandwidth)
	case Family310P:
		memoryRates(p, c, "DDR ", "DDR ")
		computeRates(p, s, c)
		p.row("Vectorcore Usage Rate(%)", c.Rates.VectorCore)
		p.row("DDR Bandwidth Usage Rate(%)", c.Rates.DDRBandwidth)
		dvppRates(p, c)
	default:
		memoryRates(p, c, "DDR ", "DDR ")
		p.row("HBM Capacity(MB)", c.zeroIf(ReadingHBM, c.HBM.Total))
		hbmRate(p, s, c)
		computeRates(p, s, c)
		p.row("DDR Bandwidth Usage Rate(%)", c.Rates.DDRBandwidth)
		p.row("HBM Bandwidth Usage Rate(%)", c.zeroIf(ReadingHBM, c.Rates.HBMBandwidth))

		if s.Family != Family910 {
			if s.since("25") {
				p.row("NPU Utilization(%)", c.zeroIf(ReadingRates, c.Rates.NPU))
			}

			if s.since("25.5") {
				p.row("Aicube Usage Rate(%)", c.zeroIf(ReadingRates, c.Rates.AICube))
			}
		}
	}

	return 0
}

// hbmRate prints the rate that is computed anew where what is in use is known, else the driver's. One above 100 % has no line.
func hbmRate(p pairs, s State, c Chip) {
	const most = 100

	rate := c.zeroIf(ReadingHBMRate, c.Rates.HBM)
	if s.Family != Family910 && s.Family != FamilyA5 && c.Failure(ReadingHBM) == 0 && c.HBM.Total > 0 {
		rate = c.HBM.share()
	}

	if rate <= most {
		p.row("HBM Usage Rate(%)", rate)
	}
}

// clamped is a rate as the driver's library gives it: one above 100 % is replaced by 0.
func clamped(rate int) int {
	const most = 100
	if rate > most {
		return 0
	}

	return rate
}

func memoryRates(p pairs, c Chip, memory, pages string) {
	p.row(memory+"Capacity(MB)", c.DDR.Total)
	p.row(memory+"Usage Rate(%)", c.Rates.DDR)
	p.row(pages+"Hugepages Total(page)", c.Hugepages.Total)
	p.row(pages+"Hugepages Usage Rate(%)", c.Hugepages.share())
}

// computeRates has the AI Vector's only where the family has such cores of their own.
func computeRates(p pairs, s State, c Chip) {
	aicore, reading := c.AICore, ReadingAICore
	if s.Family == FamilyA2 || s.Family == FamilyA3 || s.Family == FamilyA5 {
		aicore, reading = c.Rates.AICore, ReadingRates
	}

	p.row("Aicore Usage Rate(%)", clamped(c.zeroIf(reading, aicore)))

	if reading == ReadingRates {
		p.row("Aivector Usage Rate(%)", clamped(c.zeroIf(ReadingRates, c.Rates.AIVector)))
	}

	p.row("Aicpu Usage Rate(%)", c.zeroIf(ReadingAICPU, c.Rates.AICPU))
	p.row("Ctrlcpu Usage Rate(%)", c.zeroIf(ReadingCtrlCPU, c.Rates.CtrlCPU))
}

func dvppRates(p pairs, c Chip) {
	p.row("DVPP VDEC Usage Rate(%)", c.Rates.VDEC)
	p.row("DVPP VPC Usage Rate(%)", c.Rates.VPC)
	p.row("DVPP VENC Usage Rate(%)", c.Rates.VENC)
	p.row("DVPP JPEGE Usage Rate(%)", c.Rates.JPEGE)
	p.row("DVPP JPEGD Usage Rate(%)", c.Rates.JPEGD)
}

// commonRows never fail: what fails is a zero.
func commonRows(p pairs, s State, c Chip) FailureCode {
	p.row("Memory Usage Rate(%)", c.zeroIf(EveryReading, c.Rates.DDR))

	if s.Family != Family310P && s.Family != Family310 && s.Family != Family310B {
		p.row("HBM Usage Rate(%)", clamped(c.zeroIf(ReadingHBMRate, c.Rates.HBM)))
	}

	p.row("Aicore Usage Rate(%)", clamped(c.zeroIf(ReadingAICore, c.AICore)))

	if s.Family != Family310 && s.Family != Family310B {
		p.row("Aicore Freq(MHZ)", c.zeroIf(ReadingClock, c.Clock.Rated))
		p.row("Aicore curFreq(MHZ)", c.zeroIf(ReadingClock, c.Clock.Current))
	}

	if s.Family != Family310P && s.Family != Family310 && s.Family != Family310B {
		p.row("Aicore Count", c.zeroIf(EveryReading, c.AICores))
	}

	p.row("Temperature(C)", c.zeroIf(ReadingTemperature, c.Temperature))

	if s.Family != Family310P {
		p.row(powerKey(s.Family), watts(c))
	}

	return 0
}

func commonMCU(p pairs, s State, n NPU) {
	name := "mcu"
	if s.Family == Family310 || s.Family == Family310B {
		name = "MCU"
	}

	p.row("Chip Name", name)
	p.row("Temperature(C)", n.Chips[0].zeroIf(EveryReading, n.MCU.Temperature)) // it is asked through the first chip
	mcuPower(p, s, *n.MCU, "NPU Real-time Power(W)")
}
