package main

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/alecthomas/kingpin/v2"
	"github.com/prometheus/common/model"
	"github.com/prometheus/common/promslog"
	promslogflag "github.com/prometheus/common/promslog/flag"
	"github.com/prometheus/common/version"
	"github.com/prometheus/exporter-toolkit/web"
	webflag "github.com/prometheus/exporter-toolkit/web/kingpinflag"

	"github.com/ascend-exporter/ascend_exporter/cmd/internal/flags"
	"github.com/ascend-exporter/ascend_exporter/cmd/internal/server"
	"github.com/ascend-exporter/ascend_exporter/collector/faults"
	"github.com/ascend-exporter/ascend_exporter/collector/npusmi"
	"github.com/ascend-exporter/ascend_exporter/collector/poll"
	"github.com/ascend-exporter/ascend_exporter/collector/regular"
)

// program is the name of the exporter, in its metrics and in the variables of its environment.
const program = "ascend_exporter"

// longest is as long as an interval or a deadline may be: a year. Sums and multiples of such still are durations.
const longest = 366 * 24 * time.Hour

// options are what the flags say.
type options struct {
	web                    *web.FlagConfig
	telemetryPath          string
	maxRequests            int
	disableExporterMetrics bool

	command        string
	summaryTimeout time.Duration
	timeout        time.Duration

	lockDir     string
	sysfs       string
	state       string
	maintenance string

	interval       time.Duration
	maxDuty        float64
	expectedChips  int
	processes      bool
	processLimit   int
	procfs         string
	jobs           bool
	jobsFolder     string
	pods           podOptions
	network        networkOptions
	compat         compatOptions
	perLink        bool
	watch          bool
	watchInterval  time.Duration
	watchWindow    time.Duration
	faultCodes     string
	faultTable     faults.Table
	sources        []sourceFlags
	once           bool
	sim            simOptions
	log            promslog.Config
	commandWords   []string
	enabledSources []poll.Source
}

// sourceFlags are the flags of one query.
type sourceFlags struct {
	source   poll.Source
	enabled  bool
	interval time.Duration
}

// newApplication makes the command line that fills the options.
func newApplication(o *options, stdout, stderr io.Writer) *kingpin.Application {
	app := kingpin.New(program, "Prometheus exporter for Huawei Ascend NPUs. Every flag can also be given in the environment: "+
		"--npu-smi.timeout as ASCEND_EXPORTER_NPU_SMI_TIMEOUT.")
	app.UsageWriter(flags.Usage(stdout)).ErrorWriter(stderr).Version(version.Print(program)).DefaultEnvars()
	app.HelpFlag.Short('h').NoEnvar()
	app.VersionFlag.NoEnvar()

	o.web = webflag.AddFlags(app, ":9945")
	app.Flag("web.telemetry-path", "Path under which the metrics are served.").
		Default("/metrics").StringVar(&o.telemetryPath)
	flags.Int(app.Flag("web.max-requests", "Scrapes of a path that are answered at the same time; a further one gets status 503. 0 is no limit.").
		Default("40"), &o.maxRequests)
	app.Flag("web.disable-exporter-metrics", "Leave out the metrics of the exporter's own process (process_*).").
		BoolVar(&o.disableExporterMetrics)

	app.Flag("npu-smi.command", "Command that runs npu-smi, split like a shell does, such as 'sudo -n npu-smi'. "+
		"Without it npu-smi is looked for on PATH, then in /usr/local/bin, /usr/local/sbin and /usr/bin.").
		PlaceHolder("COMMAND").StringVar(&o.command)
	app.Flag("npu-smi.summary-timeout", "Deadline of the summary, which reads all chips in one go.").
		Default("30s").DurationVar(&o.summaryTimeout)
	app.Flag("npu-smi.timeout", "Deadline of every other query.").Default("10s").DurationVar(&o.timeout)

	app.Flag("path.lock", "Folder of the lock files by which instances on a host never run the same tool at once: the same for all of them. "+
		"Without it /run/lock where it can be written to, else the folder for temporary files. Not used with --sim.").
		PlaceHolder("FOLDER").StringVar(&o.lockDir)
	app.Flag("path.sysfs", "Where sysfs is mounted.").Default("/sys").StringVar(&o.sysfs)
	app.Flag("path.procfs", "Where procfs of the host is mounted. Not used with --sim.").Default("/proc").StringVar(&o.procfs)
	app.Flag("path.jobs", "Folder with a file for each chip that is held, named by its physical id: a job a line and, after a tab, its user.").
		PlaceHolder("FOLDER").Default("/run/ascend_exporter/jobs").StringVar(&o.jobsFolder)
	app.Flag("path.state", "File that keeps the highest number of chips seen over restarts. Delete it, and restart, to start anew.").
		PlaceHolder("FILE").StringVar(&o.state)
	app.Flag("path.maintenance", "File whose presence announces planned work on this host (ascend_exporter_maintenance).").
		PlaceHolder("FILE").StringVar(&o.maintenance)

	addCollectionFlags(app, o)
	addPodFlags(app, &o.pods)
	addNetworkFlags(app, &o.network)
	addCompatFlags(app, &o.compat)

	app.Flag("once", "Ask every query once, write the metrics to standard output and end: with status 0 when the chips could be read, 1 when not, "+
		"3 when the metrics are not written, or not all.").
		BoolVar(&o.once)
	addSimFlags(app, &o.sim)
	promslogflag.AddFlags(app, &o.log)
	flags.Name(app)

	return app
}

