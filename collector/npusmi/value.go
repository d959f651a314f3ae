package npusmi

import (
	"strconv"
	"strings"

	"github.com/ascend-exporter/ascend_exporter/collector/optional"
)

// validText is an output as text that may become a label: a process can have any bytes for a name.
func validText(output []byte) string {
	return strings.ToValidUTF8(string(output), "\uFFFD")
}

// ParseNumber reads one value as the tool prints it. The words that stand for "no value", and the largest numbers of 32 and
// 64 bits, are absent; ok is false for text that is neither, such as an empty cell.
func ParseNumber(word string) (value optional.Float, ok bool) {
	switch word {
	case "NA", "-", "Failed":
		return optional.Float{}, true
	}

	// ParseFloat also takes "Inf", "NaN" and hexadecimal: nothing that the tool means.
	if word == "" || strings.Trim(word, "-0123456789.") != "" {
		return optional.Float{}, false
	}

	number, err := strconv.ParseFloat(word, 64)
	if err != nil {
		return optional.Float{}, false
	}

	if number == 1<<31-1 || number == 1<<32-1 || number == 1<<64 { // the nearest to 1<<64 - 1
		return optional.Float{}, true
	}

	return optional.Of(number), true
}

// notNegative is a number that cannot be below 0, such as a count or a size: one that is stands for none.
func notNegative(value optional.Float) optional.Float {
	number, _ := value.Get()

	return value.Unless(number < 0)
}

// isSentinel knows the readings of a sensor by which the driver says that it is invalid (0x7FFD), that reading it failed
// (0x7FFF) or that the module is copper (0x7EFF). An amount of memory or pages can be any of these.
func isSentinel(sensor optional.Float) bool {
	return sensor.Is(0x7EFF) || sensor.Is(0x7FFD) || sensor.Is(0x7FFF)
}

// parseID reads an id: a whole number that is not negative.
func parseID(word string) (id int, ok bool) {
	id, err := strconv.Atoi(word)

	return id, err == nil && id >= 0 && word[0] != '+'
}

// Health is the health of a chip in the tool's words.
type Health int

// The states. The zero value means that the tool printed none.
const (
	HealthAbsent Health = iota
	HealthOK
	HealthWarning
	HealthAlarm
	HealthCritical
	HealthUnknown
)

// parseHealth reads a state; ok is false for a word that the tool is not known to print.
func parseHealth(word string) (health Health, ok bool) {
	switch word {
	case "OK":
		return HealthOK, true
	case "Warning":
		return HealthWarning, true
	case "Alarm":
		return HealthAlarm, true
	case "Critical":
		return HealthCritical, true
	case "UNKNOWN":
		return HealthUnknown, true
	default:
		return HealthAbsent, false
	}
}

// Code is the vendor's number for the state: 0 OK, 1 Warning, 2 Alarm, 3 Critical, 4 UNKNOWN.
func (h Health) Code() optional.Float {
	if h == HealthAbsent {
		return optional.Float{}
	}

	return optional.Of(float64(h - HealthOK))
}

// String is the tool's word for the state.
func (h Health) String() string {
	switch h {
	case HealthOK:
		return "OK"
	case HealthWarning:
		return "Warning"
	case HealthAlarm:
		return "Alarm"
	case HealthCritical:
		return "Critical"
	case HealthUnknown:
		return "UNKNOWN"
	default:
		return ""
	}
}
