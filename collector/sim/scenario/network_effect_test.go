package scenario

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/ascend-exporter/ascend_exporter/collector/sim"
)

// TestNetworkCountsUnderFaults: no fault makes a count of the network fall, also where the schedule starts anew; a link that is down
// carries nothing.
func TestNetworkCountsUnderFaults(t *testing.T) {
	t.Parallel()

	for _, tc := range []struct{ name, product string }{
		{"roce-link-down", "910B3"},
		{"roce-link-flap", "A3"},
		{"dirty-fibre", "910B3"},
		{"packet-errors", "A3"},
		{"pause-storm", "910B3"},
		{"roce-link-down", "950DT"},
		{"roce-link-flap", "950PR"},
		{"dirty-fibre", "950DT"},
		{"packet-errors", "950DT"},
	} {
		t.Run(tc.name+"/"+tc.product, func(t *testing.T) {
			t.Parallel()

			v := talking(t, tc.name, tc.product)

			var before []*sim.Network

			stood, rose := 0, 0

			for since := time.Duration(0); since < 65*time.Minute; since += 5 * time.Second {
				after := v.at(since).networks()

				for i, n := range before {
					now := counts(after[i])
					for key, count := range counts(n) {
						if now[key] < count {
							t.Fatalf("at %v %s of chip %d falls from %d to %d", since, key, i, count, now[key])
						}
					}

					if r := n.RoCE; r != nil && i == len(before)-1 {
						sent := after[i].RoCE.Stats["roce_tx_all_pkt_num"] - r.Stats["roce_tx_all_pkt_num"]

						switch down := !r.Up && !after[i].RoCE.Up && after[i].RoCE.History.Downs == r.History.Downs; {
						case down && sent > 0:
							t.Fatalf("at %v a link that is down has sent %d packets", since, sent)
						case down:
							stood++
						case sent > 0:
							rose++
						}
					}
				}

				before = after
			}

			if v.product() == sim.FamilyA2 && (rose == 0 || tc.name == "roce-link-down" && stood < 100) {
				t.Errorf("the link stood still %d times, and sent %d times", stood, rose)
			}
		})
	}
}

// talking is a scenario of the library on a machine whose last NPU works together with others.
func talking(t *testing.T, name, product string) view {
	t.Helper()

	s, err := Load(name)
	if err != nil {
		t.Fatal(err)
	}

	for seed := range uint64(1000) {
		m, err := sim.New(sim.Config{Product: product, Seed: seed})
		if err != nil {
			t.Fatal(err)
		}

		faults, err := s.On("", m, start())
		if err != nil {
			t.Fatal(err)
		}

		v := view{t: t, machine: m, faults: faults}
		sent := func(since time.Duration) map[string]uint64 {
			all := v.at(since).healthy().networks()

			return counts(all[len(all)-1])
		}

		const count, ports = "0roce_tx_all_pkt_num", "0tx_busi_flit_num"

		early, late := sent(0), sent(45*time.Minute)
		if late[count] > early[count]+1e9 || late[ports] > early[ports]+1e12 {
			return v
		}
	}

	t.Fatal("no such machine")

	return view{}
}

// product is the family of the machine.
func (v view) product() sim.Family { return v.machine.At(start()).Family }

// networks are those of all chips.
func (v view) networks() []*sim.Network {
	s := v.machine.NetworkAt(start().Add(v.since), v.faults.Outages(v.since))
	v.faults.Apply(v.since, &s)

	var out []*sim.Network

	for _, n := range s.NPUs {
		for _, c := range n.Chips {
			out = append(out, c.Network)
		}
	}

	return out
}

// counts are all of a network, by names of their own.
func counts(n *sim.Network) map[string]uint64 {
	out := make(map[string]uint64)

	history := func(name string, h sim.LinkHistory) {
		out[name+"ups"], out[name+"downs"] = uint64(h.Ups), uint64(h.Downs)
	}

	if r := n.RoCE; r != nil {
		history("", r.History)

		for i, counts := range []map[string]uint64{r.Stats, r.Extra, r.HW} {
			for key, count := range counts {
				if !strings.HasSuffix(key, "_active") {
					out[fmt.Sprint(i, key)] = count
				}
			}
		}
	}

	for i, p := range n.Ports {
		history(strconv.Itoa(i), p.History)

		for key, count := range p.Stats {
			out[fmt.Sprint(i, key)] = count
		}
	}

	return out
}

