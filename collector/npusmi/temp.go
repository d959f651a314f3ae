package npusmi

import (
	"strings"

	"github.com/ascend-exporter/ascend_exporter/collector/optional"
)

const (
	keyTemperature    = "temperature(c)"
	keyNPUTemperature = "npu temperature(c)"
)

// Temp is what `npu-smi info -t temp` says of a chip.
type Temp struct {
	Temperature optional.Float // degrees Celsius; absent for a sensor's sentinel
}

// ParseTemp reads the answer for a card or a chip. The board's own sensors are left out: see ParseBoardSensors.
func ParseTemp(output []byte) ([]PerChip[Temp], Warnings, error) {
	chips, warnings, err := parseNumbers(output, func(t *Temp, key string) (*optional.Float, bool) {
		return &t.Temperature, key == keyTemperature || key == keyNPUTemperature
	})

	for i := range chips {
		t := &chips[i].Reading
		t.Temperature = t.Temperature.Unless(isSentinel(t.Temperature))
	}

	return chips, warnings, err
}

// Sensor is a reading of a sensor that has a name.
type Sensor struct {
	Name        string         // in lower case, such as lm75a_te
	Temperature optional.Float // degrees Celsius; absent for NA, Failed and a sentinel: the sensor is not there, or does not answer
}

// boardSensor is the name of a sensor to which the tool gives none: the one of the board's controller itself.
const boardSensor = "mcu"

// ParseBoardSensors reads the sensors of the board from an answer of `-t temp`, or of `-t common`, for a card: those in the
// block of the board's controller, in the order printed. There are none in an answer for a chip, and none on 950.
func ParseBoardSensors(output []byte) ([]Sensor, Warnings) {
	var (
		sensors  []Sensor
		warnings Warnings
	)

	readBoard(parseBlocks(output), &warnings, func(f field) (known bool) {
		name, isTemperature := strings.CutSuffix(f.key, "(c)")
		if !isTemperature {
			return f.isBoardPower()
		}

		name = strings.ReplaceAll(name, " ", "_")
		if name == "temperature" {
			name = boardSensor
		}

		for _, s := range sensors {
			if s.Name == name {
				return false
			}
		}

		value, ok := f.number()
		sensors = append(sensors, Sensor{Name: strings.ToValidUTF8(name, "\uFFFD"), Temperature: value.Unless(isSentinel(value))})

		return ok
	})

	return sensors, warnings
}

// readBoard calls read for each field of the board's controller, and counts what it does not know.
func readBoard(blocks []block, warnings *Warnings, read func(field) (known bool)) {
	for _, b := range blocks {
		if !b.mcu {
			continue
		}

		for _, l := range b.lines {
			warnings.Add(l.line, l.text, whyField)
		}

		for _, f := range b.fields {
			if !read(f) {
				warnings.Add(f.line, f.text, "a reading of the board")
			}
		}
	}
}
