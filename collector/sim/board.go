package sim

import (
	"fmt"

	"github.com/ascend-exporter/ascend_exporter/collector/optional"
)

// newBoard is what identifies the parts of a chip's board.
func newBoard(p *product, r release, s source) Board {
	out := Board{
		BoardID:      p.board.id,
		MainBoardID:  p.board.main,
		PCBID:        "A",
		BOMID:        1,
		DeviceID:     p.board.device,
		Firmware:     r.firmware,
		ChipVersion:  "V1",
		ChipType:     "Ascend",
		Die:          die(s, "die"),
		DDRInstalled: p.soldered,
	}
	if p.family == Family910 {
		out.NDie = die(s, "NDie")
	}

	return out
}

// die is a number that no other die has.
func die(s source, key string) string {
	var words [5]uint32
	for i := range words {
		words[i] = uint32(s.at(key, float64(i)) >> 32)
	}

	return fmt.Sprintf("%08X %08X %08X %08X %08X", words[0], words[1], words[2], words[3], words[4])
}

// controller is what the management controller of an NPU's board measures: it is cooler than the chips, and it sees the power
// of the whole board.
func (u *unit) controller(now instant, chipWatts, warmth float64) *MCU {
	const (
		rest   = 6    // W of the rest of the board
		losses = 0.05 // share of the power that the converters lose
		supply = 12.05
	)

	warm := 31 + 9*warmth + now.room + u.between("place", -2, 2)

	return &MCU{
		Temperature: whole(warm),
		Power:       optional.Of(rounded(chipWatts*(1+losses)+rest+0.5*u.wave("controller", now.t, 7), 1)),
		Voltage:     optional.Of(rounded(supply+0.04*u.wave("supply", now.t, 13), 2)),
		Health:      HealthOK,
		Sensors: []Sensor{
			{Name: "LM75A_TE", Temperature: whole(warm - 1 + u.between("LM75A", -1, 1))},
			{Name: "LM75B_TE", Temperature: whole(warm + 2 + u.between("LM75B", -1, 1))},
		},
	}
}
