package main

import (
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"time"

	"github.com/ascend-exporter/ascend_exporter/collector/attribute/process"
	"github.com/ascend-exporter/ascend_exporter/collector/faults"
	"github.com/ascend-exporter/ascend_exporter/collector/npusmi"
	"github.com/ascend-exporter/ascend_exporter/collector/optional"
	"github.com/ascend-exporter/ascend_exporter/collector/pcibus"
	"github.com/ascend-exporter/ascend_exporter/collector/poll"
	"github.com/ascend-exporter/ascend_exporter/collector/regular"
	"github.com/ascend-exporter/ascend_exporter/collector/snapshot"
)

// onceBusyTimeout is how long --once waits for its turn at the tool: long enough for a daemon whose summary hangs until
// its deadline.
const onceBusyTimeout = 2 * time.Minute

// newPoller makes the poller and what it polls: the tool, or the simulated machine.
func newPoller(o *options, logger *slog.Logger, publish func(*snapshot.Snapshot)) (*poll.Poller, error) {
	expected, err := poll.NewExpected(o.expectedChips, o.state)
	if err != nil {
		logger.Warn("the number of chips is learnt anew", "flag", "--path.state", "err", err)
	}

	tool := npusmi.Config{Command: o.commandWords, LockDir: o.lockDir, LibraryDirs: npusmi.DefaultLibraryDirs()}
	if o.once {
		tool.BusyTimeout = onceBusyTimeout
	}

	pciDevices := func() (int, error) { return pcibus.Count(o.sysfs) }

	if o.sim.enabled {
		if tool.Command, err = o.sim.command(); err != nil {
			return nil, err
		}

		o.network.simulate(tool.Command)

		tool.LockDir = ""
		pciDevices = o.sim.pciDevices
	}

	processes := process.New(o.procfs)
	runner := npusmi.NewRunner(tool)

	var stream func(func(npusmi.WatchState)) poll.Stream
	if o.watch {
		stream = func(state func(npusmi.WatchState)) poll.Stream {
			return npusmi.NewWatch(npusmi.WatchConfig{Runner: runner, Interval: o.watchInterval, State: state})
		}
	}

	return poll.New(poll.Config{
		Stream:     stream,
		PeakWindow: o.watchWindow,
		Faults:     o.faultTable,
		Sources:    o.enabledSources,
		Tool:       runner,
		Network:    o.network.runner(tool),
		Logger:     logger,
		MaxDuty:    o.maxDuty,

		NetworkDuty: o.network.maxDuty,
		Bandwidths:  o.compat.enabled,

		Expected: expected,
		Local:    newLocal(o, pciDevices, processes, logger),
		Sides:    newSides(o, processes),
		Publish:  publish,

		MaxProcesses: o.processLimit,
	}), nil
}

// readFaultTable reads the built-in table of fault codes, with what the operator's file has to say.
func readFaultTable(path string) (faults.Table, error) {
	table, err := faults.Builtin()
	if err != nil || path == "" {
		return table, err
	}

	file, err := regular.Open(path, 0)
	if err != nil {
		return table, err
	}
	defer file.Close() //nolint:errcheck // it was only read

	own, err := faults.Parse(path, file)
	if err != nil {
		return table, err
	}

	return table.Extend(own), nil
}

// newSides are what is read beside the tool.
func newSides(o *options, processes *process.Reader) []poll.Side {
	var sides []poll.Side

	// Nobody owns the processes of a simulated machine.
	if read := poll.ReadProcesses(processes.Process, o.interval); !o.sim.enabled {
		switch {
		case o.processes:
			sides = append(sides, read)
		case o.pods.enabled:
			sides = append(sides, o.pods.asWitness(read))
		}
	}

	if o.pods.enabled {
		sides = append(sides, o.pods.side())
	}

	if o.jobs {
		sides = append(sides, poll.ReadJobs(o.jobsFolder, o.interval))
	}

	return sides
}

// newLocal makes the reader of what is known of the host without the tool. A failure is logged when it begins.
func newLocal(o *options, pciDevices func() (int, error), processes *process.Reader, logger *slog.Logger) func() poll.Local {
	failing := false

	return func() poll.Local {
		// Where procfs cannot be read nothing is known of the pids: that is no better than a container.
		local := poll.Local{HostPIDs: o.sim.enabled || processes.Host() == nil}

		count, err := pciDevices()
		if err == nil {
			local.PCIDevices = optional.Of(float64(count))
		}

		if o.maintenance != "" {
			_, statErr := os.Stat(o.maintenance)
			local.Maintenance = statErr == nil

			if !errors.Is(statErr, fs.ErrNotExist) {
				err = errors.Join(err, statErr)
			}
		}

		if err != nil && !failing {
			logger.Warn("part of the host could not be read", "err", err)
		}

		failing = err != nil

		return local
	}
}
