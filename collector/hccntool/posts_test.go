package hccntool

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ascend-exporter/ascend_exporter/collector/npusmi"
	"github.com/ascend-exporter/ascend_exporter/collector/optional"
)

// posts are the answers that people posted, by the name of their files: what must be read of them, and how many of their lines
// are not the tool's. Names and addresses in them are not repeated here: named says that there must be one.
func posts() map[string]parseCase {
	earlier := []LinkChange{ // two posts of one machine
		{clock("2022-08-01 14:43:40"), true}, {clock("2022-08-01 14:43:40"), false}, {clock("2022-08-01 14:43:26"), true},
	}

	return map[string]parseCase{
		"hccn-link-910A-1.txt": {"link", "", "", Link{Up: true}, 0},
		"hccn-link-910B-1.txt": {"link", "", "", Link{}, 0},
		"hccn-link_stat-910A-1.txt": {"link_stat", "", "", LinkStat{
			Now: clock("2022-08-02 03:09:26"), Ups: num(2), Changes: earlier,
		}, 0},
		"hccn-link_stat-910A-2.txt": {"link_stat", "", "", LinkStat{
			Now: clock("2022-08-02 03:36:43"), Ups: num(2), Changes: append([]LinkChange{{clock("2022-08-01 14:44:40"), false}}, earlier...),
		}, 0},
		"hccn-link_stat-910A-3.txt": {"link_stat", "", "", LinkStat{
			Now: clock("2023-06-07 10:08:28"), Ups: num(2),
			Changes: []LinkChange{{clock("2023-06-06 16:32:12"), true}, {clock("2023-06-06 16:32:10"), false}, {clock("2023-06-06 16:31:55"), true}},
		}, 0},
		"hccn-link_stat-A2-1.txt": {"link_stat", "", "", LinkStat{
			Now: clock("2025-10-28 21:46:46"), Ups: num(2), Downs: num(1),
			Changes: []LinkChange{{clock("2025-10-05 10:13:51"), true}, {clock("2025-10-05 10:13:50"), false}, {clock("2025-10-05 10:13:35"), true}},
		}, 0},
		"hccn-net_health-910A-1.txt":   {"net_health", "", "", NetHealth{num(1)}, 0},
		"hccn-net_health-910A-2.txt":   {"net_health", "", "", NetHealth{num(6)}, 0},
		"hccn-speed-910B-derived1.txt": {"speed", "", "", Speed{num(200000)}, 0},
		"hccn-stat-910A-1.txt":         {"stat", "", "", noRoCEErrors(), 0},
		"hccn-stat-910A-2.txt":         {"stat", "", "", noRoCEErrors(), 0},
		"hccn-stat-910A-3.txt": {"stat", "", "", Stat{
			Transmit: StatDirection{PausePackets: num(0), PFCPackets: num(0)}, Receive: StatDirection{PausePackets: num(0)}, QPStatusErrors: num(0),
			Counts: Counts{
				"mac_tx_mac_pause_num": 0, "mac_rx_mac_pause_num": 0, "mac_tx_pfc_pkt_num": 0, "roce_qp_status_err_num": 0,
				"nic_tx_all_pkg_num": 122404, "nic_tx_all_oct_num": 16921741, "nic_rx_all_pkg_num": 6414803, "nic_rx_all_oct_num": 482237805,
			},
		}, 1},
		"hccn-optical-910A-1.txt": {"optical", "", "", Optical{
			PresenceKnown: true, Temperature: num(47), Voltage: num(3262.9),
			Lanes: []OpticalLane{
				{0, num(4.4035), num(1.0189), num(7.936), optional.Float{}, num(23.1211)},
				{1, num(1.3968), num(0.0054), num(7.928), optional.Float{}, num(22.6289)},
				{2, num(1.414), num(0.9907), num(7.936), optional.Float{}, num(22.1875)},
				{3, num(1.4988), num(1.0213), num(7.924), optional.Float{}, num(23.2969)},
			},
			TransmitLOS: num(0), ReceiveLOS: num(255), TransmitLOL: num(0), ReceiveLOL: num(255),
			TemperatureLimits: Limits{num(0), num(70)}, VoltageLimits: Limits{num(3135), num(3465)},
			TransmitPowerLimits: Limits{num(0.2818), num(3.5481)}, ReceivePowerLimits: Limits{num(0.1445), num(3.5481)},
		}, 0},
		"hccn-optical-910A-2.txt": {"optical", "", "", Optical{
			PresenceKnown: true, Lanes: []OpticalLane{{TransmitPower: num(4.4035), ReceivePower: num(1.0189), Bias: num(7.936)}},
			TransmitLOS: num(0), ReceiveLOS: num(255), TransmitLOL: num(0), ReceiveLOL: num(255),
			TemperatureLimits: Limits{num(0), num(70)}, VoltageLimits: Limits{num(3135), num(3465)},
			TransmitPowerLimits: Limits{num(0.2818), num(3.5481)}, ReceivePowerLimits: Limits{num(0.1445), num(3.5481)},
		}, 2},
		"hccn-ip-910A-1.txt":    {"ip", "named", "", IP{Netmask: "255.255.255.0"}, 0},
		"hccn-ip-910A-2.txt":    {"ip", "", "", IP{Netmask: "255.255.255.0"}, 1}, // masked by who posted it
		"hccn-ip-910B1-1.txt":   {"ip", "named", "", IP{Netmask: "255.255.0.0"}, 0},
		"hccn-lldp-910B1-1.txt": {"lldp", "named", "", Neighbour{PortSubtype: "Ifname", Chassis: "..."}, 0},

		"hccn5-link-950-1.txt": {"link", "", "", Link{}, 0},
		"hccn5-dev_info-950-1.txt": {"dev_info", "", "", DevInfo{[]Port{
			{0, 4, num(400), "UB", true, true, "Electrical"}, {0, 5, num(400), "UB", true, true, "Electrical"}, {0, 6, num(400), "UB", true, true, "Electrical"},
		}}, 0},
		"hccn5-link_stat-950-1.txt": {"link_stat", "", "", LinkStat{Ups: num(2), Downs: num(2), Changes: []LinkChange{
			{clock("2026-02-09 21:45:51"), true}, {clock("2026-02-09 21:45:47"), false}, {clock("2026-02-09 21:43:04"), true}, {clock("2026-02-09 21:42:59"), false},
		}}, 0},
		"hccn5-speed-950-1.txt": {"speed", "", "", PortSpeed{num(400), num(4), num(4), LanesNormal}, 0},
		"hccn5-stat-950-1.txt":  {"stat", "", "", PortStat{EthernetKnown: true, Errors: num(0), RetryRequests: num(0), RetryAcks: num(0)}, 0},
	}
}

