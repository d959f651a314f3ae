package npusmi

import (
	"slices"
	"strings"

	"github.com/ascend-exporter/ascend_exporter/collector/optional"
)

const (
	keyPower            = "npu real-time power(w)"
	keyPowerDissipation = "power dissipation(w)"
	keyRatedPower       = "rated power dissipation(w)"
)

// Power is what `npu-smi info -t power` says of a chip.
type Power struct {
	Power      optional.Float // watts, now; absent on 310 and 310P; on the first die of an A3 package it is the package's
	RatedPower optional.Float // watts, not measured; 310 only
}

// ParsePower reads the answer for a card or a chip. The board's own power is left out: see ParseCardPower. An answer that has
// nothing but the board's power, as of a 310P card, is of no chip and is no failure.
func ParsePower(output []byte) ([]PerChip[Power], Warnings, error) {
	blocks := parseBlocks(output)

	chips, warnings, err := chipNumbers(blocks, func(p *Power, key string) (*optional.Float, bool) {
		switch key {
		case keyPower, keyPowerDissipation:
			return &p.Power, true
		case keyRatedPower:
			return &p.RatedPower, true
		default:
			return nil, false
		}
	})

	for i := range chips {
		p := &chips[i].Reading
		p.Power = p.Power.Unless(isSentinel(p.Power))
	}

	if err != nil && isOfBoardAlone(blocks) {
		return nil, warnings, nil
	}

	return chips, warnings, err
}

// isOfBoardAlone says whether the answer gives the board's power, and says nothing of chips, not even that one failed.
func isOfBoardAlone(blocks []block) bool {
	hasPower := false

	for _, b := range blocks {
		switch {
		case b.mcu:
			hasPower = hasPower || slices.ContainsFunc(b.fields, field.isBoardPower)
		case b.failed || b.chip != NoChip || len(b.fields) > 0 || len(b.lines) > 0:
			return false
		}
	}

	return hasPower
}

func (f field) isBoardPower() bool {
	return f.key == keyPower || f.key == keyPowerDissipation
}

// ParseCardPower reads the power of the whole card, in watts, from an answer of `-t power`, or of `-t common`, for a card: the
// block of the board's controller has it on 310 and 310P, and on boards of 910A. It is absent in an answer without.
func ParseCardPower(output []byte) (optional.Float, Warnings) {
	var (
		power    optional.Float
		warnings Warnings
	)

	found := false

	readBoard(parseBlocks(output), &warnings, func(f field) (known bool) {
		if !f.isBoardPower() {
			return strings.HasSuffix(f.key, "(c)") // the sensors in the same block
		}

		if found {
			return false
		}

		var ok bool

		power, ok = f.number()
		found = true

		return ok
	})

	return power.Unless(isSentinel(power)), warnings
}
