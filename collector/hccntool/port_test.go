package hccntool

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/ascend-exporter/ascend_exporter/collector/optional"
)

func TestParsePort(t *testing.T) {
	t.Parallel()

	testCases(t, portCases(), portParsers())
}

// drawn draws a table as the tool does: "a|b" are two cells.
func drawn(rows ...string) string {
	border := "+" + strings.Repeat("---+", strings.Count(rows[0], "|")+1) + "\n"

	var text strings.Builder

	text.WriteString(border)

	for i, row := range rows {
		text.WriteString("| " + strings.ReplaceAll(row, "|", " | ") + " |\n")

		if i == 0 {
			text.WriteString(border)
		}
	}

	text.WriteString(border)

	return text.String()
}

const (
	portHeading    = "UDie ID|Port ID|Speed Ability(Gbps)|Port Type|Link Status|Media Type"
	changeHeading  = "NPU|UDie|Port|Link_Status|Time_Stamp"
	speedHeading   = "NPU|UDie|Port|Speed|Cap|Width|Status"
	readingHeading = "NPU|UDie|Port|Items|Value|HighAlarm|HighWarn|LowWarn|LowAlarm|Status|Optical_use"
)

func portCases() []parseCase {
	return slices.Concat([]parseCase{
		{
			"dev_info", "ports and other tables",
			drawn(portHeading, "0|4|200|UB|UP|Electrical", "1|5|NA|ETH|DOWN|Optical", "1|6|400|NA|NA|NA") +
				drawn("Interface Name|IP Address|Netmask|Bond Mode|Slaves", "end0|10.0.0.1|255.0.0.0|NA|NA", "|::1|::||") + drawn("Name|EID Index|EID", "u1|0|00:01"),
			DevInfo{[]Port{{0, 4, num(200), "UB", true, true, "Electrical"}, {UDie: 1, Number: 5, Type: "ETH", LinkKnown: true, Medium: "Optical"}, {UDie: 1, Number: 6, Ability: num(400)}}},
			0,
		},
		{
			"dev_info", "damaged",
			"Get device info failed.\n" + drawn(portHeading, "0|4|200|UB|HALF|Electrical", "0|4|200|UB|UP|Electrical", "x|5|200|UB|UP|E", "0|-1|200|UB|UP|E", "0|6|fast|UB|UP|E", "0|7|200") +
				drawn("What|Is|This", "1|2|3"),
			DevInfo{[]Port{{0, 4, num(200), "UB", false, false, "Electrical"}, {UDie: 0, Number: 6, Type: "UB", LinkKnown: true, Up: true, Medium: "E"}}},
			8,
		},
		{"dev_info", "other columns", drawn("Media Type|Link Status|Port ID|UDie ID|New", "Optical|UP|3|1|x"), DevInfo{[]Port{{1, 3, optional.Float{}, "", true, true, "Optical"}}}, 1},
		{"dev_info", "no ports", drawn(portHeading), DevInfo{}, 0},
		{"dev_info", "nothing", "", nil, 0},

		{
			"link_stat", "flaps, cells in the middle",
			"link up count :    21\nlink down count :  20\n" + drawn(changeHeading, " 0 | 1| 4 | LINK_DOWN |Mon Feb 9 21:45:51 2026 ", "0|1|4|LINK_UP|Sun Feb 08 01:02:03 2026"),
			LinkStat{Ups: num(21), Downs: num(20), Changes: []LinkChange{{clock("2026-02-09 21:45:51"), false}, {clock("2026-02-08 01:02:03"), true}}},
			0,
		},
		{"link_stat", "none", "link up count : 0\nlink down count : 0\n" + drawn(changeHeading), LinkStat{Ups: num(0), Downs: num(0)}, 0},
		{
			"link_stat", "damaged",
			"link up count : x\n" + drawn(changeHeading, "0|1|4|LINK_HALF|Mon Feb 9 21:45:51 2026", "0|1|4|LINK_UP|yesterday", "0|1|4|LINK_UP") + drawn("What", "1"),
			LinkStat{},
			5,
		},
		{"link_stat", "counts alone", "link up count : 3\n", LinkStat{Ups: num(3)}, 0},
		{"link_stat", "nothing", "\n", nil, 0},

		{"speed", "normal", drawn(speedHeading, "0|0|4|400 G|X4|X4|normal"), PortSpeed{num(400), num(4), num(4), LanesNormal}, 0},
		{"speed", "downgraded", drawn(speedHeading, "0|0|4|100 G|X4|X1|downgraded"), PortSpeed{num(100), num(4), num(1), LanesDowngraded}, 0},
		{"speed", "abnormal", drawn(speedHeading, "0|0|4|100 G|X4|X1|abnormal"), PortSpeed{num(100), num(4), num(1), LanesAbnormal}, 0},
		{"speed", "down", drawn(speedHeading, "0|0|4|unknown|X8|NA|normal"), PortSpeed{Lanes: num(8), Status: LanesNormal}, 0},
		{"speed", "damaged", drawn(speedHeading, "0|0|4|400 M|4|X|odd", "0|0|5|400 G|X4|X4|normal") + drawn("What", "1"), PortSpeed{}, 3},
		{"speed", "no row", drawn(speedHeading), nil, 0},

		{
			"stat", "all that is known to be errors",
			"packet statistics:\nport_id: 4\nis_uboe_port: 1\nub_ipv4_pkt_cnt_rx: 1000000\nunknown_pkt_cnt_rx: 2000000\ndrop_ind_cnt_rx: 1\nerr_ind_cnt_rx: 2\n" +
				"route_err_cnt_rx: 4\nout_err_cnt_rx: 8\nlength_err_cnt_rx: 16\ndrop_ind_cnt_tx: 32\nerr_ind_cnt_tx: 64\nlpbk_ind_cnt_tx: 3000000\nout_err_cnt_tx: 128\n" +
				"length_err_cnt_tx: 256\nretry_req_sum: 7\nretry_ack_sum: 6\ncrc_error_sum: 512\ncore_mib_rxbadpkts: 1024\ncore_mib_txbadpkts: 2048\n" +
				"core_mib_rxbadoctets: 4000000\ncore_mib_rxpausepkts: 5000000\nnew_err_sum: 4096\nterror_cnt: 6000000\n",
			PortStat{EthernetKnown: true, Ethernet: true, Errors: num(8191), RetryRequests: num(7), RetryAcks: num(6), Counts: Counts{
				"ub_ipv4_pkt_cnt_rx": 1000000, "unknown_pkt_cnt_rx": 2000000, "drop_ind_cnt_rx": 1, "err_ind_cnt_rx": 2,
				"route_err_cnt_rx": 4, "out_err_cnt_rx": 8, "length_err_cnt_rx": 16, "drop_ind_cnt_tx": 32, "err_ind_cnt_tx": 64,
				"lpbk_ind_cnt_tx": 3000000, "out_err_cnt_tx": 128, "length_err_cnt_tx": 256, "retry_req_sum": 7, "retry_ack_sum": 6,
				"crc_error_sum": 512, "core_mib_rxbadpkts": 1024, "core_mib_txbadpkts": 2048, "core_mib_rxbadoctets": 4000000,
				"core_mib_rxpausepkts": 5000000, "new_err_sum": 4096, "terror_cnt": 6000000,
			}},
			0,
		},
		{"stat", "no errors are known", "packet statistics:\nport_id: 4\nis_uboe_port: 2\ntx_busi_flit_num: 5\n", PortStat{Counts: Counts{"tx_busi_flit_num": 5}}, 1},
		{"stat", "no count", "packet statistics:\nport_id: 4\nis_uboe_port: 0\n", nil, 0},
	}, portOpticalCases())
}

