package sim

import (
	"fmt"
	"strconv"
	"strings"
)

// The optical modules of a server with 950. Two neighbours share six of them: each lane of a port is on one of both.

// The sharing repeats after four NPUs, with other numbers on the front.
const (
	sharers    = 2 // NPUs that share modules
	panel      = 4 // NPUs whose modules are numbered together
	panelSlots = 12
	portLanes  = 4
)

// moduleOf is the id, on its NPU, of the module that the lanes of a port are on.
func moduleOf(die, port int) int {
	switch {
	case die == 1:
		return 0
	case port == 4 || port == 7:
		return 1
	default:
		return 2
	}
}

// laneAt is where a lane of a port is: on which NPU's module of the port's id, and which lane of it. The lanes 0 and 1 are on the
// module of the odd one of both neighbours.
func laneAt(npu, port, lane int) (owner, moduleLane int) {
	owner = npu &^ 1
	if lane < portLanes/sharers {
		owner |= 1
	}

	// In the first pair the odd NPU has the first lanes of a module, in the second pair the even one.
	if odd := npu%sharers == 1; odd != (npu%panel < sharers) {
		moduleLane = moduleLanes / sharers
	}

	moduleLane += lane % sharers * 2
	if port == 4 || port == 5 {
		moduleLane++
	}

	return owner, moduleLane
}

// slotOf is the number of a module on the server's front.
func slotOf(npu, module int) int {
	first := [][]int{{3, 5, 9}, {11, 7, 1}}[npu%panel/sharers]

	return npu/panel*panelSlots + first[module] + npu%sharers
}

// user is the lane of a port that is on a lane of a module, and on which NPU.
func user(npu, module, lane int) (on int, port PortID, portLane int) {
	for n := npu &^ 1; n <= npu|1; n++ {
		for _, p := range serverPorts() {
			for l := range portLanes {
				if owner, at := laneAt(n, p.Port, l); moduleOf(p.Die, p.Port) == module && owner == npu && at == lane {
					return n, p, l
				}
			}
		}
	}

	return npu, PortID{}, 0 // each lane has one
}

// OwnLane is a lane from 0 to 3 of those that a chip's own links have on a module: a NIC has one, a chip of a server with 950 has
// three. It gives the module, the lane's place there, and the port that it carries. False is a chip that has no such lane.
func (c *Chip) OwnLane(module, lane int) (m *Module, place int, port PortID, ok bool) {
	n := c.Network

	switch {
	case n == nil || lane < 0 || lane >= nicLanes:
		return nil, 0, port, false
	case n.RoCE != nil && n.RoCE.Module != nil && module == 0:
		if n.RoCE.Rear {
			lane += nicLanes
		}

		return n.RoCE.Module, lane, port, true
	case module < 0 || module >= len(n.Modules):
		return nil, 0, port, false
	}

	on, port, _ := user(c.LogicID, module, lane)
	if on != c.LogicID {
		lane += nicLanes
		_, port, _ = user(c.LogicID, module, lane)
	}

	return &n.Modules[module], lane, port, true
}

// module is one of an NPU's; nil where there is none, or nothing in its place.
func (a *answerOf) module(npu, id int) *Module {
	c := a.chip(func(c *Chip) bool { return c.LogicID == npu })
	if c == nil || id >= len(c.Network.Modules) || !c.Network.Modules[id].Present {
		return nil
	}

	return &c.Network.Modules[id]
}

// opticLane is a lane in the tables: of a module, or of nothing.
type opticLane struct {
	module *Module
	lane   int
	use    string // by whom, or of which module
}

func printUBOptical(a *answerOf, q ubQuery) int {
	id, byModule := q.values["-optical_id"]
	modules := q.chip.Network.Modules

	switch {
	case len(modules) == 0:
		return a.fail(ubStatusPort, "Cmd execute failed!")
	case byModule && id < len(modules):
		a.writeModule(q.chip.LogicID, id)
	case q.port != nil:
		a.writePortOptics(q)
	default:
		return a.fail(ubStatusRange, "Cmd execute failed!")
	}

	return 0
}

// writeModule prints a module of an NPU.
func (a *answerOf) writeModule(npu, id int) {
	prefix := func(cells ...string) []string { return append([]string{strconv.Itoa(npu), strconv.Itoa(id)}, cells...) }
	header := func(cells ...string) []string { return append([]string{"NPU", "Optical"}, cells...) }
	general := header("Present", "High_power", "Identifier", "Wave_len", "Phy_code", "Revision")

	m := a.module(npu, id)
	if m == nil {
		a.writeTable(general, prefix("absent", noValue, noValue, noValue, noValue, noValue))

		return
	}

	a.writeTable(general, prefix("present", either(m.HighPower, "enable", "disable"), m.Identifier,
		fmt.Sprintf("%d nm", m.Wavelength), noValue, m.Revision))
	a.writeTable(header("Name", "Part_number", "Serial_number", "Org_unique_id", "Manufact_date"),
		prefix(m.Vendor, m.PartNumber, m.Serial, fmt.Sprintf("%02X-%02X-%02X", m.OUI[0], m.OUI[1], m.OUI[2]), m.Date))

	lanes := make([]opticLane, moduleLanes)
	for i := range lanes {
		on, port, lane := user(npu, id, i)
		lanes[i] = opticLane{m, i, fmt.Sprintf("npu%d_die%d_port%d_lane%d", on, port.Die, port.Port, lane)}
	}

	rows := [][]string{prefix("Temperature(C)", strconv.Itoa(m.Temperature), "75", "70", "0", "-5",
		judged(float64(m.Temperature), temperatureLimits()), noValue)}
	rows = append(rows, quantity(prefix, "Voltage(V)", m.Voltage/1000, voltageLimits(), noValue))

	a.writeFlags(header, prefix, lanes)
	a.writeQuantities(header, prefix, "Used_by", rows, lanes)
}