// addCollectionFlags adds what concerns what is asked, and when.
func addCollectionFlags(app *kingpin.Application, o *options) {
	app.Flag("collection.interval", "Interval of the summary.").Default("15s").DurationVar(&o.interval)
	app.Flag("collection.max-duty", "Largest share of the time that the tool may run, above 0 and up to 1. Intervals stretch rather than exceed it.").
		Default("0.3").Float64Var(&o.maxDuty)
	flags.Int(app.Flag("collection.expected-chips", "Chips that this host should have; 0 is the most that were ever listed.").
		Default("0"), &o.expectedChips)

	o.sources = nil
	for _, source := range poll.Sources() {
		o.sources = append(o.sources, sourceFlags{source: source, enabled: true})
	}

	for i := range o.sources {
		query := &o.sources[i]
		if query.source.Lists {
			continue // what everything else follows from; its interval is --collection.interval
		}

		name := "collector." + query.source.Name
		app.Flag(name, "Ask for: "+query.source.Help+".").Default(strconv.FormatBool(!query.source.Off)).BoolVar(&query.enabled)
		app.Flag(name+".interval", "Interval of the query "+query.source.Name+".").
			Default(model.Duration(query.source.Interval).String()).DurationVar(&query.interval)
	}

	app.Flag("collector.watch", "Run npu-smi info watch all the time beside the queries: integrals from a sample a second, and peaks.").
		BoolVar(&o.watch)
	app.Flag("collector.watch.interval", "Interval of the samples, from 1s to 100s.").Default("1s").DurationVar(&o.watchInterval)
	app.Flag("collector.watch.window", "How long a peak is remembered.").Default("1m").DurationVar(&o.watchWindow)
	app.Flag("collector.hccs.per-link", "Add the metrics of single HCCS links (ascend_npu_hccs_link_*).").BoolVar(&o.perLink)
	app.Flag("fault-codes.file", "File of fault codes and their classes, tab-separated, a line each, which are added to the built-in ones and win over them.").
		PlaceHolder("FILE").StringVar(&o.faultCodes)
	app.Flag("collector.processes", "Add series for each process on a chip: its memory (ascend_npu_process_memory_bytes) and whose it is (ascend_npu_process_info). Asks for proc-mem too.").
		BoolVar(&o.processes)
	flags.Int(app.Flag("collector.processes.limit", "Processes that have series of their own, over all chips of the host. Of more the largest have.").
		Default("128"), &o.processLimit)
	app.Flag("collector.jobs", "Say which jobs hold the chips (ascend_npu_job_info), by the files in the folder of --path.jobs.").
		BoolVar(&o.jobs)
}

