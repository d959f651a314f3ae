package simtool

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/alecthomas/kingpin/v2"

	"github.com/ascend-exporter/ascend_exporter/cmd/internal/flags"
	"github.com/ascend-exporter/ascend_exporter/collector/sim"
	"github.com/ascend-exporter/ascend_exporter/collector/sim/scenario"
	"github.com/ascend-exporter/ascend_exporter/collector/sim/truth"
)

// The tools that it stands in for.
const (
	npuTool     = "npu-smi"
	networkTool = "hccn_tool"
)

// options are what the stand-in is told to be.
type options struct {
	tool    string // one of those
	machine sim.Config
	time    time.Time // zero is now
	lost    []place

	reversed bool // the NPUs are listed from the last to the first
	firstNPU int  // by how much their IDs are higher

	scenario      *scenario.Scenario
	scenarioStart time.Time // zero is that of defaultStart

	delay         time.Duration
	hang          []string
	ignoreSIGTERM bool
	exit          *int

	text    *string
	garbage bool
	flood   int64
	absent  bool
	replay  *recording
	truth   *sim.State
	log     string

	podResources string // socket of the kubelet that it is instead; "" is none
}

// place is a chip of the machine.
type place struct {
	npu, chip int
}

// option is one option: a row of the list of all.
type option struct {
	name    string
	accepts string // empty for a switch
	help    string
	set     func(value string) error
}

// list is the list of all options.
func (o *options) list() []option {
	return []option{
		{"tool", "npu-smi or hccn_tool", "which tool it is, otherwise hccn_tool if that is the name of its own file, else npu-smi", parsed(&o.tool, parseTool)},
		{"product", "one of " + strings.Join(sim.Products(), ", "), "the machine's product, otherwise " + sim.Products()[0], o.setProduct},
		{"release", "one that the product has had, as 23.0 or 26.0", "the release of the tool, otherwise the one that the product is met with most", parsed(&o.machine.Release, parseName)},
		{"npus", "a number", "how many NPUs it has; otherwise, or with 0, as many as the product usually has", parsed(&o.machine.NPUs, strconv.Atoi)},
		{"seed", "a number", "which of all machines it is", parsed(&o.machine.Seed, parseSeed)},
		{"time", "a time as 2026-01-31T12:00:00Z", "the time on the machine, otherwise now", parsed(&o.time, parseTime)},
		{"lose", "NPU or NPU:CHIP", "chips that have dropped off the bus, one an option", appended(&o.lost, parsePlace)},
		{"reversed", "", "list the NPUs from the last to the first", isSet(&o.reversed)},
		{"first-npu", "a number", "the ID of the first NPU, otherwise 0; the others follow", parsed(&o.firstNPU, parseID)},
		{"scenario", "a name of the library, or a file", "faults on schedule", parsed(&o.scenario, scenario.Load)},
		{"scenario-start", "a time as 2026-01-31T12:00:00Z", startHelp, parsed(&o.scenarioStart, parseTime)},
		{"absent", "", "there is no driver", isSet(&o.absent)},
		{"delay", "a duration as 1.5s", "how long each call takes", parsed(&o.delay, parseDelay)},
		{"hang", "a pattern as 'info' or '*-i 3 *'", "calls that never answer, by their arguments, one pattern an option", appended(&o.hang, parsePattern)},
		{"ignore-sigterm", "", "end at SIGKILL only", isSet(&o.ignoreSIGTERM)},
		{"exit", "a status from 0 to 255", "the exit status, whatever the answer", parsed(&o.exit, parseStatus)},
		{"stdout", "a text", "print this line instead of an answer; nothing at all if it is empty", parsed(&o.text, parseText)},
		{"garbage", "", "print noise that looks a little like a table instead of an answer", isSet(&o.garbage)},
		{"flood", "a number of bytes", "print so much instead of an answer", parsed(&o.flood, parseSize)},
		{"replay", "a txtar file", "answer from a recording, in which each call has a section", parsed(&o.replay, readRecording)},
		{"truth", "a JSON file", "answer of the machine behind a recording, of which the file has the values", parsed(&o.truth, readTruth)},
		{"pod-resources", "a socket", "answer nothing: be the kubelet of the machine's pods instead, until ended", parsed(&o.podResources, parseName)},
		{"log", "a file", "append a line at the start and at the end of each call", parsed(&o.log, parseName)},
	}
}