// writePortOptics prints the lanes of a port. Its tables name the first of the neighbours that share the modules.
func (a *answerOf) writePortOptics(q ubQuery) {
	npu, p := q.chip.LogicID, q.port
	prefix := func(cells ...string) []string {
		return append([]string{strconv.Itoa(npu &^ 1), strconv.Itoa(p.Die), strconv.Itoa(p.Port)}, cells...)
	}

	lanes := make([]opticLane, portLanes)
	for i := range lanes {
		owner, lane := laneAt(npu, p.Port, i)
		id := moduleOf(p.Die, p.Port)
		lanes[i] = opticLane{a.module(owner, id), lane, fmt.Sprintf("optical_%d_lane_%d", slotOf(owner, id), lane)}
	}

	a.writeFlags(portHeader, prefix, lanes)
	a.writeQuantities(portHeader, prefix, "Optical_use", nil, lanes)
}

// cells makes a row of what stands behind its first cells.
type cells func(...string) []string

func (a *answerOf) writeFlags(header, prefix cells, lanes []opticLane) {
	names := []string{"Items"}
	for i := range lanes {
		names = append(names, fmt.Sprint("Lane", i))
	}

	rows := [][]string{header(names...)}

	for _, flag := range []struct {
		name string
		of   func(*Module) uint8
	}{
		{"TxFault Flag", func(m *Module) uint8 { return m.TxFault }},
		{"TxLos Flag", func(m *Module) uint8 { return m.TxLos }},
		{"RxLos Flag", func(m *Module) uint8 { return m.RxLos }},
		{"TxLol Flag", func(m *Module) uint8 { return m.TxLoL }},
		{"RxLol Flag", func(m *Module) uint8 { return m.RxLoL }},
	} {
		words := []string{flag.name}

		for _, l := range lanes {
			word := noValue
			if l.module != nil {
				word = either(flag.of(l.module)>>l.lane&1 == 1, "Abnormal", "Normal")
			}

			words = append(words, word)
		}

		rows = append(rows, prefix(words...))
	}

	a.writeTable(rows...)
}

// writeQuantities prints what is measured, behind rows on the whole module.
func (a *answerOf) writeQuantities(header, prefix cells, use string, rows [][]string, lanes []opticLane) {
	all := append([][]string{header("Items", "Value", "HighAlarm", "HighWarn", "LowWarn", "LowAlarm", "Status", use)}, rows...)

	for _, what := range []struct {
		name, unit string
		limits     limits
		of         func(Lane) float64
	}{
		{"Bias", "mA", limits{130, 120, 30, 20}, func(l Lane) float64 { return l.Bias }},
		{"TxPower", "dBm", txLimits().dBm(), func(l Lane) float64 { return visible(l.TX) }},
		{"RxPower", "dBm", rxLimits().dBm(), func(l Lane) float64 { return visible(l.RX) }},
		{"HostSNR", "dB", limits{}, func(l Lane) float64 { return l.HostSNR }},
		{"MediaSNR", "dB", limits{}, func(l Lane) float64 { return l.MediaSNR }},
		{"HostLTP", "dB", limits{}, nil},
		{"MediaLTP", "dB", limits{}, nil},
	} {
		for i, l := range lanes {
			name := fmt.Sprintf("%s Lane%d(%s)", what.name, i, what.unit)

			by := noValue
			if what.name == "Bias" {
				by = l.use
			}

			switch {
			case l.module == nil || what.of == nil:
				all = append(all, prefix(name, noValue, noValue, noValue, noValue, noValue, noValue, by))
			case what.limits == limits{}:
				value := fmt.Sprintf("%.4f", what.of(l.module.Lanes[l.lane]))
				all = append(all, prefix(name, value, noValue, noValue, noValue, noValue, noValue, by))
			default:
				row := quantity(prefix, name, what.of(l.module.Lanes[l.lane]), what.limits, by)
				if l.module.Lanes[l.lane].abnormal(what.name) {
					row[len(row)-2] = "Abnormal"
				}

				all = append(all, row)
			}
		}
	}

	a.writeTable(all...)
}

// visible is a power in dBm. The tool takes one that is too small to see for 0 dBm.
func visible(milliwatts float64) float64 {
	const least = 0.0001

	if milliwatts < least {
		return 0
	}

	return dBm(milliwatts)
}

// abnormal says whether a power is so though the number that is printed of it may not be.
func (l Lane) abnormal(quantity string) bool {
	switch {
	case strings.HasPrefix(quantity, "Tx"):
		return l.TX < txLimits().lowAlarm
	case strings.HasPrefix(quantity, "Rx"):
		return l.RX < rxLimits().lowAlarm
	default:
		return false
	}
}

// quantity is a row with limits.
func quantity(prefix cells, name string, value float64, l limits, use string) []string {
	row := []string{name}
	for _, v := range []float64{value, l.highAlarm, l.highWarn, l.lowWarn, l.lowAlarm} {
		row = append(row, fmt.Sprintf("%.4f", v))
	}

	return prefix(append(row, judged(value, l), use)...)
}

// judged is the tool's word for a value.
func judged(value float64, l limits) string {
	return either(value > l.highAlarm || value < l.lowAlarm, "Abnormal", "Normal")
}
