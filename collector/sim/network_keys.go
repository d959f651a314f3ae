package sim

import (
	"slices"
	"strings"
)

// The names of what the network counts, in the order in which the tool prints them.

// statKeys are those of -stat. The counts of bad checksums and of doorbells are new.
func statKeys(s State) []string {
	keys := strings.Fields(`
		mac_tx_mac_pause_num mac_rx_mac_pause_num
		mac_tx_pfc_pkt_num mac_tx_pfc_pri0_pkt_num mac_tx_pfc_pri1_pkt_num mac_tx_pfc_pri2_pkt_num mac_tx_pfc_pri3_pkt_num
		mac_tx_pfc_pri4_pkt_num mac_tx_pfc_pri5_pkt_num mac_tx_pfc_pri6_pkt_num mac_tx_pfc_pri7_pkt_num
		mac_rx_pfc_pkt_num mac_rx_pfc_pri0_pkt_num mac_rx_pfc_pri1_pkt_num mac_rx_pfc_pri2_pkt_num mac_rx_pfc_pri3_pkt_num
		mac_rx_pfc_pri4_pkt_num mac_rx_pfc_pri5_pkt_num mac_rx_pfc_pri6_pkt_num mac_rx_pfc_pri7_pkt_num
		mac_tx_total_pkt_num mac_tx_total_oct_num mac_tx_bad_pkt_num mac_tx_bad_oct_num
		mac_rx_total_pkt_num mac_rx_total_oct_num mac_rx_bad_pkt_num mac_rx_bad_oct_num mac_rx_fcs_err_pkt_num
		roce_rx_rc_pkt_num roce_rx_all_pkt_num roce_rx_err_pkt_num roce_tx_rc_pkt_num roce_tx_all_pkt_num roce_tx_err_pkt_num
		roce_cqe_num roce_rx_cnp_pkt_num roce_tx_cnp_pkt_num
		roce_unexpected_ack_num roce_out_of_order_num roce_verification_err_num roce_qp_status_err_num
		roce_new_pkt_rty_num roce_ecn_db_num
		nic_tx_all_pkg_num nic_tx_all_oct_num nic_rx_all_pkg_num nic_rx_all_oct_num`)

	if s.since(release255) {
		return keys
	}

	return slices.DeleteFunc(keys, func(key string) bool { return key == "mac_rx_fcs_err_pkt_num" || key == "roce_ecn_db_num" })
}

// extraKeys are those of -stat_extra.
func extraKeys() []string {
	return []string{
		"cw_total_cnt", "cw_before_correct_cnt", "cw_correct_cnt", "cw_uncorrect_cnt", "cw_bad_cnt", "trans_total_bit", "cw_total_correct_bit",
		"rx_full_drop_cnt", "pcs_err_cnt", "rx_send_app_good_pkts", "rx_send_app_bad_pkts",
	}
}

// hwKeys are those of -hw_stats.
func hwKeys() []string {
	return []string{
		"pd_alloc", "pd_dealloc", "mr_alloc", "mr_dealloc", "cq_alloc", "cq_dealloc", "qp_alloc", "qp_dealloc",
		"pd_active", "mr_active", "cq_active", "qp_active", "aeqe", "ceqe",
	}
}

// ubKeys are those of -stat on a 950, by the names of the published source.
func ubKeys() []string {
	return strings.Fields(`
		ub_ipv4_pkt_cnt_rx ub_ipv6_pkt_cnt_rx unic_ipv4_pkt_cnt_rx unic_ipv6_pkt_cnt_rx ub_compact_pkt_cnt_rx
		ub_umoc_ctph_cnt_rx ub_umoc_ntph_cnt_rx ub_mem_pkt_cnt_rx unknown_pkt_cnt_rx drop_ind_cnt_rx err_ind_cnt_rx
		to_host_pkt_cnt_rx to_imp_pkt_cnt_rx to_mar_pkt_cnt_rx to_link_pkt_cnt_rx to_noc_pkt_cnt_rx
		route_err_cnt_rx out_err_cnt_rx length_err_cnt_rx rx_busi_flit_num rx_send_ack_flit
		ub_ipv4_pkt_cnt_tx ub_ipv6_pkt_cnt_tx unic_ipv4_pkt_cnt_tx unic_ipv6_pkt_cnt_tx ub_compact_pkt_cnt_tx
		ub_umoc_ctph_cnt_tx ub_umoc_ntph_cnt_tx ub_mem_pkt_cnt_tx unknown_pkt_cnt_tx drop_ind_cnt_tx err_ind_cnt_tx
		lpbk_ind_cnt_tx out_err_cnt_tx length_err_cnt_tx tx_busi_flit_num tx_recv_ack_flit
		retry_req_sum retry_ack_sum crc_error_sum`)
}

// printedUBKey is the name by which a release prints a count of a 950. The first one has other names for some.
func printedUBKey(s State, key string) string {
	if s.since(release260) {
		return key
	}

	return strings.NewReplacer("ub_ipv", "ub_glb_ipv", "ub_compact", "ub_clan").Replace(key)
}
