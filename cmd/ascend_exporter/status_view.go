package main

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ascend-exporter/ascend_exporter/collector/npusmi"
	"github.com/ascend-exporter/ascend_exporter/collector/optional"
	"github.com/ascend-exporter/ascend_exporter/collector/snapshot"
)

// tone is how bad something is. It is a class of the style sheet, and always stands beside a word that says the same.
type tone string

const (
	toneGood  tone = "good"
	toneInfo  tone = "info"
	toneWarn  tone = "warn"
	toneBad   tone = "bad"
	toneQuiet tone = "quiet" // nothing is known
)

// statusView is the status page in words: the template only arranges them.
type statusView struct {
	Nonce string // lets the page's own style through the content security policy

	Version   string
	Revision  string
	Metrics   string // where the metrics are, relative, so that a proxy may serve all of it under a prefix
	Compat    string // where those of npu-exporter are; "" where they are not served
	Simulated bool

	Waiting bool // for the end of the first collection
	State   state
	Notes   []note
	Facts   []fact
	Chips   chipTable
	Queries []queryView
	Made    moment
	Zone    string // of all times
}

// fact is something that is known of the host.
type fact struct {
	Name, Value string
	Detail      string // "" where there is none
}

// newStatusView reads the page from the newest snapshot.
func newStatusView(c statusConfig) statusView {
	now := c.Now()

	s := c.Latest()
	if s == nil {
		s = &snapshot.Snapshot{Time: now}
	}

	view := statusView{
		Version:   c.Version,
		Revision:  shortRevision(c.Revision),
		Metrics:   "." + c.TelemetryPath,
		Simulated: c.Simulated,
		Waiting:   waiting(s),
		Notes:     notes(s, now),
		Facts:     facts(s, now),
		Chips:     newChipTable(s.Chips),
		Made:      momentOf(s.Time, now),
		Zone:      now.Format("MST"),
	}
	if c.CompatPath != "" {
		view.Compat = "." + c.CompatPath
	}

	view.State = newState(s, view.Notes, now)

	for i := range s.Queries {
		view.Queries = append(view.Queries, newQueryView(&s.Queries[i], now))
	}

	return view
}

// shortRevision is enough of a revision to find it; "" where the build does not know its own.
func shortRevision(revision string) string {
	if revision == "unknown" {
		return ""
	}

	return revision[:min(len(revision), 12)]
}

// facts are the host's numbers and versions.
func facts(s *snapshot.Snapshot, now time.Time) []fact {
	last := moment{Ago: absent}
	if q := listing(s); q != nil {
		last = momentOfUnix(q.LastSuccess, now)
	}

	return []fact{
		{Name: "Chips listed", Value: number(s.Host.Chips, "%.0f")},
		{Name: "Chips expected", Value: number(s.Host.ExpectedChips, "%.0f")},
		{Name: "PCI functions", Value: number(s.Host.PCIDevices, "%.0f")},
		{Name: "npu-smi", Value: known(s.Host.ToolVersion)},
		{Name: "Driver", Value: known(s.Host.DriverVersion)},
		{Name: "Last summary", Value: last.Ago, Detail: last.Clock},
	}
}

// chipTable is the table of chips.
type chipTable struct {
	Utilization string // what the column of utilisation shows
	Memory      string // what the column of memory shows
	Healths     string // how many chips are in which state
	Rows        []chipRow
}

// chipRow is a chip in the table.
type chipRow struct {
	NPU, Chip  int
	Model      string
	Health     string
	HealthTone tone
	Unusable   bool

	Power       string
	Rated       bool // the power is that of the data sheet
	Temperature string
	Utilization string
	Memory      memoryCell
	Processes   string
	Names       string // of the processes; "" where there are none

	PhyID, BusID string
}

// memoryCell is a store in the table. Without a share it has no bar.
type memoryCell struct {
	Used, Total string
	Share       string // percent
}

