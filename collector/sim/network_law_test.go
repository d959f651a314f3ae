package sim

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// TestNetworkCountsNeverFall follows networks through a week, closely for a while.
func TestNetworkCountsNeverFall(t *testing.T) {
	t.Parallel()

	seen := make(map[Family]bool)

	for _, p := range networked(t) {
		if seen[p.family] {
			continue // the products of a family count alike
		}

		seen[p.family] = true

		t.Run(p.name, func(t *testing.T) {
			t.Parallel()

			m := newMachine(t, Config{Product: p.name, NPUs: 4, Seed: 11})

			for _, step := range []time.Duration{time.Hour, 7 * time.Minute} {
				followNetwork(t, m, moment(), week, step)
			}

			for hour := range 12 {
				followNetwork(t, m, moment().Add(time.Duration(hour)*14*time.Hour), 2*time.Minute, time.Second)
			}

			followNetwork(t, m, time.UnixMilli(m.start).Add(-time.Minute), 5*time.Minute, time.Second)
		})
	}
}

func followNetwork(t *testing.T, m *Machine, from time.Time, length, step time.Duration) {
	t.Helper()

	before := networkCounts(m.NetworkAt(from, nil))

	for passed := step; passed <= length; passed += step {
		after := networkCounts(m.NetworkAt(from.Add(passed), nil))

		for key, count := range before {
			if after[key] < count {
				t.Fatalf("%s falls from %d to %d, %v after %v", key, count, after[key], passed, from)
			}
		}

		before = after
	}
}

// networkCounts are all counts of a machine's networks, each by a name of its own.
func networkCounts(s State) map[string]uint64 {
	out := make(map[string]uint64)

	add := func(name string, h LinkHistory, counts ...map[string]uint64) {
		out[name+" ups"], out[name+" downs"] = uint64(h.Ups), uint64(h.Downs)

		for _, all := range counts {
			for key, count := range all {
				if !strings.HasSuffix(key, "_active") {
					out[name+" "+key] = count
				}
			}
		}
	}

	for _, n := range s.NPUs {
		for _, c := range n.Chips {
			name := fmt.Sprint(n.ID, " ", c.ID)

			if r := c.Network.RoCE; r != nil {
				add(name, r.History, r.Stats, r.Extra, r.HW)
			}

			for _, p := range c.Network.Ports {
				add(fmt.Sprint(name, " ", PortID{p.Die, p.Port}), p.History, p.Stats)
			}
		}
	}

	return out
}

// TestNetworkLaws: what is measured of a healthy network is within its limits, at any time and for any seed, and what is printed of it
// fits together.
func TestNetworkLaws(t *testing.T) {
	t.Parallel()

	for _, p := range networked(t) {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()

			busy := false

			for seed := range uint64(4) {
				m := newMachine(t, Config{Product: p.name, Seed: seed})

				for look := range 40 {
					s := m.NetworkAt(moment().Add(time.Duration(look)*251*time.Minute), nil)

					for _, n := range s.NPUs {
						for _, c := range n.Chips {
							busy = checkNetwork(t, c) || busy
						}
					}

					if t.Failed() {
						t.FailNow()
					}
				}
			}

			if !busy {
				t.Error("nothing was ever sent")
			}
		})
	}
}

