// Package poll decides what runs when, and makes snapshots of what came of it.
//
// One goroutine, Poller.Run, owns all state. It starts at most one run of each tool at a time, in a goroutine that only
// reports back, so that data also ages, and is taken down, while a tool hangs.
package poll

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ascend-exporter/ascend_exporter/collector/faults"
	"github.com/ascend-exporter/ascend_exporter/collector/npusmi"
	"github.com/ascend-exporter/ascend_exporter/collector/optional"
	"github.com/ascend-exporter/ascend_exporter/collector/snapshot"
)

// Config is what a Poller works with. All fields are needed.
type Config struct {
	Sources []Source // exactly one of them lists the chips
	Logger  *slog.Logger

	// Tool is npu-smi, and Network hccn_tool: nil has no query of it asked. One process of each may run at a time.
	Tool, Network Tool
	// MaxDuty and NetworkDuty are the shares of the time, above 0 and up to 1, that they may run. Each query's first run is free
	// of it.
	MaxDuty, NetworkDuty float64
	// Faults are the classes of fault codes.
	Faults faults.Table
	// Stream makes the fast stream, which tells its states; nil is none. PeakWindow is how long its peaks are remembered.
	Stream     func(state func(npusmi.WatchState)) Stream
	PeakWindow time.Duration
	// Expected remembers how many chips the host should have.
	Expected *Expected
	// Local reads what is known of the host without the tool. It is called once for each interval of the query that lists
	// the chips, never twice at a time.
	Local func() Local
	// Sides are what is read beside the tool.
	Sides []Side
	// MaxProcesses is how many processes have series of their own, over all chips; of more the largest. 0 is no limit.
	MaxProcesses int
	// Bandwidths says whether the rates at which the RoCE ports are used are wanted.
	Bandwidths bool
	// Publish takes each new snapshot, from the goroutine of Run, Once or Replay.
	Publish func(*snapshot.Snapshot)
	// Now is the clock for Replay; nil is the wall's.
	Now func() time.Time
}

// Local is what is known of the host without the tool.
type Local struct {
	PCIDevices  optional.Float // Ascend functions on the PCI bus
	Maintenance bool           // whether planned work is announced
	HostPIDs    bool           // whether the tool runs among the processes of the host, and not in a container with pids of its own
}

// A Poller asks the tool what its sources say and publishes snapshots.
type Poller struct {
	Config

	lanes    []*lane
	queries  []*query // of all lanes
	listing  *query
	failures map[npusmi.Reason]uint64
	ledger   *Ledger
	stream   *stream // nil where there is none
	local    Local
	sides    []*side
	latest   atomic.Pointer[snapshot.Snapshot] // that was published last
	limit    processLimit

	// As of the last good listing.
	layout  layout
	known   []snapshot.Chip // the chips, with what identifies them
	version string          // of the tool
	sick    map[snapshot.Key]bool

	listedOnce bool // whether there was one
	onBus      bool // whether a chip has a bus id

	gone    bool // whether the last listing failed in a way that says there is nothing to read
	misses  int  // listings in a row that failed otherwise
	lagging bool
	forgets bool // whether the number of chips cannot be written to its file

	attempted chan struct{}
	ready     sync.Once // closes attempted
	signs     chan struct{}
}

// New makes a Poller. It does nothing before Run or Once.
func New(config Config) *Poller {
	p := &Poller{
		Config:    config,
		failures:  make(map[npusmi.Reason]uint64),
		stream:    newStream(config.Stream),
		attempted: make(chan struct{}),
		signs:     make(chan struct{}),
	}

	for _, reason := range npusmi.Reasons() {
		p.failures[reason] = 0
	}

	if p.Now == nil {
		p.Now = time.Now
	}

	p.sides = newSides(config.Sides, p.Now)
	p.addQueries(p.Now())

	return p
}

// addQueries makes the lanes and what is asked in them.
func (p *Poller) addQueries(now time.Time) {
	tool := newLane(p.Tool, p.MaxDuty)
	p.lanes = append(p.lanes, tool)

	var network *lane
	if p.Network != nil {
		network = newLane(p.Network, p.NetworkDuty)
		p.lanes = append(p.lanes, network)
	}

	for _, source := range p.Sources {
		q := &query{Source: source, lane: tool, byChip: make(map[int]bool)}
		if source.Network {
			q.lane = network
		}

		if q.lane == nil {
			continue
		}

		q.retarget(&p.layout, now)
		p.queries = append(p.queries, q)
		q.lane.queries = append(q.lane.queries, q)

		if source.Lists {
			p.listing = q
			p.ledger = newLedger(p.Faults, 3*source.Interval+source.Deadline, p.PeakWindow)
			if p.Bandwidths {
				p.ledger.bandwidths = make(bandwidths)
			}
		}
	}
}

// Attempted is closed once the first collection was attempted, whether it succeeded or not.
func (p *Poller) Attempted() <-chan struct{} {
	return p.attempted
}

// Lives waits until the goroutine of Run is free to give a sign of life, and reports whether it gave one before the context ended.
func (p *Poller) Lives(ctx context.Context) bool {
	select {
	case <-p.signs:
		return true
	case <-ctx.Done():
		return false
	}
}
