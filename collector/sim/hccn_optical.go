package sim

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
)

// The optical module of a NIC: `hccn_tool -i PHYID -optical -g`, and in the form v2 with the limits of all alarms.

// limits are those of a quantity: the module raises an alarm beyond the outer two, and a warning beyond the inner two.
type limits struct {
	highAlarm, highWarn, lowWarn, lowAlarm float64
}

// The limits of the modules; power in mW.
func temperatureLimits() limits { return limits{75, 70, 0, -5} }

func voltageLimits() limits { return limits{3.63, 3.465, 3.135, 2.97} }

func txLimits() limits { return limits{5.0119, 3.5481, 0.2818, 0.1995} }

func rxLimits() limits { return limits{5.0119, 3.5481, 0.1445, 0.1023} }

// RxLowWarning is the power in mW of light that comes in, below which a module warns.
func RxLowWarning() float64 { return rxLimits().lowWarn }

// notAvailable is what stands where a module has no value.
const notAvailable = "NA"

// blind says whether the module measures nothing: it is not there, or has no sensors.
func (m *Module) blind() bool {
	return !m.Present || m.Temperature == TemperatureUnsupported || m.Voltage == 0
}

// dark says whether a lane of a NIC is none of the module's.
func (m *Module) dark(lane int) bool {
	const lanesOfTwo = 2

	return m.TwoLanes && lane >= lanesOfTwo
}

// nicLanes is the number of lanes of a NIC.
const nicLanes = moduleLanes / 2

// lane is one of the NIC's.
func (r *RoCE) lane(i int) Lane {
	if r.Rear {
		i += nicLanes
	}

	return r.Module.Lanes[i]
}

// The other forms of the query.
const (
	opticalTables   = "v2"
	opticalSettings = "dfx_cfg"
)

func printOptical(a *answerOf, c *Chip, variant string) int {
	r := c.Network.RoCE

	switch {
	case r.Module == nil:
		fmt.Fprintln(&a.out, "This product does not support this command.")

		return networkStatusNoIP
	case variant == opticalTables:
		a.writeOpticalTables(r)
	case variant == opticalSettings:
		loopback, disabled := "no loopback mode", "0x0"
		if r.Module.blind() {
			loopback, disabled = notAvailable, notAvailable
		}

		fmt.Fprintf(&a.out, "optical dfx info:\nloopback status    : %s\ntx disable status  : %s\n", loopback, disabled)
	default:
		a.writeOptical(r)
	}

	return 0
}

// optical prints a line of the plain form.
func (a *answerOf) optical(key, format string, args ...any) {
	fmt.Fprintf(&a.out, "%-21s: "+format+"\n", append([]any{key}, args...)...)
}

func (a *answerOf) writeOptical(r *RoCE) {
	m := r.Module

	fmt.Fprintln(&a.out, "optical info:")
	a.optical("present", "%s", either(m.Present, "present", "not present"))
	a.optical("temperature", "%s", m.temperature())
	a.optical("high power enable reg", "%s", either(m.HighPower, "enabled", "disabled"))
	a.optical("vendor name", "%s", m.Vendor)
	a.optical("vendor part number", "%s", m.PartNumber)
	a.optical("vendor serial number", "%s", m.Serial)
	a.optical("vendor org unique id", "0x%x 0x%x 0x%x", m.OUI[0], m.OUI[1], m.OUI[2])
	a.optical("xsfp identifier", "%s", m.Identifier)
	a.optical("xsfp wave length", "%d nm", m.Wavelength)
	a.optical("manufact date code", "%s", m.Date)

	if m.blind() {
		for _, key := range []string{
			"Vcc", "Tx Power", "Rx Power", "Vcc High Thres", "Vcc Low Thres", "Temp High Thres", "Temp Low Thres",
			"TxPower High Thres", "TxPower Low Thres", "RxPower High Thres", "RxPower Low Thres",
		} {
			a.optical(key, notAvailable)
		}

		return
	}

	a.writeMeasurements(r)

	if a.state.since(release255) {
		a.optical("Physical Code", "%s", cmp.Or(m.Code, notAvailable))
		a.optical("vendor rev", "%s", cmp.Or(m.Revision, notAvailable))
		fmt.Fprintf(&a.out, "Specification compliance: %s\n", compliance(m.Compliance))
	}
}

// temperature is as the plain form has it.
func (m *Module) temperature() string {
	switch {
	case !m.Present:
		return notAvailable
	case m.Temperature == TemperatureUnsupported:
		return "not supported"
	case m.Temperature == TemperatureFailed:
		return "get failed"
	default:
		return fmt.Sprintf("%d C", m.Temperature)
	}
}

func (a *answerOf) writeMeasurements(r *RoCE) {
	const milliPerUnit = 1000

	m := r.Module
	a.optical("Vcc", "%.2f mV", m.Voltage)

	for i := range nicLanes {
		a.opticalLane(r, "Tx Power", i, r.lane(i).TX, "mW")
		a.opticalLane(r, "Rx Power", i, r.lane(i).RX, "mW")
	}

	t, v, tx, rx := temperatureLimits(), voltageLimits(), txLimits(), rxLimits()

	a.optical("Vcc High Thres", "%.2f mV", v.highWarn*milliPerUnit)
	a.optical("Vcc Low Thres", "%.2f mV", v.lowWarn*milliPerUnit)
	a.optical("Temp High Thres", "%.0f C", t.highWarn)
	a.optical("Temp Low Thres", "%.0f C", t.lowWarn)
	a.optical("TxPower High Thres", "%.4f mW", tx.highWarn)
	a.optical("TxPower Low Thres", "%.4f mW", tx.lowWarn)
	a.optical("RxPower High Thres", "%.4f mW", rx.highWarn)
	a.optical("RxPower Low Thres", "%.4f mW", rx.lowWarn)

	for i := range nicLanes {
		a.opticalLane(r, "Tx Bias", i, r.lane(i).Bias, "mA")
	}

	a.optical("Tx Los Flag", "0x%x", m.TxLos)
	a.optical("Rx Los Flag", "0x%x", m.RxLos)
	a.optical("Tx LoL Flag", "0x%x", m.TxLoL)
	a.optical("Rx LoL Flag", "0x%x", m.RxLoL)

	for i := range nicLanes {
		a.optical(fmt.Sprint("Host SNR Lane", i), "%s", snr(m.HostSNR, r.lane(i).HostSNR))
	}

	for i := range nicLanes {
		a.optical(fmt.Sprint("Media SNR Lane", i), "%s", snr(m.MediaSNR, r.lane(i).MediaSNR))
	}
}

// opticalLane prints what is measured of a lane, if the module has it.
func (a *answerOf) opticalLane(r *RoCE, key string, lane int, value float64, unit string) {
	key += strconv.Itoa(lane)

	if r.Module.dark(lane) {
		a.optical(key, notAvailable)
	} else {
		a.optical(key, "%.4f %s", value, unit)
	}
}

// snr is a ratio, if the module measures it.
func snr(measured bool, ratio float64) string {
	if !measured {
		return "not supported"
	}

	return fmt.Sprintf("%.4f dB", ratio)
}

func compliance(codes []byte) string {
	if codes == nil {
		return notAvailable
	}

	var b strings.Builder
	for _, code := range codes {
		fmt.Fprintf(&b, " 0x%02x", code)
	}

	return strings.TrimPrefix(b.String(), " ")
}

// either is the first of two texts if something holds, else the second.
func either(holds bool, yes, no string) string {
	if holds {
		return yes
	}

	return no
}
