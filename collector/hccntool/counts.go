package hccntool

import (
	"strings"

	"github.com/ascend-exporter/ascend_exporter/collector/npusmi"
	"github.com/ascend-exporter/ascend_exporter/collector/optional"
)

// Counts are all counts of an answer, by the tool's keys, with all of their 64 bits.
type Counts map[string]uint64

// Of is the count with this key; absent where this release does not print it. Beyond 2^53 it is rounded, to 1 part in 2^53.
func (c Counts) Of(key string) optional.Float {
	count, ok := c[key]

	return optional.Of(float64(count)).Unless(!ok)
}

// parseCounts reads an answer of lines "key:value" below a heading. Releases differ in their keys, so each is taken. other
// reads what is no count; it says whether it knows the key, and what it would have expected. It is nil for queries of counts alone.
func parseCounts(
	output []byte, heading string, other func(key, value string) (known bool, why string),
) (Counts, npusmi.Warnings, error) {
	counts := make(Counts, 64)

	warnings, err := readFields(output, heading, func(key, value string) string {
		if other != nil {
			if known, why := other(key, value); known {
				return why
			}
		}

		count, ok := parseCount(value)
		if !ok {
			return "a count"
		}

		if key == "" || strings.Trim(key, "abcdefghijklmnopqrstuvwxyz0123456789_") != "" {
			return "the key of a count"
		}

		if _, twice := counts[key]; twice {
			return whyTwice
		}

		counts[key] = count

		return ""
	})
	if err == nil && len(counts) == 0 {
		err = errNoReading
	}

	return counts, warnings, err
}
