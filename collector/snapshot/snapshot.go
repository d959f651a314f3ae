// Package snapshot is what the exporter believes of its host at one moment: immutable once it is published, in base
// units, with every value that is not known absent. Metrics and the status page are read from it and from nothing else.
package snapshot

import (
	"time"

	"github.com/ascend-exporter/ascend_exporter/collector/npusmi"
	"github.com/ascend-exporter/ascend_exporter/collector/optional"
)

// Snapshot is the host, its chips and how the queries fare. It is never changed after it was published.
type Snapshot struct {
	Time    time.Time // when it was made
	Expires time.Time // when something in it is too old, unless another one comes before; zero is never
	Up      bool      // whether the chips could be read: see docs/metrics.md, ascend_exporter_up
	Host    Host
	Chips   []Chip // in the order of their keys; none while the chips cannot be read
	Cards   []Card // in the order of their ids; those of which something is known
	Queries []Query
	Runner  Runner

	Attribution Attribution

	// Fallback says that the summary fails and that the chips were asked one by one.
	Fallback bool
}

// Outdated is what is left of the snapshot when it is too old: what does not age.
func (s *Snapshot) Outdated() *Snapshot {
	return &Snapshot{
		Time:    s.Time,
		Host:    Host{ExpectedChips: s.Host.ExpectedChips, Maintenance: s.Host.Maintenance, ProcessesLeftOut: s.Host.ProcessesLeftOut},
		Queries: s.Queries,
		Runner:  s.Runner,
	}
}

// Host is what is known of the whole machine.
type Host struct {
	ToolVersion   string // "" while the summary is not known
	DriverVersion string

	Chips         optional.Float // listed by the last good summary
	UnusableChips optional.Float // listed, but with no believable data
	ExpectedChips optional.Float // configured, or the most that were ever seen
	PCIDevices    optional.Float // Ascend functions on the PCI bus; absent where no chip has a bus id
	Maintenance   bool           // whether planned work is announced

	ProcessesLeftOut uint64 // by the limit, since the start: each counts once for as long as it is left out
}

// Key is a chip as the tool addresses it: -i NPU -c Chip.
type Key struct {
	NPU  int
	Chip int
}

// Compare orders keys by NPU, then chip.
func (k Key) Compare(other Key) int {
	if k.NPU != other.NPU {
		return k.NPU - other.NPU
	}

	return k.Chip - other.Chip
}

// Chip is one chip. An unusable one has its health and its ids, and no measurement.
type Chip struct {
	Key

	Model   string // as the summary prints it
	BusID   string // "" where it is not known
	LogicID string
	PhyID   string

	Health   npusmi.Health
	Unusable bool

	Power       optional.Float // watts, measured
	RatedPower  optional.Float // watts, on products that print it instead of the measured power
	Temperature optional.Float // degrees Celsius
	AICore      optional.Float // ratio
	Utilization optional.Float // ratio, of the whole NPU

	HBM       Memory
	DDR       Memory
	Hugepages Memory // pages

	Detail  Detail
	Derived Derived
	Network *Network // nil where hccn_tool says nothing

	ProcessCount optional.Float // absent where the tool prints no table of processes
	Processes    []Process
	// ProcessesCut says that there may be more: the tool shows so many at most.
	ProcessesCut bool
	// Unattributed is the HBM in use, in bytes, that no process holds; absent where the processes are not known to be all.
	Unattributed optional.Float

	Jobs    []Job    // that hold the chip, by the scheduler's word
	Holders []Holder // containers of pods that hold the chip, or a part of it
}

// AddProcess adds a process. A pid that is there already is the same process: its memory adds up.
func (c *Chip) AddProcess(pid, name string, memory optional.Float) {
	for i := range c.Processes {
		if c.Processes[i].PID == pid {
			c.Processes[i].Memory = c.Processes[i].Memory.Plus(memory)

			return
		}
	}

	c.Processes = append(c.Processes, Process{PID: pid, Name: name, Memory: memory})
}

// Memory is a store in bytes (hugepages: in pages).
type Memory struct {
	Used, Total optional.Float
}

// Process is a process that holds memory of the chip.
type Process struct {
	PID    string
	Name   string         // "" where neither the tool nor the exporter can see it
	Memory optional.Float // bytes

	// LeftOut says that it has no series of its own, since there are too many.
	LeftOut bool
	// Owner is what procfs says of it; nil where it is not known.
	Owner *Owner
}

// Owner is whose a process is; what is not known is "".
type Owner struct {
	Framework, User, ContainerID, PodUID string

	VisibleDevices string // ASCEND_VISIBLE_DEVICES of its environment
}

// Job is a job of a scheduler, and the user that it is run for; "" where that is not known.
type Job struct {
	Name, User string
}

// Holder is a container of a pod that holds a chip.
type Holder struct {
	Namespace, Pod string
	Container      string // "" where it is not known which of the pod's
	Resource       string // by which the pod asked for it
}

// Attribution is how what the kubelet says of the pods was believed.
type Attribution struct {
	Asked        bool     // whether a kubelet was asked, and its answer may still be served
	Conflicts    uint64   // pods whose claims something contradicted, each at each answer since the start
	Contradicted []string // such pods now, and why
}

// Runner is how the runs of the tool went since the start.
type Runner struct {
	Failures   map[npusmi.Reason]uint64 // every reason, also those that did not occur
	Unkillable int                      // processes that could not be ended and still live
	Lag        time.Duration            // by how much the query that is latest is late
}

// Query is how one query of the tool fares.
type Query struct {
	Name  string
	Group string // under which the exporter's own metrics tell of it, with others; "" is its name, and alone

	Asked        bool           // whether it was asked at all
	Unneeded     bool           // whether it is for none of the chips
	Unsupported  bool           // whether no chip knows it
	Success      bool           // whether no chip that should answer is failing it
	LastSuccess  optional.Float // Unix time in seconds: the oldest over the chips that should answer
	Duration     time.Duration  // spent in the tool since the start
	Runs         uint64         // processes started
	Failures     uint64
	Unrecognized int // lines of output that were not understood

	Failing []ChipFailure
	History []Run // the last runs and, for longer, the last failures; newest first
}

// ChipFailure says that a chip fails a query now.
type ChipFailure struct {
	Key

	Reason npusmi.Reason
}

// Run is one run of the tool as the status page tells it.
type Run struct {
	Command    string
	Start      time.Time
	Duration   time.Duration
	ExitStatus int
	Failure    string // "" when it gave its answer
	Advice     string
	Output     string // the first lines of an answer that failed or was not understood in full
}
