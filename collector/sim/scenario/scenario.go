// Package scenario is faults on schedule: it reads a scenario, a file that says what breaks when on a simulated machine,
// and makes the faults of one host of it.
//
// A fault is a pure function of the time since the scenario's start: there is no state, so a tool that is started anew for
// each call, an exporter and a fleet all see the same fault at the same moment.
//
// What can break is a table of kinds (kinds.go); each kind is a row of it and a type with the kind's parameters.
package scenario

import (
	"embed"
	"fmt"
	"os"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/ascend-exporter/ascend_exporter/collector/sim"
)

//go:embed library/*.yaml
var library embed.FS

// extension is that of the files of the library.
const extension = ".yaml"

// Scenario is faults and when they happen. It is immutable.
type Scenario struct {
	Name        string
	Description string        // "" where the file has none
	Expect      []string      // what should be seen
	Repeat      time.Duration // after which the schedule starts anew; 0 where it does not

	file   string // for errors
	faults []fault
}

// Names lists the scenarios of the library.
func Names() []string {
	files, err := library.ReadDir("library")
	if err != nil {
		return nil // it is part of the program
	}

	var names []string
	for _, f := range files {
		names = append(names, strings.TrimSuffix(f.Name(), extension))
	}

	return names
}

// Load reads a scenario: one of the library by its name, or a file by its path, which has a slash in it or ends in .yaml
// or .yml. The error names the file and the line, what is wrong there and what would be right.
func Load(nameOrPath string) (*Scenario, error) {
	isFile := strings.Contains(nameOrPath, "/") || slices.Contains([]string{extension, ".yml"}, path.Ext(nameOrPath))

	switch {
	case isFile:
		text, err := os.ReadFile(nameOrPath)
		if err != nil {
			return nil, err
		}

		return parse(nameOrPath, text)
	case slices.Contains(Names(), nameOrPath):
		text, err := library.ReadFile("library/" + nameOrPath + extension)
		if err != nil {
			return nil, err
		}

		return parse(nameOrPath+extension, text)
	}

	return nil, fmt.Errorf("unknown scenario %q: the library has %s; a file is given by its path, with a slash in it or .yaml at its end",
		nameOrPath, strings.Join(Names(), ", "))
}

// On gives the faults of one host, whose scenario starts at a moment. The host's name is held against the selectors of
// the faults; a host that is no part of a fleet has the name "". The error says which fault does not fit the machine.
func (s *Scenario) On(host string, machine *sim.Machine, start time.Time) (*Schedule, error) {
	out := &Schedule{repeat: s.Repeat, machine: machine, start: start}
	healthy := machine.NetworkAt(start, nil)

	for _, f := range s.faults {
		if !f.selects(host) {
			continue
		}

		f = f.on(healthy)
		if err := f.fits(healthy); err != nil {
			return nil, fmt.Errorf("%s:%d: %s: %w", s.file, f.line, f.kind.name, err)
		}

		if _, fleetOnly := f.effect.(*hostDown); fleetOnly && host == "" {
			return nil, fmt.Errorf("%s:%d: %s: only a host of a fleet can be down", s.file, f.line, f.kind.name)
		}

		out.faults = append(out.faults, f)
	}

	if len(out.faults) == 0 && host == "" {
		return nil, fmt.Errorf("%s: all faults are on hosts of a fleet, by their names: a single host has none of them", s.file)
	}

	// Two selectors can turn out to mean the same host.
	if err := overlap(s.file, out.faults, s.Repeat); err != nil {
		return nil, err
	}

	out.buses, out.devices = buses(healthy), devices(healthy)

	return out, nil
}
