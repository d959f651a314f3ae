package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/alecthomas/kingpin/v2"
	"github.com/prometheus/common/promslog"
	promslogflag "github.com/prometheus/common/promslog/flag"
	"github.com/prometheus/common/version"
	"github.com/prometheus/exporter-toolkit/web"
	webflag "github.com/prometheus/exporter-toolkit/web/kingpinflag"

	"github.com/ascend-exporter/ascend_exporter/cmd/internal/flags"
	"github.com/ascend-exporter/ascend_exporter/cmd/internal/server"
	"github.com/ascend-exporter/ascend_exporter/collector/sim"
	"github.com/ascend-exporter/ascend_exporter/collector/sim/fleet"
	"github.com/ascend-exporter/ascend_exporter/collector/sim/scenario"
)

// program is the name of the simulator, in its metrics and in the variables of its environment.
const program = "superpod_sim"

// options are what the flags say.
type options struct {
	web   *web.FlagConfig
	log   promslog.Config
	fleet fleet.Config
	past  past

	scenario      string // "" is none
	scenarioStart string // "" is when the simulator or the history starts
}

// newApplication makes the command line that fills the options.
func newApplication(o *options, stdout, stderr io.Writer) *kingpin.Application {
	app := kingpin.New(program, "A fleet of simulated hosts with Ascend NPUs in one process, for demonstrations and tests. "+
		"Every flag can also be given in the environment: --hosts-per-rack as SUPERPOD_SIM_HOSTS_PER_RACK.")
	app.UsageWriter(flags.Usage(stdout)).ErrorWriter(stderr).Version(version.Print(program)).DefaultEnvars()
	app.HelpFlag.Short('h').NoEnvar()
	app.VersionFlag.NoEnvar()

	o.web = webflag.AddFlags(app, "127.0.0.1:9946")

	app.Flag("cluster", "Name of the cluster: the label cluster of all hosts.").Default("sim").StringVar(&o.fleet.Cluster)
	flags.Int(app.Flag("superpods", "SuperPods in the cluster.").Default("1"), &o.fleet.SuperPods)
	flags.Int(app.Flag("racks", "Racks of a SuperPod.").Default("2"), &o.fleet.Racks)
	flags.Int(app.Flag("hosts-per-rack", "Hosts in a rack.").Default("4"), &o.fleet.HostsPerRack)
	app.Flag("product", "Product in the hosts: "+strings.Join(sim.Products(), ", ")+".").Default("A3").StringVar(&o.fleet.Product)
	flags.Int(app.Flag("npus", "NPUs of a host; 0 is what the product usually has.").Default("0"), &o.fleet.NPUs)
	app.Flag("seed", "Seed of the fleet: another one is other jobs on other chips.").Default("1").Uint64Var(&o.fleet.Seed)

	app.Flag("scenario", "Faults on schedule, from the start of the simulator or of the history on: "+strings.Join(scenario.Names(), ", ")+"; or a file.").
		PlaceHolder("SCENARIO").StringVar(&o.scenario)
	app.Flag("scenario-start", "Another start of the faults, such as 2026-01-31T12:00:00Z, so that a history and what follows it agree.").
		PlaceHolder("TIME").StringVar(&o.scenarioStart)

	o.past.addFlags(app)
	promslogflag.AddFlags(app, &o.log)
	flags.Name(app)

	return app
}

// complete checks the options together and makes the hosts, whose faults start at a moment.
func (o *options) complete(start time.Time) ([]*fleet.Host, error) {
	if err := server.Check(o.web); err != nil {
		return nil, err
	}

	if o.scenario != "" {
		var err error
		if o.fleet.Scenario, err = scenario.Load(o.scenario); err != nil {
			return nil, fmt.Errorf("--scenario=%q: %w", o.scenario, err)
		}

		o.fleet.Start = start
	}

	if o.scenarioStart != "" {
		if o.scenario == "" {
			return nil, fmt.Errorf("--scenario-start=%q needs --scenario", o.scenarioStart)
		}

		var err error
		if o.fleet.Start, err = time.Parse(time.RFC3339, o.scenarioStart); err != nil {
			return nil, fmt.Errorf("--scenario-start=%q: it must be a time such as 2026-01-31T12:00:00Z: %w", o.scenarioStart, err)
		}
	}

	return fleet.New(o.fleet)
}
