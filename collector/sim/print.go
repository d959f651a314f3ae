package sim

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// The exit statuses of the tool: its own codes are negative numbers, of which a process can show the lowest eight bits.
const (
	StatusParameter   = 215 // -9001: an argument that the tool does not know, or a card or chip that is not there
	StatusNoDevice    = 211 // -9005: no usable chip, or an unknown command
	StatusUnsupported = 217 // -9255: a command that the product does not have; queries with -t answer 0 instead
)

// Print answers one call of the tool: args are those behind the tool's name. It gives the exit status. Like the tool, it
// writes what went wrong where the answer would be.
func Print(w io.Writer, s State, args []string) (exitStatus int) {
	var b bytes.Buffer

	exitStatus = answer(&b, s, args)
	_, _ = w.Write(b.Bytes()) // the tool does not look either

	return exitStatus
}

func answer(b *bytes.Buffer, s State, args []string) int {
	if len(args) == 0 { // the one call that needs no driver
		writeToolUsage(b)

		return StatusParameter
	}

	if s.Noise != "" {
		fmt.Fprintln(b, s.Noise)
	}

	if s.Init != 0 {
		return initFailure(b, s.Init)
	}

	if s.chips() == 0 {
		fmt.Fprintln(b, "npu get board type failed. ret is -9005")

		return StatusNoDevice
	}

	switch args[0] {
	case "-v":
		fmt.Fprintf(b, "npu-smi version: %s\n", s.ToolVersion)

		return 0
	case "-h", "--help":
		writeToolUsage(b)

		return 0
	case "info":
		return printInfo(b, s, args[1:])
	}

	writeToolUsage(b)

	return StatusNoDevice
}

// initFailure says that the driver does not start for the tool.
func initFailure(b *bytes.Buffer, code FailureCode) int {
	const low = 0xFF

	text := "dcmi module initialize failed. ret is %d\n"
	if code == FailureOccupied {
		text = "dcmi model initialized failed, because the device is used. ret is %d\n" // as the tool spells it
	}

	fmt.Fprintf(b, text, code)

	return int(code) & low
}

// printInfo answers `npu-smi info`.
func printInfo(b *bytes.Buffer, s State, args []string) int {
	if len(args) == 0 {
		writeSummary(b, s)

		return 0
	}

	switch args[0] {
	case "-m":
		writeMapping(b, s)

		return 0
	case "-l":
		writeList(b, s)

		return 0
	case "-h", "--help":
		writeInfoUsage(b, s)

		return 0
	case "watch":
		return printWatch(b, s, args[1:])
	case "proc":
		fmt.Fprintf(b, "This device does not support querying %s.\n", args[0])

		return StatusUnsupported
	}

	q, wrong := parseQuery(s, args)
	if wrong != "" {
		return wrongArgument(b, s, wrong)
	}

	all := details()

	i := slices.IndexFunc(all, func(d detail) bool { return d.name == q.name })
	if i < 0 {
		return unsupported(b, q.name)
	}

	return all[i].print(b, s, q)
}

// wrongArgument says what is wrong, if that has words, and how the tool is used.
func wrongArgument(b *bytes.Buffer, s State, wrong string) int {
	if wrong != "" {
		fmt.Fprintln(b, wrong)
	}

	writeInfoUsage(b, s)

	return StatusParameter
}

// query is what `npu-smi info -t` asks for.
type query struct {
	name string
	npu  *NPU // nil without -i
	chip int  // AllChips without -c; as many as the NPU has chips is its management controller
}

// parseQuery reads the arguments of a query, in any order. If one of them is wrong it says so in the tool's words.
func parseQuery(s State, args []string) (q query, wrong string) {
	q.chip = AllChips
	values := make(map[string]string)

	for i := 0; i < len(args); i += 2 {
		name := args[i]
		if !slices.Contains([]string{"-t", "-i", "-c", "-p"}, name) || i+1 == len(args) {
			return q, "Error parameter of " + name
		}

		values[name] = args[i+1]
	}

	q.name = values["-t"]
	if !slices.Contains(queryNames(s), q.name) {
		return q, "Error parameter of -t"
	}

	if id, given := values["-i"]; given {
		if strings.HasPrefix(id, "-") {
			return q, "Error parameter of -i"
		}

		i := slices.IndexFunc(s.NPUs, func(n NPU) bool { return strconv.Itoa(n.ID) == id && len(n.Chips) > 0 })
		if i < 0 {
			return q, "Invalid card id.\nError parameter of -i"
		}

		q.npu = &s.NPUs[i]
	}

	if id, given := values["-c"]; given {
		if s.Family == FamilyA5 || q.npu == nil || q.name == "common" {
			return q, "Error parameter of -c"
		}

		if q.chip = q.npu.place(s.Family, id); q.chip < 0 {
			return q, "Invalid chip id.\nError parameter of -c"
		}
	}

	return q, ""
}

// place is that of a chip among those of an NPU, or behind them for the management controller; below 0 there is none. A chip
// can have been lost, so that ids are no longer places.
func (n NPU) place(f Family, id string) int {
	if hasMCU(f) && id == strconv.Itoa(n.mcuID()) {
		return len(n.Chips)
	}

	return slices.IndexFunc(n.Chips, func(c Chip) bool { return strconv.Itoa(c.ID) == id })
}

// mcuID is the id of the management controller: that behind the last chip's.
func (n NPU) mcuID() int {
	if len(n.Chips) == 0 {
		return 0
	}

	return n.Chips[len(n.Chips)-1].ID + 1
}
