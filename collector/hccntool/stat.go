package hccntool

import (
	"strconv"

	"github.com/ascend-exporter/ascend_exporter/collector/npusmi"
	"github.com/ascend-exporter/ascend_exporter/collector/optional"
)

// Stat is what `-stat -g` says of a chip's port. All is counted since the device started, or since the counts were cleared
// (`-stat -c`). What a release does not print is absent.
type Stat struct {
	Transmit, Receive StatDirection

	UnexpectedAcks     optional.Float // RoCE acknowledgements that nothing waited for: roce_unexpected_ack_num
	OutOfOrder         optional.Float // RoCE packets in the wrong order: roce_out_of_order_num
	VerificationErrors optional.Float // RoCE packets that failed their check: roce_verification_err_num
	QPStatusErrors     optional.Float // RoCE packets for a queue pair in a wrong state: roce_qp_status_err_num
	Retransmissions    optional.Float // RoCE packets that were sent again: roce_new_pkt_rty_num

	Counts Counts // all of the answer, those above too
}

// StatDirection is the traffic of a direction.
type StatDirection struct {
	// Of the MAC: mac_tx_total_pkt_num, mac_tx_total_oct_num, mac_tx_bad_pkt_num, mac_tx_mac_pause_num, with rx for those received.
	Packets, Bytes, BadPackets, PausePackets optional.Float
	// PFCPackets counts the pause packets of all priorities: mac_tx_pfc_pkt_num. PFCByPriority has each: mac_tx_pfc_pri0_pkt_num.
	PFCPackets    optional.Float
	PFCByPriority [8]optional.Float
	// Of RoCE: roce_tx_all_pkt_num, roce_tx_err_pkt_num, roce_tx_cnp_pkt_num (notifications of congestion).
	RoCEPackets, RoCEErrors, RoCECNPs optional.Float
}

// ParseStat reads the answer. It fails where there is no count in it.
func ParseStat(output []byte) (Stat, npusmi.Warnings, error) {
	counts, warnings, err := parseCounts(output, statHeading, nil)
	if err != nil {
		return Stat{}, warnings, err
	}

	return Stat{
		Transmit:           counts.direction("tx"),
		Receive:            counts.direction("rx"),
		UnexpectedAcks:     counts.Of("roce_unexpected_ack_num"),
		OutOfOrder:         counts.Of("roce_out_of_order_num"),
		VerificationErrors: counts.Of("roce_verification_err_num"),
		QPStatusErrors:     counts.Of("roce_qp_status_err_num"),
		Retransmissions:    counts.Of("roce_new_pkt_rty_num"),
		Counts:             counts,
	}, warnings, nil
}

// statHeading is above the counts in either dialect.
const statHeading = "packet statistics"

// direction collects what is counted for tx or rx.
func (c Counts) direction(way string) StatDirection {
	direction := StatDirection{
		Packets:      c.Of("mac_" + way + "_total_pkt_num"),
		Bytes:        c.Of("mac_" + way + "_total_oct_num"),
		BadPackets:   c.Of("mac_" + way + "_bad_pkt_num"),
		PausePackets: c.Of("mac_" + way + "_mac_pause_num"),
		PFCPackets:   c.Of("mac_" + way + "_pfc_pkt_num"),
		RoCEPackets:  c.Of("roce_" + way + "_all_pkt_num"),
		RoCEErrors:   c.Of("roce_" + way + "_err_pkt_num"),
		RoCECNPs:     c.Of("roce_" + way + "_cnp_pkt_num"),
	}

	for priority := range direction.PFCByPriority {
		direction.PFCByPriority[priority] = c.Of("mac_" + way + "_pfc_pri" + strconv.Itoa(priority) + "_pkt_num")
	}

	return direction
}
