package collector

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"

	"github.com/ascend-exporter/ascend_exporter/collector/attribute/process"
	"github.com/ascend-exporter/ascend_exporter/collector/npusmi"
	"github.com/ascend-exporter/ascend_exporter/collector/optional"
	"github.com/ascend-exporter/ascend_exporter/collector/snapshot"
)

var update = flag.Bool("update", false, "write the golden")

// full is a snapshot in which every metric has a series, and some are absent somewhere.
func full() *snapshot.Snapshot {
	failures := make(map[npusmi.Reason]uint64)
	for _, reason := range npusmi.Reasons() {
		failures[reason] = 0
	}

	failures[npusmi.ReasonTimeout] = 3

	memory := snapshot.Memory{Used: optional.Of(1 << 30), Total: optional.Of(64 << 30)}

	return &snapshot.Snapshot{
		Time: time.Unix(1_800_000_000, 0),
		Up:   true,
		Host: snapshot.Host{
			ToolVersion: "25.2.0", DriverVersion: "25.2.0.sph001",
			Chips: optional.Of(4), UnusableChips: optional.Of(1), ExpectedChips: optional.Of(4), PCIDevices: optional.Of(3),
			Maintenance: true, ProcessesLeftOut: 1,
		},
		Chips: []snapshot.Chip{
			{
				Model: "910B3", BusID: "0000:C1:00.0", LogicID: "0", PhyID: "0", Health: npusmi.HealthOK,
				Power: optional.Of(301.5), Temperature: optional.Of(61), AICore: optional.Of(0.57), HBM: memory, DDR: memory,
				Hugepages: snapshot.Memory{Used: optional.Of(0), Total: optional.Of(15)}, ProcessCount: optional.Of(2),
				Detail: detail(), Network: roce(), Derived: snapshot.Derived{
					BusySeconds: optional.Of(12.5), EnergyJoules: optional.Of(3000), ObservedSeconds: optional.Of(15),
					PeakPower: optional.Of(310), PeakTemperature: optional.Of(66),
					Onsets: []snapshot.Count{{Name: "info", Number: optional.Of(0)}, {Name: "critical", Number: optional.Of(2)}},
				},
				Processes: []snapshot.Process{
					{PID: "12", Name: "a \"quoted\"\nname\\", Memory: optional.Of(5)},
					{PID: "13", Memory: optional.Of(6)},
					{PID: "14"},
					{
						PID: "15", Name: "VLLM::Worker_TP0", Memory: optional.Of(7),
						Owner: &snapshot.Owner{Framework: "vllm", User: "alice", ContainerID: "0123", PodUID: "4567"},
					},
					{PID: "16", Name: "small", Memory: optional.Of(1), Owner: &snapshot.Owner{}, LeftOut: true},
				},
				Unattributed: optional.Of(4e9), Jobs: []snapshot.Job{{Name: "17", User: "alice"}, {Name: "18"}},
				Holders: []snapshot.Holder{
					{Namespace: "ns", Pod: "train-0", Container: "main", Resource: "huawei.com/Ascend910"},
					{Namespace: "ns", Pod: "small", Resource: "huawei.com/Ascend910-2c"},
				},
			},
			{Key: snapshot.Key{NPU: 1}, Model: "310", Health: npusmi.HealthAlarm, RatedPower: optional.Of(12.8), Temperature: optional.Of(0)},
			{Key: snapshot.Key{NPU: 1, Chip: 1}, Model: "Ascend950PR", Health: npusmi.HealthOK, Utilization: optional.Of(1), Network: ports950()},
			{Key: snapshot.Key{NPU: 2}, Health: npusmi.HealthUnknown, Unusable: true},
		},
		Cards: []snapshot.Card{{NPU: 5, Power: optional.Of(63.1)}, {NPU: 6}},
		Queries: []snapshot.Query{
			{
				Name: "summary", Asked: true, LastSuccess: optional.Of(1_799_999_990.5), Duration: 1500 * time.Millisecond,
				Runs: 7, Failures: 3, Unrecognized: 2,
				Failing: []snapshot.ChipFailure{{Key: snapshot.Key{NPU: 1, Chip: 1}, Reason: npusmi.ReasonTimeout}},
			},
			{Name: "mapping", Success: true},
			{
				Name: "net-link", Group: "network", Asked: true, Success: true, LastSuccess: optional.Of(1_799_999_980), Duration: time.Second, Runs: 20,
				Failing: []snapshot.ChipFailure{{Key: snapshot.Key{NPU: 1}, Reason: npusmi.ReasonQuery}},
			},
			{
				Name: "net-lldp", Group: "network", Asked: true, LastSuccess: optional.Of(1_799_990_000), Duration: time.Second, Runs: 4, Failures: 2, Unrecognized: 1,
				Failing: []snapshot.ChipFailure{{Key: snapshot.Key{NPU: 1}, Reason: npusmi.ReasonQuery}, {Key: snapshot.Key{NPU: 1}, Reason: npusmi.ReasonTimeout}},
			},
			{Name: "net-ports", Group: "network", Asked: true, Unsupported: true, Runs: 2},
		},
		Runner:      snapshot.Runner{Failures: failures, Unkillable: 1},
		Attribution: snapshot.Attribution{Asked: true, Conflicts: 4},
	}
}

