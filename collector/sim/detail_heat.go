package sim

import (
	"strconv"

	"github.com/ascend-exporter/ascend_exporter/collector/optional"
)

// Temperatures, power and voltage, of chips and of the board.

func powerKey(f Family) string {
	if f == Family310 {
		return "Rated Power Dissipation(W)"
	}

	return "NPU Real-time Power(W)"
}

// watts is a chip's power. A reading that failed is a zero to the tool.
func watts(c Chip) string {
	w, _ := c.Power.Get()
	if c.Failure(ReadingPower) != 0 {
		w = 0
	}

	return strconv.FormatFloat(w, 'f', 1, 64)
}

func tempRows(p pairs, s State, c Chip) FailureCode {
	key := "NPU Temperature (C)"
	if s.Cards || s.Family == Family310B {
		key = "Temperature (C)"
	}

	p.row(key, c.Temperature)

	return c.Failure(ReadingTemperature)
}

func tempMCU(p pairs, s State, n NPU) {
	if s.Family == Family310 || s.Family == Family310B {
		p.row("Temperature (C)", n.MCU.Temperature)
	} else {
		for _, sensor := range n.MCU.Sensors {
			p.row(sensor.Name+" (C)", sensor.Temperature)
		}
	}

	p.end()
}

func powerRows(p pairs, s State, c Chip) FailureCode {
	if s.Family == Family310P {
		return FailureUnsupported
	}

	p.row(powerKey(s.Family), watts(c))

	return c.Failure(ReadingPower)
}

// mcuPower prints the power of a card. Servers measure it elsewhere.
func mcuPower(p pairs, s State, m MCU, key string) {
	if w, ok := m.Power.Get(); ok && s.Cards {
		if s.Family == Family310 {
			key = "Power Dissipation(W)"
		}

		p.row(key, strconv.FormatFloat(w, 'f', 1, 64))
	}
}

func powerMCU(p pairs, s State, n NPU) {
	if s.Cards {
		mcuPower(p, s, *n.MCU, "Power Dissipation(W)")
		p.end()
	}
}

func voltRows(p pairs, _ State, c Chip) FailureCode {
	p.row("Voltage(V)", volts(optional.Of(c.Voltage)))

	return c.Failure(ReadingVoltage)
}

func volts(v optional.Float) string {
	value, _ := v.Get()

	return strconv.FormatFloat(value, 'f', 2, 64)
}

func voltMCU(p pairs, s State, n NPU) {
	if s.Cards {
		p.row("Voltage(V)", volts(n.MCU.Voltage))
		p.end()
	}
}

func sensorRows(p pairs, s State, c Chip) FailureCode {
	all := []struct {
		key     string
		reading Reading
		value   int
	}{
		{"Soc Max Temperature (C)", ReadingSoC, c.Sensors.SoC},
		{"SFP Temperature (C)", ReadingSFP, c.Sensors.SFP},
		{"NDIE Temperature (C)", ReadingNDie, c.Sensors.NDie},
		{"HBM Temperature (C)", ReadingHBMSensor, c.Sensors.HBM},
	}
	if s.Family == Family310P {
		all = all[:1]
	}

	failure := FailureCode(0)
	there := false

	for _, sensor := range all {
		if code := c.Failure(sensor.reading); code != 0 {
			failure = code

			continue
		}

		p.row(sensor.key, sensor.value)

		there = true
	}

	if there {
		return 0
	}

	return failure
}
