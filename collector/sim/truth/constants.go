package truth

import "github.com/ascend-exporter/ascend_exporter/collector/sim"

// sdidNPU is where the NPU stands in an SDID, in bits.
const sdidNPU = 16

// known is what all recorded machines of a family have in common and no truth tells.
type known struct {
	model    string
	cards    bool // the NPUs are cards in slots
	board    sim.Board
	aicores  int
	die      string // the key of the die that the tool shows
	links    int    // HCCS links; each has its number of packets
	superpod *sim.SuperPod
}

func constants() map[sim.Family]known {
	const older, newer = "7.5.0.1.129", "8.0.0.0.100"

	board := func(id, mainBoard, device, firmware string) sim.Board {
		return sim.Board{
			BoardID: id, MainBoardID: mainBoard, PCBID: "A", BOMID: 1, DeviceID: device, Firmware: firmware, ChipVersion: "V1", ChipType: "Ascend",
		}
	}
	duo := board("0x97", "", "0xD500", older)
	duo.DDRInstalled = 49152

	return map[sim.Family]known{
		sim.Family310:  {model: "310", cards: true, board: board("0x01", "", "0xD100", older), die: vDie},
		sim.Family310P: {model: "310P3", cards: true, board: duo, die: vDie, links: 1},
		sim.Family310B: {model: "310B4", board: board("0x01", "", "", older), die: vDie},
		sim.Family910:  {model: "910A", board: board("0x02", "", "0xD801", older), aicores: 32, die: vDie},
		sim.FamilyA2:   {model: "910B3", board: board("0x34", "", "0xD802", older), aicores: 20, die: vDie, links: 7},
		sim.FamilyA3: {
			model: "Ascend910", board: board("0xb1", "0x18", "0xD803", older), aicores: 24, die: vDie, links: 7,
			superpod: &sim.SuperPod{SDID: 1 << 22, Size: 384, ID: 1, ServerIndex: 3},
		},
		sim.FamilyA5: {
			model: "Ascend950PR_9579", board: board("0x09", "", "0xD806", newer), aicores: 32, die: "die.d",
			superpod: &sim.SuperPod{Size: 384, ID: 1, ServerIndex: 3, Type: 1},
		},
	}
}
