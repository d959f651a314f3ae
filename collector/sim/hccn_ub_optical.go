package sim

import (
	"fmt"
	"strconv"
	"strings"
)

// The optical modules of a server with 950: `hccn_tool -g -optical -i ID`, by the id of a module or by a port.

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
