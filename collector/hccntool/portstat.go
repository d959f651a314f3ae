package hccntool

import (
	"strings"

	"github.com/ascend-exporter/ascend_exporter/collector/optional"
)

// PortErrors adds up what went wrong on a port of a 950: errors and dropped packets in either direction, and frames with a wrong
// checksum. Retries, which mend an error of the line, are apart.
func (s Stat) PortErrors() optional.Float {
	return s.SumOf(func(key string) bool {
		return strings.Contains(key, "err_") || strings.HasPrefix(key, "drop_") || strings.HasPrefix(key, "crc_error") || strings.HasPrefix(key, "unknown_pkt")
	})
}

// PortRetries is how often the port asked for something to be sent again.
func (s Stat) PortRetries() optional.Float {
	return s.Get("retry_req_sum")
}

// PortPackets adds up the packets of all kinds that a port of a 950 has sent ("tx") or received ("rx"). Where they went to
// within the chip is counted apart by the tool, and not again here.
func (s Stat) PortPackets(way string) optional.Float {
	return s.SumOf(func(key string) bool {
		return strings.HasSuffix(key, "_cnt_"+way) &&
			(strings.HasPrefix(key, "ub_") || strings.HasPrefix(key, "unic_") || strings.HasPrefix(key, "unknown_pkt"))
	})
}
