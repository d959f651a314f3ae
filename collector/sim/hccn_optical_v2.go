package sim

import (
	"fmt"
	"math"
	"strings"
)

// noValue is what stands in a table where there is no value.
const noValue = "-"

// writeOpticalTables prints the form v2: flags, and what is measured with the limits of all alarms.
func (a *answerOf) writeOpticalTables(r *RoCE) {
	const width = 92

	double, single := strings.Repeat("=", width), strings.Repeat("-", width)
	m := r.Module

	title := func(name, columns string) {
		fmt.Fprintf(&a.out, "%s\n%s:\n%s\n%s\n", double, name, single, columns)
	}

	title("State-flag Diagnostic Monitoring", fmt.Sprintf("%-17sStatus\n%s", "Items", single))
	a.flags(r, "TxFault Flag", m.TxFault, true)
	a.flags(r, "RxLos Flag", m.RxLos, true)
	a.flags(r, "TxLos Flag", m.TxLos, false)
	a.flags(r, "TxLol Flag", m.TxLoL, false)
	a.flags(r, "RxLol Flag", m.RxLoL, true)
	fmt.Fprintf(&a.out, "High power enable reg: %s\n%s\n", either(m.HighPower, "enabled", "disabled"), single)

	title("Digital Diagnostic Monitoring",
		fmt.Sprintf("%-20s%-12s%-12s%-12s%-12s%-12sStatus", "Items", "Value", "HighAlarm", "HighWarn", "LowAlarm", "LowWarn"))

	a.measured("Temperature(C)", m.Present && m.Temperature < TemperatureUnsupported, float64(m.Temperature), temperatureLimits())
	a.measured("Voltage(V)", !m.blind(), m.Voltage/1000, voltageLimits())

	for i := range nicLanes {
		a.measured(fmt.Sprintf("Bias lane%d(mA)", i), !m.blind() && !m.dark(i), r.lane(i).Bias, limits{13, 12, 3, 2})
	}

	for i := range nicLanes {
		a.measured(fmt.Sprintf("RxPower Lane%d(dBm)", i), !m.blind() && !m.dark(i), dBm(r.lane(i).RX), rxLimits().dBm())
	}

	for i := range nicLanes {
		a.measured(fmt.Sprintf("TxPower Lane%d(dBm)", i), !m.blind() && !m.dark(i), dBm(r.lane(i).TX), txLimits().dBm())
	}

	for i := range nicLanes {
		a.tableRow(fmt.Sprintf("MediaSNR Lane%d(dB)", i), m.MediaSNR, r.lane(i).MediaSNR)
	}

	for i := range nicLanes {
		a.tableRow(fmt.Sprintf("HostSNR Lane%d(dB)", i), m.HostSNR, r.lane(i).HostSNR)
	}
}

// flags prints a bit of each lane. Some are not told of lanes that the module does not have.
func (a *answerOf) flags(r *RoCE, name string, bits uint8, darkToo bool) {
	if r.Rear {
		bits >>= nicLanes
	}

	words := make([]string, nicLanes)

	for i := range words {
		word := either(bits>>i&1 == 1, "Abnormal", "Normal")
		if r.Module.blind() || darkToo && r.Module.dark(i) {
			word = noValue
		}

		words[i] = fmt.Sprintf("%-10s", word)
	}

	fmt.Fprintf(&a.out, "%-17s%s\n", name, strings.Join(words, "| "))
}

// measured prints a quantity and its limits, if there is one.
func (a *answerOf) measured(name string, known bool, value float64, l limits) {
	a.tableRow(name, known, value, l.highAlarm, l.highWarn, l.lowAlarm, l.lowWarn)
}

// tableRow prints numbers as the tool has them: with single precision.
func (a *answerOf) tableRow(name string, known bool, values ...float64) {
	const columns = 6

	fmt.Fprintf(&a.out, "%-20s", name)

	for i := range columns {
		text := noValue
		if known && i < len(values) {
			text = strings.Replace(fmt.Sprintf("%.2f", float32(values[i])), "Inf", "inf", 1)
		}

		fmt.Fprintf(&a.out, "%-12s", text)
	}

	fmt.Fprintln(&a.out)
}

// dBm is a power in mW on a scale of decibels; -∞ for none.
func dBm(milliwatts float64) float64 {
	const decibels = 10

	return decibels * math.Log10(milliwatts)
}

func (l limits) dBm() limits {
	return limits{dBm(l.highAlarm), dBm(l.highWarn), dBm(l.lowWarn), dBm(l.lowAlarm)}
}
