package hccntool

import (
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ascend-exporter/ascend_exporter/collector/optional"
)

// A parseCase is an answer, written by hand, and what a parser must make of it.
type parseCase struct {
	query    string // as in roceParsers or portParsers
	what     string
	text     string
	want     any // nil for an answer without a reading
	warnings int
}

func num(number float64) optional.Float { return optional.Of(number) }

func clock(text string) time.Time {
	when, err := time.Parse(time.DateTime, text)
	if err != nil {
		panic(err)
	}

	return when
}

const noiseLine = "[WARNING] \"/var/log/hccn_tool\" is not a directory, hccn_tool logs may be lost.\n"

func TestParseRoCE(t *testing.T) {
	t.Parallel()

	testCases(t, roceCases(), roceParsers())
}

// testCases holds parsers to what they must make of answers, also when lines end as on Windows and noise comes first.
func testCases(t *testing.T, tests []parseCase, parsers map[string]parser) {
	t.Helper()

	for _, test := range tests {
		for _, text := range []string{test.text, noiseLine + strings.ReplaceAll(test.text, "\n", "\r\n")} {
			got, warnings, err := parsers[test.query]([]byte(text))

			if test.want == nil {
				if err == nil {
					t.Errorf("%s: %s: read as %+v", test.query, test.what, got)
				}
			} else if diff := cmp.Diff(test.want, got, cmp.AllowUnexported(optional.Float{})); err != nil || diff != "" {
				t.Errorf("%s: %s: %v, -want +got:\n%s", test.query, test.what, err, diff)
			}

			if warnings.Count != test.warnings {
				t.Errorf("%s: %s: %d lines not understood, want %d: %+v", test.query, test.what, warnings.Count, test.warnings, warnings.First)
			}
		}
	}
}

func roceCases() []parseCase {
	cases := []parseCase{
		{"link", "up", "link status: UP\n", Link{Up: true}, 0},
		{"link", "down, in other case", "Link Status : DOWN\n", Link{}, 0},
		{"link", "another state", "link status: SLEEPY\n", nil, 1},
		{"link", "twice", "link status: DOWN\nlink status: UP\n", Link{}, 1},
		{"link", "nothing", "", nil, 0},
		{"link", "usage", "[ hccn_tool -i devid -link ] needs the following parameters:\n   [-g]   : get\n", nil, 2},

		{"net_health", "unknown word", "net health status: Sleepy\n", NetHealth{}, 1},
		{"net_health", "other line", "link status: UP\n", nil, 1},

		{"speed", "number", "Speed: 400000 Mb/s\n", Speed{num(400000)}, 0},
		{"speed", "unknown", "Speed: Unknown!\n", Speed{}, 0},
		{"speed", "zero", "Speed: 0 Mb/s\n", Speed{}, 0},
		{"speed", "minus one", "Speed: -1 Mb/s\n", Speed{}, 0},
		{"speed", "largest", "Speed: 65535 Mb/s\n", Speed{}, 0},
		{"speed", "other unit", "Speed: 400 Gb/s\n", Speed{}, 1},
		{"speed", "nothing", "\n", nil, 0},

		{"ip", "set", "ipaddr:10.1.2.3\nnetmask:255.255.240.0\n", IP{"10.1.2.3", "255.255.240.0"}, 0},
		{"ip", "none", "ipaddr:\nnetmask:\n", IP{}, 0},
		{"ip", "zero", "ipaddr:0.0.0.0\nnetmask:0.0.0.0\n", IP{}, 0},
		{"ip", "masked", "ipaddr:10.xx.xx.3\nnetmask:255.255.0.0\n", IP{Netmask: "255.255.0.0"}, 1},
		{"ip", "version 6", "ipaddr:fe80::1\n", IP{}, 1},
		{"ip", "nothing", "", nil, 0},

		{"mac", "set", "mac addr: 02:00:5e:00:aa:07\n", MAC{"02:00:5e:00:aa:07"}, 0},
		{"mac", "zero", "mac addr: 00:00:00:00:00:00\n", MAC{}, 0},
		{"mac", "odd", "mac addr: 02:00:5e\n", MAC{}, 1},
		{"mac", "longer", "mac addr: 02:00:5e:00:aa:07:01:02\n", MAC{}, 1},

		{
			"stat_extra", "all",
			"extra statistics info:\ncw_total_cnt : 18446744073709551615\ncw_before_correct_cnt : 2\ncw_correct_cnt : 3\ncw_uncorrect_cnt : 4\n" +
				"cw_bad_cnt : 5\ntrans_total_bit : 6\ncw_total_correct_bit : 7\nrx_full_drop_cnt : 8\npcs_err_cnt : 9\ncorrecting_bit_rate : 1.25e-12\n",
			StatExtra{num(1 << 64), num(3), num(4), num(5), num(6), num(7), num(9), num(8), num(1.25e-12), Counts{
				"cw_total_cnt": math.MaxUint64, "cw_before_correct_cnt": 2, "cw_correct_cnt": 3, "cw_uncorrect_cnt": 4, "cw_bad_cnt": 5,
				"trans_total_bit": 6, "cw_total_correct_bit": 7, "rx_full_drop_cnt": 8, "pcs_err_cnt": 9,
			}},
			0,
		},
		{"stat_extra", "some", "extra statistics info:\npcs_err_cnt : 9\ncorrecting_bit_rate : Inf\n", StatExtra{PCSErrors: num(9), Counts: Counts{"pcs_err_cnt": 9}}, 1},
		{"stat_extra", "no count", "extra statistics info:\ncorrecting_bit_rate : 0\n", nil, 0},
	}

	for code, words := range []string{
		"Success", "Socket fail", "Receive timeout", "Unreachable", "Time exceeded", "Fault", "Init", "Thread error", "Detect ip set", "Unknown",
	} {
		cases = append(cases, parseCase{"net_health", words, "net health status: " + words + "\n", NetHealth{num(float64(code))}, 0})
	}

	cases = append(cases, parseCase{"net_health", "older", "net health status: Socket failed\n", NetHealth{num(1)}, 0})

	return slices.Concat(cases, statCases(), linkStatCases(), lldpCases(), opticalCases())
}

