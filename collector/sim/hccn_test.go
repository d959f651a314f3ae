package sim

import (
	"math"
	"strings"
	"testing"
)

// TestNetworkOddities holds hccn_tool to its answers for what no healthy network has.
func TestNetworkOddities(t *testing.T) {
	t.Parallel()

	server := newMachine(t, Config{Product: "A3", Seed: 1}) // the second half of its chips has the rear lanes
	pod := newMachine(t, Config{Product: "950DT", Seed: 1})

	for _, tc := range []struct {
		name           string
		machine        *Machine
		change         func(*Chip)
		call           string
		status         int
		stdout, stderr string // parts
	}{
		{"no light", server, func(c *Chip) { c.Network.RoCE.Module.Dim(5, 0) }, "-i 11 -optical -g v2", 0, "RxPower Lane1(dBm)  -inf        7.00", ""},
		{"the flag of a rear lane", server, func(c *Chip) { c.Network.RoCE.Module.RxLos = 1 << 5 }, "-i 11 -optical -g", 0, "Rx Los Flag          : 0x20\n", ""},
		{"the same in the table", server, func(c *Chip) { c.Network.RoCE.Module.RxLos = 1 << 5 }, "-i 11 -optical -g v2", 0, "RxLos Flag       Normal    | Abnormal  | Normal", ""},
		{"no SNR of the host", server, func(c *Chip) { c.Network.RoCE.Module.HostSNR = false }, "-i 11 -optical -g", 0, "Host SNR Lane0       : not supported\n", ""},
		{"frost", server, func(c *Chip) { c.Network.RoCE.Module.Temperature = -7 }, "-i 11 -optical -g", 0, "temperature          : -7 C\n", ""},
		{"no module at all", server, func(c *Chip) { c.Network.RoCE.Module = nil }, "-i 11 -optical -g", 13, "not support", ""},
		{"odd speed", server, func(c *Chip) { c.Network.RoCE.Speed = -1 }, "-i 11 -speed -g", 0, "Speed: -1 Mb/s\n", ""},
		{"the largest count", server, func(c *Chip) { c.Network.RoCE.Stats["roce_cqe_num"] = math.MaxUint64 }, "-i 11 -stat -g", 0, "\nroce_cqe_num:18446744073709551615\n", ""},
		{"much", server, func(c *Chip) { c.Network.RoCE.TX = 123456.78 }, "-i 11 -bandwidth -g", 0, "Bandwidth TX: 123456.78 MB/sec\n", ""},
		{"an unknown state of health", server, func(c *Chip) { c.Network.Health = 10 }, "-i 11 -net_health -g", 1, "", "Command execute failed!\n"},
		{"a query that fails", server, func(c *Chip) { c.Network.Failures = map[string]NetworkFailure{"stat": NetworkLocked} }, "-i 11 -stat -g", 25, "", "Get lock failed."},
		{"another goes on", server, func(c *Chip) { c.Network.Failures = map[string]NetworkFailure{"stat": NetworkLocked} }, "-i 11 -link -g", 0, "link status: UP\n", ""},
		{"a device that is not told", server, func(*Chip) {}, "-i -link -g", 3, "", "Get invalid major cmd.\n"},
		{"an id of three digits", server, func(*Chip) {}, "-i 011 -link -g", 4, "", "Get invalid device id.\n"},
		{"a negative id", server, func(*Chip) {}, "-i -1 -link -g", 4, "", "Get invalid device id.\n"},
		{"unknown form", server, func(*Chip) {}, "-i 11 -optical -g v3", 3, "[ hccn_tool -i devid -optical ]", "Get unknown option!\n"},
		{"measuring for no time", server, func(*Chip) {}, "-i 11 -bandwidth -g time x", 1, "[ hccn_tool", "Get invalid parameters!\n"},

		{"a port that is not there", pod, func(*Chip) {}, "-g -link -i 5 -u 1 -p 9", 13, "", "Enter [ hccn_tool -h -link ] for more details.\n"},
		{"a module that is not there", pod, func(*Chip) {}, "-g -optical -i 5 -optical_id 3", 8, "", "Cmd execute failed!\n"},
		{"an id that is no number", pod, func(*Chip) {}, "-g -link -i x -u 1 -p 5", 16, "", "Parse cmd option failed.\n"},
		{"a port without a die", pod, func(*Chip) {}, "-g -link -i 5 -p 5", 10, "", "Parse cmd option failed.\n"},
		{"options in another order", pod, func(*Chip) {}, "-g -link -p 5 -u 1 -i 5", 0, "link status: UP\n", ""},
		{"a bad table", pod, func(c *Chip) { c.Network.Ports[4].Status = 3 }, "-g -speed -i 5 -u 1 -p 5", 6, "", "Cmd execute failed!\n"},
		{"half of the lanes", pod, func(c *Chip) { p := &c.Network.Ports[4]; p.Status, p.Width, p.Speed = 1, 2, 200 }, "-g -speed -i 5 -u 1 -p 5", 0, "| 200 G | X4  | X2    | downgraded |", ""},
		{"busy", pod, func(c *Chip) { c.Network.Failures = map[string]NetworkFailure{"": NetworkBusy} }, "-g -dev_info -i 5", 1, "hccn_tool is busy", ""},
		{"readings that fail", pod, func(c *Chip) { c.Failures = map[Reading]FailureCode{EveryReading: FailureDriver} }, "-g -dev_info -i 5", 187, "", "Cmd execute failed!\n"},
		{"dark", pod, func(c *Chip) { c.Network.Modules[0].Dim(1, 0) }, "-g -optical -i 5 -optical_id 0", 0, "RxPower Lane1(dBm) | 0.0000  | 7.0000    | 5.5000   | -8.4013 | -9.9012  | Abnormal |", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()

			s := tc.machine.NetworkAt(moment(), nil)
			for i := range s.NPUs {
				if n := &s.NPUs[i]; n.ID == 5 {
					tc.change(&n.Chips[len(n.Chips)-1])
				}
			}

			status, stdout, stderr := asked(s, tc.call)
			if status != tc.status || !strings.Contains(stdout, tc.stdout) || !strings.Contains(stderr, tc.stderr) || (stderr == "") != (tc.stderr == "") {
				t.Errorf("%s: status %d, want %d; stdout\n%s\nwant %s; stderr\n%s\nwant %s", tc.call, status, tc.status, stdout, tc.stdout, stderr, tc.stderr)
			}
		})
	}
}

