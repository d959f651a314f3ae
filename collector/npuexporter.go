package collector

import (
	"math"
	"slices"
	"strings"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"

	"github.com/ascend-exporter/ascend_exporter/collector/optional"
	"github.com/ascend-exporter/ascend_exporter/collector/snapshot"
)

// NPUExporterOptions choose what is served under the names of Huawei's npu-exporter.
type NPUExporterOptions struct {
	Version string // of this exporter
	// MinusOne gives health, link and network the value -1 where they are not known, as npu-exporter does, and not no value.
	MinusOne bool
}

// An NPUExporter serves the last snapshot under the names, with the labels and in the units of Huawei's npu-exporter. Its tables are
// npuexporter_*.go. All of them are gauges, as they are there.
type NPUExporter struct {
	published

	tables vendorTables
}

// NPUExporter is what promhttp takes.
var _ prometheus.Gatherer = (*NPUExporter)(nil)

// NewNPUExporter makes an NPUExporter that has no metrics before its first Update.
func NewNPUExporter(options NPUExporterOptions) *NPUExporter {
	return &NPUExporter{tables: newVendorTables(options)}
}

// Update renders a snapshot, to be served from now on.
func (e *NPUExporter) Update(s *snapshot.Snapshot) {
	e.serve(s, e.tables.render)
}

// NPUExporterReference describes all metrics that an NPUExporter can have. The source of each is the native metric, or metrics, that
// tell the same.
func NPUExporterReference() []Group {
	t := newVendorTables(NPUExporterOptions{})

	return []Group{
		{Title: "Host", Metrics: describe(t.host, nil)},
		{Title: "Chips", Metrics: describe(t.chips, vendorLabels())},
		{Title: "Chips, with labels of their own", Metrics: describe(t.others, nil)},
	}
}

// vendorTables are all rows by what they are read from.
type vendorTables struct {
	host   []hostRow
	chips  []vendorRow // whose series have the vendorLabels
	others []vendorRow // whose series have the labels of their row alone
}

// vendorRow is a row of a chip under the vendor's name.
type vendorRow = row[vendorChip]

func newVendorTables(options NPUExporterOptions) vendorTables {
	var unknown optional.Float
	if options.MinusOne {
		unknown = optional.Of(-1)
	}

	return vendorTables{
		host: vendorHostRows(options.Version),
		chips: slices.Concat(
			vendorChipRows(unknown), vendorErrorCodeRows(), vendorMemoryRows(), vendorECCRows(), vendorContainerRows(),
			vendorLinkRows(unknown), vendorTrafficRows(), vendorOpticalRows(), vendorSIORows(),
		),
		others: slices.Concat(vendorNameRows(), vendorProcessRows()),
	}
}

// render makes the families of a snapshot, ordered by name. A chip whose physical id is not known has no series: it is what all
// series are told apart and selected by. Nor has one yet whose board is still to be asked: its series would all be renamed then.
func (t *vendorTables) render(s *snapshot.Snapshot) []*dto.MetricFamily {
	chips := make([]vendorChip, 0, len(s.Chips))
	labels := make([][]*dto.LabelPair, 0, len(s.Chips))

	ids := make([]string, len(s.Chips))
	for id, i := range snapshot.ByPhysicalID(s.Chips) {
		ids[i] = id
	}

	for i := range s.Chips {
		if ids[i] == "" || waitsForBoard(s, &s.Chips[i]) {
			continue
		}

		chip := newVendorChip(s, &s.Chips[i], ids[i])
		chips = append(chips, chip)
		labels = append(labels, labelPairs(vendorLabels(), chip.labels))
	}

	families := renderRows(nil, t.host, []snapshot.Snapshot{*s}, [][]*dto.LabelPair{nil})
	families = renderRows(families, t.chips, chips, labels)
	families = renderRows(families, t.others, chips, make([][]*dto.LabelPair, len(chips)))

	slices.SortFunc(families, byName)

	return families
}

// vendorLabels are those that npu-exporter gives a chip. All are always there, and empty where they are not known.
func vendorLabels() []string {
	return []string{"id", "model_name", "vdie_id", "pcie_bus_info", "namespace", "pod_name", "container_name"}
}

// A vendorChip is a chip as npu-exporter tells of it.
type vendorChip struct {
	*snapshot.Chip

	holder *snapshot.Holder // the only container that holds the chip, and all of it; nil where there is none
	power  optional.Float   // watts; on 310P the whole card's, on each of its chips
	labels []string         // values of vendorLabels
}

func newVendorChip(s *snapshot.Snapshot, c *snapshot.Chip, id string) vendorChip {
	chip := vendorChip{Chip: c, power: c.Power, holder: soleHolder(c)}

	for _, card := range s.Cards {
		if card.NPU == c.NPU {
			chip.power = chip.power.Or(card.Power)
		}
	}

	var board snapshot.Board
	if c.Detail.Board != nil {
		board = *c.Detail.Board
	}

	var holder snapshot.Holder
	if chip.holder != nil {
		holder = *chip.holder
	}

	chip.labels = []string{
		id, vendorModel(board), vendorDie(board.VDieID), strings.ToUpper(c.BusID), holder.Namespace, holder.Pod, holder.Container,
	}

	return chip
}

// waitsForBoard says whether a chip is about to be asked what it is called, for the first time.
func waitsForBoard(s *snapshot.Snapshot, c *snapshot.Chip) bool {
	const query = "die"

	if s.Fallback || c.Unusable || c.Detail.Board != nil && c.Detail.Board.ChipName != "" {
		return false
	}

	at := slices.IndexFunc(s.Queries, func(q snapshot.Query) bool { return q.Name == query })

	if at < 0 || s.Queries[at].Asked && s.Queries[at].Unsupported {
		return false
	}

	return s.Queries[at].Runs < uint64(len(s.Chips))
}

// vendorModel is the chip's name, type and version, as 910B3-Ascend-V1, without what the tool does not print.
func vendorModel(b snapshot.Board) string {
	parts := []string{b.ChipName, b.ChipType, b.ChipVersion}

	return strings.Join(slices.DeleteFunc(parts, func(part string) bool { return part == "" }), "-")
}

// vendorDie is the words of a die's id with hyphens between them; "" for zeros, which stand for a reading that failed.
func vendorDie(id string) string {
	if strings.Trim(id, "0 ") == "" {
		return ""
	}

	return strings.ToUpper(strings.Join(strings.Fields(id), "-"))
}

// inUnit is a value in another unit than its base unit. Rounding takes away what the way there and back leaves in the last digits: 57 %
// is 57 again.
func inUnit(value optional.Float, factor float64) optional.Float {
	const digits = 1e9

	number, ok := value.Get()

	return optional.Of(math.Round(number*factor*digits) / digits).Unless(!ok)
}

// soleHolder is the container that holds a chip alone and as a whole; nil where there is none, or several.
func soleHolder(c *snapshot.Chip) *snapshot.Holder {
	if len(c.Holders) != 1 || len(c.Detail.VNPUs) > 0 {
		return nil
	}

	// What a device plugin offers of parts of a chip has a name as huawei.com/Ascend910-2c.
	_, resource, _ := strings.Cut(c.Holders[0].Resource, "/")
	if strings.Contains(resource, "-") {
		return nil
	}

	return &c.Holders[0]
}
