package collector

import (
	"slices"

	"github.com/ascend-exporter/ascend_exporter/collector/optional"
	"github.com/ascend-exporter/ascend_exporter/collector/snapshot"
)

// opticalRows are the metrics of the optical module of a RoCE port. Those beyond what alerts need are there only when asked for.
func opticalRows(detail bool) []chipRow {
	rows := []chipRow{
		{
			name: "ascend_npu_optical_present", help: "Whether an optical module is plugged in. Absent where it cannot be read.",
			source: "optical: present", products: withRoCE,
			read: module(func(o *snapshot.Optical) optional.Float { return o.Present }),
		},
		{
			name: "ascend_npu_optical_temperature_celsius", help: "Temperature of the optical module.",
			source: "optical: temperature", products: withRoCE,
			read: module(func(o *snapshot.Optical) optional.Float { return o.Temperature }),
		},
		{
			name: "ascend_npu_optical_voltage_volts", help: "Supply voltage of the optical module.",
			source: "optical: Vcc", products: withRoCE,
			read: module(func(o *snapshot.Optical) optional.Float { return o.Voltage }),
		},
		lane("ascend_npu_optical_transmit_power_watts", "Power of the light that a lane sends.", "optical: Tx Power",
			func(l snapshot.Lane) optional.Float { return l.TransmitPower }),
		lane("ascend_npu_optical_receive_power_watts", "Power of the light that a lane receives.", "optical: Rx Power",
			func(l snapshot.Lane) optional.Float { return l.ReceivePower }),
		{
			name:   "ascend_npu_optical_alarm",
			help:   "A reading is beyond the module's own limit, always 1: of a power, that of the worst lane. Absent while none is.",
			labels: []string{"quantity", "bound"},
			source: "optical: Temp, Vcc, TxPower, RxPower High and Low Thres", products: withRoCE,
			read: func(c *snapshot.Chip, emit emit) {
				for _, limit := range limits(c) {
					if limit.Exceeded {
						emit(1, limit.Quantity, limit.Bound)
					}
				}
			},
		},
		{
			name:   "ascend_npu_optical_loss",
			help:   "The module has lost the signal, or cannot lock on to it, on a lane, always 1. Absent while it does neither. Chips that share a module see each other's lanes.",
			labels: []string{"direction", "loss"},
			source: "optical: Tx, Rx Los Flag, LoL Flag", products: withRoCE,
			read: func(c *snapshot.Chip, emit emit) {
				if c.Network != nil && c.Network.Optical != nil {
					for _, loss := range c.Network.Optical.Losses {
						emit(1, loss.Direction, loss.Of)
					}
				}
			},
		},
	}

	if !detail {
		return rows
	}

	return slices.Concat(rows, opticalDetailRows())
}

func opticalDetailRows() []chipRow {
	const only = " With --collector.optical.detail only."

	return []chipRow{
		lane("ascend_npu_optical_bias_amperes", "Bias current of the laser of a lane."+only, "optical: Tx Bias",
			func(l snapshot.Lane) optional.Float { return l.Bias }),
		{
			name: "ascend_npu_optical_snr_decibels", help: "Signal to noise ratio of a lane, on the side of the chip (host) or of the fibre (media)." + only,
			labels: []string{"lane", "side"},
			source: "optical: Host SNR Lane, Media SNR Lane", products: withRoCE,
			read: func(c *snapshot.Chip, emit emit) {
				for _, l := range lanes(c) {
					if number, ok := l.HostSNR.Get(); ok {
						emit(number, l.Name, "host")
					}

					if number, ok := l.MediaSNR.Get(); ok {
						emit(number, l.Name, "media")
					}
				}
			},
		},
		limit("ascend_npu_optical_temperature_limit_celsius", "temperature", "the module's temperature"),
		limit("ascend_npu_optical_voltage_limit_volts", "voltage", "its supply voltage"),
		limit("ascend_npu_optical_transmit_power_limit_watts", "transmit_power", "the power that a lane sends"),
		limit("ascend_npu_optical_receive_power_limit_watts", "receive_power", "the power that a lane receives"),
	}
}

// module reads a value that a chip has of its optical module.
func module(value func(*snapshot.Optical) optional.Float) func(*snapshot.Chip, emit) {
	return network(func(n *snapshot.Network) optional.Float {
		if n.Optical == nil {
			return optional.Float{}
		}

		return value(n.Optical)
	})
}

// lanes are those of the chip's module.
func lanes(c *snapshot.Chip) []snapshot.Lane {
	if c.Network == nil || c.Network.Optical == nil {
		return nil
	}

	return c.Network.Optical.Lanes
}

// limits are those of the chip's module.
func limits(c *snapshot.Chip) []snapshot.Limit {
	if c.Network == nil || c.Network.Optical == nil {
		return nil
	}

	return c.Network.Optical.Limits
}

// lane is a row of a value that each lane of a module has.
func lane(name, help, source string, value func(snapshot.Lane) optional.Float) chipRow {
	return chipRow{
		name: name, help: help, labels: []string{"lane"}, source: source, products: withRoCE,
		read: func(c *snapshot.Chip, emit emit) {
			for _, l := range lanes(c) {
				if number, ok := value(l).Get(); ok {
					emit(number, l.Name)
				}
			}
		},
	}
}

// limit is a row of the module's own limits of a quantity.
func limit(name, quantity, of string) chipRow {
	return chipRow{
		name: name, help: "The module's own limit of " + of + ". With --collector.optical.detail only.", labels: []string{"bound"},
		source: "optical: High, Low Thres", products: withRoCE,
		read: func(c *snapshot.Chip, emit emit) {
			for _, l := range limits(c) {
				if l.Quantity == quantity {
					emit(l.Value, l.Bound)
				}
			}
		},
	}
}
