package sim

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The stream: `npu-smi info watch`. It prints its header once, and then a row for each chip for ever.

const (
	// Running is in the place of an exit status of a call that goes on: see PrintRound.
	Running = -1
	// StatusQuery is -9019: a query that failed in the middle.
	StatusQuery = 197
)

// watchColumn is a column of the stream.
type watchColumn struct {
	letter string // that chooses it
	lead   string // a blank before the cell of the newer columns
	title  string
	help   string
	value  func(State, Chip) (cell string, failure FailureCode)
}

// watch is what a call of the stream asks for.
type watch struct {
	npu, chip string // "" is all
	delay     time.Duration
	letters   string // of the columns; "" is all
}

func watchColumns(f Family) []watchColumn {
	rate := func(reading Reading, of func(Chip) int) func(State, Chip) (string, FailureCode) {
		return func(_ State, c Chip) (string, FailureCode) {
			return strconv.Itoa(clamped(of(c))), c.Failure(reading)
		}
	}
	aicore, aicoreReading := func(c Chip) int { return c.AICore }, ReadingAICore
	memory, memoryReading := func(c Chip) int { return c.Rates.DDR }, EveryReading
	bandwidth := func(c Chip) int { return c.Rates.DDRBandwidth }
	whole := f == FamilyA2 || f == FamilyA3 || f == FamilyA5

	if whole {
		aicore, aicoreReading = func(c Chip) int { return c.Rates.AICore }, ReadingRates
		memory, memoryReading = func(c Chip) int { return c.Rates.HBM }, ReadingHBMRate
		bandwidth = func(c Chip) int { return c.Rates.HBMBandwidth }
	}

	columns := []watchColumn{
		{"p", "", "Pwr(W)", "Power Usage", watchPower},
		{"t", "", "Temp(C)", "Temperature", watchTemperature},
		{"a", "", "AI Core(%)", "AI Core Usage", rate(aicoreReading, aicore)},
		{"i", "", "AI Cpu(%)", "AI Cpu Usage", rate(ReadingAICPU, func(c Chip) int { return c.Rates.AICPU })},
		{"c", "", "Ctrl Cpu(%)", "Control Cpu Usage", rate(ReadingCtrlCPU, func(c Chip) int { return c.Rates.CtrlCPU })},
		{"m", "", "Memory(%)", "Memory Usage", rate(memoryReading, memory)},
		{"b", "", "Memory BW(%)", "Memory Bandwidth Usage", rate(ReadingHBMBusRate, bandwidth)},
	}

	if whole {
		columns = append(
			columns,
			watchColumn{"n", " ", "NPU Util(%)", "NPU Utilization", rate(ReadingRates, func(c Chip) int { return c.Rates.NPU })},
			watchColumn{"u", " ", "AI Cube(%)", "AI Cube Usage", rate(ReadingRates, func(c Chip) int { return c.Rates.AICube })},
		)
	}

	return columns
}

func watchPower(s State, c Chip) (string, FailureCode) {
	if s.Family == FamilyA3 && c.ID > 0 {
		return "-", 0
	}

	if s.Family == Family310P {
		return "NA", 0
	}

	return watts(c), c.Failure(ReadingPower)
}

func watchTemperature(_ State, c Chip) (string, FailureCode) {
	const none = -200 // °C, of a sensor that is not there
	if c.Temperature == none {
		return "NA", 0
	}

	return strconv.Itoa(c.Temperature), c.Failure(ReadingTemperature)
}

// printWatch prints the header and the first rows.
func printWatch(b *bytes.Buffer, s State, args []string) int {
	if len(args) == 1 && (args[0] == "-h" || args[0] == "--help") {
		writeWatchUsage(b, s.Family)

		return 0
	}

	w, wrong := parseWatch(s, args)
	if wrong != "" {
		fmt.Fprintln(b, wrong)
		writeWatchUsage(b, s.Family)

		return StatusParameter
	}

	w.writeCell(b, "NpuID(Idx)", "")

	if s.Family != FamilyA5 {
		w.writeCell(b, "ChipId(Idx)", "")
	}

	for _, c := range watchColumns(s.Family) {
		if w.has(c) {
			w.writeCell(b, c.title, c.lead)
		}
	}

	b.WriteByte('\n')

	return w.rows(b, s)
}