// detail is all that the detail queries can tell.
func detail() snapshot.Detail {
	return snapshot.Detail{
		AIVector: optional.Of(0.1), AICube: optional.Of(0.2), AICPU: optional.Of(0.3), CtrlCPU: optional.Of(0.4),
		HBMBandwidth: optional.Of(0.5), DDRBandwidth: optional.Of(0.6),
		DVPP:    []snapshot.Engine{{Name: "vdec", Ratio: optional.Of(0.7)}, {Name: "vpc"}},
		Voltage: optional.Of(0.81), AICoreFrequency: optional.Of(8e8), AICoreRatedFrequency: optional.Of(1.8e9), AICores: optional.Of(24),
		HBMTemperature: optional.Of(54), HBMFrequency: optional.Of(1.6e9),
		Sensors: []snapshot.Sensor{{Name: "soc_max", Temperature: optional.Of(56)}, {Name: "sfp"}},
		ECC: []snapshot.ECC{{
			Memory: "hbm", Type: "double_bit",
			Errors: optional.Of(1), Lifetime: optional.Of(2), Isolated: optional.Of(3), NextIsolated: optional.Of(4),
		}, {Memory: "ddr", Type: "single_bit"}},
		PCIeErrors:  []snapshot.Count{{Name: "tx", Number: optional.Of(5)}, {Name: "rx"}},
		SIOTransmit: optional.Of(6), SIOReceive: optional.Of(7),
		HCCS: &snapshot.HCCS{Links: []snapshot.HCCSLink{
			{
				Link: "1", Down: optional.Of(0), TransmitBytes: optional.Of(100), ReceiveBytes: optional.Of(200),
				Retries: optional.Of(1), Errors: optional.Of(2),
			},
			{
				Link: "2", Down: optional.Of(1), TransmitBytes: optional.Of(1), ReceiveBytes: optional.Of(2),
				Retries: optional.Of(3), Errors: optional.Of(4),
			},
		}},
		Board: &snapshot.Board{
			Product: "product", Serial: "serial", FirmwareVersion: "7.1", BoardID: "0x34", PCBID: "A", BOMID: "1", VDieID: "1 2 3 4 5",
		},
		SuperPod: &snapshot.SuperPod{ID: "1", ServerIndex: "3", SDID: "4194304", Size: "384"},
		Faults:   []snapshot.Fault{{Code: "80E18005", Handling: "RestartRequest"}, {Code: "FFFFFFF0"}},
		VNPUs:    []snapshot.VNPU{{ID: "100", Template: "vir05_1c_16g", Status: "1", ContainerID: "0123456789ab"}},
		Peers:    []snapshot.Peer{{Key: snapshot.Key{NPU: 1, Chip: 1}, Link: "HCCS"}},
	}
}

func gathered(t *testing.T, options Options, s *snapshot.Snapshot) []*dto.MetricFamily {
	t.Helper()

	c := New(options)
	c.Update(s)

	families, err := c.Gather()
	if err != nil {
		t.Fatal(err)
	}

	return families
}

func exposition(t *testing.T, families []*dto.MetricFamily) string {
	t.Helper()

	var out bytes.Buffer

	encoder := expfmt.NewEncoder(&out, expfmt.NewFormat(expfmt.TypeTextPlain))
	for _, family := range families {
		if err := encoder.Encode(family); err != nil {
			t.Fatal(err)
		}
	}

	return out.String()
}

func TestExpositionGolden(t *testing.T) {
	t.Parallel()

	const golden = "testdata/full.metrics"

	got := exposition(t, gathered(t, everything(), full()))

	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}

	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}

	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("exposition (-want +got):\n%s", diff)
	}
}

// TestEveryMetricIsInTheGolden keeps the golden's snapshot full: a new row has to show there.
func TestEveryMetricIsInTheGolden(t *testing.T) {
	t.Parallel()

	families := gathered(t, everything(), full())

	for _, group := range Reference() {
		for _, metric := range group.Metrics {
			at := slices.IndexFunc(families, func(f *dto.MetricFamily) bool { return f.GetName() == metric.Name })
			if at < 0 {
				t.Errorf("%s has no series", metric.Name)

				continue
			}

			for _, series := range families[at].Metric {
				var labels []string
				for _, pair := range series.Label {
					labels = append(labels, pair.GetName())
				}

				if diff := cmp.Diff(metric.Labels, labels); diff != "" {
					t.Errorf("labels of %s (-want +got):\n%s", metric.Name, diff)
				}
			}
		}
	}
}