// complete checks the options together and fills in what follows from them.
func (o *options) complete() error {
	if err := cmp.Or(
		checkPath("web.telemetry-path", o.telemetryPath), o.compat.complete(o.telemetryPath), server.Check(o.web),
		o.checkNumbers(), o.sim.complete(time.Now()),
	); err != nil {
		return err
	}

	if o.lockDir == "" {
		o.lockDir = npusmi.DefaultLockDir()
	}

	if err := regular.Check(o.state); err != nil {
		return fmt.Errorf("--path.state=%q: %w", o.state, err)
	}

	if o.sim.enabled && o.command != "" {
		return fmt.Errorf("--sim and --npu-smi.command=%q exclude each other: give one of them", o.command)
	}

	var err error
	if o.faultTable, err = readFaultTable(o.faultCodes); err != nil {
		return fmt.Errorf("--fault-codes.file=%q: %w", o.faultCodes, err)
	}

	if o.commandWords, err = npusmi.SplitCommand(o.command); err != nil {
		return fmt.Errorf("--npu-smi.command=%q: %w", o.command, err)
	}

	return cmp.Or(o.completeSources(), o.pods.complete(o.sim.enabled), o.network.complete(o.sim.enabled))
}

// checkNumbers refuses numbers that make no sense.
func (o *options) checkNumbers() error {
	if o.maxRequests < 0 {
		return fmt.Errorf("--web.max-requests=%d: must not be negative", o.maxRequests)
	}

	// Written so that NaN is refused too.
	if !(o.maxDuty > 0 && o.maxDuty <= 1) {
		return fmt.Errorf("--collection.max-duty=%v: must be above 0 and at most 1", o.maxDuty)
	}

	if o.watchInterval < time.Second || o.watchInterval > 100*time.Second || o.watchInterval%time.Second != 0 {
		return fmt.Errorf("--collector.watch.interval=%v: must be 1s to 100s, in whole seconds", o.watchInterval)
	}

	if o.processLimit < 1 {
		return fmt.Errorf("--collector.processes.limit=%d: must be above 0", o.processLimit)
	}

	if o.expectedChips < 0 {
		return fmt.Errorf("--collection.expected-chips=%d: must not be negative", o.expectedChips)
	}

	return nil
}

// completeSources makes the list of queries that are asked.
func (o *options) completeSources() error {
	durations := map[string]time.Duration{
		"npu-smi.summary-timeout": o.summaryTimeout,
		"npu-smi.timeout":         o.timeout,
		"hccn-tool.timeout":       o.network.timeout,
		"collector.pods.interval": o.pods.interval,
		"collection.interval":     o.interval,
		"collector.watch.window":  o.watchWindow,
	}

	o.enabledSources = nil

	for _, query := range o.sources {
		source := query.source
		source.Deadline = o.timeout

		if source.Network {
			source.Deadline = o.network.timeout
		}

		if source.Lists {
			source.Interval, source.Deadline = o.interval, o.summaryTimeout
		} else {
			durations["collector."+source.Name+".interval"] = query.interval
			source.Interval = query.interval
		}

		// Who wants each process wants all of them.
		wanted := query.enabled || source.Name == poll.ProcMem && o.processes || o.compat.asks(source)
		if source.Network {
			wanted = o.network.asks(source, query.enabled)
		}

		if wanted {
			o.enabledSources = append(o.enabledSources, source)
		}
	}

	for _, name := range slices.Sorted(maps.Keys(durations)) {
		if d := durations[name]; d <= 0 || d > longest {
			return fmt.Errorf("--%s=%v: must be above 0 and at most %.0fh", name, d, longest.Hours())
		}
	}

	return nil
}

// checkPath refuses a path of metrics that the server could not route, or that is taken.
func checkPath(flag, p string) error {
	switch {
	case !strings.HasPrefix(p, "/"):
		return fmt.Errorf("--%s=%q: must begin with /", flag, p)
	case p == "/":
		return fmt.Errorf("--%s=%q: is the status page; use a path such as /metrics", flag, p)
	case p == server.HealthyPath || p == server.ReadyPath:
		return fmt.Errorf("--%s=%q: is taken by a probe", flag, p)
	case path.Clean(p) != p || strings.ContainsAny(p, "{}?#% \t\r\n"):
		return fmt.Errorf("--%s=%q: must be a plain path, without {}, ?, #, %%, blanks or empty parts", flag, p)
	default:
		return nil
	}
}
