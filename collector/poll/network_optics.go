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

// joinOptical believes nothing else of a module that is not there, whatever the tool prints of it.
func joinOptical(n *snapshot.Network, o hccntool.Optical) {
	optical := &snapshot.Optical{Present: flag(o.Present).Unless(!o.PresenceKnown)}
	n.Optical = optical

	if !o.Present {
		return
	}

	optical.Temperature, optical.Voltage = o.Temperature, o.Voltage.Per(milli)

	var transmit, receive []optional.Float

	for _, lane := range o.Lanes {
		optical.Lanes = append(optical.Lanes, snapshot.Lane{
			Name:          strconv.Itoa(lane.Number),
			TransmitPower: lane.TransmitPower.Per(milli), ReceivePower: lane.ReceivePower.Per(milli),
			Bias: lane.Bias.Per(milli), HostSNR: lane.HostSNR, MediaSNR: lane.MediaSNR,
		})
		transmit, receive = append(transmit, lane.TransmitPower), append(receive, lane.ReceivePower)
	}

	optical.Limits = slices.Concat(
		limits("temperature", 1, o.TemperatureLimits, o.Temperature), limits("voltage", milli, o.VoltageLimits, o.Voltage),
		limits("transmit_power", milli, o.TransmitPowerLimits, transmit...), limits("receive_power", milli, o.ReceivePowerLimits, receive...),
	)

	for _, loss := range []struct {
		lanes         optional.Float
		direction, of string
	}{
		{o.TransmitLOS, "transmit", "signal"},
		{o.ReceiveLOS, "receive", "signal"},
		{o.TransmitLOL, "transmit", "lock"},
		{o.ReceiveLOL, "receive", "lock"},
	} {
		if loss.lanes.Present() && !loss.lanes.Is(0) {
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

func joinPortOptical(p *snapshot.Port, optical hccntool.PortOptical) {
	for _, lane := range optical.Lanes {
		p.Lanes = append(p.Lanes, snapshot.Lane{
			Name:          strconv.Itoa(lane.Number),
			TransmitPower: wattsOf(lane.TransmitPower.Value), ReceivePower: wattsOf(lane.ReceivePower.Value),
			Bias: lane.Bias.Value.Per(milli), HostSNR: lane.HostSNR.Value, MediaSNR: lane.MediaSNR.Value,
			Abnormal: isAbnormal(lane),
		})
	}
}

// isAbnormal says whether the module finds anything of the lane wrong.
func isAbnormal(lane hccntool.PortLane) bool {
	return slices.Contains([]hccntool.Flag{
		lane.TransmitFault, lane.TransmitLOS, lane.ReceiveLOS, lane.TransmitLOL, lane.ReceiveLOL,
		lane.Bias.Status, lane.TransmitPower.Status, lane.ReceivePower.Status, lane.HostSNR.Status, lane.MediaSNR.Status,
	}, hccntool.FlagAbnormal)
}

// wattsOf makes watts of dBm, which are decibels over a milliwatt.
func wattsOf(dBm optional.Float) optional.Float {
	value, ok := dBm.Get()
	if !ok {
		return dBm
	}

	return optional.Of(math.Pow(10, value/10) / milli)
}
