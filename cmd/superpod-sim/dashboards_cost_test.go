package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/ascend-exporter/ascend_exporter/cmd/internal/grafana"
	"github.com/ascend-exporter/ascend_exporter/collector/sim/fleet"
	"github.com/ascend-exporter/ascend_exporter/collector/sim/scenario"
)

var (
	costRacks  = flag.Int("cost.racks", 0, "racks of 64 chips in the fleet whose dashboards are measured; 0 is none")
	costReport = flag.String("cost.report", "", "file for the table of TestDashboardsCost")
)

// What a panel above the rack may cost.
const (
	costRatio = 10      // times less than the same question asked of the series of scrapes
	costFree  = 1000    // samples that it may read anyway: less than one of each host
	costBytes = 1 << 20 // of its answers
)

// A cost is what the queries of a panel take, all together.
type cost struct {
	board   board
	panel   grafana.Panel
	queries int
	answer

	raw   answer // to the same questions asked of the series of scrapes
	other bool   // whether these are other queries at all
}

// TestDashboardsCost measures what each panel costs over a large fleet, and holds the pages above the rack to their limits: they cost at
// most a tenth of the same questions asked of the series of scrapes or next to nothing, and 1 MiB.
func TestDashboardsCost(t *testing.T) { //nolint:paralleltest // it measures, so nothing may run beside it
	if *costRacks == 0 {
		t.Skip("not without -cost.racks: make bench-dashboards")
	}

	config := fleet.Config{Cluster: "c1", SuperPods: 1, Racks: *costRacks, HostsPerRack: 8, Product: "910B3", Seed: 1, Start: night().Add(-raw)}

	var err error
	if config.Scenario, err = scenario.Load("mixed"); err != nil {
		t.Fatal(err)
	}

	hosts, err := fleet.New(config)
	if err != nil {
		t.Fatal(err)
	}

	o := pastOptions(t, hosts, night())
	o.Recorded, o.Alerts = raw, 2*scrape

	a := &asker{startPast(t, o, "--query.max-samples=1000000000", "--query.timeout=10m"), night(), make(map[string][]string)}
	recordings := readRecordings(t)

	var costs []cost

	for _, b := range readBoards(t) {
		of, err := b.measure(a, recordings)
		if err != nil {
			t.Fatal(err)
		}

		costs = append(costs, of...)
	}

	report := table(costs, len(hosts)*hosts[0].Chips())
	t.Log("\n" + report)

	if *costReport != "" {
		if err := os.WriteFile(*costReport, []byte(report), 0o600); err != nil {
			t.Fatal(err)
		}
	}

	for _, c := range costs {
		if c.board.aboveRack() && c.bytes > costBytes {
			t.Errorf("%s, %q: %d bytes are more than %d", c.board.UID, c.panel.Title, c.bytes, costBytes)
		}

		// What reads little takes no time to speak of beside that of any query.
		if c.board.aboveRack() && c.other && c.samples > costFree && (costRatio*c.took > c.raw.took || costRatio*c.samples > c.raw.samples) {
			t.Errorf("%s, %q: takes %s and reads %d samples, and from the series of scrapes %s and %d: that is more than one in %d",
				c.board.UID, c.panel.Title, c.took, c.samples, c.raw.took, c.raw.samples, costRatio)
		}
	}
}

// aboveRack says whether the dashboard is of more than a rack, and must not grow with the chips.
func (b board) aboveRack() bool { return b.UID == "ascend-fleet" || b.UID == "ascend-superpod" }

// cost asks a query several times, and gives the answer that came soonest: others waited for something else.
func (a *asker) cost(expr string, instant bool, scope grafana.Scope, times int) (answer, error) {
	best, err := a.ask(expr, instant, scope)

	for i := range times {
		given, again := a.ask(expr, instant, scope, "stats", "all")
		if err = errors.Join(err, again); err != nil {
			return best, fmt.Errorf("%s: %w", expr, err)
		}

		if i == 0 || given.took < best.took {
			best.took, best.samples = given.took, given.samples
		}
	}

	return best, err
}

