package fleet

import (
	"bytes"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/ascend-exporter/ascend_exporter/collector/npusmi"
	"github.com/ascend-exporter/ascend_exporter/collector/poll"
	"github.com/ascend-exporter/ascend_exporter/collector/sim/scenario"
)

// TestNeighbours: the chips of a rack are at the ports of its switch, each at one of its own.
func TestNeighbours(t *testing.T) {
	t.Parallel()

	hosts, err := New(Config{SuperPods: 2, Racks: 2, HostsPerRack: 6, Product: "A3"})
	if err != nil {
		t.Fatal(err)
	}

	port := regexp.MustCompile(`(?s)\tIfname: (400GE\d+/0/\d+)\n.*System Name TLV\n\t(\S+)\n`)
	ports := make(map[string]bool)
	addresses := make(map[string]bool)

	for _, h := range hosts {
		for _, n := range h.networkState(noon(), h.machine.NetworkAt).NPUs {
			for _, c := range n.Chips {
				r := c.Network.RoCE

				found := port.FindStringSubmatch(r.LLDP)
				if !r.Up {
					continue
				}

				if found == nil || found[2] != h.Rack+"-leaf" {
					t.Fatalf("the neighbour of a chip of %s is\n%s", h.Name, r.LLDP)
				}

				if at := found[2] + " " + found[1]; ports[at] {
					t.Errorf("two chips are at %s", at)
				} else {
					ports[at] = true
				}

				if addresses[r.IP] || addresses[r.MAC] {
					t.Errorf("two chips have the addresses %s, %s", r.IP, r.MAC)
				}

				addresses[r.IP], addresses[r.MAC] = true, true
			}
		}
	}

	if want := len(hosts) * 16; len(ports) < want-5 {
		t.Errorf("%d ports of %d chips", len(ports), want)
	}
}

// TestNetworkTool: the hccn_tool of a host answers as the real one, with both streams, and hangs where a fault says so.
func TestNetworkTool(t *testing.T) {
	t.Parallel()

	s, err := scenario.Load("network-tool-hang")
	if err != nil {
		t.Fatal(err)
	}

	hosts, err := New(Config{SuperPods: 1, Racks: 1, HostsPerRack: 1, Product: "910B3", Scenario: s, Start: noon()})
	if err != nil {
		t.Fatal(err)
	}

	for _, interval := range []time.Duration{0, time.Minute} {
		e := NewExporter(hosts[0], Options{Interval: interval, Faults: builtin(t)}, noon().Add(5*time.Minute))

		var hccn, smi poll.Tool = e.hccnTool(), e.npuSMI()

		const deadline = 10 * time.Second

		run := hccn.Run(t.Context(), deadline, "-i", "0", "-link", "-g")
		if string(run.Stdout) != "link status: UP\n" || len(run.Stderr) > 0 || run.ExitStatus != 0 || run.Failure != nil || run.Duration < shortest {
			t.Errorf("an answer: %+v", run)
		}

		run = hccn.Run(t.Context(), deadline, "-i", "9", "-link", "-g")
		if len(run.Stdout) > 0 || !bytes.HasPrefix(run.Stderr, []byte("Get invalid device id.")) || run.ExitStatus != 4 || run.Failure != nil {
			t.Errorf("an error: %+v", run)
		}

		run = hccn.Run(t.Context(), deadline, "-i", "7", "-link", "-g")
		if run.Failure == nil || run.Failure.Reason != npusmi.ReasonTimeout || !strings.HasPrefix(run.Failure.Message, "hccn_tool ") || run.Duration != deadline {
			t.Errorf("a chip that hangs: %+v", run)
		}

		if run := smi.Run(t.Context(), deadline, "info", "-t", "temp", "-i", "7", "-c", "0"); run.Failure != nil {
			t.Errorf("npu-smi hangs too: %+v", run.Failure)
		}
	}
}

// TestSickChip: the hccn_tool of a host never ends for a chip whose health cannot be read.
func TestSickChip(t *testing.T) {
	t.Parallel()

	s, err := scenario.Load("zeros")
	if err != nil {
		t.Fatal(err)
	}

	hosts, err := New(Config{SuperPods: 1, Racks: 1, HostsPerRack: 1, Product: "910B3", Scenario: s, Start: noon()})
	if err != nil {
		t.Fatal(err)
	}

	tool := NewExporter(hosts[0], Options{Faults: builtin(t)}, noon().Add(5*time.Minute)).hccnTool()

	run := tool.Run(t.Context(), time.Second, "-i", "7", "-stat", "-g")
	if run.Failure == nil || run.Failure.Reason != npusmi.ReasonTimeout || run.ExitStatus != -1 || len(run.Stdout) > 0 {
		t.Errorf("%+v", run)
	}
}

// BenchmarkNetworkTool is what a call of a host's hccn_tool costs.
func BenchmarkNetworkTool(b *testing.B) {
	hosts, err := New(Config{SuperPods: 1, Racks: 1, HostsPerRack: 1, Product: "A3"})
	if err != nil {
		b.Fatal(err)
	}

	tool := NewExporter(hosts[0], Options{}, noon()).hccnTool()

	b.ReportAllocs()

	for b.Loop() {
		tool.Run(b.Context(), time.Second, "-i", "3", "-stat", "-g")
	}
}
