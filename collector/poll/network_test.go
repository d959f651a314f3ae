package poll

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ascend-exporter/ascend_exporter/collector/budget"
	"github.com/ascend-exporter/ascend_exporter/collector/npusmi"
	"github.com/ascend-exporter/ascend_exporter/collector/sim"
	"github.com/ascend-exporter/ascend_exporter/collector/snapshot"
)

// hccn answers as the hccn_tool of a simulated machine does.
func hccn(t *testing.T, product string, npus int, takes time.Duration) answers {
	t.Helper()

	m, err := sim.New(sim.Config{Product: product, NPUs: npus, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}

	// A state costs more than the poller: it is good for a while.
	var (
		state sim.State
		since time.Time
	)

	return func(args string) (string, time.Duration, *npusmi.Failure) {
		var out, errs bytes.Buffer

		if now := time.Now(); since.IsZero() || now.Sub(since) > 10*time.Minute {
			state, since = m.NetworkAt(now, nil), now
		}

		sim.PrintNetwork(&out, &errs, state, strings.Fields(args))

		return out.String(), takes, nil
	}
}

// newNetworkBench makes a poller over npu-smi, of which the basics are asked, and over hccn_tool, of which all that is on by default is.
func newNetworkBench(t *testing.T, product string, npus int) (*bench, *scriptedTool) {
	t.Helper()

	network := &scriptedTool{answer: hccn(t, product, npus, 20*time.Millisecond), changed: make(chan struct{}, 1)}
	sources := slices.DeleteFunc(onByDefault(), func(s Source) bool { return !s.Network && s.Name != Mapping && s.Name != Summary })

	b := newBench(t, sources, machine(t, product, npus, 100*time.Millisecond), func(c *Config) { c.Network, c.NetworkDuty = network, 0.2 })

	return b, network
}

// networked are the chips of the last snapshot of whose network something is known.
func (b *bench) networked() []snapshot.Key {
	var keys []snapshot.Key

	for _, chip := range b.last().Chips {
		if chip.Network != nil {
			keys = append(keys, chip.Key)
		}
	}

	return keys
}

// TestNetworkBudget holds the processes of hccn_tool for an hour to what they may be, and that the plan fits.
func TestNetworkBudget(t *testing.T) {
	t.Parallel()

	for product, of := range map[string]struct {
		budget string
		least  float64 // processes a minute, if everything is asked for
	}{
		"910B3": {"processes.hccn_tool.910B", 42},
		"A3":    {"processes.hccn_tool.A3", 85},
		"950PR": {"processes.hccn_tool.950", 35}, // of 3 ports each
	} {
		t.Run(product, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				b, network := newNetworkBench(t, product, 8)
				b.run(t)
				b.at(time.Minute)

				before := len(network.begun())

				b.at(time.Hour + time.Minute)

				got := float64(len(network.begun())-before) / 60
				budget.Hold(t, of.budget, got)

				if got < of.least {
					t.Errorf("%.1f processes a minute: not everything is asked for", got)
				}

				if len(b.networked()) != len(b.last().Chips) || b.last().Runner.Lag > time.Second || network.atOnce != 1 {
					t.Errorf("%v of %d chips, lag %v, %d at once", b.networked(), len(b.last().Chips), b.last().Runner.Lag, network.atOnce)
				}

				for _, q := range b.last().Queries {
					if strings.HasPrefix(q.Name, "net-") && q.Asked && (!q.Success || q.Failures > 0 || q.Unrecognized > 0) {
						t.Errorf("%s: %+v", q.Name, q)
					}
				}

				if log := b.log.String(); log != "" {
					t.Errorf("a healthy run logged:\n%s", log)
				}
			})
		})
	}
}