// statCases has an answer in which each count is another number.
func statCases() []parseCase {
	want := Stat{Counts: make(Counts)}
	places := map[string]*optional.Float{
		"roce_unexpected_ack_num": &want.UnexpectedAcks, "roce_out_of_order_num": &want.OutOfOrder,
		"roce_verification_err_num": &want.VerificationErrors, "roce_qp_status_err_num": &want.QPStatusErrors,
		"roce_new_pkt_rty_num":   &want.Retransmissions,
		"mac_rx_fcs_err_pkt_num": nil, "roce_rx_rc_pkt_num": nil, "nic_tx_all_pkg_num": nil, "some_new_num": nil,
	}

	for way, d := range map[string]*StatDirection{"tx": &want.Transmit, "rx": &want.Receive} {
		maps.Copy(places, map[string]*optional.Float{
			"mac_" + way + "_total_pkt_num": &d.Packets, "mac_" + way + "_total_oct_num": &d.Bytes, "mac_" + way + "_bad_pkt_num": &d.BadPackets,
			"mac_" + way + "_bad_oct_num": nil, "mac_" + way + "_mac_pause_num": &d.PausePackets, "mac_" + way + "_pfc_pkt_num": &d.PFCPackets,
			"roce_" + way + "_all_pkt_num": &d.RoCEPackets, "roce_" + way + "_err_pkt_num": &d.RoCEErrors, "roce_" + way + "_cnp_pkt_num": &d.RoCECNPs,
		})

		for i := range d.PFCByPriority {
			places["mac_"+way+"_pfc_pri"+strconv.Itoa(i)+"_pkt_num"] = &d.PFCByPriority[i]
		}
	}

	var text strings.Builder

	text.WriteString("packet statistics:\n")

	for i, key := range slices.Sorted(maps.Keys(places)) {
		count := uint64(i)*1_000_000_007 + 5
		want.Counts[key] = count
		text.WriteString(key + ":" + strconv.FormatUint(count, 10) + "\n")

		if where := places[key]; where != nil {
			*where = num(float64(count))
		}
	}

	one := Stat{Transmit: StatDirection{RoCEErrors: num(4)}, Counts: Counts{"roce_tx_err_pkt_num": 4}}

	return []parseCase{
		{"stat", "all", text.String(), want, 0},
		{"stat", "some", "packet statistics:\nroce_tx_err_pkt_num:4\n", one, 0},
		{"stat", "elided", "packet statistics:\n...\nroce_tx_err_pkt_num:4\n", one, 1},
		{"stat", "twice", "packet statistics:\nroce_tx_err_pkt_num:4\nroce_tx_err_pkt_num:5\n", one, 1},
		{"stat", "no counts", "packet statistics:\nroce_tx_err_pkt_num:4\nroce_cqe_num:-1\nmac_x:18446744073709551616\nmac_y:NA\nmac_z:\n", one, 4},
		{"stat", "no keys", "packet statistics:\nroce_tx_err_pkt_num:4\n:1\ntwo words:2\n", one, 2},
		{"stat", "largest of 32 bits", "packet statistics:\nroce_tx_err_pkt_num:4294967295\n", Stat{
			Transmit: StatDirection{RoCEErrors: num(1<<32 - 1)}, Counts: Counts{"roce_tx_err_pkt_num": 1<<32 - 1},
		}, 0},
		{"stat", "heading alone", "packet statistics:\n", nil, 0},
	}
}

