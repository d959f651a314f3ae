package poll

import (
	"math"
	"slices"
	"strconv"

	"github.com/ascend-exporter/ascend_exporter/collector/hccntool"
	"github.com/ascend-exporter/ascend_exporter/collector/optional"
	"github.com/ascend-exporter/ascend_exporter/collector/snapshot"
)

// milli is how many thousandths of a unit make one.
const milli = 1000

func joinOptical(n *snapshot.Network, o hccntool.Optical) {
	optical := &snapshot.Optical{Present: o.Present, Temperature: o.Temperature, Voltage: o.Voltage.Per(milli)}
	n.Optical = optical

	var transmit, receive []optional.Float

	for _, lane := range o.Lanes {
		optical.Lanes = append(optical.Lanes, snapshot.Lane{
			Name:          strconv.Itoa(lane.Number),
			TransmitPower: lane.Transmit.Per(milli), ReceivePower: lane.Receive.Per(milli),
			Bias: lane.Bias.Per(milli), HostSNR: lane.HostSNR, MediaSNR: lane.MediaSNR,
		})
		transmit, receive = append(transmit, lane.Transmit), append(receive, lane.Receive)
	}

	optical.Limits = slices.Concat(
		limits("temperature", 1, o.TemperatureLimits, o.Temperature), limits("voltage", milli, o.VoltageLimits, o.Voltage),
		limits("transmit_power", milli, o.TransmitLimits, transmit...), limits("receive_power", milli, o.ReceiveLimits, receive...),
	)

	for _, loss := range []struct {
		lanes         uint64
		direction, of string
	}{
		{o.TransmitSignalLost, "transmit", "signal"},
		{o.ReceiveSignalLost, "receive", "signal"},
		{o.TransmitLockLost, "transmit", "lock"},
		{o.ReceiveLockLost, "receive", "lock"},
	} {
		if loss.lanes != 0 {
			optical.Losses = append(optical.Losses, snapshot.Loss{Direction: loss.direction, Of: loss.of})
		}
	}
}

// limits holds readings against the limits that the module has for them, both in the same parts of a unit. Limits of which the low
// one is not below the high one were never set.
func limits(quantity string, parts float64, of hccntool.Limits, readings ...optional.Float) []snapshot.Limit {
	low, hasLow := of.Low.Get()
	high, hasHigh := of.High.Get()

	if hasLow && hasHigh && low >= high {
		return nil
	}

	var all []snapshot.Limit

	if hasHigh {
		over := func(r optional.Float) bool { value, ok := r.Get(); return ok && value > high }
		all = append(all, snapshot.Limit{Quantity: quantity, Bound: "high", Value: high / parts, Exceeded: slices.ContainsFunc(readings, over)})
	}

	if hasLow {
		under := func(r optional.Float) bool { value, ok := r.Get(); return ok && value < low }
		all = append(all, snapshot.Limit{Quantity: quantity, Bound: "low", Value: low / parts, Exceeded: slices.ContainsFunc(readings, under)})
	}

	return all
}

func joinPortOptical(p *snapshot.Port, lanes []hccntool.PortLane) {
	for _, lane := range lanes {
		p.Lanes = append(p.Lanes, snapshot.Lane{
			Name:          strconv.Itoa(lane.Number),
			TransmitPower: wattsOf(lane.Transmit), ReceivePower: wattsOf(lane.Receive),
			Bias: lane.Bias.Per(milli), HostSNR: lane.HostSNR, MediaSNR: lane.MediaSNR, Abnormal: lane.Abnormal,
		})
	}
}

// wattsOf makes watts of dBm, which are decibels over a milliwatt.
func wattsOf(dBm optional.Float) optional.Float {
	value, ok := dBm.Get()
	if !ok {
		return dBm
	}

	return optional.Of(math.Pow(10, value/10) / milli)
}
