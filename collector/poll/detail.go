package poll

import (
	"errors"
	"strconv"
	"time"

	"github.com/ascend-exporter/ascend_exporter/collector/integral"
	"github.com/ascend-exporter/ascend_exporter/collector/npusmi"
	"github.com/ascend-exporter/ascend_exporter/collector/snapshot"
)

// ask makes the arguments of a query of a card or a chip. A product whose chips have no id takes none.
func ask(kind string) func(Target) []string {
	return func(target Target) []string {
		args := []string{"info", "-t", kind, "-i", strconv.Itoa(target.NPU)}
		if target.Card || target.Bare {
			return args
		}

		return append(args, "-c", strconv.Itoa(target.Chip))
	}
}

// chips is a reading of the chips of a card, or of one.
type chips[T any] struct {
	target Target
	answer []npusmi.PerChip[T]
	join   func(*Draft, *snapshot.Chip, T)
}

// measured makes a Source's Parse of a parser of chips. What it reads is joined to chips that may have measurements.
func measured[T any](
	parse func([]byte) ([]npusmi.PerChip[T], npusmi.Warnings, error), join func(*Draft, *snapshot.Chip, T),
) func(Target, []byte) (Reading, npusmi.Warnings, error) {
	return func(target Target, output []byte) (Reading, npusmi.Warnings, error) {
		answer, warnings, err := parse(output)
		if err != nil {
			return nil, warnings, err
		}

		return chips[T]{target, answer, join}, warnings, nil
	}
}

// taken makes a Source's Take, as measured makes its Parse.
func taken[T any](join func(*Draft, *snapshot.Chip, T)) func(Target, any) Reading {
	return func(target Target, answer any) Reading {
		read, _ := answer.([]npusmi.PerChip[T])

		return chips[T]{target, read, join}
	}
}

// Join fills in the chips that the answer is about.
func (c chips[T]) Join(draft *Draft) {
	for i := range draft.Chips {
		chip := &draft.Chips[i]
		if chip.Unusable || draft.newer[chip.Key] {
			continue
		}

		if value := c.of(chip.Key); value != nil {
			c.join(draft, chip, *value)
		}
	}
}

// Has says whether the answer has something of the chip.
func (c chips[T]) Has(chip snapshot.Key) bool {
	return c.of(chip) != nil
}

// key is the chip that a part of the answer is about. One that names no chip is about that of the target.
func (c chips[T]) key(answer npusmi.PerChip[T]) snapshot.Key {
	key := c.target.Key
	if answer.Chip != npusmi.NoChip {
		key.Chip = answer.Chip
	}

	return key
}

// of is what the answer says of a chip; nil where it says nothing. An answer that names no chip is about all of its target.
func (c chips[T]) of(chip snapshot.Key) *T {
	if !c.target.covers(chip) {
		return nil
	}

	for i := range c.answer {
		if id := c.answer[i].Chip; id == npusmi.NoChip || id == chip.Chip {
			return &c.answer[i].Reading
		}
	}

	return nil
}

// usages is the reading of `npu-smi info -t usages`.
type usages struct {
	chips[npusmi.Usages]
}

func parseUsages(target Target, output []byte) (Reading, npusmi.Warnings, error) {
	answer, warnings, err := npusmi.ParseUsages(output)
	if err != nil {
		return nil, warnings, err
	}

	return takeUsages(target, answer), warnings, nil
}

func takeUsages(target Target, answer any) Reading {
	read, _ := answer.([]npusmi.PerChip[npusmi.Usages])

	return usages{chips[npusmi.Usages]{target, read, joinUsages}}
}

// Observe adds to the integral of the AI Cores where the summary has no rate of them.
func (u usages) Observe(ledger *Ledger, at time.Time, lasts time.Duration) {
	for _, answer := range u.answer {
		ledger.Rate(u.key(answer), integral.Sample{Time: at, Lasts: lasts, AICore: ratio(answer.Reading.AICore)})
	}
}

// health is the reading of `npu-smi info -t health`, which also an unusable chip has.
type health struct {
	chips[npusmi.ChipHealth]
}

