// Package collector turns snapshots into metrics. A metric is a row of data in one of the tables: chip.go, memory.go,
// process.go, pods.go, detail.go, ecc.go, links.go, network.go, optical.go, ports.go, fault.go, host.go, exporter.go. Rendering, the metrics reference and every check go through the rows, so a new metric
// that the snapshot already has is one row.
package collector

import (
	"slices"
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"

	"github.com/ascend-exporter/ascend_exporter/collector/snapshot"
)

// Options choose which metrics there are.
type Options struct {
	// Processes adds the metrics of single processes.
	Processes bool
	// PerLink adds the metrics of single HCCS links beside their sums.
	PerLink bool

	// NetworkDetail adds pause frames and congestion notifications, PerPriority the priorities of flow control, and PerPort every
	// port of a 950, beside their sums.
	NetworkDetail, PerPriority, PerPort bool
	// OpticalDetail adds bias, signal to noise ratio and limits of optical modules.
	OpticalDetail bool
}

// everything has all metrics that there are.
func everything() Options {
	return Options{Processes: true, PerLink: true, NetworkDetail: true, PerPriority: true, PerPort: true, OpticalDetail: true}
}

// tables are all rows by what they are read from.
type tables struct {
	chips   []chipRow
	cards   []cardRow
	host    []hostRow
	queries []queryRow
}

func newTables(options Options) tables {
	return tables{
		chips: slices.Concat(
			chipRows(), memoryRows(), processRows(options.Processes), podRows(), utilizationRows(), conditionRows(), errorRows(), pcieRows(),
			linkRows(options.PerLink), networkRows(options), faultRows(), identityRows(), integralRows(),
		),
		cards:   cardRows(),
		host:    slices.Concat(hostRows(), exporterRows(), attributionRows(), processHostRows(options.Processes)),
		queries: queryRows(),
	}
}

// A Collector serves the last snapshot as metrics. They are rendered once for each snapshot; Gather only hands them out.
type Collector struct {
	tables tables
	latest atomic.Pointer[[]*dto.MetricFamily]
}

// Collector is what promhttp takes.
var _ prometheus.Gatherer = (*Collector)(nil)

// New makes a Collector that has no metrics before its first Update.
func New(options Options) *Collector {
	return &Collector{tables: newTables(options)}
}

// Update renders a snapshot, to be served from now on.
func (c *Collector) Update(s *snapshot.Snapshot) {
	families := c.Render(s)
	c.latest.Store(&families)
}

// Render gives the metrics of a snapshot, ordered by name, and leaves alone what is served.
func (c *Collector) Render(s *snapshot.Snapshot) []*dto.MetricFamily {
	return c.tables.render(s)
}

// Gather gives the metrics of the last snapshot, ordered by name. The families are shared: nobody may change them.
func (c *Collector) Gather() ([]*dto.MetricFamily, error) {
	if families := c.latest.Load(); families != nil {
		return *families, nil
	}

	return nil, nil
}

// Concat gathers from several gatherers with no name in common and orders all families by name. Unlike
// prometheus.Gatherers it does not look at every series of every scrape again.
func Concat(gatherers ...prometheus.Gatherer) prometheus.Gatherer {
	return prometheus.GathererFunc(func() ([]*dto.MetricFamily, error) {
		var all []*dto.MetricFamily

		for _, gatherer := range gatherers {
			families, err := gatherer.Gather()
			if err != nil {
				return nil, err
			}

			all = append(all, families...)
		}

		slices.SortFunc(all, byName)

		return all, nil
	})
}

func byName(a, b *dto.MetricFamily) int {
	return strings.Compare(a.GetName(), b.GetName())
}

// render makes the families of a snapshot, ordered by name; those without series are left out.
func (t *tables) render(s *snapshot.Snapshot) []*dto.MetricFamily {
	var families []*dto.MetricFamily

	add := func(family *dto.MetricFamily) {
		if len(family.Metric) > 0 {
			families = append(families, family)
		}
	}

	ids := make([][]string, len(s.Chips))
	for i := range s.Chips {
		ids[i] = []string{id(s.Chips[i].NPU), id(s.Chips[i].Chip)}
	}

	for i := range t.chips {
		family := newFamily(&t.chips[i])
		for j := range s.Chips {
			t.chips[i].render(family, &s.Chips[j], chipLabels(), ids[j])
		}

		add(family)
	}

	for i := range t.cards {
		family := newFamily(&t.cards[i])
		for j := range s.Cards {
			t.cards[i].render(family, &s.Cards[j], cardLabels(), []string{id(s.Cards[j].NPU)})
		}

		add(family)
	}

	for i := range t.host {
		family := newFamily(&t.host[i])
		t.host[i].render(family, s, nil, nil)
		add(family)
	}

	queries := shownQueries(s.Queries)

	for i := range t.queries {
		family := newFamily(&t.queries[i])
		for j := range queries {
			t.queries[i].render(family, &queries[j], queryLabels(), []string{queries[j].Name})
		}

		add(family)
	}

	slices.SortFunc(families, byName)

	return families
}

// shownQueries are those that have metrics: most of the fallback's are never asked, and each product knows some of the others
// only. Those of a group are one: the first tells when it last succeeded, since it is asked most often.
func shownQueries(queries []snapshot.Query) []snapshot.Query {
	all := make([]snapshot.Query, 0, len(queries))

	for _, q := range queries {
		if !q.Asked || q.Unsupported {
			continue
		}

		if q.Group != "" {
			q.Name = q.Group
		}

		at := slices.IndexFunc(all, func(other snapshot.Query) bool { return other.Name == q.Name })
		if at < 0 {
			all = append(all, q)

			continue
		}

		all[at] = both(all[at], q)
	}

	return all
}

// both is two queries of a group as one.
func both(a, b snapshot.Query) snapshot.Query {
	a.Success = a.Success && b.Success
	a.Duration += b.Duration
	a.Runs += b.Runs
	a.Failures += b.Failures
	a.Unrecognized += b.Unrecognized
	a.Failing = slices.Clip(a.Failing)

	for _, failing := range b.Failing {
		if !slices.Contains(a.Failing, failing) {
			a.Failing = append(a.Failing, failing)
		}
	}

	return a
}

// chipLabels are those that every metric of a chip has.
func chipLabels() []string { return []string{"npu", "chip"} }

// cardLabels are those that every metric of a card has.
func cardLabels() []string { return []string{"npu"} }

// queryLabels are those that every metric of a query has.
func queryLabels() []string { return []string{"query"} }

// id is an id as a label.
func id(number int) string {
	return strconv.Itoa(number)
}
