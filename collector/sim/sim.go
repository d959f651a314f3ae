// Package sim is a machine with Ascend NPUs that does not exist: a pure function of a seed and the time, and printers
// that speak of it exactly as npu-smi does.
//
// There is no state but the seed. Two processes that ask for the same machine at the same moment see the same values,
// whatever either of them asked before, so tests, demonstrations and dashboards agree without a file or a server
// between them.
//
// What the machine does (product.go, team.go, job.go, chip.go) fills a State; the printers (print.go, and a file for each
// query) read nothing but a State. A State can also be filled by hand, which is how a test makes the tool say something
// particular.
package sim

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// maxNPUs is the most that one host can have; the bus addresses of the machine run out beyond it.
const maxNPUs = 64

// Config says which machine.
type Config struct {
	Product string // one of Products
	NPUs    int    // number of NPUs; 0 is as many as the product usually has
	Seed    uint64 // machines of different seeds run different jobs on chips with different manners

	SuperPodID  int // where the product has SuperPods
	ServerIndex int // of the host in its SuperPod
}

// Machine is one simulated host. It is immutable.
type Machine struct {
	product product
	units   []unit
}

// unit is one NPU: a card, or a module of a server.
type unit struct {
	id     int
	serial string
	chips  []chip
}

// Products lists the products that can be simulated.
func Products() []string {
	var names []string
	for _, p := range products() {
		names = append(names, p.name)
	}

	return names
}

// New gives the machine. The error says what is wrong with the configuration and what would be right.
func New(c Config) (*Machine, error) {
	all := products()

	i := slices.IndexFunc(all, func(p product) bool { return p.name == c.Product })
	if i < 0 {
		return nil, fmt.Errorf("unknown product %q: the products are %s", c.Product, strings.Join(Products(), ", "))
	}

	if c.NPUs < 0 || c.NPUs > maxNPUs {
		return nil, fmt.Errorf("%d NPUs: a machine has 1 to %d, or 0 for as many as the product usually has", c.NPUs, maxNPUs)
	}

	p := all[i]

	npus := c.NPUs
	if npus == 0 {
		npus = p.npus
	}

	return &Machine{product: p, units: build(p, npus, source(c.Seed))}, nil
}

// At gives the machine at one moment. It is a pure function, and the State belongs to the caller.
func (m *Machine) At(t time.Time) State {
	seconds := float64(t.Unix()) + float64(t.Nanosecond())/1e9

	s := State{
		Family:        m.product.family,
		Layout:        m.product.layout,
		ToolVersion:   m.product.tool,
		DriverVersion: m.product.driver,
		Cards:         m.product.card != "",
	}

	for _, u := range m.units {
		npu := NPU{ID: u.id, ProductName: m.product.card, SerialNumber: u.serial}
		for _, c := range u.chips {
			npu.Chips = append(npu.Chips, c.at(seconds))
		}

		if m.product.packagePower {
			sharePower(npu.Chips)
		}

		s.NPUs = append(s.NPUs, npu)
	}

	return s
}

// PCIDevices is the number of PCI functions of the machine's NPUs, as the host's PCI bus lists them. A card with two
// chips behind one function counts once.
func (m *Machine) PCIDevices() int {
	seen := make(map[string]bool)

	for _, u := range m.units {
		for _, c := range u.chips {
			seen[c.busID] = true
		}
	}

	return len(seen)
}
