// Package collector turns snapshots into metrics. A metric is a row of data in one of the tables, which stand in the file of their
// subject: chip.go, memory.go, ecc.go, links.go and so on. Rendering, the metrics reference and every check go through the rows, so a
// new metric that the snapshot already has is one row.
package collector

import (
	"slices"
	"strconv"
	"strings"

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
	published

	tables tables
}

// Collector is what promhttp takes.
var _ prometheus.Gatherer = (*Collector)(nil)

// New makes a Collector that has no metrics before its first Update.
func New(options Options) *Collector {
	return &Collector{tables: newTables(options)}
}

// Update renders a snapshot, to be served from now on.
func (c *Collector) Update(s *snapshot.Snapshot) {
	c.serve(s, c.Render)
}

// Render gives the metrics of a snapshot, ordered by name, and leaves alone what is served.
func (c *Collector) Render(s *snapshot.Snapshot) []*dto.MetricFamily {
	return c.tables.render(s)
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
	chips := make([][]*dto.LabelPair, len(s.Chips))
	for i := range s.Chips {
		chips[i] = labelPairs(chipLabels(), []string{id(s.Chips[i].NPU), id(s.Chips[i].Chip)})
	}

	cards := make([][]*dto.LabelPair, len(s.Cards))
	for i := range s.Cards {
		cards[i] = labelPairs(cardLabels(), []string{id(s.Cards[i].NPU)})
	}

	queries := shownQueries(s.Queries)
	names := make([][]*dto.LabelPair, len(queries))

	for i := range queries {
		names[i] = labelPairs(queryLabels(), []string{queries[i].Name})
	}

	families := renderRows(nil, t.chips, s.Chips, chips)
	families = renderRows(families, t.cards, s.Cards, cards)
	families = renderRows(families, t.host, []snapshot.Snapshot{*s}, [][]*dto.LabelPair{nil})
	families = renderRows(families, t.queries, queries, names)

	slices.SortFunc(families, byName)

	return families
}

// shownQueries are those that have metrics: most of the fallback's are never asked, and each product knows some of the others
// only. Those of a group are one: the first tells when it last succeeded, since it is asked most often.
func shownQueries(queries []snapshot.Query) []snapshot.Query {
	all := make([]snapshot.Query, 0, len(queries))

	for _, q := range queries {
		if !q.Asked {
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

	return slices.DeleteFunc(all, func(q snapshot.Query) bool { return q.Unsupported })
}

// both is two queries of a group as one. What one was asked before it turned out to be unsupported counts on: sums do not fall.
func both(a, b snapshot.Query) snapshot.Query {
	if a.Unsupported {
		a.LastSuccess = b.LastSuccess
	}

	a.Unsupported = a.Unsupported && b.Unsupported
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
