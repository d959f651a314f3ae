package poll

import (
	"strconv"
	"strings"

	"github.com/ascend-exporter/ascend_exporter/collector/npusmi"
	"github.com/ascend-exporter/ascend_exporter/collector/optional"
	"github.com/ascend-exporter/ascend_exporter/collector/snapshot"
)

const megahertz = 1e6

// joinUsages takes the rates that the summary does not have. That of the AI Cores is the summary's, but where it has none that
// means anything: on 950, on a vNPU, and in the fallback.
func joinUsages(draft *Draft, chip *snapshot.Chip, u npusmi.Usages) {
	// Without a summary to say that the chip is alive, an answer without any memory is one of failed readings.
	if draft.Fallback && notPositive(u.HBMCapacity) && notPositive(u.DDRCapacity) {
		return
	}

	d := &chip.Detail
	d.AIVector, d.AICube, d.AICPU, d.CtrlCPU = ratio(u.AIVector), ratio(u.AICube), ratio(u.AICPU), ratio(u.ControlCPU)
	d.HBMBandwidth = ratio(u.HBMBandwidth).Unless(notPositive(u.HBMCapacity))
	d.DDRBandwidth = ratio(u.DDRBandwidth).Unless(notPositive(u.DDRCapacity))

	for _, engine := range []snapshot.Engine{
		{Name: "vdec", Ratio: ratio(u.DVPP.VDEC)},
		{Name: "vpc", Ratio: ratio(u.DVPP.VPC)},
		{Name: "venc", Ratio: ratio(u.DVPP.VENC)},
		{Name: "jpege", Ratio: ratio(u.DVPP.JPEGE)},
		{Name: "jpegd", Ratio: ratio(u.DVPP.JPEGD)},
	} {
		if engine.Ratio.Present() {
			d.DVPP = append(d.DVPP, engine)
		}
	}

	if draft.Bare || draft.Fallback || isVNPU(chip.Model) {
		chip.AICore = ratio(u.AICore)
	}

	if !draft.Bare || draft.Fallback {
		chip.Utilization = ratio(u.Utilization)
	}

	if draft.Fallback {
		chip.HBM = share(u.HBMCapacity, u.HBMUsage)
		chip.DDR = share(u.DDRCapacity, u.DDRUsage)
		draft.Answered(chip.Key)
	}
}

// share is a store of which only the rounded rate of use is known.
func share(capacity, percentage optional.Float) snapshot.Memory {
	if notPositive(capacity) {
		return snapshot.Memory{}
	}

	total, _ := capacity.Get()

	return snapshot.Memory{Used: ratio(percentage).Times(total * mebibyte), Total: capacity.Times(mebibyte)}
}

// joinCommon takes the frequencies: a zero is a reading that failed.
func joinCommon(_ *Draft, chip *snapshot.Chip, c npusmi.Common) {
	d := &chip.Detail
	d.AICoreFrequency = c.AICoreCurrentClock.Times(megahertz).Unless(notPositive(c.AICoreCurrentClock))
	d.AICoreRatedFrequency = c.AICoreRatedClock.Times(megahertz).Unless(notPositive(c.AICoreRatedClock))
	d.AICores = c.AICores.Unless(notPositive(c.AICores))
}

// joinMemory takes what the HBM runs at; of a chip without HBM the tool prints zeros.
func joinMemory(_ *Draft, chip *snapshot.Chip, m npusmi.Memory) {
	if notPositive(m.HBMCapacity) {
		return
	}

	chip.Detail.HBMTemperature = m.HBMTemperature.Unless(m.HBMTemperature.Is(0))
	chip.Detail.HBMFrequency = m.HBMClock.Times(megahertz).Unless(notPositive(m.HBMClock))
}

func joinVolt(_ *Draft, chip *snapshot.Chip, v npusmi.Volt) {
	chip.Detail.Voltage = v.Voltage
}

func joinSensors(_ *Draft, chip *snapshot.Chip, s npusmi.Sensors) {
	for _, sensor := range s.Named() {
		if sensor.Temperature.Present() {
			chip.Detail.Sensors = append(chip.Detail.Sensors, snapshot.Sensor(sensor))
		}
	}
}

// joinTemp and joinPower stand in for the summary.
func joinTemp(draft *Draft, chip *snapshot.Chip, t npusmi.Temp) {
	if draft.Fallback {
		chip.Temperature = t.Temperature.Unless(t.Temperature.Is(0))
		draft.Answered(chip.Key)
	}
}

// joinPower drops what the tool prints for the second die of a package: its power is measured as one. Only cards of the 310
// family have several chips that are not dies of one package.
func joinPower(draft *Draft, chip *snapshot.Chip, p npusmi.Power) {
	if draft.Fallback && (chip.Chip == 0 || strings.HasPrefix(chip.Model, ratedPowerModel)) {
		chip.Power = p.Power.Unless(notPositive(p.Power))
		draft.Answered(chip.Key)
	}
}

