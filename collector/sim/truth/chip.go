package truth

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"github.com/ascend-exporter/ascend_exporter/collector/sim"
)

// failing says which of a chip's readings a key's failure is. A key that ends in no dot and has values below it, such as hbm,
// fails all of them.
func failing() map[string][]sim.Reading {
	return map[string][]sim.Reading{
		"fail":        {sim.EveryReading},
		"temp":        {sim.ReadingTemperature},
		"power":       {sim.ReadingPower},
		"volt":        {sim.ReadingVoltage},
		"util.aicore": {sim.ReadingAICore},
		"util.aicpu":  {sim.ReadingAICPU},
		"util.ctrlcpu": {
			sim.ReadingCtrlCPU,
		},
		"multi":       {sim.ReadingRates},
		"util.hbm":    {sim.ReadingHBMRate},
		"util.hbmbw":  {sim.ReadingHBMBusRate},
		"hbm":         {sim.ReadingHBM, sim.ReadingHBMTemperature},
		"hbm.temp":    {sim.ReadingHBMTemperature},
		"hbm.freq":    {sim.ReadingHBMClock},
		"hbm.vendor":  {sim.ReadingHBMVendor},
		"freq.aicore": {sim.ReadingClock},
		"ecc.hbm":     {sim.ReadingECC},
		"sensor.soc":  {sim.ReadingSoC},
		"sensor.fp":   {sim.ReadingSFP},
		"sensor.ndie": {sim.ReadingNDie},
		"sensor.hbm":  {sim.ReadingHBMSensor},
		"procs":       {sim.ReadingProcesses},
		"bus":         {sim.ReadingBus},
		vDie:          {sim.ReadingDie},
		"fw":          {sim.ReadingFirmware},
		"compat":      {sim.ReadingCompat},
		"pcieerr":     {sim.ReadingPCIe},
		"errcodes":    {sim.ReadingFaults},
		"health":      {sim.ReadingHealth},
	}
}

// chip is a chip of the truth, without its ids.
func (f *file) chip(s sim.State, v values) (sim.Chip, error) {
	k := constants()[s.Family]

	c := sim.Chip{
		Model:       cmp.Or(v.text("name"), k.model),
		BusID:       v.text("bus"),
		Temperature: v.number("temp"),
		Power:       v.float("power"),
		Health:      health(v),
		Failures:    make(map[sim.Reading]sim.FailureCode),

		AICore:  v.number("util.aicore"),
		Rates:   rates(v),
		Clock:   sim.Clock{Current: v.number("freq.aicore_cur"), Rated: v.number("freq.aicore_max")},
		AICores: k.aicores,
		Sensors: sim.Sensors{SoC: v.number("temp"), SFP: sfp, NDie: nDie, HBM: v.number("hbm.temp")},

		Hugepages: sim.Usage{Used: v.number("huge.total") - v.number("huge.free"), Total: v.number("huge.total")},
		DDR:       sim.Usage{Used: v.number("ddr.total") - v.number("ddr.avail"), Total: v.number("ddr.total")},
		HBM:       sim.Usage{Used: v.number("hbm.used"), Total: v.number("hbm.total")},
		HBMInfo:   sim.HBMInfo{Clock: v.number("hbm.freq"), Temperature: v.number("hbm.temp"), Vendor: v.number("hbm.vendor")},
		DDRClock:  v.number("ddr.freq"),
		ECC:       ecc(v),
		SuperPod:  k.superpod,
		Board:     k.board,
		VNPUs:     vnpus(v),
	}

	c.Voltage, _ = v.float("volt").Get()
	c.Board.Die, c.Board.NDie = v.text(k.die), v.text("die.n")

	if id := f.Globals["mainboard_id"]; id != "" {
		c.Board.MainBoardID = id
	}

	if s.Family == sim.FamilyA5 {
		c.AICore = v.number("util.npu")

		if s.Cards {
			c.SuperPod = nil
		}
	}

	if s.UnifiedBus {
		c.BusID = ""
	}

	c.HCCS = links(s.Family, k.links)
	v.failures(c.Failures)

	var err error
	if c.Faults, err = faults(v); err != nil {
		return c, err
	}

	if v.failure("procs") == 0 {
		c.Processes, err = f.processes(v.text("procs"))
	}

	return c, err
}