// TestSharedModules: two NICs of an A3 have lanes of the same module, the one those in front and the other those in the rear.
func TestSharedModules(t *testing.T) {
	t.Parallel()

	s := newMachine(t, Config{Product: "A3", Seed: 1}).NetworkAt(moment(), nil)
	users := make(map[string][]bool)

	for _, n := range s.NPUs {
		for _, c := range n.Chips {
			r := c.Network.RoCE
			users[r.Module.Serial] = append(users[r.Module.Serial], r.Rear)

			if m, lane, _, ok := c.OwnLane(0, 2); !ok || m != r.Module || m.Lanes[lane] != r.lane(2) {
				t.Errorf("lane 2 of chip %d is %d of %p", c.PhyID, lane, m)
			}
		}
	}

	for serial, rear := range users {
		if len(rear) != 2 || rear[0] == rear[1] {
			t.Errorf("module %s has lanes of %d NICs, in the rear: %v", serial, len(rear), rear)
		}
	}
}

// TestLanesOf950: each lane of each module is one of a port's, and no two ports share one.
func TestLanesOf950(t *testing.T) {
	t.Parallel()

	type place struct{ npu, module, lane int }

	taken := make(map[place]bool)
	slots := make(map[int]bool)

	const npus, modules = 16, 3

	for npu := range npus {
		for _, p := range serverPorts() {
			for lane := range portLanes {
				owner, at := laneAt(npu, p.Port, lane)
				where := place{owner, moduleOf(p.Die, p.Port), at}

				if taken[where] || owner/2 != npu/2 || at < 0 || at >= moduleLanes {
					t.Errorf("lane %d of port %v of NPU %d is at %+v", lane, p, npu, where)
				}

				taken[where] = true

				if on, port, l := user(where.npu, where.module, where.lane); on != npu || port != p || l != lane {
					t.Errorf("%+v is used by lane %d of port %v of NPU %d", where, l, port, on)
				}
			}
		}

		for module := range modules {
			slots[slotOf(npu, module)] = true
		}
	}

	for _, n := range newMachine(t, Config{Product: "950DT"}).NetworkAt(moment(), nil).NPUs {
		c := n.Chips[0]
		own := make(map[place]bool)

		for module := range modules {
			for lane := range nicLanes {
				_, at, port, ok := c.OwnLane(module, lane)
				if on, p, _ := user(c.LogicID, module, at); !ok || on != c.LogicID || p != port {
					t.Errorf("lane %d of module %d of NPU %d is %d, of port %v: it is that of port %v of NPU %d", lane, module, n.ID, at, port, p, on)
				}

				own[place{n.ID, module, at}] = true
			}
		}

		if len(own) != modules*nicLanes {
			t.Errorf("NPU %d has %d lanes of its own", n.ID, len(own))
		}
	}

	if len(taken) != npus*modules*moduleLanes || len(slots) != npus*modules {
		t.Errorf("%d lanes, %d places on the front", len(taken), len(slots))
	}
}
