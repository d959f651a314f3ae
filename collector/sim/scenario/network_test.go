package scenario

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/ascend-exporter/ascend_exporter/collector/sim"
)

// network is what hccn_tool prints, whatever its status.
func (v view) network(line string) string {
	var out bytes.Buffer

	s := v.machine.NetworkAt(start().Add(v.since), v.faults.Outages(v.since))
	v.faults.Apply(v.since, &s)
	sim.PrintNetwork(&out, &out, s, strings.Fields(line))

	return out.String()
}

// count is a count of the last chip that hccn_tool has, by its key, beyond what it would be if nothing were broken.
func (v view) count(item, key string) int {
	v.t.Helper()

	of := func(v view) int {
		text := v.ask(item)

		found := regexp.MustCompile(key + ` *: ?(\d+)\n`).FindStringSubmatch(text)
		if found == nil {
			v.t.Fatalf("no %s at %v:\n%s", key, v.since, text)
		}

		n, err := strconv.Atoi(found[1])
		if err != nil {
			v.t.Fatal(err)
		}

		return n
	}

	return of(v) - of(v.healthy())
}

// ask is what hccn_tool prints of an item of the last chip.
func (v view) ask(item string) string {
	return v.network(fmt.Sprintf("-i %d -%s -g", v.device(), item))
}

// device is the physical id of the last chip.
func (v view) device() int {
	npus := v.machine.At(start()).NPUs
	chips := npus[len(npus)-1].Chips

	return chips[len(chips)-1].PhyID
}

// networkChecks are those of hccn_tool: what the faults of the network show, and what others mean for it.
func networkChecks() []check {
	m := time.Minute
	for10 := moments{0: false, 2*m - 1: false, 2 * m: true, 11 * m: true, 12 * m: false, 29 * m: false, 32 * m: true, 43 * m: false}
	for8 := moments{2*m - 1: false, 2 * m: true, 10*m - 1: true, 10 * m: false, 33 * m: true}

	return []check{
		{"roce-link-down", "", for8, func(v view) bool {
			return v.ask("link") == "link status: DOWN\n" && v.ask("speed") == "Speed: Unknown!\n" &&
				v.ask("net_health") == "net health status: Unreachable\n" && v.ask("lldp") == "\n" && v.network("-i 0 -link -g") == "link status: UP\n"
		}},
		{
			"roce-link-flap", "",
			moments{2*m - 1: false, 2 * m: true, 2*m + 5*time.Second: false, 3 * m: true, 11*m + 4*time.Second: true, 12 * m: false, 32 * m: true},
			func(v view) bool { return v.ask("link") == "link status: DOWN\n" },
		},
		{"dirty-fibre", "", moments{2 * m: false, 3 * m: false, 7 * m: true, 14*m - 1: true, 14 * m: false, 40 * m: true}, func(v view) bool {
			return strings.Contains(v.ask("optical"), "Rx Power2            : 0.0200 mW")
		}},
		{"packet-errors", "", moments{m: false, 3 * m: true, 20 * m: true, 59 * m: true}, func(v view) bool {
			return v.count("stat", "mac_rx_bad_pkt_num") >= 1800 && v.count("stat", "roce_new_pkt_rty_num") >= 6000
		}},
		{"pause-storm", "", moments{m: false, 3 * m: true, 20 * m: true, 59 * m: true}, func(v view) bool {
			return v.count("stat", "mac_rx_pfc_pri4_pkt_num") >= 3000000 && v.count("stat", "mac_rx_pfc_pkt_num") >= 3000000
		}},
		{"network-tool-hang", "", for8, func(v view) bool {
			_, hangs := v.faults.NetworkTool(v.since, []string{"-i", strconv.Itoa(v.device()), "-stat", "-g"})
			_, other := v.faults.NetworkTool(v.since, []string{"-i", "0", "-stat", "-g"})
			_, npuSMI := v.faults.Tool(v.since, []string{"info", "-t", "usages", "-i", "7"})

			return hangs && !other && !npuSMI
		}},
		{"chip-hang", "", moments{3*m - 1: false, 3 * m: true, 13 * m: false}, func(v view) bool {
			_, hangs := v.faults.NetworkTool(v.since, []string{"-i", strconv.Itoa(v.device()), "-link", "-g"})
			_, other := v.faults.NetworkTool(v.since, []string{"-i", "0", "-link", "-g"})

			return hangs && !other
		}},
		{"driver-gone", "", moments{m: false, 2 * m: true, 8 * m: false, 12 * m: true}, func(v view) bool {
			return v.network("-i 0 -link -g") == "Get invalid device id.\n"
		}},
		{"zeros", "", for8, func(v view) bool { return v.ask("link") == "" }},
		{"chip-lost", "", for10, func(v view) bool {
			return v.ask("link") == "Get invalid device id.\n"
		}},
		{"tool-hang", "", for8, func(v view) bool {
			_, hangs := v.faults.NetworkTool(v.since, []string{"-i", "0", "-link", "-g"})

			return hangs
		}},
	}
}