// TestNetworkHangTouchesNothingElse: hccn_tool never answers of one chip. What it says of the others, and all that npu-smi says,
// comes as before.
func TestNetworkHangTouchesNothingElse(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b, network := newNetworkBench(t, "910B3", 8)
		good := hccn(t, "910B3", 8, 20*time.Millisecond)

		b.run(t)
		b.at(10 * time.Minute)
		network.set(func(args string) (string, time.Duration, *npusmi.Failure) {
			if strings.HasPrefix(args, "-i 3 ") {
				return hangs(args)
			}

			return good(args)
		})
		b.at(time.Hour)

		summaries := b.tool.startsOf(b.begin, "info")
		if len(summaries) != 241 {
			t.Errorf("%d summaries in an hour", len(summaries))
		}

		for _, chip := range b.last().Chips {
			if known := chip.Network != nil && chip.Network.LinkUp.Present(); known != (chip.NPU != 3) {
				t.Errorf("NPU %d: link known %v", chip.NPU, known)
			}

			if chip.Health != npusmi.HealthOK || !chip.Temperature.Present() {
				t.Errorf("NPU %d: %+v", chip.NPU, chip)
			}
		}

		// A link is asked for each 30 s; a hang takes 5 s.
		links := network.startsOf(b.begin, "-i 4 -link -g")
		for i := 1; i < len(links); i++ {
			if gap := links[i] - links[i-1]; gap > 36*time.Second {
				t.Errorf("the link of a chip that answers was not asked for in %v, at %v", gap, links[i])
			}
		}

		want := []snapshot.ChipFailure{{Key: snapshot.Key{NPU: 3}, Reason: npusmi.ReasonTimeout}}
		if diff := cmp.Diff(want, b.query(t, netLink).Failing); diff != "" {
			t.Errorf("failing (-want +got):\n%s", diff)
		}

		network.set(good)
		b.at(time.Hour + 10*time.Minute)

		if got := b.networked(); len(got) != 8 || !b.query(t, netLink).Success {
			t.Errorf("after the hang: %v", got)
		}
	})
}

// TestNetworkToolThatIsNotThere: it is said once, and no more is asked.
func TestNetworkToolThatIsNotThere(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b, _ := newNetworkBench(t, "910B3", 8)
		asked := 0
		b.lanes[1].tool = absentTool{b.tool, &asked}

		b.run(t)
		b.at(2 * time.Hour)

		if asked != 1 || b.networked() != nil {
			t.Errorf("asked %d times; networks of %v", asked, b.networked())
		}

		if log := b.log.String(); strings.Count(log, "\n") != 1 || !strings.Contains(log, "the network is not asked for") {
			t.Errorf("got:\n%s", log)
		}

		if q := b.query(t, netLink); !q.Unsupported {
			t.Errorf("got %+v", q)
		}
	})
}

// TestUnusableChipBlocksNoNetwork: a run that could not be started is tried again before all others, but not on a chip of which nothing is
// asked any more.
func TestUnusableChipBlocksNoNetwork(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b, network := newNetworkBench(t, "910B3", 8)
		good := network.answer

		b.run(t)
		b.at(5 * time.Minute)
		network.set(func(string) (string, time.Duration, *npusmi.Failure) {
			return "", 0, &npusmi.Failure{Reason: npusmi.ReasonBusy, Message: "another process holds the tool"}
		})
		b.at(8 * time.Minute)

		var lost int // devices have the numbers of their NPUs here

		tried := network.begun()
		target := tried[len(tried)-1].args

		if n, err := fmt.Sscanf(target, "-i %d ", &lost); n != 1 || tried[len(tried)-2].args != target {
			t.Fatalf("tried %q: %v", target, err)
		}

		b.tool.set(unusable(t, "910B3", lost))
		b.at(9 * time.Minute)
		network.set(good)
		b.at(20 * time.Minute)

		asked := make(map[string]bool)

		for _, run := range network.begun()[len(tried):] {
			asked[strings.Fields(run.args)[1]] = true
		}

		delete(asked, strconv.Itoa(lost))

		if len(asked) != 7 || !b.query(t, netLink).Success {
			t.Errorf("of the other devices %v were asked", slices.Sorted(maps.Keys(asked)))
		}
	})
}

// unusable answers as a machine with a chip of which the summary shows only zeros.
func unusable(t *testing.T, product string, npu int) answers {
	t.Helper()

	m, err := sim.New(sim.Config{Product: product, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}

	return func(args string) (string, time.Duration, *npusmi.Failure) {
		var out strings.Builder

		s := m.At(time.Now())
		s.NPUs[npu].Chips[0] = sim.Chip{Health: sim.HealthUnknown, BusID: "0000:00:00.0"}

		sim.Print(&out, s, strings.Fields(args))

		return out.String(), 10 * time.Millisecond, nil
	}
}

// absentTool is a tool that could be there and is not.
type absentTool struct {
	*scriptedTool

	asked *int
}

func (a absentTool) Run(_ context.Context, _ time.Duration, args ...string) npusmi.Run {
	*a.asked++

	return npusmi.Run{Args: args, Failure: &npusmi.Failure{Reason: npusmi.ReasonUnsupported, Message: "/x/hccn_tool is not there"}}
}

// TestNoMappingNoGuess: without the ids that hccn_tool knows the chips by, it is not asked.
func TestNoMappingNoGuess(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b, network := newNetworkBench(t, "910B3", 8)
		good := machine(t, "910B3", 8, 100*time.Millisecond)
		b.tool.set(func(args string) (string, time.Duration, *npusmi.Failure) {
			if args == "info -m" {
				return "Failed to query the mapping.\n", time.Millisecond, nil
			}

			return good(args)
		})

		b.run(t)
		b.at(10 * time.Minute)

		if got := network.begun(); len(got) > 0 {
			t.Errorf("asked %v", got)
		}

		b.tool.set(good)
		b.at(2 * time.Hour)

		if got := b.networked(); len(got) != 8 {
			t.Errorf("once there is a mapping: %v", got)
		}
	})
}