// checkNetwork says whether the network is busy.
func checkNetwork(t *testing.T, c Chip) bool {
	t.Helper()

	const lineRate = 25000 // MB/s of 200 Gbit/s

	busy := false
	within := func(what string, value, low, high float64) {
		t.Helper()

		if value < low || value > high {
			t.Errorf("%s %v is not within %v and %v: %+v", what, value, low, high, c.Network)
		}
	}

	if r := c.Network.RoCE; r != nil {
		line := lineRate * float64(r.Speed) / lineSpeed
		within("TX", r.TX, 0, line)
		within("RX", r.RX, 0, line)

		busy = r.TX > 0
		if !r.Up && (busy || r.Speed != UnknownSpeed || c.Network.Health != NetworkUnreachable) {
			t.Errorf("a link that is down: %+v", r)
		}

		if len(r.History.Changes) == 0 || r.History.Changes[0].Up != r.Up || r.History.Ups-r.History.Downs < 0 || r.History.Ups-r.History.Downs > 1 {
			t.Errorf("history %+v of a link that is up: %t", r.History, r.Up)
		}

		if r.Stats["mac_rx_total_pkt_num"] < r.Stats["roce_rx_all_pkt_num"] || r.Stats["roce_rx_all_pkt_num"] < r.Stats["roce_rx_rc_pkt_num"] {
			t.Errorf("counts do not fit each other: %v", r.Stats)
		}

		checkModule(t, r.Module, 1)
		within("temperature", float64(r.Module.Temperature), 20, 60)
	}

	for _, p := range c.Network.Ports {
		within("TX", p.TX, 0, 2*lineRate)
		within("RX", p.RX, 0, 2*lineRate)

		busy = busy || p.TX > 0
	}

	for i := range c.Network.Modules {
		checkModule(t, &c.Network.Modules[i], 8.5)
	}

	return busy
}

// checkModule holds a module to its limits of warning. The bias of some is larger by a factor.
func checkModule(t *testing.T, m *Module, bias float64) {
	t.Helper()

	beyond := func(what string, value float64, l limits) {
		t.Helper()

		if value < l.lowWarn || value > l.highWarn {
			t.Errorf("%s %v is not within %v: %+v", what, value, l, m)
		}
	}

	beyond("temperature", float64(m.Temperature), temperatureLimits())
	beyond("voltage", m.Voltage/1000, voltageLimits())

	for _, l := range m.Lanes {
		beyond("TX power", l.TX, txLimits())
		beyond("RX power", l.RX, rxLimits())
		beyond("bias", l.Bias/bias, limits{13, 12, 3, 2})
		beyond("SNR", l.MediaSNR, limits{lowWarn: 18, highWarn: 26})
	}

	if m.RxLos|m.TxLos|m.TxFault|m.RxLoL|m.TxLoL != 0 || !m.Present {
		t.Errorf("a module that works: %+v", m)
	}
}

// TestDim: light that fades takes the signal with it, and never gets brighter.
func TestDim(t *testing.T) {
	t.Parallel()

	m := newModule(source(1), instant{}, 40)
	before := m.Lanes[2]

	m.Dim(2, before.RX*2)

	if m.Lanes[2] != before {
		t.Errorf("from %+v to %+v by more light", before, m.Lanes[2])
	}

	m.Dim(2, RxLowWarning())

	if l := m.Lanes[2]; l.RX != RxLowWarning() || l.MediaSNR >= before.MediaSNR || l.TX != before.TX || m.RxLos != 0 {
		t.Errorf("weak light: %+v, lost %#x", l, m.RxLos)
	}

	m.Dim(2, 0)

	if l := m.Lanes[2]; l.RX != 0 || l.MediaSNR != 3 || m.RxLos != 1<<2 {
		t.Errorf("no light: %+v, lost %#x", l, m.RxLos)
	}
}

// TestNetworkManners: links fail by themselves now and then, and it is not the rule.
func TestNetworkManners(t *testing.T) {
	t.Parallel()

	failed, bad, disordered, total := 0, 0, 0, 0

	for seed := range uint64(40) {
		for _, n := range newMachine(t, Config{Product: "A3", Seed: seed}).NetworkAt(moment(), nil).NPUs {
			for _, c := range n.Chips {
				total++

				r := c.Network.RoCE
				if r.History.Downs > 0 {
					failed++
				}

				if r.Stats["mac_rx_bad_pkt_num"] > 0 {
					bad++
				}

				if r.Stats["roce_out_of_order_num"] > 0 {
					disordered++
				}
			}
		}
	}

	for what, n := range map[string]int{"link went down": failed, "packet was bad": bad, "packet was out of order": disordered} {
		if share := float64(n) / float64(total); share < 0.02 || share > 0.4 {
			t.Errorf("of %.3f of the chips a %s", share, what)
		}
	}
}
