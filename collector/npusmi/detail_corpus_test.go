package npusmi

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/ascend-exporter/ascend_exporter/collector/optional"
)

// TestParseDetailRecordings reads every recorded answer to a query of numbers, where recordings are at hand, and compares it
// with a reading that is as simple as can be: chunks between blank lines, and the keys as the tool prints them.
func TestParseDetailRecordings(t *testing.T) {
	t.Parallel()

	folder := os.Getenv("ASCEND_CORPUS")
	if folder == "" {
		folder = filepath.Join("..", "..", "..", "shared", "corpus")
	}

	machines, err := filepath.Glob(filepath.Join(folder, "tool", "*.txtar"))
	if err != nil {
		t.Fatal(err)
	}

	if len(machines) == 0 {
		t.Skipf("no recordings in %s: set ASCEND_CORPUS", folder)
	}

	for _, file := range machines {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}

		for _, section := range archive.Files {
			for _, d := range details() {
				if strings.HasPrefix(section.Name, "info -t "+d.query+" ") {
					checkRecording(t, d, filepath.Base(file)+" "+section.Name, section.Data)
				}
			}
		}
	}

	for _, d := range details() {
		for _, pattern := range []string{"subcommands/" + d.query + "-[0-9A]*.txt", "posted/*-sub-" + d.query + "*.txt", "posted/*-sub-*_" + d.query + ".txt"} {
			files, err := filepath.Glob(filepath.Join(folder, pattern))
			if err != nil {
				t.Fatal(err)
			}

			for _, file := range files {
				text, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}

				if !strings.Contains(file, "ecc-enable") {
					checkRecording(t, d, filepath.Base(file), text)
				}
			}
		}
	}
}

func checkRecording(t *testing.T, d detail, name string, text []byte) {
	t.Helper()

	want, board := simplyRead(d.query, string(text))
	readings, warnings, err := d.parse(text)

	if len(want) == 0 {
		if of := d.query == "power" && board; (err == nil) != of {
			t.Errorf("%s: error %v in an answer without chips", name, err)
		}

		return
	}

	if err != nil || warnings.Count > 0 {
		t.Errorf("%s: %v, not understood: %+v", name, err, warnings.First)
	}

	got := make(map[int]map[string]float64)

	for _, r := range readings {
		values := make(map[string]float64)

		for _, v := range r.values {
			if n, ok := v.value.Get(); ok {
				values[v.path] = n
			}
		}

		got[r.chip] = values
	}

	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s read differently (-simple +got):\n%s", name, diff)
	}
}

var (
	simpleLine = regexp.MustCompile(`(?m)^\s*(\S[^:\n]*?)[ \t]*:[ \t]*(\S+)[ \t]*$`)
	simpleGap  = regexp.MustCompile(`\n[ \t]*\n`)
)

// simplyRead is the values of each chip, and whether the board's controller gave any.
func simplyRead(query, text string) (chips map[int]map[string]float64, board bool) {
	chips = make(map[int]map[string]float64)

	for _, chunk := range simpleGap.Split(text, -1) {
		keys := make(map[string]string)
		for _, line := range simpleLine.FindAllStringSubmatch(chunk, -1) {
			keys[line[1]] = line[2]
		}

		if strings.EqualFold(keys["Chip Name"], "mcu") {
			board = board || len(keys) > 1

			continue
		}

		if strings.Contains(chunk, "Failed to query") {
			continue
		}

		values := make(map[string]float64)
		known := false

		for key, path := range simpleKeys(query) {
			text, printed := keys[key]
			known = known || printed

			if n, err := strconv.ParseFloat(text, 64); err == nil && path != "" && !isNone(path, n) && (n >= 0 || strings.Contains(key, "(C)")) {
				values[path] = n
			}
		}

		if !known {
			continue
		}

		chip := NoChip
		if id, ok := keys["Chip ID"]; ok {
			chip, _ = strconv.Atoi(id)
		}

		chips[chip] = values
	}

	return chips, board
}

// isNone knows the numbers that stand for none.
func isNone(path string, n float64) bool {
	sensor := !strings.HasPrefix(path, "DDR") && !strings.HasPrefix(path, "HBM") || strings.HasSuffix(path, "Temperature")

	return n == 2147483647 || n == 4294967295 || (sensor && isSentinel(optional.Of(n)))
}