func TestDevices(t *testing.T) {
	t.Parallel()

	key := func(npu, chip int) snapshot.Key { return snapshot.Key{NPU: npu, Chip: chip} }
	entry := func(npu, chip int, logic, phy string) npusmi.MappingEntry {
		return npusmi.MappingEntry{NPU: npu, Chip: chip, LogicID: logic, PhyID: phy}
	}

	for name, test := range map[string]struct {
		chips   []snapshot.Key
		entries []npusmi.MappingEntry
		want    map[snapshot.Key]string
	}{
		"A2 has logic ids only": {
			[]snapshot.Key{key(0, 0), key(1, 0)},
			[]npusmi.MappingEntry{entry(0, 0, "0", ""), entry(1, 0, "1", "")},
			map[snapshot.Key]string{key(0, 0): "0", key(1, 0): "1"},
		},
		"A3 has both": {
			[]snapshot.Key{key(0, 0), key(0, 1)},
			[]npusmi.MappingEntry{entry(0, 0, "0", "14"), entry(0, 1, "1", "15")},
			map[snapshot.Key]string{key(0, 0): "14", key(0, 1): "15"},
		},
		"a chip without the id that others have": {
			[]snapshot.Key{key(0, 0), key(0, 1)},
			[]npusmi.MappingEntry{entry(0, 0, "0", "14"), entry(0, 1, "1", "")},
			map[snapshot.Key]string{key(0, 0): "14"},
		},
		"an id that two chips have": {
			[]snapshot.Key{key(0, 0), key(1, 0), key(2, 0)},
			[]npusmi.MappingEntry{entry(0, 0, "0", ""), entry(1, 0, "0", ""), entry(2, 0, "2", "")},
			map[snapshot.Key]string{key(2, 0): "2"},
		},
		"what is no id":            {[]snapshot.Key{key(0, 0)}, []npusmi.MappingEntry{entry(0, 0, "-1", "")}, map[snapshot.Key]string{}},
		"a chip that is not there": {nil, []npusmi.MappingEntry{entry(0, 0, "0", "")}, map[snapshot.Key]string{}},
	} {
		if diff := cmp.Diff(test.want, devicesOf(test.chips, test.entries)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// TestPortsOf950: each port is asked on its own, and told of what it said.
func TestPortsOf950(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b, network := newNetworkBench(t, "950PR", 2)
		good := hccn(t, "950PR", 2, 20*time.Millisecond)

		network.set(func(args string) (string, time.Duration, *npusmi.Failure) {
			if args == "-g -stat -i 1 -u 0 -p 4" {
				return "packet statistics:\ndrop_ind_cnt_rx: 5\ncrc_error_sum: 2\nretry_req_sum: 9\nub_mem_pkt_cnt_tx: 100\n", time.Millisecond, nil
			}

			return good(args)
		})
		b.run(t)
		b.at(10 * time.Minute)

		ports := b.last().Chips[1].Network.Ports
		if len(ports) < 3 {
			t.Fatalf("ports %+v", ports)
		}

		at := slices.IndexFunc(ports, func(p snapshot.Port) bool { return p.PortID == snapshot.PortID{Die: 0, Port: 4} })
		if at < 0 || !ports[at].Errors.Is(7) || !ports[at].Retries.Is(9) || !ports[at].Packets.Transmit.Is(100) || ports[at].Packets.Receive.Present() {
			t.Errorf("got %+v", ports)
		}

		for _, p := range ports {
			args := fmt.Sprintf("-g -link_stat -i 1 -u %d -p %d", p.Die, p.Port)
			if !p.Up.Present() || !p.Degraded.Present() || !p.DownTransitions.Present() || len(network.startsOf(b.begin, args)) < 2 {
				t.Errorf("%s: %+v, asked at %v", args, p, network.startsOf(b.begin, args))
			}
		}
	})
}
