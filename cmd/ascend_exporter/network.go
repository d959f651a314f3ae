package main

import (
	"fmt"
	"slices"
	"time"

	"github.com/alecthomas/kingpin/v2"

	"github.com/ascend-exporter/ascend_exporter/collector"
	"github.com/ascend-exporter/ascend_exporter/collector/npusmi"
	"github.com/ascend-exporter/ascend_exporter/collector/poll"
)

// hccnTool is where the driver installs hccn_tool.
const hccnTool = "/usr/local/Ascend/driver/tools/hccn_tool"

// networkOptions are what the flags say of hccn_tool.
type networkOptions struct {
	enabled bool
	command string
	words   []string
	timeout time.Duration
	maxDuty float64

	perPort, perPriority, detail, opticalDetail bool
}

// addNetworkFlags adds what concerns hccn_tool; its queries have flags of their own.
func addNetworkFlags(app *kingpin.Application, o *networkOptions) {
	app.Flag("hccn-tool.command", "Command that runs hccn_tool, split like a shell does. Where the default is not there, nothing is said of the network.").
		PlaceHolder("COMMAND").Default(hccnTool).StringVar(&o.command)
	app.Flag("hccn-tool.timeout", "Deadline of every query of hccn_tool, which answers in milliseconds or hangs for minutes.").
		Default("5s").DurationVar(&o.timeout)
	app.Flag("hccn-tool.max-duty", "Largest share of the time that hccn_tool may run, above 0 and up to 1, beside that of npu-smi. Intervals stretch rather than exceed it.").
		Default("0.2").Float64Var(&o.maxDuty)

	app.Flag("collector.network", "Ask hccn_tool for the network of the chips. Each of its queries can be turned off alone.").
		Default("true").BoolVar(&o.enabled)
	app.Flag("collector.network.per-port", "Add the metrics of every single port of a 950 (ascend_npu_port_*). Asks for port-optical too.").
		BoolVar(&o.perPort)
	app.Flag("collector.network.per-priority", "Add the flow control frames of each priority (ascend_npu_pfc_priority_packets_total).").
		BoolVar(&o.perPriority)
	app.Flag("collector.network.detail", "Add pause frames and congestion notifications.").
		BoolVar(&o.detail)
	app.Flag("collector.optical.detail", "Add bias, signal to noise ratio and the limits of optical modules.").
		BoolVar(&o.opticalDetail)
}

// complete checks the options and fills in what follows from them.
func (o *networkOptions) complete(sim bool) error {
	if sim && o.command != hccnTool {
		return fmt.Errorf("--sim and --hccn-tool.command=%q exclude each other: give one of them", o.command)
	}

	// Written so that NaN is refused too.
	if !(o.maxDuty > 0 && o.maxDuty <= 1) {
		return fmt.Errorf("--hccn-tool.max-duty=%v: must be above 0 and at most 1", o.maxDuty)
	}

	var err error
	if o.words, err = npusmi.SplitCommand(o.command); err != nil {
		return fmt.Errorf("--hccn-tool.command=%q: %w", o.command, err)
	}

	if len(o.words) == 0 {
		return fmt.Errorf("--hccn-tool.command=%q: names no command; use --no-collector.network to ask nothing of hccn_tool", o.command)
	}

	return nil
}

// asks says whether a query of hccn_tool is to be asked, which its own flag turns on or off.
func (o *networkOptions) asks(source poll.Source, on bool) bool {
	return o.enabled && (on || source.Name == poll.PortOptical && o.perPort)
}

// runner runs hccn_tool as another tool is run, but for its command; nil where it is not asked.
func (o *networkOptions) runner(tool npusmi.Config) poll.Tool {
	if !o.enabled {
		return nil
	}

	tool.Command, tool.MayBeAbsent = o.words, o.command == hccnTool

	return npusmi.NewRunner(tool)
}

// choose says which metrics of the network there are.
func (o *networkOptions) choose(options collector.Options) collector.Options {
	options.PerPort, options.PerPriority, options.NetworkDetail, options.OpticalDetail = o.perPort, o.perPriority, o.detail, o.opticalDetail

	return options
}

// simulate makes the simulated npu-smi answer as hccn_tool, too.
func (o *networkOptions) simulate(npuSMI []string) {
	o.words = append(slices.Clone(npuSMI), "--tool=hccn_tool")
}
