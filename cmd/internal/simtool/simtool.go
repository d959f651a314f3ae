// Package simtool is a stand-in for npu-smi and hccn_tool as a function, for npu-smi-sim and for a program that runs itself as one
// of the tools.
//
// It answers of a simulated machine, or of a recorded one, and it can fail in the ways in which the real tool fails: be
// slow, hang, lose a card, find no driver, or print nonsense.
package simtool

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/ascend-exporter/ascend_exporter/collector/sim"
)

const (
	// statusOptions is the exit status after wrong options of the stand-in itself.
	statusOptions = 2
	// statusAbsent is npu-smi's when there is no driver: -8005.
	statusAbsent = 187
	// statusUnknown is hccn_tool's for a query that it does not know.
	statusUnknown = 3
)

// Main runs the stand-in once. The arguments begin with options of the form --name=value (or @FILE, a file with an option
// a line, read anew at each call); all from the first one that is neither on are the tool's own, so that -v, -h and
// `info -t x` mean what they mean to npu-smi. --tool says which tool it is; without it the file that the process was started
// as. It gives the exit status: the tool's, or 2 after wrong options, which are explained on stderr.
//
// A call that is to hang does not return.
func Main(args []string, stdout, stderr io.Writer) int {
	return MainWithKubelet(args, stdout, stderr, nil)
}

// A Kubelet serves the pods of a machine, whose state it asks for, on a socket until the context ends.
type Kubelet func(ctx context.Context, socket string, state func() (sim.State, error)) error

// MainWithKubelet is Main with a kubelet for --pod-resources. A program that runs itself as the tool has no use for one.
func MainWithKubelet(args []string, stdout, stderr io.Writer, kubelet Kubelet) int {
	n := 0
	for n < len(args) && (strings.HasPrefix(args[n], "--") || strings.HasPrefix(args[n], "@")) {
		n++
	}

	o, ended, err := parseOptions(args[:n], stdout)
	if ended {
		return 0
	}

	if err == nil && o.podResources != "" {
		if err = o.beKubelet(args[n:], kubelet); err == nil {
			return 0
		}
	}

	if err == nil {
		var status int

		if status, err = o.run(args[n:], stdout, stderr); err == nil {
			return status
		}
	}

	_, _ = fmt.Fprintf(stderr, "npu-smi-sim: %v\n", err)

	return statusOptions
}

// run answers one call as the options say.
func (o *options) run(args []string, stdout, stderr io.Writer) (status int, err error) {
	if o.ignoreSIGTERM {
		signal.Ignore(syscall.SIGTERM)
	}

	line := strings.Join(args, " ")

	if err := o.record("start", line); err != nil {
		return 0, err
	}

	delay, hangs, err := o.trouble(args)
	if err != nil {
		return 0, err
	}

	if hangs || o.hangs(line) {
		waitFor(math.MaxInt64)
	}

	waitFor(o.delay + delay)

	out := bufio.NewWriter(stdout)

	status, err = o.answer(out, stderr, args)
	if err != nil {
		return 0, err
	}

	if err := out.Flush(); err != nil {
		return 0, err
	}

	if status == sim.Running && o.replay == nil && !o.network() {
		status, err = o.stream(out, args)
		if err != nil {
			return 0, err
		}
	}

	if status == sim.Running { // a recording of such a call has no more, and hccn_tool waits for a sick chip
		waitFor(math.MaxInt64)
	}

	if o.exit != nil {
		status = *o.exit
	}

	return status, o.record("end", line)
}

// waitFor lets time pass without work. A signal ends the process as it ends any other.
func waitFor(d time.Duration) {
	if d > 0 {
		<-time.After(d)
	}
}
