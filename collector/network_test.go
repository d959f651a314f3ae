package collector

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ascend-exporter/ascend_exporter/collector/optional"
	"github.com/ascend-exporter/ascend_exporter/collector/snapshot"
)

// roce is all that is to be known of a RoCE port.
func roce() *snapshot.Network {
	both := func(transmit, receive float64) snapshot.Directions {
		return snapshot.Directions{Transmit: optional.Of(transmit), Receive: optional.Of(receive)}
	}

	return &snapshot.Network{
		LinkUp: optional.Of(1), Health: optional.Of(6), Speed: optional.Of(25e9),
		UpTransitions: optional.Of(3), DownTransitions: optional.Of(2), IP: "192.0.2.7", MAC: "02:00:00:00:00:07",
		Neighbor: &snapshot.Neighbor{Switch: "leaf-1", Port: "400GE1/0/7"},
		Traffic: snapshot.Traffic{
			MACPackets: both(1000, 2000), MACBytes: both(1e9, 2e9), MACErrors: both(1, 2), MACPauses: both(3, 4), PFC: both(5, 6),
			Priorities:  []snapshot.Priority{{Name: "4", Frames: both(5, 6)}, {Name: "5"}},
			RoCEPackets: both(900, 1900), CNP: both(7, 8),
			RoCEErrors: snapshot.RoCEErrors{
				Packets: both(4, 5), Retransmissions: optional.Of(6), OutOfOrder: optional.Of(1), UnexpectedAcks: optional.Of(2), Verification: optional.Of(3),
			},
			MACErrorBytes: both(64, 128), MACFCSErrors: optional.Of(7), RoCEECN: optional.Of(8), Bandwidth: both(2.5e9, 5e9),
		},
		Optical: &snapshot.Optical{
			Present: optional.Of(1), Temperature: optional.Of(72), Voltage: optional.Of(3.3),
			Lanes: []snapshot.Lane{
				{
					Name: "0", TransmitPower: optional.Of(0.0012), ReceivePower: optional.Of(0.0011), Bias: optional.Of(0.0078),
					HostSNR: optional.Of(22.5), MediaSNR: optional.Of(21.5),
				},
				{Name: "1", TransmitPower: optional.Of(0.0013)},
			},
			Limits: []snapshot.Limit{
				{Quantity: "temperature", Bound: "high", Value: 70, Exceeded: true},
				{Quantity: "voltage", Bound: "low", Value: 3.1},
				{Quantity: "transmit_power", Bound: "high", Value: 0.003},
				{Quantity: "receive_power", Bound: "low", Value: 0.0001},
			},
			Losses: []snapshot.Loss{{Direction: "receive", Of: "signal"}},
		},
	}
}

// ports950 are ports of which one is well, one is down, and one has errors.
func ports950() *snapshot.Network {
	port := func(number int, up, degraded, errors float64) snapshot.Port {
		return snapshot.Port{
			PortID: snapshot.PortID{Die: 1, Port: number}, Up: optional.Of(up), Degraded: optional.Of(degraded), Errors: optional.Of(errors),
			Speed: optional.Of(50e9), Retries: optional.Of(1), UpTransitions: optional.Of(2), DownTransitions: optional.Of(1),
			Packets: snapshot.Directions{Transmit: optional.Of(10), Receive: optional.Of(20)},
			Lanes:   []snapshot.Lane{{Name: "2", TransmitPower: optional.Of(0.001), ReceivePower: optional.Of(0.00001), Abnormal: true}, {Name: "3"}},
		}
	}

	return &snapshot.Network{Health: optional.Of(0), Ports: []snapshot.Port{port(4, 1, 1, 0), port(5, 0, 0, 0), port(6, 1, 0, 7)}}
}

// series are those of a chip with this network, by metric.
func series(t *testing.T, options Options, network *snapshot.Network) map[string]map[string]float64 {
	t.Helper()

	found := make(map[string]map[string]float64)
	s := &snapshot.Snapshot{Chips: []snapshot.Chip{{Network: network}}}

	New(options).Visit(s, nil, func(sample Sample) {
		labels := strings.Join(sample.Labels[min(4, len(sample.Labels)):], " ") // after npu and chip

		if found[sample.Name] == nil {
			found[sample.Name] = make(map[string]float64)
		}

		found[sample.Name][labels] = sample.Value
	})

	return found
}

// TestPortsByDefault: of single ports only those have series of which something is wrong.
func TestPortsByDefault(t *testing.T) {
	t.Parallel()

	got := series(t, Options{}, ports950())

	for metric, want := range map[string]map[string]float64{
		"ascend_npu_ports_up":                          {"": 2},
		"ascend_npu_ports_down":                        {"": 1},
		"ascend_npu_ports_degraded":                    {"": 1},
		"ascend_npu_ports_errors_total":                {"": 7},
		"ascend_npu_port_up":                           {"udie 1 port 5": 0, "udie 1 port 6": 1},
		"ascend_npu_port_errors_total":                 {"udie 1 port 5": 0, "udie 1 port 6": 7},
		"ascend_npu_port_packets_total":                nil,
		"ascend_npu_roce_link_up":                      nil,
		"ascend_npu_ports_link_down_transitions_total": {"": 3},
	} {
		if diff := cmp.Diff(want, got[metric]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", metric, diff)
		}
	}

	if all := series(t, Options{PerPort: true}, ports950()); len(all["ascend_npu_port_up"]) != 3 || len(all["ascend_npu_port_packets_total"]) != 6 {
		t.Errorf("with every port: %v, %v", all["ascend_npu_port_up"], all["ascend_npu_port_packets_total"])
	}
}

// TestPortSumsDoNotFall: a sum over the ports is absent where one of them did not answer.
func TestPortSumsDoNotFall(t *testing.T) {
	t.Parallel()

	network := ports950()
	network.Ports[1].Errors = optional.Float{}

	got := series(t, Options{}, network)
	if got["ascend_npu_ports_errors_total"] != nil || got["ascend_npu_ports_up"] == nil {
		t.Errorf("errors %v, up %v", got["ascend_npu_ports_errors_total"], got["ascend_npu_ports_up"])
	}
}

// TestSensorsThatAreToldElsewhere: the module's temperature has one metric at a time.
func TestSensorsThatAreToldElsewhere(t *testing.T) {
	t.Parallel()

	chip := snapshot.Chip{Detail: snapshot.Detail{Sensors: []snapshot.Sensor{
		{Name: "soc_max", Temperature: optional.Of(60)}, {Name: "sfp", Temperature: optional.Of(41)}, {Name: "hbm", Temperature: optional.Of(50)},
	}}}

	count := func() (sensors int) {
		New(Options{}).Visit(&snapshot.Snapshot{Chips: []snapshot.Chip{chip}}, nil, func(s Sample) {
			if s.Name == "ascend_npu_sensor_temperature_celsius" {
				sensors++
			}
		})

		return sensors
	}

	if got := count(); got != 3 {
		t.Errorf("%d sensors where nothing else tells them", got)
	}

	chip.Network, chip.Detail.HBMTemperature = roce(), optional.Of(50)

	if got := count(); got != 1 {
		t.Errorf("%d sensors beside the metrics that tell the same", got)
	}
}