// PrintRound prints the next rows of a call of the stream after which Print gave Running: args are the same. It gives Running
// too, or the exit status of a stream that has ended.
func PrintRound(w io.Writer, s State, args []string) (exitStatus int) {
	var b bytes.Buffer

	stream, wrong := parseWatch(s, args[2:])
	if wrong != "" { // such as a card that is lost since
		exitStatus = endWatch(&b)
	} else {
		exitStatus = stream.rows(&b, s)
	}

	_, _ = w.Write(b.Bytes()) // the tool does not look either

	return exitStatus
}

// WatchDelay is the time between two rounds of a call of the stream.
func WatchDelay(s State, args []string) time.Duration {
	w, _ := parseWatch(s, args[2:])

	return w.delay
}

func endWatch(b *bytes.Buffer) int {
	fmt.Fprintf(b, "Failed to query %q info.\n", "watch")

	return StatusQuery
}

func (w watch) has(c watchColumn) bool {
	return w.letters == "" || strings.Contains(w.letters, c.letter)
}

func (watch) writeCell(b *bytes.Buffer, value, lead string) {
	fmt.Fprintf(b, "%s%-12s", lead, value)
}

// rows prints a row for each chip. The value of a quantity that the driver does not know of a chip is that of the chip before,
// on the same card; any other failure ends the stream.
func (w watch) rows(b *bytes.Buffer, s State) int {
	columns := watchColumns(s.Family)

	for _, n := range s.NPUs {
		if w.npu != "" && w.npu != strconv.Itoa(n.ID) {
			continue
		}

		last := slices.Repeat([]string{"0"}, len(columns))
		last[0] = "0.0"

		for _, c := range n.Chips {
			if w.chip != "" && w.chip != strconv.Itoa(c.ID) {
				continue
			}

			if !w.row(b, s, n.ID, c, last) {
				return endWatch(b)
			}
		}
	}

	return Running
}

func (w watch) row(b *bytes.Buffer, s State, npu int, c Chip, last []string) bool {
	var line bytes.Buffer

	w.writeCell(&line, strconv.Itoa(npu), "")

	if s.Family != FamilyA5 {
		w.writeCell(&line, strconv.Itoa(c.ID), "")
	}

	for i, column := range watchColumns(s.Family) {
		cell, failure := column.value(s, c)
		if failure != 0 && failure != FailureUnsupported {
			return false
		}

		if failure == 0 {
			last[i] = cell
		}

		if w.has(column) {
			w.writeCell(&line, last[i], column.lead)
		}
	}

	line.WriteByte('\n')
	b.Write(line.Bytes())

	return true
}

// parseWatch reads the arguments of the stream. If one of them is wrong it says so in the tool's words.
func parseWatch(s State, args []string) (w watch, wrong string) {
	const slowest = 100 // s

	w.delay = time.Second

	for i := 0; i < len(args); i += 2 {
		if i+1 == len(args) {
			return w, "Error parameter of " + args[i]
		}

		value := args[i+1]

		switch args[i] {
		case "-i":
			w.npu = value
		case "-c":
			w.chip = value
		case "-s":
			w.letters = value
		case "-d":
			seconds, err := strconv.Atoi(value)
			if err != nil || seconds < 1 || seconds > slowest {
				return w, "Error parameter of -d"
			}

			w.delay = time.Duration(seconds) * time.Second
		default:
			return w, "Error parameter of " + args[i]
		}
	}

	if w.npu != "" && !slices.ContainsFunc(s.NPUs, func(n NPU) bool { return strconv.Itoa(n.ID) == w.npu && len(n.Chips) > 0 }) {
		return w, "Invalid card id.\nError parameter of -i"
	}

	return w, ""
}

func writeWatchUsage(b *bytes.Buffer, f Family) {
	b.WriteString("Usage: npu-smi info watch [Options...]\n\nOptions:\n")

	if f == FamilyA5 {
		b.WriteString("       -i %d          NPU ID\n")
	} else {
		b.WriteString("       -i %d          Card ID\n       -c %d          Chip ID\n")
	}

	b.WriteString(`       -d %d          Collection delay in seconds [1~100, default is 1 second]
       -s             One or more metrics [eg. info watch -s ptaicmb]
                      Can be any of the following:
`)

	for _, c := range watchColumns(FamilyA2) { // of all families
		fmt.Fprintf(b, "                          %s - %s\n", c.letter, c.help)
	}
}
