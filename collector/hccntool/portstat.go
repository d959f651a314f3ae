package hccntool

import (
	"maps"
	"slices"
	"strings"

	"github.com/ascend-exporter/ascend_exporter/collector/npusmi"
	"github.com/ascend-exporter/ascend_exporter/collector/optional"
)

// PortStat is what `-g -stat` says of a port of a 950. All is counted since the device started. What a release does not print
// is absent.
type PortStat struct {
	// EthernetKnown says whether the tool printed what kind of port it is; Ethernet is true of one that carries UB over Ethernet
	// (UBoE), false of a plain one of UB.
	EthernetKnown bool
	Ethernet      bool

	// Errors is the sum of what went wrong in either direction: packets that were dropped or marked as bad (drop_ind, err_ind), that
	// had no route, a wrong length or failed on their way out (route_err, length_err, out_err), checksums that did not match
	// (crc_error_sum) and bad packets of the Ethernet (core_mib_rxbadpkts, core_mib_txbadpkts). Keys of a later release
	// count when err, error or drop is a word of theirs. One packet can be counted in several of them.
	Errors optional.Float

	RetryRequests optional.Float // times that the link asked to have something sent again: retry_req_sum; no errors as such
	RetryAcks     optional.Float // retry_ack_sum

	Counts Counts // all of the answer
}

// ParsePortStat reads the answer. It fails where there is no count in it.
func ParsePortStat(output []byte) (PortStat, npusmi.Warnings, error) {
	var stat PortStat

	counts, warnings, err := parseCounts(output, statHeading, func(key, value string) (known bool, why string) {
		switch {
		case key == "port_id":
			return true, ""
		case key != "is_uboe_port":
			return false, ""
		case value != "0" && value != "1":
			return true, "0 or 1"
		}

		stat.EthernetKnown, stat.Ethernet = true, value == "1"

		return true, ""
	})
	if err != nil {
		return PortStat{}, warnings, err
	}

	for _, key := range slices.Sorted(maps.Keys(counts)) { // so that large numbers are rounded in the same way each time
		if isErrorKey(key) {
			stat.Errors = stat.Errors.Plus(counts.Of(key))
		}
	}

	stat.RetryRequests, stat.RetryAcks = counts.Of("retry_req_sum"), counts.Of("retry_ack_sum")
	stat.Counts = counts

	return stat, warnings, nil
}

// isErrorKey says whether a count is of errors.
func isErrorKey(key string) bool {
	if key == "core_mib_rxbadpkts" || key == "core_mib_txbadpkts" {
		return true
	}

	for word := range strings.SplitSeq(key, "_") {
		if slices.Contains([]string{"err", "error", "drop"}, word) {
			return true
		}
	}

	return false
}