func portOpticalCases() []parseCase {
	flags := drawn("NPU|UDie|Port|Items|Lane0|Lane1|Lane2", "0|0|4|TxFault Flag|Normal|Abnormal|-", "0|0|4|TxLos Flag|Abnormal|Normal|-",
		"0|0|4|RxLos Flag|Normal|Abnormal|-", "0|0|4|TxLol Flag|Abnormal|Normal|-", "0|0|4|RxLol Flag|Normal|Normal|-")

	dark := OpticalReading{optional.Float{}, num(7), num(5.5), num(-5.5006), num(-7.0006), FlagAbnormal}
	aMilliwatt := OpticalReading{num(0), num(7), num(5.5), num(-8.4013), num(-9.9012), FlagNormal}

	return []parseCase{
		{
			"optical", "lanes of two modules, one of them missing",
			flags + drawn(readingHeading, "0|0|4|Bias Lane0(mA)|61.5000|130.0000|120.0000|30.0000|20.0000|Normal|optical_5_lane_6", "0|0|4|Bias Lane1(mA)|0.0000|130|120|30|20|Abnormal|optical_5_lane_7",
				"0|0|4|Bias Lane2(mA)|-|-|-|-|-|-|optical_12_lane_1", "0|0|4|TxPower Lane0(dBm)|-1.2500|7.0000|5.5000|-5.5006|-7.0006|Normal|-",
				"0|0|4|TxPower Lane1(dBm)|0.0000|7.0000|5.5000|-5.5006|-7.0006|Abnormal|-", "0|0|4|TxPower Lane2(dBm)|0.0000|-|-|-|-|-|-",
				"0|0|4|RxPower Lane0(dBm)|0.0000|7.0000|5.5000|-8.4013|-9.9012|Normal|-", "0|0|4|HostSNR Lane0(dB)|22.5000|-|-|-|-|-|-",
				"0|0|4|MediaSNR Lane0(dB)|21.2500|-|-|-|-|-|-", "0|0|4|HostLTP Lane0(dB)|-|-|-|-|-|-|-", "0|0|4|MediaLTP Lane0(dB)|-|-|-|-|-|-|-"),
			PortOptical{[]PortLane{
				{
					0, "5", "6", FlagNormal, FlagAbnormal, FlagNormal, FlagAbnormal, FlagNormal,
					OpticalReading{num(61.5), num(130), num(120), num(30), num(20), FlagNormal},
					OpticalReading{num(-1.25), num(7), num(5.5), num(-5.5006), num(-7.0006), FlagNormal},
					aMilliwatt,
					OpticalReading{Value: num(22.5)},
					OpticalReading{Value: num(21.25)},
				},
				{
					Number: 1, Module: "5", ModuleLane: "7", TransmitFault: FlagAbnormal, TransmitLOS: FlagNormal, ReceiveLOS: FlagAbnormal, TransmitLOL: FlagNormal, ReceiveLOL: FlagNormal,
					Bias: OpticalReading{num(0), num(130), num(120), num(30), num(20), FlagAbnormal}, TransmitPower: dark,
				},
				{Number: 2, Module: "12", ModuleLane: "1"},
			}},
			0,
		},
		{
			"optical", "damaged",
			drawn("NPU|UDie|Port|Items|Lane0|Lanes", "0|0|4|RxLos Flag|Normal|Normal", "0|0|4|TxLos Flag|Odd|Normal", "0|0|4|New Flag|Normal|Normal") +
				drawn(readingHeading, "0|0|4|Bias Lane0(mW)|1|2|3|4|5|Normal|-", "0|0|4|New Lane0()|1|2|3|4|5|Normal|-", "0|0|4|Bias Lane-1(mA)|1|2|3|4|5|Normal|-",
					"0|0|4|Bias Lane0(mA)|x|2|3|4|5|Odd|optical_5", "0|0|4|Bias Lane0(mA)|1|2|3|4|5|Normal|-", "0|0|4|RxPower Lane0(dBm)") +
				"what\n" + drawn("NPU|Optical|Present", "0|0|present"),
			PortOptical{[]PortLane{{ReceiveLOS: FlagNormal, Bias: OpticalReading{optional.Float{}, num(2), num(3), num(4), num(5), FlagAbsent}}}},
			11,
		},
		{"optical", "no lanes", drawn(readingHeading), nil, 0},
		{"optical", "nothing", "", nil, 0},
	}
}

// TestPortStatErrors: the sum of large counts is the same each time.
func TestPortStatErrors(t *testing.T) {
	t.Parallel()

	text := []byte("a_err: 9007199254740993\nb_err: 1\nc_err: 18446744073709551615\nd_err: 1\n")

	first, _, err := ParsePortStat(text)
	if err != nil {
		t.Fatal(err)
	}

	sum, _ := first.Errors.Get()
	if sum < 1<<64 || len(slices.Collect(maps.Keys(first.Counts))) != 4 {
		t.Errorf("got %v", sum)
	}

	for range 50 {
		if again, _, _ := ParsePortStat(text); !again.Errors.Is(sum) {
			t.Fatalf("got %v and %v", again.Errors, sum)
		}
	}
}