const startHelp = "when the scenario starts, otherwise with the current hour (UTC), or, if it repeats less often, with the current one of its periods since 1970"

// parseOptions reads the options. It says whether the call has ended with them, as --help does.
func parseOptions(args []string, stdout io.Writer) (o *options, ended bool, err error) {
	o = &options{tool: npuTool, machine: sim.Config{Product: sim.Products()[0]}}
	if filepath.Base(os.Args[0]) == networkTool {
		o.tool = networkTool
	}

	app := kingpin.New("npu-smi-sim", "Stands in for npu-smi or hccn_tool: [--option=value ...] [@FILE] [arguments of the tool ...]")
	app.Terminate(func(int) { ended = true })
	app.UsageWriter(flags.Usage(stdout))

	names := make([]string, 0, len(o.list()))
	for _, row := range o.list() {
		help := row.help
		if row.accepts != "" {
			help += ": " + row.accepts
		}

		app.Flag(row.name, help).PlaceHolder(strings.ToUpper(row.name)).SetValue(&value{row})

		names = append(names, "--"+row.name)
	}

	if _, err := app.Parse(args); err != nil && !ended {
		if _, ok := errors.AsType[*valueError](err); ok {
			return nil, false, err
		}

		return nil, false, fmt.Errorf("%w; the options are %s", err, strings.Join(names, ", "))
	}

	return o, ended, nil
}

// value makes an option one of kingpin's.
type value struct {
	option
}

func (v *value) String() string     { return "" }
func (v *value) IsBoolFlag() bool   { return v.accepts == "" }
func (v *value) IsCumulative() bool { return true } // the last one counts, so that a file can overrule the command line

func (v *value) Set(s string) error {
	if err := v.set(s); err != nil {
		return &valueError{option: v.option, value: s, cause: err}
	}

	return nil
}

// valueError is an option with a value that it does not accept.
type valueError struct {
	option

	value string
	cause error
}

func (e *valueError) Error() string {
	return fmt.Sprintf("--%s=%s: %v; it accepts %s", e.name, e.value, e.cause, e.accepts)
}

// parsed sets an option's target to what is parsed.
func parsed[T any](target *T, parse func(string) (T, error)) func(string) error {
	return func(s string) error {
		v, err := parse(s)
		if err == nil {
			*target = v
		}

		return err
	}
}

// appended adds what is parsed to an option's target.
func appended[T any](target *[]T, parse func(string) (T, error)) func(string) error {
	return func(s string) error {
		v, err := parse(s)
		*target = append(*target, v)

		return err
	}
}

func isSet(target *bool) func(string) error { return parsed(target, strconv.ParseBool) }

func (o *options) setProduct(s string) error {
	o.machine.Product = s
	_, err := sim.New(sim.Config{Product: s})

	return err
}

// network says whether it is hccn_tool.
func (o *options) network() bool { return o.tool == networkTool }

func parseTool(s string) (string, error) {
	if s != npuTool && s != networkTool {
		return "", errors.New("no such tool")
	}

	return s, nil
}

func parseID(s string) (int, error) {
	id, err := strconv.ParseUint(s, 10, 16)

	return int(id), err
}

func parseSeed(s string) (uint64, error) { return strconv.ParseUint(s, 10, 64) }

func parseTime(s string) (time.Time, error) { return time.Parse(time.RFC3339, s) }

func parseDelay(s string) (time.Duration, error) {
	d, err := time.ParseDuration(s)
	if err == nil && d < 0 {
		err = errors.New("a delay is not negative")
	}

	return d, err
}

func parsePattern(s string) (string, error) {
	_, err := path.Match(s, "")

	return s, err
}

func parseStatus(s string) (*int, error) {
	const bits = 8

	n, err := strconv.ParseUint(s, 10, bits)
	status := int(n)

	return &status, err
}

func parseText(s string) (*string, error) { return &s, nil }

func parseName(s string) (string, error) { return s, nil }

func parseSize(s string) (int64, error) {
	n, err := strconv.ParseUint(s, 10, 63)

	return int64(n), err
}

func readTruth(name string) (*sim.State, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close() //nolint:errcheck // it was only read

	s, err := truth.Read(file)

	return &s, err
}

func parsePlace(s string) (place, error) {
	npu, chip, one := strings.Cut(s, ":")
	p := place{chip: sim.AllChips}

	var err error
	if p.npu, err = strconv.Atoi(npu); err == nil && one {
		p.chip, err = strconv.Atoi(chip)
	}

	return p, err
}