func TestPromlintFindsNothing(t *testing.T) {
	t.Parallel()

	problems, err := promlint.NewWithMetricFamilies(gathered(t, everything(), full())).Lint()
	if err != nil {
		t.Fatal(err)
	}

	for _, problem := range problems {
		t.Errorf("%s: %s", problem.Metric, problem.Text)
	}
}

func TestRowsAreDescribed(t *testing.T) {
	t.Parallel()

	name := regexp.MustCompile(`^ascend_(npu|exporter)_[a-z_]+$`)
	seen := make(map[string]bool)

	for _, group := range Reference() {
		for _, m := range group.Metrics {
			switch {
			case !name.MatchString(m.Name):
				t.Errorf("%s: not a name of this exporter", m.Name)
			case seen[m.Name]:
				t.Errorf("%s: twice", m.Name)
			case m.Source == "" || !strings.HasSuffix(m.Help, "."):
				t.Errorf("%s: without a source, or with a help that is no sentence", m.Name)
			case (m.Type == "counter") != strings.HasSuffix(m.Name, "_total"):
				t.Errorf("%s is a %s", m.Name, m.Type)
			}

			seen[m.Name] = true
		}
	}
}

func TestNothingBeforeTheFirstSnapshot(t *testing.T) {
	t.Parallel()

	if families, err := New(Options{}).Gather(); len(families) > 0 || err != nil {
		t.Errorf("Gather = %v, %v, want nothing", families, err)
	}
}

// TestOutdated: what should have been replaced a while ago is not served any more, also where nothing comes in its place.
func TestOutdated(t *testing.T) {
	t.Parallel()

	for _, tc := range []struct {
		late  time.Duration
		shown bool
	}{{-time.Hour, true}, {0, true}, {time.Minute, false}} {
		c, s := New(Options{}), full()
		s.Expires = time.Now().Add(-tc.late)
		c.Update(s)

		families, err := c.Gather()
		if err != nil {
			t.Fatal(err)
		}

		values := make(map[string]float64)

		for _, family := range families {
			if strings.HasPrefix(family.GetName(), "ascend_npu_") && family.GetName() != "ascend_npu_expected_chips" && !tc.shown {
				t.Errorf("%s is served %v too late", family.GetName(), tc.late)
			}

			values[family.GetName()] = family.Metric[0].GetGauge().GetValue() + family.Metric[0].GetCounter().GetValue()
		}

		if _, shown := values["ascend_npu_power_watts"]; shown != tc.shown || (values["ascend_exporter_up"] == 1) != tc.shown {
			t.Errorf("%v too late the power is shown: %v, up %v", tc.late, shown, values["ascend_exporter_up"])
		}

		if values["ascend_npu_expected_chips"] == 0 || values["ascend_exporter_query_runs_total"] == 0 || values["ascend_exporter_unkillable_processes"] == 0 {
			t.Errorf("%v too late what does not age is lost: %v", tc.late, values)
		}
	}
}

func TestProcessesAreOptional(t *testing.T) {
	t.Parallel()

	for _, family := range gathered(t, Options{}, full()) {
		if name := family.GetName(); strings.HasPrefix(name, "ascend_npu_process_") || strings.HasPrefix(name, "ascend_exporter_processes_") {
			t.Errorf("%s has series for each process without having been asked for", name)
		}
	}
}

// TestHelpNamesAllFrameworks: what the label can be is in two places.
func TestHelpNamesAllFrameworks(t *testing.T) {
	t.Parallel()

	for _, family := range gathered(t, Options{Processes: true}, full()) {
		if family.GetName() != "ascend_npu_process_info" {
			continue
		}

		if want := strings.Join(process.Frameworks(), ", ") + " or empty"; !strings.Contains(family.GetHelp(), want) {
			t.Errorf("%q is not in the help: %s", want, family.GetHelp())
		}
	}
}

func TestConcat(t *testing.T) {
	t.Parallel()

	c := New(Options{})
	c.Update(full())

	registry := prometheus.NewRegistry()
	registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "ascend_middle", Help: "x"}, func() float64 { return 1 }))

	families, err := Concat(registry, c).Gather()
	if err != nil || !slices.IsSortedFunc(families, byName) {
		t.Errorf("%v, not ordered by name: %v", err, families)
	}

	broken := prometheus.GathererFunc(func() ([]*dto.MetricFamily, error) { return nil, errors.New("broken") })
	if _, err := Concat(c, broken).Gather(); err == nil {
		t.Error("an error was lost")
	}
}

// sixteen is a snapshot of a busy host of 16 chips.
func sixteen() *snapshot.Snapshot {
	s := full()
	chip := s.Chips[0]
	s.Chips = nil

	for npu := range 8 {
		for die := range 2 {
			chip.Key = snapshot.Key{NPU: npu, Chip: die}
			s.Chips = append(s.Chips, chip)
		}
	}

	return s
}
