package main

import (
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/alecthomas/kingpin/v2"

	"github.com/ascend-exporter/ascend_exporter/cmd/internal/flags"
	"github.com/ascend-exporter/ascend_exporter/collector/sim"
	"github.com/ascend-exporter/ascend_exporter/collector/sim/scenario"
)

// simOptions are what the flags say of the simulated machine.
type simOptions struct {
	enabled  bool
	config   sim.Config
	scenario string // a name or a file; "" is none

	flags   []*simFlag // those that have no use without --sim
	machine *sim.Machine
	start   time.Time // of the faults
	faults  *scenario.Schedule
}

// simFlag is a flag, and whether it is on the command line.
type simFlag struct {
	*kingpin.FlagClause

	onCommandLine bool
}

// addSimFlags adds what concerns the simulated machine.
func addSimFlags(app *kingpin.Application, o *simOptions) {
	app.Flag("sim", "Run over a built-in simulated machine instead of npu-smi.").BoolVar(&o.enabled)

	o.flag(app, "sim.product", "Product of the simulated machine: "+strings.Join(sim.Products(), ", ")+".").
		Default(sim.Products()[0]).EnumVar(&o.config.Product, sim.Products()...)
	o.flag(app, "sim.release", "Release of the simulated tool, such as 23.0 or 26.0; otherwise the one that the product is met with most.").
		StringVar(&o.config.Release)
	flags.Int(o.flag(app, "sim.npus", "NPUs of the simulated machine; 0 is what the product usually has.").Default("0"), &o.config.NPUs)
	o.flag(app, "sim.seed", "Seed of the simulated machine.").Default("1").Uint64Var(&o.config.Seed)
	o.flag(app, "sim.scenario", "Faults on schedule, from the exporter's start on: "+strings.Join(scenario.Names(), ", ")+"; or a file.").
		PlaceHolder("NAME|FILE").StringVar(&o.scenario)
}

// flag adds a flag that has no use without --sim.
func (o *simOptions) flag(app *kingpin.Application, name, help string) *kingpin.FlagClause {
	f := &simFlag{FlagClause: app.Flag(name, help)}
	o.flags = append(o.flags, f)

	return f.IsSetByUser(&f.onCommandLine)
}

// complete checks the options, and makes the machine and its faults, which start now.
func (o *simOptions) complete(now time.Time) error {
	if !o.enabled {
		for _, f := range o.flags {
			if f.onCommandLine || f.HasEnvarValue() {
				return fmt.Errorf("--%s needs --sim: real machines are what they are, and break by themselves", f.Model().Name)
			}
		}

		return nil
	}

	usual := o.config
	usual.NPUs = 0

	if _, err := sim.New(usual); err != nil {
		return fmt.Errorf("--sim.release=%q: %w", o.config.Release, err)
	}

	var err error
	if o.machine, err = sim.New(o.config); err != nil {
		return fmt.Errorf("--sim.npus=%d: %w", o.config.NPUs, err)
	}

	if o.scenario == "" {
		return nil
	}

	loaded, err := scenario.Load(o.scenario)
	if err != nil {
		return fmt.Errorf("--sim.scenario=%q: %w", o.scenario, err)
	}

	const alone = "" // the name of a host that is no part of a fleet

	o.start = now
	if o.faults, err = loaded.On(alone, o.machine, now); err != nil {
		return fmt.Errorf("--sim.scenario=%q: %w", o.scenario, err)
	}

	return nil
}

// command is that of the simulated tool: the exporter itself.
func (o *simOptions) command() ([]string, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("--sim: finding the exporter's own executable: %w", err)
	}

	command := []string{
		self, asSimulatedTool, "--product=" + o.config.Product, "--release=" + o.config.Release,
		fmt.Sprintf("--npus=%d", o.config.NPUs), fmt.Sprintf("--seed=%d", o.config.Seed),
	}

	if o.faults != nil {
		command = append(command, "--scenario="+o.scenario, "--scenario-start="+o.start.Format(time.RFC3339Nano))
	}

	return command, nil
}

// pciDevices is the number of chips on the PCI bus of the machine.
func (o *simOptions) pciDevices() (int, error) {
	count := o.machine.PCIDevices()
	if o.faults != nil {
		count -= o.faults.LostFromBus(time.Since(o.start))
	}

	return count, nil
}
