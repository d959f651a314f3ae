// Package sim is a machine with Ascend NPUs that does not exist: a pure function of a seed and the time, and printers
// that speak of it exactly as npu-smi does.
//
// There is no state but the seed. Two processes that ask for the same machine at the same moment see the same values,
// whatever either of them asked before, so tests, demonstrations and dashboards agree without a file or a server
// between them.
//
// What a machine is (product_table.go, release.go, board.go) and what it does (team.go, job.go, activity.go, chip.go and a
// file for each group of a chip's values) fills a State; the printers (print.go, and a file for each query) read nothing but
// a State. A State can also be filled by hand, which is how a test makes the tool say something particular.
package sim

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
)

// maxNPUs is the most that one host can have; the bus addresses of the machine run out beyond it.
const maxNPUs = 64

// Config says which machine.
type Config struct {
	Product string // one of Products
	Release string // of the tool, one of Releases; "" is the one that the product is met with most
	NPUs    int    // number of NPUs; 0 is as many as the product usually has
	Seed    uint64 // machines of different seeds run different jobs on chips with different manners

	// The place of the host where the product has SuperPods; elsewhere it means nothing.
	SuperPodID  int
	ServerIndex int // in the SuperPod

	// The switch at the other end of the network's links.
	Rack string // names it; "" is a rack of the machine's own
	Slot int    // of the host in the rack: no two have a port of the switch in common
}

// Machine is one simulated host. It is immutable.
type Machine struct {
	product *product
	release release
	source  source
	start   int64 // when its chips have started, in ms since 1970: what they count begins there
	teams   []*team
	units   []unit
	rack    rack
}

// unit is one NPU: a card, or a module of a server.
type unit struct {
	source
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

	r, err := p.release(c.Release)
	if err != nil {
		return nil, err
	}

	npus := c.NPUs
	if npus == 0 {
		npus = p.npus
	}

	m := &Machine{product: &p, release: r, source: source(c.Seed), start: started(source(c.Seed)), rack: newRack(c)}
	m.units, m.teams = build(&p, r, npus, m.source)

	for _, t := range m.teams {
		t.sentBefore = t.sent(m.start)
	}

	if err := m.join(c.SuperPodID, c.ServerIndex); err != nil {
		return nil, err
	}

	return m, nil
}

// started is when the chips of a machine have started, in ms since 1970: some day of December 2025.
func started(s source) int64 {
	const month = 30 * 24 * time.Hour

	begin := time.Date(2025, time.December, 1, 0, 0, 0, 0, time.UTC)

	return begin.Add(time.Duration(s.between("start", 0, float64(month)))).UnixMilli()
}

// instant is when a machine is looked at.
type instant struct {
	t    float64 // s since 1970
	ms   int64   // the same in ms, rounded down
	up   int64   // ms since the chips have started; 0 before
	room float64 // °C that the room is warmer than usual
}

func (m *Machine) instant(t time.Time) instant {
	now := instant{t: float64(t.Unix()) + float64(t.Nanosecond())/1e9, ms: t.UnixMilli()}
	now.up = max(0, now.ms-m.start)
	now.room = 1.3*math.Sin(2*math.Pi*now.t/day) + 0.8*m.source.wave("room", now.t, 30*minute)

	return now
}

// At gives the machine at one moment. It is a pure function, and the State belongs to the caller.
func (m *Machine) At(t time.Time) State {
	now := m.instant(t)

	return m.state(now, m.activities(now))
}

// activities are what the teams do at a moment.
func (m *Machine) activities(now instant) []activity {
	acts := make([]activity, len(m.teams))
	for i, t := range m.teams {
		acts[i] = t.activity(now)
	}

	return acts
}

// state is the machine while its teams do something.
func (m *Machine) state(now instant, acts []activity) State {
	p := m.product
	s := State{
		Family:        p.family,
		Layout:        p.layout(m.release),
		Release:       m.release.name,
		ToolVersion:   m.release.tool,
		DriverVersion: m.release.driver,
		Cards:         p.card != "",
		UnifiedBus:    p.unifiedBus,
		NPUs:          make([]NPU, len(m.units)),
	}

	// All chips and links are in one piece of memory each, which is much cheaper than many small ones.
	chips := make([]Chip, len(m.units)*p.chips)
	links := make([]HCCSLink, len(chips)*p.hccs)

	for i := range m.units {
		n := p.chips
		m.npu(&m.units[i], now, acts, links[i*n*p.hccs:(i+1)*n*p.hccs], chips[i*n:(i+1)*n:(i+1)*n], &s.NPUs[i])
	}

	return s
}

// npu fills in one NPU and its chips.
func (m *Machine) npu(u *unit, now instant, acts []activity, links []HCCSLink, chips []Chip, out *NPU) {
	p := m.product
	watts, warmth := 0.0, 0.0

	for i := range u.chips {
		c := &u.chips[i]
		a := &acts[c.team]
		chips[i].HCCS = links[i*p.hccs : (i+1)*p.hccs : (i+1)*p.hccs]
		watts += c.fill(now, a, &chips[i])
		warmth = max(warmth, a.warmth)
	}

	*out = NPU{
		ID: u.id, ProductName: p.label, SerialNumber: u.serial, Manufacturer: "Huawei", Label: "NA", Chips: chips,
	}
	if p.label == "" {
		out.ProductName = p.card
	}

	if p.mcu {
		out.MCU = u.controller(now, watts, warmth)
	}

	if p.packagePower {
		sharePower(chips)
	}
}

// PCIDevices is the number of PCI functions of the machine's NPUs, as the host's PCI bus lists them. A card with two
// chips behind one function counts once; chips that are not on the bus count nothing.
func (m *Machine) PCIDevices() int {
	seen := make(map[string]bool)

	for _, u := range m.units {
		for _, c := range u.chips {
			if c.busID != "" {
				seen[c.busID] = true
			}
		}
	}

	return len(seen)
}
