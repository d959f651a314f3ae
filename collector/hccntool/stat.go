package hccntool

import (
	"slices"
	"strconv"
	"strings"

	"github.com/ascend-exporter/ascend_exporter/collector/npusmi"
	"github.com/ascend-exporter/ascend_exporter/collector/optional"
)

// Stat is what `-stat` says a port has counted since the chip's start, by the tool's keys. Releases differ in the keys that they
// print, and 950 has others.
type Stat map[string]uint64

// Get is a count; absent where the tool does not print the key.
func (s Stat) Get(key string) optional.Float {
	number, ok := s[key]

	return optional.Of(float64(number)).Unless(!ok)
}

// Sum adds up those of the keys that are printed; absent where none is.
func (s Stat) Sum(keys ...string) optional.Float {
	var sum optional.Float

	for _, key := range keys {
		sum = sum.Plus(s.Get(key))
	}

	return sum
}

// SumOf adds up the counts of the keys that are wanted; absent where there is none.
func (s Stat) SumOf(wanted func(key string) bool) optional.Float {
	var keys []string

	for key := range s {
		if wanted(key) {
			keys = append(keys, key)
		}
	}

	slices.Sort(keys) // sums of large numbers depend on the order

	return s.Sum(keys...)
}

// ParseStat reads the answer to `-stat`, of a RoCE port (`key:value`) or of a port of a 950 (`key: value`).
func ParseStat(output []byte) (Stat, npusmi.Warnings, error) {
	var warnings npusmi.Warnings

	stat := make(Stat)

	for number, line := range lines(output) {
		if line == "packet statistics:" {
			continue
		}

		key, value, ok := split(line)
		if !ok || key == "" || strings.ContainsAny(key, " \t") {
			warnings.Add(number, line, whyField)

			continue
		}

		n, err := strconv.ParseUint(value, 10, 64)
		if err != nil {
			warnings.Add(number, line, whyValue)

			continue
		}

		stat[key] = n
	}

	if len(stat) == 0 {
		return nil, warnings, errNothing
	}

	return stat, warnings, nil
}
