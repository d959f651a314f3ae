package sim

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// What hccn_tool of the 950 answers: `hccn_tool -g -ITEM -i ID`, with `-u DIE -p PORT` for what a port has.

// The exit statuses that only this tool has.
const (
	ubStatusNoMode     = 1 // also busy
	ubStatusMode       = 2
	ubStatusNoItem     = 3
	ubStatusItem       = 4
	ubStatusNegative   = 7
	ubStatusRange      = 8 // also a query that lacks what it needs
	ubStatusIncomplete = 10
	ubStatusDevice     = 11
	ubStatusPort       = 13 // also a module on a card
	ubStatusExtra      = 16
	ubStatusTime       = 20
)

// ubItem is something that the tool is asked for.
type ubItem struct {
	name    string
	options []ubOption // beside the NPU
	needed  int        // the first of them have to be there
	print   func(a *answerOf, q ubQuery) int
}

// ubOption is an option with a number.
type ubOption struct {
	name      string
	low, high int
	status    int // of a number that is out of range
}

// ubQuery is a question about an NPU.
type ubQuery struct {
	chip   *Chip
	port   *UBPort        // nil where none was asked for
	values map[string]int // of the options that were given
}

func ubItems() []ubItem {
	port := []ubOption{{"-u", 0, 1, ubStatusRange}, {"-p", 0, 9, ubStatusRange}}
	module := ubOption{"-optical_id", 0, 4, ubStatusRange}
	period := ubOption{"-time", 100, 10000, ubStatusTime}

	return []ubItem{
		{"link", port, len(port), printUBLink},
		{"link_stat", port, len(port), printUBLinkStat},
		{"stat", port, len(port), printUBStat},
		{"speed", port, len(port), printUBSpeed},
		{"bandwidth", append(slices.Clone(port), period), len(port), printUBBandwidth},
		{"optical", append(slices.Clone(port), module), 0, printUBOptical},
		{"dev_info", nil, 0, printDevInfo},
		{"net_health", nil, 0, printUBHealth},
		{"version", nil, 0, printUBVersion},
		{"vnic", nil, 0, printVNIC},
	}
}

func (a *answerOf) unifiedBus(args []string) int {
	const mode, item = 0, 1

	switch {
	case len(args) == 0:
		return a.ubFail(ubStatusNoMode, "Please specify a mode.", "")
	case args[mode] == "-h":
		a.writeUBUsage()

		return 0
	case args[mode] != "-g":
		return a.ubFail(ubStatusMode, "Please specify a valid mode.", "")
	case len(args) == 1:
		return a.ubFail(ubStatusNoItem, "Please specify a cmd.", " -g")
	}

	all := ubItems()

	i := slices.IndexFunc(all, func(n ubItem) bool { return "-"+n.name == args[item] })
	if i < 0 {
		return a.ubFail(ubStatusItem, "Please specify a valid cmd.", " -g")
	}

	q, status, wrong := all[i].parse(args[item+1:])
	if wrong != "" {
		return a.ubFail(status, wrong, " -"+all[i].name)
	}

	return a.askUB(all[i], q)
}

// ubFail says what is wrong, and what of the help tells more.
func (a *answerOf) ubFail(status int, text, help string) int {
	return a.fail(status, text, fmt.Sprintf("Enter [ hccn_tool -h%s ] for more details.", help))
}

