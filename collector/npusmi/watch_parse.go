package npusmi

import (
	"slices"
	"strings"

	"github.com/ascend-exporter/ascend_exporter/collector/optional"
)

// WatchSample is a row of `npu-smi info watch`: one chip at one moment. Unlike the other readings it holds only what can be
// believed, for who takes it has no second look: the tool prints a reading that failed as a zero, or as the value of the
// chip before.
type WatchSample struct {
	NPU  int // NPU ID
	Chip int // Chip ID; 0 on products that print none (950)

	// Power is in watts; absent for NA (310P), a zero, and all chips of a card but the first: on A3 that is the package's.
	// The model 310 prints its rated power here.
	Power       optional.Float
	Temperature optional.Float // degrees Celsius; absent for a zero
	AICore      optional.Float // percent
}

// A watchColumn is a heading of the stream that is read; the others are passed over.
type watchColumn int

const (
	watchOther watchColumn = iota
	watchNPU
	watchChip
	watchPower
	watchTemperature
	watchAICore
)

// watchColumnOf knows the headings, with single blanks.
func watchColumnOf(title string) watchColumn {
	switch title {
	case "NpuID(Idx)":
		return watchNPU
	case "ChipId(Idx)":
		return watchChip
	case "Pwr(W)":
		return watchPower
	case "Temp(C)":
		return watchTemperature
	case "AI Core(%)":
		return watchAICore
	default:
		return watchOther
	}
}

// maxWatchChips bounds the chips that are told apart. A host has some 64 at most.
const maxWatchChips = 1024

// WatchParser reads `npu-smi info watch` line by line. It holds what it must remember of one process: begin each with a new
// one. It is not for use by several goroutines at once.
//
// The tool prints the value of the chip before, on the same card, where the driver does not know a quantity of a chip. One
// row cannot show it. So a temperature or a rate of the AI Cores that has equalled the one of the chip before in every
// cycle, while that one changed maxFollowed times, is a repeat and is left out from then on. A value that differs once is
// the chip's own for good: whether a chip knows a quantity does not change. Changes to 0 % and 100 % do not count, which
// dies that share a job take together. Until then a repeat passes for a value, and where the values never change it always
// will.
type WatchParser struct {
	columns []watchColumn
	words   []string // of the row at hand
	chips   map[[2]int]*watchedChip
	last    watchRow // the row before, of any chip
}

// maxFollowed is how many changes of its neighbour a value must have followed to be a repeat of it.
const maxFollowed = 16

// watchRow is a row as printed.
type watchRow struct {
	npu, chip                  int
	power, temperature, aicore optional.Float
}

// watchedChip is what is known of the values of a chip that is not the first of its card.
type watchedChip struct {
	temperature, aicore follower
}

// NewWatchParser makes a parser for the output of one process.
func NewWatchParser() *WatchParser {
	return &WatchParser{chips: make(map[[2]int]*watchedChip), last: watchRow{npu: NoNPU}}
}

// Line reads a line, with or without its end. There is a sample where ok is true. The warning is "" for a line that was
// understood, and of the headings and of a chip without data there is no sample either; else it says what was expected, or
// what went wrong in the words of Classify. A row that is not understood in full is left out: the next one comes soon.
func (p *WatchParser) Line(line string) (sample WatchSample, ok bool, warning string) {
	line = strings.TrimSpace(line)

	switch {
	case line == "" || IsNoise(line):
		return WatchSample{}, false, ""
	case strings.HasPrefix(line, "NpuID"):
		return WatchSample{}, false, p.headings(line)
	case line[0] < '0' || line[0] > '9':
		if failure := Classify([]byte(line)); failure != nil {
			return WatchSample{}, false, failure.Message
		}

		return WatchSample{}, false, "a row of values"
	}

	row, warning := p.row(line)
	if warning != "" {
		return WatchSample{}, false, warning
	}

	return p.believe(row)
}

// headings reads the names of the columns. Each ends with its unit in parentheses, whatever stands between two. A line of
// headings that is cut off is not used: the rows fit the one before.
func (p *WatchParser) headings(line string) (warning string) {
	const most = 64 // the tool has eleven

	columns := make([]watchColumn, 0, 16)

	for line != "" {
		title, rest, whole := strings.Cut(line, ")")
		if !whole || len(columns) == most {
			return "whole headings"
		}

		columns = append(columns, watchColumnOf(strings.Join(strings.Fields(title), " ")+")"))
		line = strings.TrimSpace(rest)
	}

	if columns[0] != watchNPU {
		return "whole headings"
	}

	p.columns = columns

	return ""
}

// row reads the values of a row.
func (p *WatchParser) row(line string) (row watchRow, warning string) {
	if p.columns == nil {
		return row, "headings before a row of values"
	}

	p.words = slices.AppendSeq(p.words[:0], strings.FieldsSeq(line))
	if len(p.words) != len(p.columns) {
		return row, "a value for each heading"
	}

	for i, column := range p.columns {
		known, word := true, p.words[i]

		switch column {
		case watchNPU:
			row.npu, known = parseID(word)
		case watchChip:
			row.chip, known = parseID(word)
		case watchPower:
			row.power, known = ParseNumber(word)
		case watchTemperature:
			row.temperature, known = ParseNumber(word)
		case watchAICore:
			row.aicore, known = ParseNumber(word)
		case watchOther:
		}

		if !known {
			return row, "a number for each heading"
		}
	}

	if rate, ok := row.aicore.Get(); ok && (rate < 0 || rate > 100) {
		return row, "a percentage of the AI Cores"
	}

	return row, ""
}

// believe leaves out what cannot be true of a row.
func (p *WatchParser) believe(row watchRow) (sample WatchSample, ok bool, warning string) {
	before := p.last
	p.last = row

	chip, known := p.chips[[2]int{row.npu, row.chip}]
	if !known {
		if len(p.chips) == maxWatchChips {
			return WatchSample{}, false, "a chip of this host"
		}

		chip = new(watchedChip)
		p.chips[[2]int{row.npu, row.chip}] = chip
	}

	watts, _ := row.power.Get()
	sample = WatchSample{
		NPU:         row.npu,
		Chip:        row.chip,
		Power:       row.power.Unless(watts <= 0 || isSentinel(row.power) || row.chip > 0),
		Temperature: row.temperature.Unless(row.temperature.Is(0) || isSentinel(row.temperature)),
		AICore:      row.aicore,
	}

	if !sample.Power.Present() && !sample.Temperature.Present() {
		return WatchSample{}, false, "" // nothing shows that the chip could be read
	}

	if before.npu == row.npu && before.chip < row.chip {
		sample.Temperature = sample.Temperature.Unless(chip.temperature.repeats(row.temperature, before.temperature))
		sample.AICore = sample.AICore.Unless(chip.aicore.repeats(row.aicore, before.aicore))
	}

	if !sample.Power.Present() && !sample.Temperature.Present() && !sample.AICore.Present() {
		return WatchSample{}, false, ""
	}

	return sample, true, ""
}

// A follower finds out whether a value of a chip is only the one of the chip before.
type follower struct {
	own      bool // it has differed
	followed int  // changes of the other value that it has taken part in
	previous optional.Float
}

// repeats takes the value and the one of the chip before in a cycle, and says whether it is a repeat.
func (f *follower) repeats(value, before optional.Float) bool {
	if f.own || !value.Present() || !before.Present() {
		return false
	}

	if value != before {
		f.own = true

		return false
	}

	if f.previous.Present() && f.previous != before && !before.Is(0) && !before.Is(100) {
		f.followed++
	}

	f.previous = before

	return f.followed >= maxFollowed
}