// simpleKeys are the keys of a query as printed, and where their values must be.
func simpleKeys(query string) map[string]string {
	return map[string]map[string]string{
		"usages": {
			"DDR Capacity(MB)": "DDRCapacity", "Memory Capacity(MB)": "DDRCapacity",
			"DDR Usage Rate(%)": "DDRUsage", "Memory Usage Rate(%)": "DDRUsage",
			"DDR Hugepages Total(page)": "HugepagesCapacity", "Hugepages Total(page)": "HugepagesCapacity",
			"DDR Hugepages Usage Rate(%)": "HugepagesUsage", "Hugepages Usage Rate(%)": "HugepagesUsage",
			"DDR Bandwidth Usage Rate(%)": "DDRBandwidth", "Memory Bandwidth Usage Rate(%)": "DDRBandwidth",
			"HBM Capacity(MB)": "HBMCapacity", "HBM Usage Rate(%)": "HBMUsage", "HBM Bandwidth Usage Rate(%)": "HBMBandwidth",
			"Aicore Usage Rate(%)": "AICore", "Aivector Usage Rate(%)": "AIVector", "Vectorcore Usage Rate(%)": "AIVector",
			"Aicube Usage Rate(%)": "AICube", "Aicpu Usage Rate(%)": "AICPU", "Ctrlcpu Usage Rate(%)": "ControlCPU",
			"NPU Utilization(%)": "Utilization", "DVPP VDEC Usage Rate(%)": "DVPP.VDEC", "DVPP VPC Usage Rate(%)": "DVPP.VPC",
			"DVPP VENC Usage Rate(%)": "DVPP.VENC", "DVPP JPEGE Usage Rate(%)": "DVPP.JPEGE", "DVPP JPEGD Usage Rate(%)": "DVPP.JPEGD",
		},
		"common": {
			"Memory Usage Rate(%)": "DDRUsage", "HBM Usage Rate(%)": "HBMUsage", "Aicore Usage Rate(%)": "AICore",
			"Aivector Usage Rate(%)": "AIVector", "Aicore Freq(MHZ)": "AICoreRatedClock", "Aicore curFreq(MHZ)": "AICoreCurrentClock",
			"Aicore Count": "AICores", "Temperature(C)": "Temperature", "NPU Real-time Power(W)": "Power", "Rated Power Dissipation(W)": "RatedPower",
		},
		"memory": {
			"Total DDR Capacity(MB)": "DDRTotal", "DDR Capacity(MB)": "DDRCapacity", "Capacity(MB)": "DDRCapacity",
			"DDR Clock Speed(MHz)": "DDRClock", "Clock Speed(MHz)": "DDRClock", "HBM Capacity(MB)": "HBMCapacity",
			"HBM Clock Speed(MHz)": "HBMClock", "HBM Temperature(C)": "HBMTemperature",
		},
		"temp":  {"NPU Temperature (C)": "Temperature", "Temperature (C)": "Temperature"},
		"power": {"NPU Real-time Power(W)": "Power", "Power Dissipation(W)": "Power", "Rated Power Dissipation(W)": "RatedPower"},
		"volt":  {"Voltage(V)": "Voltage"},
		"sensors": {
			"Soc Max Temperature (C)": "SocMax", "SFP Temperature (C)": "SFP", "NDIE Temperature (C)": "NDIE", "HBM Temperature (C)": "HBM",
		},
		"ecc": {
			"HBM Single Bit Error Count": "HBM.SingleBit.Errors", "HBM Double Bit Error Count": "HBM.DoubleBit.Errors",
			"DDR Single Bit Error Count": "DDR.SingleBit.Errors", "DDR Double Bit Error Count": "DDR.DoubleBit.Errors",
			"HBM Single Bit Aggregate Total Err Cnt": "HBM.SingleBit.LifetimeErrors", "HBM Double Bit Aggregate Total Err Cnt": "HBM.DoubleBit.LifetimeErrors",
			"DDR Single Bit Aggregate Total Err Cnt": "DDR.SingleBit.LifetimeErrors", "DDR Double Bit Aggregate Total Err Cnt": "DDR.DoubleBit.LifetimeErrors",
			"HBM Single Bit Isolated Pages Count": "HBM.SingleBit.IsolatedPages", "HBM Double Bit Isolated Pages Count": "HBM.DoubleBit.IsolatedPages",
			"DDR Single Bit Isolated Pages Count": "DDR.SingleBit.IsolatedPages", "DDR Double Bit Isolated Pages Count": "DDR.DoubleBit.IsolatedPages",
			"HBM Single Bit Next-Isolated Pages Count": "HBM.SingleBit.NextIsolatedPages", "HBM Double Bit Next-Isolated Pages Count": "HBM.DoubleBit.NextIsolatedPages",
			"DDR Single Bit Next-Isolated Pages Count": "DDR.SingleBit.NextIsolatedPages", "DDR Double Bit Next-Isolated Pages Count": "DDR.DoubleBit.NextIsolatedPages",
			"Single-bit Error Count": "DDR.SingleBit.Errors", "Double-bit Error Count": "DDR.DoubleBit.Errors",
		},
		"pcie-err": {
			"TX Error Count": "TX", "RX Error Count": "RX", "Lcrc Error Count": "LCRC", "Ecrc Error Count": "ECRC", "Retry Count": "Retry",
			"Dl Lcrc Error Count": "LCRC", "Pcs Rx Error Count": "", "Phy Lane Error Count": "", "Dl Dcrc Error Count": "",
		},
		"sio-info": {"TX Error Count": "TX", "RX Error Count": "RX"},
	}[query]
}
