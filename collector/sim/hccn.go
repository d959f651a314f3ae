package sim

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// What hccn_tool of the 910 to the A3 answers: `hccn_tool -i PHYID -ITEM -g`. That of the 950 is in hccn_ub.go.

// The exit statuses of hccn_tool that a caller meets.
const (
	networkStatusFailed  = 1  // a query that fails, or no known first argument
	networkStatusNone    = 2  // no arguments, or no gateway
	networkStatusUnknown = 3  // an unknown item or option
	networkStatusDevice  = 4  // no such device, no driver, or too few arguments
	networkStatusBusy    = 11 // said on standard output
	networkStatusDenied  = 12
	networkStatusNoIP    = 13
	networkStatusDown    = 22
	networkStatusLocked  = 25
	networkStatusFEC     = 255
)

// answerOf is one call of hccn_tool: what it prints. Errors go to standard error, but for a few.
type answerOf struct {
	out, err bytes.Buffer
	state    State
}

// PrintNetwork answers one call of hccn_tool: args are those behind the tool's name. It gives the exit status, or Running with
// nothing printed for a call that hangs. A machine of which the networks are not known, or have none, has no such device.
func PrintNetwork(stdout, stderr io.Writer, s State, args []string) (exitStatus int) {
	a := &answerOf{state: s}

	if s.Family == FamilyA5 {
		exitStatus = a.unifiedBus(args)
	} else {
		exitStatus = a.roce(args)
	}

	_, _ = stdout.Write(a.out.Bytes()) // the tool does not look either
	_, _ = stderr.Write(a.err.Bytes())

	return exitStatus
}

// fail says on standard error what is wrong.
func (a *answerOf) fail(status int, lines ...string) int {
	fmt.Fprintln(&a.err, strings.Join(lines, "\n"))

	return status
}

const moreDetails = "Enter [ hccn_tool -h ] for more details."

func (a *answerOf) roce(args []string) int {
	const device, item, option = 1, 2, 3 // places of the arguments

	switch {
	case len(args) == 0:
		return a.fail(networkStatusNone, "Get invalid major cmd number. Please check your input.", moreDetails)
	case args[0] == "-h":
		a.writeUsage()

		return 0
	case args[0] != "-i":
		return a.fail(networkStatusFailed, `Get invalid major cmd type. The valid major cmd type should be "-a" or "-i".`, moreDetails)
	case len(args) <= item:
		return a.fail(networkStatusUnknown, "Get invalid major cmd.", moreDetails)
	}

	all := networkItems()

	i := slices.IndexFunc(all, func(n networkItem) bool { return "-"+n.name == args[item] })
	if i < 0 {
		return a.fail(networkStatusUnknown, "Get invalid major cmd.", moreDetails)
	}

	if a.state.Noise != "" {
		fmt.Fprintln(&a.out, a.state.Noise)
	}

	c := a.device(args[device])

	switch {
	case c == nil:
		return a.fail(networkStatusDevice, "Get invalid device id.")
	case len(args) <= option:
		return a.wrongUse(all[i], networkStatusDevice, "The total count of input parameters is wrong!")
	case args[option] != "-g":
		return a.wrongUse(all[i], networkStatusUnknown, "Get unknown option!")
	}

	return a.ask(all[i], c, args[option+1:])
}

// device is a chip by its physical id, of one or two digits; nil where there is none.
func (a *answerOf) device(id string) *Chip {
	const devices = 16 // that the tool knows at most

	phy, err := strconv.Atoi("0" + id) // no id at all is 0
	if err != nil || phy >= devices || len(id) > 2 || a.state.Init != 0 {
		return nil
	}

	return a.chip(func(c *Chip) bool { return c.PhyID == phy })
}

// chip is the first of those, if it has a network.
func (a *answerOf) chip(those func(*Chip) bool) *Chip {
	for i := range a.state.NPUs {
		chips := a.state.NPUs[i].Chips
		if j := slices.IndexFunc(chips, func(c Chip) bool { return those(&c) }); j >= 0 && chips[j].Network != nil {
			return &chips[j]
		}
	}

	return nil
}

// ask answers an item of a chip. The tool first asks for the chip's health, and where that fails it asks again and again.
func (a *answerOf) ask(item networkItem, c *Chip, rest []string) int {
	variant := strings.Join(rest, " ")
	status, wrong := item.check(rest)

	switch {
	case c.Failure(ReadingHealth) != 0:
		return Running
	case c.Health < 0:
		return a.fail(networkStatusDevice, "The device is not exist!")
	case wrong != "":
		return a.wrongUse(item, status, wrong)
	}

	failure := cmp.Or(c.Network.Failure, c.Network.Failures[item.name])
	if !item.local {
		failure = cmp.Or(c.Network.Failure, c.Network.failure(item.name))
	}

	switch {
	case failure != 0 && variant == opticalSettings: // which says nothing of it
		return 0
	case failure != 0:
		return a.failed(failure)
	}

	return item.print(a, c, variant)
}

// check says what is wrong with what stands behind -g, and with which status the tool ends for it.
func (item networkItem) check(rest []string) (status int, wrong string) {
	const shortest, longest = 100, 10000 // ms

	if item.name == "bandwidth" && len(rest) == 2 && rest[0] == "time" {
		if ms, err := strconv.Atoi(rest[1]); err != nil || ms < shortest || ms > longest {
			return networkStatusFailed, "Get invalid parameters!"
		}

		return 0, ""
	}

	if len(rest) > 0 && !slices.Contains(item.variants, strings.Join(rest, " ")) {
		return networkStatusUnknown, "Get unknown option!"
	}

	return 0, ""
}

// failed says why the device did not answer.
func (a *answerOf) failed(code NetworkFailure) int {
	switch code {
	case NetworkBusy:
		fmt.Fprintln(&a.out, busy)

		return networkStatusBusy
	case NetworkDenied:
		return a.fail(networkStatusDenied, "permission denied: pls check this cmd run permission.")
	case NetworkLinkIsDown:
		return a.fail(networkStatusDown, "Execute failed: Link status is down.")
	case NetworkLocked:
		return a.fail(networkStatusLocked, "Get lock failed. Please try again.")
	default:
		return a.fail(networkStatusFailed, "Command execute failed!")
	}
}

const busy = "hccn_tool is busy, please try again."

// wrongUse says what is wrong, and how the item is used.
func (a *answerOf) wrongUse(item networkItem, status int, text string) int {
	fmt.Fprintf(&a.out, "[ hccn_tool -i devid -%s ] needs the following parameters:\n   [-g]\n", item.name)

	for _, v := range item.variants {
		fmt.Fprintf(&a.out, "       [%s]\n", v)
	}

	fmt.Fprintln(&a.out)

	return a.fail(status, text)
}

// writeUsage lists the items.
func (a *answerOf) writeUsage() {
	for _, item := range networkItems() {
		fmt.Fprintf(&a.out, "hccn_tool -i devid -%s\n   [-g]\n\n", item.name)
	}
}
