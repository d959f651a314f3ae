package fleet

import (
	"strings"
	"testing"

	"github.com/ascend-exporter/ascend_exporter/collector/sim"
)

func TestPlaces(t *testing.T) {
	t.Parallel()

	hosts, err := New(Config{Cluster: "c", SuperPods: 2, Racks: 3, HostsPerRack: 4, Product: "A3", NPUs: 2})
	if err != nil {
		t.Fatal(err)
	}

	if len(hosts) != 24 || hosts[0].Chips() != 4 {
		t.Fatalf("%d hosts of %d chips", len(hosts), hosts[0].Chips())
	}

	want := Place{Name: "sp1-r02-h03", Cluster: "c", SuperPod: "sp1", Rack: "sp1-r02"}
	if got := hosts[23].Place; got != want {
		t.Errorf("the last host stands at %+v, not at %+v", got, want)
	}

	names := make(map[string]bool)
	busy := make(map[int]bool) // what the first chip of each does: not all the same

	for _, h := range hosts {
		names[h.Name] = true
		busy[h.machine.At(noon()).NPUs[0].Chips[0].HBM.Used] = true
	}

	if len(names) != len(hosts) || len(busy) < len(hosts)/2 {
		t.Errorf("%d names of %d hosts, %d ways of working", len(names), len(hosts), len(busy))
	}
}

func TestImpossibleFleets(t *testing.T) {
	t.Parallel()

	good := Config{SuperPods: 1, Racks: 1, HostsPerRack: 1, Product: "A3"}

	for word, change := range map[string]func(*Config){
		"0 SuperPods":       func(c *Config) { c.SuperPods = 0 },
		"-1 racks":          func(c *Config) { c.Racks = -1 },
		"0 hosts per rack":  func(c *Config) { c.HostsPerRack = 0 },
		"16385 racks":       func(c *Config) { c.Racks = 16385 },
		"20000 hosts":       func(c *Config) { c.SuperPods, c.Racks, c.HostsPerRack = 2, 100, 100 },
		`product "A4"`:      func(c *Config) { c.Product = "A4" },
		"65 NPUs":           func(c *Config) { c.NPUs = 65 },
		sim.Products()[0]:   func(c *Config) { c.Product = "" },
		"a fleet has 1 to ": func(c *Config) { c.Racks = 0 },
	} {
		c := good
		change(&c)

		if hosts, err := New(c); err == nil || !strings.Contains(err.Error(), word) {
			t.Errorf("%+v: %d hosts, error %v without %q", c, len(hosts), err, word)
		}
	}
}