// links are the HCCS links of a chip, each with its number of packets. Those of cards carry none.
func links(f sim.Family, n int) []sim.HCCSLink {
	var out []sim.HCCSLink

	for i := range n {
		packets := uint64(i + 1)
		if f == sim.Family310P {
			packets = 0
		}

		out = append(out, sim.HCCSLink{Mode: lanes, Lanes: "1111", Speed: lanes * laneSpeed, TxPackets: packets, RxPackets: packets})
	}

	return out
}

// failures adds the readings that fail.
func (v values) failures(to map[sim.Reading]sim.FailureCode) {
	for key, readings := range failing() {
		if code := v.failure(key); code != 0 {
			for _, r := range readings {
				to[r] = code
			}
		}
	}

	if n := v.number("fail"); n < 0 {
		to[sim.EveryReading] = sim.FailureCode(n)
	}
}

// What no truth tells and all recordings have.
const (
	vDie      = "die.v" // the key of the die that most products show
	sfp       = 35      // °C
	nDie      = 37      // °C
	lanes     = 4
	laneSpeed = 56 // GBit/s
	faultText = "node type=SoC, sensor type=Firmware Progress, event state=error"
)

// health is the driver's code. It is UNKNOWN where the reading fails.
func health(v values) sim.Health {
	if v.failure("health") != 0 {
		return sim.HealthUnknown
	}

	if n := v.number("health"); n >= 0 && n <= int(sim.HealthUnknown) {
		return sim.Health(n)
	}

	return -1
}

func rates(v values) sim.Rates {
	return sim.Rates{
		AICore: v.number("multi.aicore"), AIVector: v.number("multi.aiv"), AICube: v.number("multi.aic"), NPU: v.number("multi.npu"),
		AICPU: v.number("util.aicpu"), CtrlCPU: v.number("util.ctrlcpu"), HBM: v.number("util.hbm"), HBMBandwidth: v.number("util.hbmbw"),
		DDR: v.number("util.ddr"), DDRBandwidth: v.number("util.ddrbw"), VectorCore: v.number("util.vector"),
		VDEC: v.number("dvpp.vdec"), VPC: v.number("dvpp.vpc"), VENC: v.number("dvpp.venc"), JPEGE: v.number("dvpp.jpege"), JPEGD: v.number("dvpp.jpegd"),
	}
}

// ecc reads the counts. The pages that the next reset isolates are those on record that are not isolated yet.
func ecc(v values) sim.ECC {
	e := sim.ECC{
		Single: v.number("ecc.hbm.single"), Double: v.number("ecc.hbm.double"),
		TotalSingle: v.number("ecc.hbm.total_single"), TotalDouble: v.number("ecc.hbm.total_double"),
		IsolatedSingle: v.number("ecc.hbm.iso_single"), IsolatedDouble: v.number("ecc.hbm.iso_double"),
	}
	e.NextIsolatedDouble = max(0, v.number("ecc.hbm.record")-e.IsolatedDouble)

	return e
}

// faults reads the active codes and their texts.
func faults(v values) ([]sim.Fault, error) {
	list := v.text("errcodes")
	if list == "" || v.failure("errcodes") != 0 {
		return nil, nil
	}

	var out []sim.Fault

	for word := range strings.SplitSeq(list, ",") {
		const hexadecimal, bits = 16, 32

		code, err := strconv.ParseUint(word, hexadecimal, bits)
		if err != nil {
			return nil, fmt.Errorf("errcodes: %q is no code, such as 80E18005", word)
		}

		out = append(out, sim.Fault{Code: uint32(code), Text: cmp.Or(v.text("errstr."+word), faultText)})
	}

	return out, nil
}

// vnpus reads the slices of a chip.
func vnpus(v values) []sim.VNPU {
	var out []sim.VNPU

	for i := range v.number("vdev.num") {
		key := fmt.Sprintf("vdev.%d.", i)
		out = append(out, sim.VNPU{
			ID: v.number(key + "id"), Template: cmp.Or(v.text(key+"template"), "vir10_3c_32g"), Used: v.number(key+"used") > 0,
			Container: strings.TrimPrefix(v.text(key+"container"), "0x"),
		})
	}

	return out
}