// mixedNetworkChecks are those of the scenario in which the networks of several hosts fail.
func mixedNetworkChecks() []check {
	m := time.Minute
	for20 := moments{m: false, 3 * m: true, 21 * m: true, 23 * m: false}
	rises := moments{2 * m: false, 4 * m: true, 40 * m: true}
	down := func(v view) bool { return v.ask("link") == "link status: DOWN\n" }

	return []check{
		{"mixed-network", "sp0-r00-h00", for20, down},
		{"mixed-network", "sp0-r00-h01", moments{m - 1: false, 5*m + time.Second: true, 5*m + 10*time.Second: false}, down},
		{"mixed-network", "sp0-r00-h02", rises, func(v view) bool { return v.count("stat", "mac_rx_bad_pkt_num") >= 3000 }},
		{"mixed-network", "sp0-r00-h03", moments{2 * m: false, 10 * m: true, 28 * m: false}, func(v view) bool {
			return strings.Contains(v.ask("optical"), "Rx Power2            : 0.0200 mW")
		}},
		{"mixed-network", "sp0-r00-h04", rises, func(v view) bool { return v.count("stat", "mac_rx_pfc_pkt_num") >= 3000000 }},
		{"mixed-network", "sp0-r00-h05", moments{4 * m: false, 6 * m: true, 16 * m: false}, func(v view) bool {
			_, hangs := v.faults.NetworkTool(v.since, []string{"-i", strconv.Itoa(v.device()), "-stat", "-g"})

			return hangs
		}},
		{"mixed-network", "sp1-r01-h07", moments{9 * m: false, 11 * m: true, 19 * m: false}, down},
	}
}

// TestLinkHistory: each time that a link flaps is counted and recorded, also where the schedule starts anew.
func TestLinkHistory(t *testing.T) {
	t.Parallel()

	v := shipped(t, "roce-link-flap", "910B3")
	history := func(v view) sim.LinkHistory {
		s := v.machine.NetworkAt(start().Add(v.since), v.faults.Outages(v.since))

		return s.NPUs[last].Chips[0].Network.RoCE.History
	}

	for since, want := range map[time.Duration][2]int{ // downs, ups
		2*time.Minute - 1: {0, 0}, 2 * time.Minute: {1, 0}, 2*time.Minute + 5*time.Second: {1, 1}, 5 * time.Minute: {4, 3},
		12 * time.Minute: {10, 10}, 31 * time.Minute: {10, 10}, 33 * time.Minute: {12, 11}, 30*time.Hour + 15*time.Minute: {610, 610},
		100 * 30 * time.Minute: {1000, 1000}, 200*30*time.Minute + 2*time.Minute: {2001, 2000},
	} {
		now, well := history(v.at(since)), history(v.at(since).healthy())

		if got := [2]int{now.Downs - well.Downs, now.Ups - well.Ups}; got != want {
			t.Errorf("at %v: %v downs and ups, want %v", since, got, want)
		}

		if len(now.Changes) > 10 || !slices.IsSortedFunc(now.Changes, func(a, b sim.LinkChange) int { return int(b.At - a.At) }) {
			t.Errorf("at %v: changes %+v", since, now.Changes)
		}
	}

	minute := int64(60)
	changes := history(v.at(4*time.Minute + 2*time.Second)).Changes
	begin := start().Unix()

	want := []sim.LinkChange{
		{At: begin + 4*minute}, {At: begin + 3*minute + 5, Up: true}, {At: begin + 3*minute}, {At: begin + 2*minute + 5, Up: true}, {At: begin + 2*minute},
	}
	if !slices.Equal(changes[:len(want)], want) {
		t.Errorf("changes %+v, want %+v and older ones", changes, want)
	}
}