// newChipTable makes the table. A machine has chips of one kind, so one quantity suits a whole column.
func newChipTable(chips []snapshot.Chip) chipTable {
	has := func(value func(*snapshot.Chip) optional.Float) bool {
		return slices.ContainsFunc(chips, func(c snapshot.Chip) bool { return value(&c).Present() })
	}

	hasHBM := has(func(c *snapshot.Chip) optional.Float { return c.HBM.Total })
	hasDDR := has(func(c *snapshot.Chip) optional.Float { return c.DDR.Total })
	hasAICore := has(func(c *snapshot.Chip) optional.Float { return c.AICore })
	wholeNPU := !hasAICore && has(func(c *snapshot.Chip) optional.Float { return c.Utilization })

	table := chipTable{Utilization: "AI Core", Memory: "Memory", Healths: countHealths(chips)}
	memory := func(c *snapshot.Chip) snapshot.Memory { return c.HBM }

	switch {
	case hasHBM:
		table.Memory = "HBM"
	case hasDDR:
		table.Memory = "DDR"
		memory = func(c *snapshot.Chip) snapshot.Memory { return c.DDR }
	}

	if wholeNPU {
		table.Utilization = "NPU utilisation"
	}

	for i := range chips {
		c := &chips[i]

		utilization := c.AICore
		if wholeNPU {
			utilization = c.Utilization
		}

		table.Rows = append(table.Rows, newChipRow(c, utilization, memory(c)))
	}

	return table
}

// countHealths counts the chips in each state: 7 OK, 1 Warning.
func countHealths(chips []snapshot.Chip) string {
	counts := make(map[npusmi.Health]int)
	for i := range chips {
		counts[chips[i].Health]++
	}

	var words []string

	for _, health := range slices.Sorted(maps.Keys(counts)) {
		if health != npusmi.HealthAbsent {
			words = append(words, fmt.Sprintf("%d %s", counts[health], health))
		}
	}

	return strings.Join(words, ", ")
}

func newChipRow(c *snapshot.Chip, utilization optional.Float, memory snapshot.Memory) chipRow {
	row := chipRow{
		NPU:         c.NPU,
		Chip:        c.Chip,
		Model:       known(c.Model),
		Health:      known(c.Health.String()),
		HealthTone:  healthTone(c.Health),
		Unusable:    c.Unusable,
		Power:       number(c.Power, "%.1f W"),
		Temperature: number(c.Temperature, "%.0f °C"),
		Utilization: percentage(utilization),
		Memory:      newMemoryCell(memory),
		Processes:   number(c.ProcessCount, "%.0f"),
		Names:       processNames(c.Processes),
		PhyID:       known(c.PhyID),
		BusID:       known(c.BusID),
	}

	if !c.Power.Present() && c.RatedPower.Present() {
		row.Power, row.Rated = number(c.RatedPower, "%.1f W"), true
	}

	return row
}

func newMemoryCell(m snapshot.Memory) memoryCell {
	const gibibyte = 1 << 30

	cell := memoryCell{Used: number(m.Used.Per(gibibyte), "%.1f"), Total: number(m.Total.Per(gibibyte), "%.1f GiB")}

	used, hasUsed := m.Used.Get()
	total, hasTotal := m.Total.Get()

	if hasUsed && hasTotal && total > 0 {
		cell.Share = strconv.FormatFloat(100*min(max(used/total, 0), 1), 'f', 1, 64)
	}

	return cell
}

// Known says whether anything is known of the store.
func (m memoryCell) Known() bool {
	return m.Used != absent || m.Total != absent
}

// processNames are the names on a chip, each once.
func processNames(processes []snapshot.Process) string {
	var names []string

	for _, p := range processes {
		if p.Name != "" && !slices.Contains(names, p.Name) {
			names = append(names, p.Name)
		}
	}

	return strings.Join(names, ", ")
}

func healthTone(health npusmi.Health) tone {
	switch health {
	case npusmi.HealthOK:
		return toneGood
	case npusmi.HealthWarning:
		return toneWarn
	case npusmi.HealthAlarm, npusmi.HealthCritical:
		return toneBad
	default:
		return toneQuiet
	}
}

// chipName names a chip in a sentence.
func chipName(key snapshot.Key) string {
	return fmt.Sprintf("NPU %d chip %d", key.NPU, key.Chip)
}