// measure asks all panels of a dashboard about the last hour, the time that has series of scrapes, with the first values of its variables.
func (b board) measure(a *asker, recordings recordings) ([]cost, error) {
	values, _, err := b.Resolve(a.scope(), nil, a.values)
	if err != nil {
		return nil, err
	}

	b.Time.From = fmt.Sprintf("now-%dm", int(raw.Minutes()))

	var costs []cost

	for _, p := range b.All() {
		p.TimeFrom = ""
		c := cost{board: b, panel: p}

		scope, err := a.scopeOf(b.Dashboard, p, values)
		if err != nil {
			return nil, err
		}

		for _, target := range p.Targets {
			expr, err := scope.Expand(target.Expr)
			if err != nil {
				return nil, err
			}

			given, err := a.cost(expr, target.Instant, own(expr, scope), 3)
			if err != nil {
				return nil, err
			}

			c.queries++
			c.add(given)

			if b.aboveRack() {
				if err := c.compare(a, recordings, expr, target.Instant, scope); err != nil {
					return nil, err
				}
			}
		}

		costs = append(costs, c)
	}

	return costs, nil
}

// add adds what another answer takes.
func (a *answer) add(other answer) {
	a.series += other.series
	a.bytes += other.bytes
	a.took += other.took
	a.samples += other.samples
}

// compare adds what the same question costs when it is asked of the series of scrapes.
func (c *cost) compare(a *asker, recordings recordings, expr string, instant bool, scope grafana.Scope) error {
	text, err := recordings.raw(expr)
	if err != nil {
		return err
	}

	given, err := a.cost(text, instant, scope, 1)
	if err != nil {
		return err
	}

	c.raw.add(given)

	parsed, err := parse(expr)
	c.other = c.other || err == nil && parsed.String() != text

	return err
}

// table is the report.
func table(costs []cost, chips int) string {
	var text strings.Builder

	fmt.Fprintf(&text, "%d chips, the last hour; times are Prometheus's own.\n\n%s\n", chips, pages(costs))
	text.WriteString("| dashboard | panel | queries | series | bytes | samples read | ms | of series of scrapes | ms |\n")
	text.WriteString("| --- | --- | --- | --- | --- | --- | --- | --- | --- |\n")

	for _, c := range costs {
		samples, ms := "", ""
		if c.other {
			samples, ms = strconv.Itoa(c.raw.samples), milliseconds(c.raw.took)
		}

		fmt.Fprintf(&text, "| %s | %s | %d | %d | %d | %d | %s | %s | %s |\n", strings.TrimPrefix(c.board.UID, "ascend-"), c.panel.Title,
			c.queries, c.series, c.bytes, c.samples, milliseconds(c.took), samples, ms)
	}

	return text.String()
}

// pages is the table of what whole dashboards cost, with the panel that takes longest.
func pages(costs []cost) string {
	var text strings.Builder

	text.WriteString("| dashboard | panels | queries | samples read | ms | of series of scrapes | ms | the slowest panel | ms |\n")
	text.WriteString("| --- | --- | --- | --- | --- | --- | --- | --- | --- |\n")

	for i := 0; i < len(costs); {
		var all, raw answer

		panels, queries, slowest := 0, 0, costs[i]

		for uid := costs[i].board.UID; i < len(costs) && costs[i].board.UID == uid; i++ {
			c := costs[i]
			panels++
			queries += c.queries
			all.add(c.answer)
			raw.add(c.raw)

			if c.took > slowest.took {
				slowest = c
			}
		}

		samples, ms := "", ""
		if raw.samples > 0 {
			samples, ms = strconv.Itoa(raw.samples), milliseconds(raw.took)
		}

		fmt.Fprintf(&text, "| %s | %d | %d | %d | %s | %s | %s | %s | %s |\n", slowest.board.Title, panels, queries,
			all.samples, milliseconds(all.took), samples, ms, slowest.panel.Title, milliseconds(slowest.took))
	}

	return text.String()
}

func milliseconds(d time.Duration) string {
	return fmt.Sprintf("%.1f", float64(d)/float64(time.Millisecond))
}
