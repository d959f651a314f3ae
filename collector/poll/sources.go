package poll

import (
	"slices"
	"time"

	"github.com/ascend-exporter/ascend_exporter/collector/integral"
	"github.com/ascend-exporter/ascend_exporter/collector/npusmi"
	"github.com/ascend-exporter/ascend_exporter/collector/optional"
	"github.com/ascend-exporter/ascend_exporter/collector/snapshot"
)

// Names of the queries.
const (
	Summary = "summary"
	Mapping = "mapping"
)

// Sources is the list of all queries with their defaults. Its order is the order in which readings are joined: what the
// summary leans on comes before it.
func Sources() []Source {
	return append([]Source{
		{
			Name:     Mapping,
			Help:     "logic and physical ids of the chips (npu-smi info -m)",
			Interval: time.Hour,
			Deadline: 10 * time.Second,
			OnChange: true,
			Args:     always("info", "-m"),
			Parse:    host(npusmi.ParseMapping, func(entries []npusmi.MappingEntry) Reading { return mapping(entries) }),
		},
		{
			Name:     Summary,
			Help:     "health, power, temperature, utilisation, memory and processes of all chips (npu-smi info)",
			Interval: 15 * time.Second,
			Deadline: 30 * time.Second,
			Lists:    true,
			Args:     always("info"),
			Parse:    host(parseSummary, func(s npusmi.Summary) Reading { return summary(s) }),
			Take:     takeSummary,
		},
	}, slices.Concat(detailSources(), networkSources())...)
}

// always gives the same arguments for every target.
func always(args ...string) func(Target) []string {
	return func(Target) []string { return args }
}

// host makes a Source's Parse of a parser whose answer is the same for every target.
func host[T any](
	parse func([]byte) (T, npusmi.Warnings, error), reading func(T) Reading,
) func(Target, []byte) (Reading, npusmi.Warnings, error) {
	return func(_ Target, output []byte) (Reading, npusmi.Warnings, error) {
		answer, warnings, err := parse(output)
		if err != nil {
			return nil, warnings, err
		}

		return reading(answer), warnings, nil
	}
}

// mapping is the reading of `npu-smi info -m`.
type mapping []npusmi.MappingEntry

// Join keeps the ids for the chips that the summary will list.
func (m mapping) Join(draft *Draft) {
	draft.Mapping = m
}

// summary is the reading of `npu-smi info`.
type summary npusmi.Summary

// parseSummary also takes a table without a row for what it says: that the driver finds no chip.
func parseSummary(output []byte) (npusmi.Summary, npusmi.Warnings, error) {
	s, warnings, err := npusmi.ParseSummary(output)

	switch {
	case err != nil || len(s.Chips) > 0:
	case npusmi.Classify(output) != nil: // the tool got no further
		err = npusmi.Classify(output)
	case warnings.Count > 0:
		err = &npusmi.Failure{
			Reason:  npusmi.ReasonParse,
			Message: "no row of the table could be read: " + warnings.First[0].Text,
			Advice:  "Report it with the output of `npu-smi info`: this release prints another layout.",
		}
	default:
		err = &npusmi.Failure{
			Reason:  npusmi.ReasonNoDevice,
			Message: "npu-smi printed a table without a chip",
			Advice:  "See whether the chips are on the PCI bus (lspci -d 19e5:) and what the driver says of them (dmesg).",
		}
	}

	return s, warnings, err
}

func takeSummary(_ Target, answer any) Reading {
	s, _ := answer.(npusmi.Summary)

	return summary(s)
}

// Join lists the chips. A chip whose first row the tool left out is found by its ids, or counted and not shown.
func (s summary) Join(draft *Draft) {
	draft.Host.ToolVersion = s.ToolVersion
	draft.Host.DriverVersion = s.DriverVersion
	draft.Bare = s.Bare

	unusable := 0

	for i, row := range s.Chips {
		key, known := draft.identify(s.Chips, i)
		if !known || draft.Chip(key) != nil {
			unusable++

			continue
		}

		chip := believe(row)
		chip.Key = key

		ids := draft.ids(key)
		chip.LogicID = first(ids.LogicID, row.LogicID)
		chip.PhyID = first(ids.PhyID, row.PhyID)

		if chip.Unusable {
			unusable++
		} else {
			s.joinProcesses(&chip)
		}

		draft.Chips = append(draft.Chips, chip)
	}

	draft.Host.Chips = optional.Of(float64(len(s.Chips)))
	draft.Host.UnusableChips = optional.Of(float64(unusable))
}

// Observe adds to the integrals, and begins the counts of faults of each chip at 0.
func (s summary) Observe(ledger *Ledger, at time.Time, lasts time.Duration) {
	for _, row := range s.Chips {
		if row.NPU == npusmi.NoNPU {
			continue
		}

		key := snapshot.Key{NPU: row.NPU, Chip: row.Chip}
		ledger.Codes(key, false, nil)

		if chip := believe(row); !chip.Unusable {
			ledger.Sample(key, integral.Sample{Time: at, Lasts: lasts, Power: chip.Power, AICore: chip.AICore})
		}
	}
}

// joinProcesses adds the processes on a chip. A pid that stands there twice is one process. Of an NPU of which the table says nothing
// they are not known.
func (s summary) joinProcesses(chip *snapshot.Chip) {
	if !slices.Contains(s.Idle, chip.NPU) && !slices.ContainsFunc(s.Processes, func(p npusmi.Process) bool { return p.NPU == chip.NPU }) {
		return
	}

	rows := 0

	for _, row := range s.Processes {
		if row.NPU != chip.NPU || row.Chip != chip.Chip {
			continue
		}

		rows++

		chip.AddProcess(row.PID, row.Name, row.Memory.Times(mebibyte))
	}

	chip.ProcessCount = optional.Of(float64(len(chip.Processes)))
	chip.ProcessesCut = rows >= maxListed
}

// maxListed is how many processes of a chip the summary shows, without a word on whether there are more.
const maxListed = 8

// identify finds the key of the i-th row. A row without an NPU id is found by the id that it shares with the mapping, else
// by its place, when all rows that have ids stand where the mapping has them.
func (d *Draft) identify(rows []npusmi.SummaryChip, i int) (key snapshot.Key, known bool) {
	row := rows[i]
	if row.NPU != npusmi.NoNPU {
		return snapshot.Key{NPU: row.NPU, Chip: row.Chip}, true
	}

	for _, entry := range d.Mapping {
		if entry.Chip == row.Chip &&
			(row.PhyID != "" && row.PhyID == entry.PhyID || row.LogicID != "" && row.LogicID == entry.LogicID) {
			return snapshot.Key{NPU: entry.NPU, Chip: entry.Chip}, true
		}
	}

	if len(rows) != len(d.Mapping) {
		return snapshot.Key{}, false
	}

	for j, other := range rows {
		if entry := d.Mapping[j]; entry.Chip != other.Chip || other.NPU != npusmi.NoNPU && other.NPU != entry.NPU {
			return snapshot.Key{}, false
		}
	}

	return snapshot.Key{NPU: d.Mapping[i].NPU, Chip: row.Chip}, true
}

// first is the first id that is known.
func first(ids ...string) string {
	for _, id := range ids {
		if id != "" {
			return id
		}
	}

	return ""
}
