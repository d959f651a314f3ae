package sim

import (
	"fmt"
	"reflect"
	"slices"
	"testing"
)

// TestIdentities builds the servers of a SuperPod, or as many other machines: no two parts share what identifies one.
func TestIdentities(t *testing.T) {
	t.Parallel()

	for _, p := range products() {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()

			seen := make(map[string]bool)
			once := func(format string, args ...any) {
				key := fmt.Sprintf(format, args...)
				if seen[key] {
					t.Errorf("twice: %s", key)
				}

				seen[key] = true
			}

			servers := 48
			if p.superPod > 0 {
				servers = p.superPod / p.npus
			}

			for server := range servers {
				s := newMachine(t, Config{Product: p.name, Seed: uint64(server), SuperPodID: 3, ServerIndex: server}).At(moment())

				for _, n := range s.NPUs {
					once("serial %s", n.SerialNumber)
					once("server %d NPU %d", server, n.ID)

					for _, c := range n.Chips {
						once("server %d logic %d", server, c.LogicID)
						once("die %s", c.Board.Die)

						if !p.sharedBus && c.BusID != "" {
							once("server %d bus %s", server, c.BusID)
						}

						checkPlace(t, &p, server, n.ID, c, once)
					}
				}
			}
		})
	}
}

func checkPlace(t *testing.T, p *product, server, npu int, c Chip, once func(string, ...any)) {
	t.Helper()

	if (c.SuperPod != nil) != (p.superPod > 0) {
		t.Fatalf("place in a SuperPod: %+v", c.SuperPod)
	}

	if c.SuperPod == nil {
		return
	}

	pod := *c.SuperPod
	once("SDID %d", pod.SDID)

	if pod.ID != 3 || pod.ServerIndex != server || pod.Size != p.superPod {
		t.Errorf("place %+v of server %d", pod, server)
	}

	if pod.SDID>>22 != server || pod.SDID>>18&15 != npu || pod.SDID>>16&3 != c.ID || pod.SDID&0xFFFF != c.PhyID {
		t.Errorf("SDID %d of NPU %d chip %d, physical id %d of server %d", pod.SDID, npu, c.ID, c.PhyID, server)
	}
}

// TestBusIDs checks the largest machines.
func TestBusIDs(t *testing.T) {
	t.Parallel()

	seen := make(map[string]bool)

	for i := range maxNPUs * 4 {
		id := busID(i)
		if len(id) != len("0000:C1:00.0") || seen[id] {
			t.Errorf("function %d: %s", i, id)
		}

		seen[id] = true
	}
}

// TestReleases asks for each release of each product.
func TestReleases(t *testing.T) {
	t.Parallel()

	layouts := make(map[string]Layout)

	for _, name := range Products() {
		releases := Releases(name)
		if len(releases) == 0 || !slices.IsSorted(releases) {
			t.Errorf("releases of %s: %v", name, releases)
		}

		usual := newMachine(t, Config{Product: name}).At(moment())
		if !slices.Contains(releases, usual.Release) {
			t.Errorf("%s usually has the release %q", name, usual.Release)
		}

		for _, r := range releases {
			s := newMachine(t, Config{Product: name, Release: r}).At(moment())
			layouts[name+" "+r] = s.Layout

			if s.Release != r || s.ToolVersion[:4] != r || s.DriverVersion[:4] != r || s.NPUs[0].Chips[0].Board.Firmware == "" {
				t.Errorf("%s with %s: %q, %q, %q", name, r, s.Release, s.ToolVersion, s.DriverVersion)
			}

			s.Release, s.Layout, s.ToolVersion, s.DriverVersion = usual.Release, usual.Layout, usual.ToolVersion, usual.DriverVersion
			for i := range s.NPUs {
				for j := range s.NPUs[i].Chips {
					s.NPUs[i].Chips[j].Board.Firmware = usual.NPUs[i].Chips[j].Board.Firmware
				}
			}

			if !reflect.DeepEqual(s, usual) {
				t.Errorf("%s is another machine with release %s", name, r)
			}
		}
	}

	for key, want := range map[string]Layout{
		"910A 23.0": Layout24, "910A 24.1": Layout24, "910A 25.2": Layout25, "910B3 23.0": Layout25, "910B2C 25.5": Layout25,
		"A3 26.0": Layout26, "310P-Duo 25.2": Layout25, "950PR 25.7": LayoutSource, "950DT 26.0": Layout26,
	} {
		if layouts[key] != want {
			t.Errorf("%s is drawn as %q, want %q", key, layouts[key], want)
		}
	}

	if got := Releases("H100"); got != nil {
		t.Errorf("releases of an unknown product: %v", got)
	}
}