func linkStatCases() []parseCase {
	return []parseCase{
		{
			"link_stat", "flaps",
			"[devid 3]current time        : Mon Mar  9 07:05:01 2026\n[devid 3]link up count       : 12\n[devid 3]link down count     : 11\n" +
				"[devid 3]link change records :\n[devid 3]    Sun Mar  8 23:59:59 2026    LINK UP\n[devid 3]    Sun Mar  8 23:59:59 2026    LINK DOWN\n" +
				"[devid 3]    Sat Feb 28 00:00:10 2026    LINK UP\n",
			LinkStat{clock("2026-03-09 07:05:01"), num(12), num(11), []LinkChange{
				{clock("2026-03-08 23:59:59"), true}, {clock("2026-03-08 23:59:59"), false}, {clock("2026-02-28 00:00:10"), true},
			}},
			0,
		},
		{
			"link_stat", "older, and none",
			"[device 0]current time        : Tue Mar 10 07:05:01 2026\n[device 0]link up count       : 0\n[device 0]link change records : NA\n",
			LinkStat{Now: clock("2026-03-10 07:05:01"), Ups: num(0)},
			0,
		},
		{
			"link_stat", "damaged",
			"[devid 0]current time : soon\n[devid 0]link up count : many\n[devid 0]link down count : 4\n[devid 0]link down count : 5\n" +
				"[devid 0]    Sun Mar 38 23:59:59 2026    LINK UP\n[devid 0]    Sun Mar  8 23:59:59 2026    LINK ODD\n[devid 0]what\n[devid 0]link change records : odd\n",
			LinkStat{Downs: num(4)},
			7,
		},
		{"link_stat", "nothing", "", nil, 0},
	}
}

func lldpCases() []parseCase {
	return []parseCase{
		{
			"lldp", "switch",
			"Chassis ID TLV\n\tMAC: 02:00:5e:00:00:11\nPort ID TLV\n\tIfname: 200GE2/0/7\nTime to Live TLV\n\t120\nPort Description TLV\n\track 4\n" +
				"System Name TLV\n\tleaf-9\nSystem Description TLV\n\tA switch\nof two lines\n\nand more\n\nSome New TLV\n\t4\nEnd of LLDPDU TLV\n",
			Neighbour{"leaf-9", "200GE2/0/7", "Ifname", "rack 4", "02:00:5e:00:00:11"},
			0,
		},
		{
			"lldp", "other subtypes", "Chassis ID TLV\n\tLocal: x1\nPort ID TLV\n        MAC: 02:00:5e:00:00:12\nEnd of LLDPDU TLV\n",
			Neighbour{Chassis: "x1", Port: "02:00:5e:00:00:12", PortSubtype: "MAC"},
			0,
		},
		{"lldp", "no neighbour", "\n", Neighbour{}, 0},
		{"lldp", "nothing", "", nil, 0},
		{"lldp", "another text", "no LLDP here\n TLV\n", nil, 2},
	}
}