// TestPortOf950: a fault on a port leaves the others alone, and one on a lane is seen at the port that has it.
func TestPortOf950(t *testing.T) {
	t.Parallel()

	v := view{t: t, machine: machine(t, "950DT"), since: 10 * time.Minute}

	var err error

	v.faults, err = read(t, file("  - {kind: roce-link, at: 1m, npu: 3, port: 1/5}\n  - {kind: packet-errors, at: 1m, npu: 3, port: [0/4, 0/6]}\n"+
		"  - {kind: dirty-fibre, at: 1m, npu: 2, module: 1, lane: 3, over: 1m}\n")).On("", v.machine, start())
	if err != nil {
		t.Fatal(err)
	}

	for port, want := range map[string]string{"0/4": "UP", "1/5": "DOWN", "1/6": "UP"} {
		die, number, _ := strings.Cut(port, "/")
		if got := v.network("-g -link -i 3 -u " + die + " -p " + number); got != "link status: "+want+"\n" {
			t.Errorf("port %s: %s", port, got)
		}
	}

	for port, broken := range map[string]bool{"0 -p 4": true, "0 -p 5": false, "0 -p 6": true} {
		call := "-g -stat -i 3 -u " + port
		if (v.network(call) != v.healthy().network(call)) != broken {
			t.Errorf("broken packets on port %s: %t", port, !broken)
		}
	}

	module := v.network("-g -optical -i 2 -optical_id 1")

	found := regexp.MustCompile(`RxPower Lane3\(dBm\) \| -16\.9897 .*Abnormal`).MatchString(module)
	if !found || !strings.Contains(module, "Bias Lane3(mA)") {
		t.Errorf("the light on lane 3:\n%s", module)
	}

	// NPU 2 has the lanes 0 to 3 of its modules; lane 3 of module 1 carries lane 3 of its port 0/4.
	for port, dark := range map[string]bool{"0 -p 4": true, "0 -p 5": false, "0 -p 7": false} {
		if strings.Contains(v.network("-g -optical -i 2 -u "+port), "-16.9897") != dark {
			t.Errorf("port %s has the dark lane: %t", port, !dark)
		}

		call := "-g -stat -i 2 -u " + port
		if (v.network(call) != v.healthy().network(call)) != dark {
			t.Errorf("port %s has broken packets: %t", port, !dark)
		}
	}
}

// TestNetworkFits: what a machine lacks is told.
func TestNetworkFits(t *testing.T) {
	t.Parallel()

	for text, want := range map[string]string{
		"310P-Duo: {kind: roce-link, at: 1m}":             "x.yaml:3: roce-link: NPU 1, chip 0: it has no network of its own",
		"910B3: {kind: roce-link, at: 1m, port: 0/4}":     "x.yaml:3: roce-link: NPU 0, chip 0: it has one link, and no ports: leave port out",
		"950PR: {kind: packet-errors, at: 1m, port: 1/5}": "x.yaml:3: packet-errors: NPU 0, chip 0: no port 1/5: it has 0/4, 0/5, 0/6",
		"950PR: {kind: dirty-fibre, at: 1m}":              "x.yaml:3: dirty-fibre: NPU 0, chip 0: it has no such optical module",
		"910B3: {kind: dirty-fibre, at: 1m, module: 1}":   "x.yaml:3: dirty-fibre: NPU 0, chip 0: it has no such optical module",
		"950DT: {kind: pause-storm, at: 1m}":              "x.yaml:3: pause-storm: NPU 0, chip 0: it has no NIC that could be paused",
	} {
		product, fault, _ := strings.Cut(text, ": ")

		_, err := read(t, file("  - "+fault+"\n")).On("", machine(t, product), start())
		if err == nil || err.Error() != want {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}