func parseHealth(target Target, output []byte) (Reading, npusmi.Warnings, error) {
	answer, warnings, err := npusmi.ParseHealth(output)
	if err != nil {
		return nil, warnings, err
	}

	return takeHealth(target, answer), warnings, nil
}

func takeHealth(target Target, answer any) Reading {
	read, _ := answer.([]npusmi.PerChip[npusmi.ChipHealth])

	return health{chips[npusmi.ChipHealth]{target: target, answer: read}}
}

// Join adds the active faults. The state itself is the summary's word: the tool calls a chip OK here that has no codes.
func (h health) Join(draft *Draft) {
	for i := range draft.Chips {
		chip := &draft.Chips[i]

		value := h.of(chip.Key)
		if value == nil || draft.newer[chip.Key] {
			continue
		}

		for _, code := range value.Codes {
			class, _ := draft.Faults.Lookup(code)
			chip.Detail.Faults = append(chip.Detail.Faults, snapshot.Fault{Code: code, Handling: class})
		}

		if draft.Fallback {
			chip.Health = value.Health
			draft.Answered(chip.Key)
		}
	}
}

// Observe counts onsets. Of a chip whose health is not known, an answer without codes says nothing.
func (h health) Observe(ledger *Ledger, _ time.Time, _ time.Duration) {
	for _, answer := range h.answer {
		known := answer.Reading.CodesKnown && (len(answer.Reading.Codes) > 0 || answer.Reading.Health == npusmi.HealthOK)
		ledger.Codes(h.key(answer), known, answer.Reading.Codes)
	}
}

// cardPower is the power of a whole card, where the tool measures no chip's (310P).
type cardPower snapshot.Card

func parseCardPower(target Target, output []byte) (Reading, npusmi.Warnings, error) {
	power, warnings := npusmi.ParseCardPower(output)
	if !power.Present() {
		return nil, warnings, errNoCardPower
	}

	return cardPower{NPU: target.NPU, Power: power.Unless(notPositive(power))}, warnings, nil
}

// errNoCardPower says that an answer has no power of a card: its text says why.
var errNoCardPower = errors.New("no power of the card in the answer")

// Join adds the card.
func (c cardPower) Join(draft *Draft) {
	draft.Cards = append(draft.Cards, snapshot.Card(c))
}

// topology is the reading of `npu-smi info -t topo`.
type topology npusmi.Topology

// Join adds to each chip the kinds of links to its peers. The tool names chips by NPU or by physical id.
func (t topology) Join(draft *Draft) {
	find := func(id int) *snapshot.Chip {
		for i := range draft.Chips {
			chip := &draft.Chips[i]
			if t.ByPhyID && chip.PhyID == strconv.Itoa(id) || !t.ByPhyID && chip.NPU == id {
				return chip
			}
		}

		return nil
	}

	for _, row := range t.Rows {
		chip := find(row.ID)
		if chip == nil {
			continue
		}

		for _, link := range row.Links {
			if peer := find(link.To); peer != nil {
				chip.Detail.Peers = append(chip.Detail.Peers, snapshot.Peer{Key: peer.Key, Link: link.Kind})
			}
		}
	}
}

// slices of a chip, by `npu-smi info -t info-vnpu`.
type vnpus struct {
	target Target
	answer npusmi.VNPUs
}

func parseVNPUs(target Target, output []byte) (Reading, npusmi.Warnings, error) {
	answer, warnings, err := npusmi.ParseVNPUs(output)
	if err != nil {
		return nil, warnings, err
	}

	return vnpus{target, answer}, warnings, nil
}

// Join adds the slices.
func (v vnpus) Join(draft *Draft) {
	chip := draft.Measured(v.target.Key)
	if chip == nil {
		return
	}

	for _, slice := range v.answer.VNPUs {
		chip.Detail.VNPUs = append(chip.Detail.VNPUs, snapshot.VNPU{
			ID: slice.ID, Template: slice.Template, Status: slice.Status, ContainerID: slice.ContainerID,
		})
	}
}
