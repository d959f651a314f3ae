package simtool

import (
	"errors"
	"fmt"
	"time"

	"github.com/ascend-exporter/ascend_exporter/collector/sim"
	"github.com/ascend-exporter/ascend_exporter/collector/sim/scenario"
)

// schedule is the faults of the machine and when they start; nil where there are none.
func (o *options) schedule(m *sim.Machine) (*scenario.Schedule, time.Time, error) {
	start := o.scenarioStart

	switch {
	case o.scenario == nil && !start.IsZero():
		return nil, start, errors.New("--scenario-start needs --scenario")
	case o.scenario == nil:
		return nil, start, nil
	case start.IsZero():
		start = defaultStart(o.now(), o.scenario.Repeat)
	}

	const alone = "" // the name of a host that is no part of a fleet

	faults, err := o.scenario.On(alone, m, start)
	if err != nil {
		return nil, start, fmt.Errorf("--scenario: %w", err)
	}

	return faults, start, nil
}

// defaultStart is the same for all calls around a moment: nothing is kept between two of them.
func defaultStart(now time.Time, repeat time.Duration) time.Time {
	period := max(time.Hour, repeat)

	return now.UTC().Add(-time.Duration(now.UnixNano() % int64(period)))
}

// trouble is how the scenario makes a call behave: how much longer it takes, and whether it never answers.
func (o *options) trouble(args []string) (delay time.Duration, hangs bool, err error) {
	switch {
	case o.scenario == nil:
		return 0, false, nil
	case o.truth != nil:
		return 0, false, errors.New("--truth and --scenario exclude each other: faults need a machine that is simulated")
	}

	m, err := sim.New(o.machine)
	if err != nil {
		return 0, false, fmt.Errorf("--product, --release, --npus: %w", err)
	}

	faults, start, err := o.schedule(m)
	if err != nil {
		return 0, false, err
	}

	ask := faults.Tool
	if o.network() {
		ask = faults.NetworkTool
	}

	delay, hangs = ask(o.now().Sub(start), args)

	return delay, hangs, nil
}