// parse reads the options of an item. If one of them is wrong it says so in the tool's words.
func (item ubItem) parse(args []string) (q ubQuery, status int, wrong string) {
	const incomplete = "Parse cmd option failed."

	q = ubQuery{values: make(map[string]int)}
	options := append([]ubOption{{"-i", 0, maxNPUs - 1, ubStatusDevice}}, item.options...)

	for i := 0; i < len(args); i += 2 {
		j := slices.IndexFunc(options, func(o ubOption) bool { return o.name == args[i] })
		if j < 0 || i+1 == len(args) {
			return q, ubStatusExtra, incomplete
		}

		o := options[j]

		n, err := strconv.Atoi(args[i+1])

		switch {
		case err != nil:
			return q, ubStatusExtra, incomplete
		case n < 0:
			return q, ubStatusNegative, fmt.Sprintf("Option [%s %d] is invalid, %d < 0.", o.name, n, n)
		case (n < o.low || n > o.high) && o.name != "-i":
			return q, o.status, fmt.Sprintf("Option [%s %d] is out of range [%d, %d].", o.name, n, o.low, o.high)
		}

		q.values[o.name] = n
	}

	for _, o := range options[:item.needed+1] {
		if _, given := q.values[o.name]; !given {
			return q, ubStatusIncomplete, incomplete
		}
	}

	return q, 0, ""
}

// askUB answers an item of an NPU.
func (a *answerOf) askUB(item ubItem, q ubQuery) int {
	if a.state.Noise != "" {
		fmt.Fprintln(&a.out, a.state.Noise)
	}

	help := " -" + item.name

	if a.state.Init == 0 {
		q.chip = a.chip(func(c *Chip) bool { return c.LogicID == q.values["-i"] })
	}

	if q.chip == nil {
		return a.ubFail(ubStatusDevice, "target chip is invalid, please check.", help)
	}

	n := q.chip.Network
	failure := n.Failure

	if failure == 0 {
		failure = n.failure(item.name)
	}

	if code := q.chip.Failures[EveryReading]; code != 0 {
		failure = NetworkFailure(code)
	}

	if port, given := q.values["-p"]; given {
		die := q.values["-u"]

		i := slices.IndexFunc(n.Ports, func(p UBPort) bool { return p.Die == die && p.Port == port })
		if i < 0 {
			return a.ubFail(ubStatusPort, "target port is invalid, please check.", help)
		}

		q.port = &n.Ports[i]
		if failure == 0 && item.name != "optical" { // the modules are asked by another way
			failure = q.port.failure(item.name)
		}
	}

	if failure != 0 {
		return a.ubFailed(failure)
	}

	return item.print(a, q)
}

// failure is that of an item.
func (p *UBPort) failure(item string) NetworkFailure {
	if code := p.Failures[item]; code != 0 {
		return code
	}

	return p.Failures[""]
}

// ubFailed says that the device did not answer. The status is the lowest eight bits of its code.
func (a *answerOf) ubFailed(code NetworkFailure) int {
	const low = 0xFF

	if code == NetworkBusy {
		fmt.Fprintln(&a.out, busy)

		return ubStatusNoMode
	}

	return a.fail(int(code)&low, "Cmd execute failed!")
}

// writeUBUsage lists the items.
func (a *answerOf) writeUBUsage() {
	for _, item := range ubItems() {
		fmt.Fprintf(&a.out, "hccn_tool -g -%s -i <dev_id>", item.name)

		for i, o := range item.options {
			text := fmt.Sprintf("%s <%d-%d>", o.name, o.low, o.high)
			fmt.Fprintf(&a.out, " %s", either(i < item.needed, text, "["+text+"]"))
		}

		fmt.Fprintln(&a.out)
	}
}

// writeTable draws a table with columns as wide as what is in them. The first row is the header.
func (a *answerOf) writeTable(rows ...[]string) {
	widths := make([]int, len(rows[0]))

	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], len(cell))
		}
	}

	var b strings.Builder
	for _, w := range widths {
		b.WriteString("+" + strings.Repeat("-", w+2))
	}

	line := b.String() + "+"
	fmt.Fprintln(&a.out, line)

	for i, row := range rows {
		for j, cell := range row {
			fmt.Fprintf(&a.out, "| %-*s ", widths[j], cell)
		}

		fmt.Fprintln(&a.out, "|")

		if i == 0 {
			fmt.Fprintln(&a.out, line)
		}
	}

	fmt.Fprintln(&a.out, line)
}
