package scenario

import (
	"slices"
	"strconv"
	"time"

	"github.com/ascend-exporter/ascend_exporter/collector/sim"
)

// chipHang is a chip that answers nothing.
type chipHang struct{}

func newChipHang() effect { return &chipHang{} }

func (*chipHang) parameters() []parameter { return nil }

func (*chipHang) call(in *force, c call) (delay time.Duration, hangs bool) {
	return 0, c.asks(in.fault)
}

// networkToolHang is a chip whose network answers nothing.
type networkToolHang struct{}

func newNetworkToolHang() effect { return &networkToolHang{} }

func (*networkToolHang) parameters() []parameter { return nil }

func (*networkToolHang) call(in *force, c call) (delay time.Duration, hangs bool) {
	return 0, c.network && c.asks(in.fault)
}

// call is a call of one of the tools, with the arguments behind its name.
type call struct {
	network bool // it is one of hccn_tool
	args    []string
	devices map[int]place // the chips by the ids that hccn_tool has for them
}

// asks says whether the call asks a chip of the fault's. One on all chips does.
func (c call) asks(f *fault) bool {
	if c.network {
		id, given := argument(c.args, "-i")
		chip, known := c.devices[id]

		return given && known && f.aims(chip.npu, chip.chip)
	}

	switch {
	case len(c.args) == 0 || c.args[0] != "info":
		return false
	case len(c.args) == 1:
		return true
	case slices.Contains([]string{"-m", "-l", "-h", "--help"}, c.args[1]):
		return false
	}

	npu, one := argument(c.args, "-i")
	if !one {
		return !slices.Contains(c.args, "-p") // a physical id is looked up without asking the chip
	}

	if chip, given := argument(c.args, "-c"); given {
		return f.aims(npu, chip)
	}

	return len(f.npus) == 0 || slices.Contains(f.npus, npu)
}

// argument is the number behind an option.
func argument(args []string, option string) (value int, given bool) {
	i := slices.Index(args, option)
	if i < 0 || i+1 == len(args) {
		return 0, false
	}

	value, err := strconv.Atoi(args[i+1])

	return value, err == nil
}

// slowTool is a tool that takes its time.
type slowTool struct {
	delay time.Duration
}

func newSlowTool() effect { return &slowTool{} }

func (t *slowTool) parameters() []parameter {
	return []parameter{must(period("delay", &t.delay, time.Millisecond, "how much longer each call takes"))}
}

func (t *slowTool) call(*force, call) (delay time.Duration, hangs bool) {
	return t.delay, false
}

// hungTool is a tool that never answers.
type hungTool struct{}

func newHungTool() effect { return &hungTool{} }

func (*hungTool) parameters() []parameter { return nil }

func (*hungTool) call(*force, call) (delay time.Duration, hangs bool) {
	return 0, true
}

// driver is one that does not start for the tool.
type driver struct {
	code sim.FailureCode
}

func newDriverGone() effect { return &driver{sim.FailureDriver} }

func newDriverOccupied() effect { return &driver{sim.FailureOccupied} }

func (*driver) parameters() []parameter { return nil }

func (d *driver) change(_ *force, s *sim.State) {
	s.Init = d.code
}

// noise is a line before each answer.
type noise struct {
	line string
}

func newNoise() effect { return &noise{"DrvMngGetConsoleLogLevel failed. (g_conLogLevel=3)"} }

func (n *noise) parameters() []parameter {
	return []parameter{line("line", &n.line, "what is printed")}
}

func (n *noise) change(_ *force, s *sim.State) {
	s.Noise = n.line
}

// hostDown is a host that answers nobody.
type hostDown struct{}

func newHostDown() effect { return &hostDown{} }

func (*hostDown) parameters() []parameter { return nil }