func noRoCEErrors() Stat {
	return Stat{
		Transmit: StatDirection{RoCEErrors: num(0)}, Receive: StatDirection{RoCEErrors: num(0)},
		Counts: Counts{"roce_rx_err_pkt_num": 0, "roce_tx_err_pkt_num": 0},
	}
}

// TestParsePosts reads answers that people posted, where they are at hand.
func TestParsePosts(t *testing.T) {
	t.Parallel()

	folder := filepath.Join(corpusFolder(), "subcommands")

	index, err := os.ReadFile(filepath.Join(folder, "index.tsv"))
	if err != nil {
		t.Skipf("no posts in %s: set ASCEND_CORPUS", folder)
	}

	tests := posts()

	for line := range strings.Lines(string(index)) {
		file, _, _ := strings.Cut(line, "\t")

		query, _, _ := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(file, "hccn5-"), "hccn-"), "-")
		if query == file || !strings.HasPrefix(file, "hccn") {
			continue
		}

		parsers := roceParsers()
		if strings.HasPrefix(file, "hccn5-") {
			parsers = portParsers()
		}

		parse := parsers[query]
		if parse == nil {
			continue
		}

		text, err := os.ReadFile(filepath.Join(folder, file))
		if err != nil {
			t.Fatal(err)
		}

		got, warnings, err := parse(text)

		test, expected := tests[file]
		if file == "hccn-stat-910B-derived1.txt" { // of all keys
			test, expected = parseCase{want: trueStat(plainCounts(string(text)))}, true
		}

		if !expected {
			t.Errorf("%s: nothing is expected of it", file)

			continue
		}

		delete(tests, file)
		checkPost(t, file, test, got, warnings, err)
	}

	for file := range tests {
		t.Errorf("%s: no such post", file)
	}
}

// plainCounts reads lines "key:count" as simply as can be.
func plainCounts(text string) Counts {
	counts := make(Counts)

	for word := range strings.FieldsSeq(text) {
		key, digits, _ := strings.Cut(word, ":")
		if count, err := strconv.ParseUint(digits, 10, 64); err == nil {
			counts[key] = count
		}
	}

	return counts
}

func checkPost(t *testing.T, file string, test parseCase, got any, warnings npusmi.Warnings, err error) {
	t.Helper()

	if err != nil || warnings.Count != test.warnings {
		t.Errorf("%s: %v, %d lines not understood: %+v", file, err, warnings.Count, warnings.First)
	}

	switch reading := got.(type) {
	case Optical:
		reading.Vendor, reading.PartNumber, reading.Serial = "", "", ""
		got = reading
	case IP:
		named(t, file, test, reading.Address)
		reading.Address = ""
		got = reading
	case Neighbour:
		named(t, file, test, reading.Port)
		reading.Port = ""
		got = reading
	case PortStat:
		if len(reading.Counts) != 40 {
			t.Errorf("%s: %d counts", file, len(reading.Counts))
		}

		reading.Counts = nil
		got = reading
	}

	if diff := cmp.Diff(test.want, got, cmp.AllowUnexported(optional.Float{})); diff != "" {
		t.Errorf("%s: -want +got:\n%s", file, diff)
	}
}

// named checks that a name was read where there is one.
func named(t *testing.T, file string, test parseCase, name string) {
	t.Helper()

	if (name != "") != (test.what == "named") {
		t.Errorf("%s: the name is %q", file, name)
	}
}