func joinECC(_ *Draft, chip *snapshot.Chip, e npusmi.ECC) {
	for _, kind := range e.Kinds() {
		chip.Detail.ECC = append(chip.Detail.ECC, snapshot.ECC{
			Memory: kind.Memory, Type: kind.Type,
			Errors: kind.Counts.Errors, Lifetime: kind.Counts.LifetimeErrors,
			Isolated: kind.Counts.IsolatedPages, NextIsolated: kind.Counts.NextIsolatedPages,
		})
	}
}

func joinPCIe(_ *Draft, chip *snapshot.Chip, e npusmi.PCIeErrors) {
	chip.Detail.PCIeErrors = []snapshot.Count{
		{Name: "tx", Number: e.TX},
		{Name: "rx", Number: e.RX},
		{Name: "lcrc", Number: e.LCRC},
		{Name: "ecrc", Number: e.ECRC},
		{Name: "retry", Number: e.Retry},
	}
}

func joinSIO(_ *Draft, chip *snapshot.Chip, e npusmi.SIOErrors) {
	chip.Detail.SIOTransmit, chip.Detail.SIOReceive = e.TX, e.RX
}

func joinHCCS(_ *Draft, chip *snapshot.Chip, h npusmi.HCCS) {
	links := make([]snapshot.HCCSLink, 0, len(h.Links))

	for _, link := range h.Links {
		down, known := link.Down()
		number := 0.0

		if down {
			number = 1
		}

		links = append(links, snapshot.HCCSLink{
			Link:          strconv.Itoa(link.Number),
			Down:          optional.Of(number).Unless(!known),
			TransmitBytes: link.TransmitBytes,
			ReceiveBytes:  link.ReceiveBytes,
			Retries:       link.Retries,
			Errors:        link.Errors,
		})
	}

	chip.Detail.HCCS = &snapshot.HCCS{Links: links}
}

// joinBoard takes what identifies the card and the chip: one answer has the card's part, another the chip's.
func joinBoard(_ *Draft, chip *snapshot.Chip, b npusmi.Board) {
	board := snapshot.Board{}
	if chip.Detail.Board != nil {
		board = *chip.Detail.Board
	}

	board.Product = first(board.Product, b.Product)
	board.Serial = first(board.Serial, b.Serial)
	board.FirmwareVersion = first(board.FirmwareVersion, b.FirmwareVersion)
	board.BoardID = first(board.BoardID, b.BoardID)
	board.PCBID = first(board.PCBID, b.PCBID)
	board.BOMID = first(board.BOMID, b.BOMID)
	board.VDieID = first(board.VDieID, b.VDieID)
	board.ChipName = first(board.ChipName, b.ChipName)
	board.ChipType = first(board.ChipType, b.ChipType)
	board.ChipVersion = first(board.ChipVersion, b.ChipVersion)
	chip.Detail.Board = &board
}

func joinProduct(_ *Draft, chip *snapshot.Chip, p npusmi.Product) {
	if p.Name == "" {
		return
	}

	board := snapshot.Board{}
	if chip.Detail.Board != nil {
		board = *chip.Detail.Board
	}

	board.ProductType = p.Name
	chip.Detail.Board = &board
}

// hasProduct says whether the tool knows what the chip's card is sold as.
func hasProduct(chip snapshot.Chip) bool {
	return strings.HasPrefix(chip.Model, "310P")
}

func joinSuperPod(_ *Draft, chip *snapshot.Chip, s npusmi.SuperPod) {
	chip.Detail.SuperPod = &snapshot.SuperPod{ID: s.ID, ServerIndex: s.ServerIndex, SDID: s.SDID, Size: s.Size}
}

// maxReported is how many processes of a chip the driver reports.
const maxReported = 64

// manyProcesses says whether the summary may not show all processes of a chip.
func manyProcesses(chip snapshot.Chip) bool {
	count, _ := chip.ProcessCount.Get()

	return count >= maxListed
}

// joinProcMem takes all processes of a chip of which the summary shows as many as it can. Where it shows fewer, or more than
// these, it is newer.
func joinProcMem(_ *Draft, chip *snapshot.Chip, p npusmi.ProcMem) {
	if chip.ProcessCount.Present() && (!chip.ProcessesCut || len(p.Processes) < len(chip.Processes)) {
		return
	}

	chip.Processes = nil
	chip.ProcessesCut = len(p.Processes) >= maxReported

	for _, process := range p.Processes {
		chip.AddProcess(process.PID, process.Name, process.Memory.Times(mebibyte))
	}

	chip.ProcessCount = optional.Of(float64(len(chip.Processes)))
}

// hasCardPower says whether the power is measured for the card and not for its chips.
func hasCardPower(chip snapshot.Chip) bool {
	return strings.HasPrefix(chip.Model, "310P")
}
