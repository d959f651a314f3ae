package sim

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/ascend-exporter/ascend_exporter/collector/optional"
)

// What a chip does and how it is: usages, common, health, temperatures, power, voltage.

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

func powerKey(f Family) string {
	if f == Family310 {
		return "Rated Power Dissipation(W)"
	}

	return "NPU Real-time Power(W)"
}

// watts is a chip's power. A reading that failed is a zero to the tool.
func watts(c Chip) string {
	w, _ := c.Power.Get()
	if c.Failure(ReadingPower) != 0 {
		w = 0
	}

	return strconv.FormatFloat(w, 'f', 1, 64)
}

// healthRows are those of the form for a card, which tells no codes.
func healthRows(p pairs, s State, c Chip) FailureCode {
	if s.Family == FamilyA5 {
		return healthOfOne(p, s, c)
	}

	if code := c.Failure(ReadingHealth); code != 0 {
		return code
	}

	word := c.Health.String()
	if word == "" {
		return failureOther
	}

	p.row("Health", word)

	return 0
}

const (
	// failureOther stands for a state that the tool has no word for: it takes that for a wrong argument.
	failureOther FailureCode = -1
	// failureQuery stands for a failure of the tool's own after one of the driver: -9019.
	failureQuery FailureCode = -8019
)

// healthOfOne is the form for one chip. It calls a chip OK that is in a bad state of which there is no code.
func healthOfOne(p pairs, _ State, c Chip) FailureCode {
	if code := c.Failure(ReadingHealth); code != 0 {
		return code
	}

	if code := c.Failure(ReadingFaults); code != 0 {
		return code
	}

	word := c.Health.String()
	if word == "" {
		return failureOther
	}

	if len(c.Faults) == 0 {
		if c.Health != HealthUnknown {
			word = HealthOK.String()
		}

		p.row("Health Status", word)
		p.row("Error Code", "NA")
		p.row("Error Information", "NA")

		return 0
	}

	var codes []string
	for _, f := range c.Faults {
		codes = append(codes, fmt.Sprintf("%08X", f.Code))
	}

	p.row("Health Status", word)
	p.row("Error Code", strings.Join(codes, " "))
	p.row("Error Information", c.Faults[0].Text)

	for _, f := range c.Faults[1:] {
		p.blank()
		p.row("", f.Text)
	}

	return 0
}

func healthMCU(p pairs, s State, n NPU) {
	word := n.MCU.Health.String()
	if s.Container {
		word = "NA"
	}

	p.row("Health", word)
	p.end()
}

// end closes a block of the management controller.
func (p pairs) end() {
	p.row("Chip Name", "MCU")
	p.blank()
}

func tempRows(p pairs, s State, c Chip) FailureCode {
	key := "NPU Temperature (C)"
	if s.Cards || s.Family == Family310B {
		key = "Temperature (C)"
	}

	p.row(key, c.Temperature)

	return c.Failure(ReadingTemperature)
}

func tempMCU(p pairs, s State, n NPU) {
	if s.Family == Family310 || s.Family == Family310B {
		p.row("Temperature (C)", n.MCU.Temperature)
	} else {
		for _, sensor := range n.MCU.Sensors {
			p.row(sensor.Name+" (C)", sensor.Temperature)
		}
	}

	p.end()
}

func powerRows(p pairs, s State, c Chip) FailureCode {
	if s.Family == Family310P {
		return FailureUnsupported
	}

	p.row(powerKey(s.Family), watts(c))

	return c.Failure(ReadingPower)
}

// mcuPower prints the power of a card. Servers measure it elsewhere.
func mcuPower(p pairs, s State, m MCU, key string) {
	if w, ok := m.Power.Get(); ok && s.Cards {
		if s.Family == Family310 {
			key = "Power Dissipation(W)"
		}

		p.row(key, strconv.FormatFloat(w, 'f', 1, 64))
	}
}

func powerMCU(p pairs, s State, n NPU) {
	if s.Cards {
		mcuPower(p, s, *n.MCU, "Power Dissipation(W)")
		p.end()
	}
}

func voltRows(p pairs, _ State, c Chip) FailureCode {
	p.row("Voltage(V)", volts(optional.Of(c.Voltage)))

	return c.Failure(ReadingVoltage)
}

func volts(v optional.Float) string {
	value, _ := v.Get()

	return strconv.FormatFloat(value, 'f', 2, 64)
}

func voltMCU(p pairs, s State, n NPU) {
	if s.Cards {
		p.row("Voltage(V)", volts(n.MCU.Voltage))
		p.end()
	}
}

func sensorRows(p pairs, s State, c Chip) FailureCode {
	all := []struct {
		key     string
		reading Reading
		value   int
	}{
		{"Soc Max Temperature (C)", ReadingSoC, c.Sensors.SoC},
		{"SFP Temperature (C)", ReadingSFP, c.Sensors.SFP},
		{"NDIE Temperature (C)", ReadingNDie, c.Sensors.NDie},
		{"HBM Temperature (C)", ReadingHBMSensor, c.Sensors.HBM},
	}
	if s.Family == Family310P {
		all = all[:1]
	}

	failure := FailureCode(0)
	there := false

	for _, sensor := range all {
		if code := c.Failure(sensor.reading); code != 0 {
			failure = code

			continue
		}

		p.row(sensor.key, sensor.value)

		there = true
	}

	if there {
		return 0
	}

	return failure
}