func opticalCases() []parseCase {
	return []parseCase{
		{
			"optical", "all",
			"optical info:\npresent              : present\ntemperature          : -7 C\nhigh power enable reg: enabled\nvendor name          : ACME Optics  \n" +
				"vendor part number   : P-1\nvendor serial number : S-22\nvendor org unique id : 0x1 0x2 0x3\nxsfp identifier      : NA\nxsfp wave length     : 850 nm\n" +
				"manufact date code   : 2020.1.2\nVcc                  : 3301.50 mV\nTx Power0            : 1.0500 mW\nRx Power0            : 0.0000 mW\n" +
				"Tx Power5            : NA\nRx Power5            : 0.9000 mW\nVcc High Thres       : 3460.00 mV\nVcc Low Thres        : 3130.00 mV\n" +
				"Temp High Thres      : 71 C\nTemp Low Thres       : -5 C\nTxPower High Thres   : 3.5000 mW\nTxPower Low Thres    : 0.2500 mW\n" +
				"RxPower High Thres   : 3.6000 mW\nRxPower Low Thres    : 0.1500 mW\nTx Bias0             : 7.5000 mA\nTx Bias5             : NA\n" +
				"Tx Los Flag          : 0x0\nRx Los Flag          : 0xff\nTx LoL Flag          : 0x1\nRx LoL Flag          : 0x30\nHost SNR Lane0       : not supported\n" +
				"Media SNR Lane0      : 22.5000 dB\nPhysical Code        : X\nvendor rev           : A\nSpecification compliance: 0x00 0x01\n",
			Optical{
				PresenceKnown: true, Present: true, Vendor: "ACME Optics", PartNumber: "P-1", Serial: "S-22",
				Temperature: num(-7), Voltage: num(3301.5),
				Lanes: []OpticalLane{
					{0, num(1.05), num(0), num(7.5), optional.Float{}, num(22.5)},
					{Number: 5, ReceivePower: num(0.9)},
				},
				TransmitLOS: num(0), ReceiveLOS: num(255), TransmitLOL: num(1), ReceiveLOL: num(48),
				TemperatureLimits: Limits{num(-5), num(71)}, VoltageLimits: Limits{num(3130), num(3460)},
				TransmitPowerLimits: Limits{num(0.25), num(3.5)}, ReceivePowerLimits: Limits{num(0.15), num(3.6)},
			},
			0,
		},
		{
			"optical", "not present",
			"optical info:\npresent              : not present\ntemperature          : NA\nvendor name          : \nVcc                  : NA\n" +
				"Tx Power             : NA\nRx Power             : NA\nTemp High Thres      : NA\n",
			Optical{PresenceKnown: true},
			0,
		},
		{
			"optical", "not present, and readings",
			"optical info:\npresent              : not present\ntemperature          : 47 C\nTx Power             : 4.4000 mW\nTx Bias              : 7.9000 mA\n",
			Optical{PresenceKnown: true, Temperature: num(47), Lanes: []OpticalLane{{TransmitPower: num(4.4), Bias: num(7.9)}}},
			0,
		},
		{"optical", "get failed, and no power", "present : present\ntemperature : get failed\nVcc : 0.00 mV\n", Optical{PresenceKnown: true, Present: true}, 0},
		{
			"optical", "damaged",
			"present : maybe\npresent : present\ntemperature : 47 F\npresent : not present\ntemperature : warm\nVcc : 3300.00 mV\nVcc : 3301.00 mV\n" +
				"Rx Los Flag : 255\nRx LoL Flag : 0x1ffffffff\nTx Power256 : 1.0000 mW\nTx Power : \nHost SNR Lane1x : 2 dB\nRx Los Flag : 0x2\nRx Los Flag : 0x3\n...\n",
			Optical{PresenceKnown: true, Present: true, Voltage: num(3300), ReceiveLOS: num(2)},
			12,
		},
		{"optical", "another query", "link status: UP\n", nil, 1},
		{"optical", "heading alone", "optical info:\n", nil, 0},
	}
}

// TestCounts: what is beyond 53 bits is rounded, and what is not there is absent.
func TestCounts(t *testing.T) {
	t.Parallel()

	counts := Counts{"exact": 1<<53 - 1, "rounded": 1<<53 + 1}
	if got := counts.Of("exact"); !got.Is(1<<53 - 1) {
		t.Errorf("got %v", got)
	}

	if got := counts.Of("rounded"); !got.Is(1 << 53) {
		t.Errorf("got %v", got)
	}

	if got := counts.Of("none"); got.Present() {
		t.Errorf("got %v", got)
	}
}
