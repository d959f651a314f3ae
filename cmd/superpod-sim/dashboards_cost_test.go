package main

import (
	"cmp"
	"flag"
	"fmt"
	"os"
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
	costBytes = 1 << 20 // of its answers
)

// A cost is what the queries of a panel take, all together.
type cost struct {
	board   board
	panel   grafana.Panel
	queries int
	answer

	raw   time.Duration // of the same questions asked of the series of scrapes
	other bool          // whether these are other queries at all
}

// TestDashboardsCost measures what each panel costs over a large fleet, and holds the pages above the rack to their limits: they cost at
// most a tenth of the same questions asked of the series of scrapes, and 1 MiB.
func TestDashboardsCost(t *testing.T) {
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
	empty := a.asking(t)

	var costs []cost

	for _, b := range readBoards(t) {
		of, err := b.measure(a, recordings, empty)
		if err != nil {
			t.Fatal(err)
		}

		costs = append(costs, of...)
	}

	report := table(costs, len(hosts)*hosts[0].Chips(), empty)
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

		if c.board.aboveRack() && c.other && costRatio*c.took > c.raw {
			t.Errorf("%s, %q: takes %s, and %s from the series of scrapes: that is more than one in %d", c.board.UID, c.panel.Title, c.took, c.raw, costRatio)
		}
	}
}

// aboveRack says whether the dashboard is of more than a rack, and must not grow with the chips.
func (b board) aboveRack() bool { return b.UID == "ascend-fleet" || b.UID == "ascend-superpod" }

// asking is the time that a question takes which reads nothing.
func (a *asker) asking(t *testing.T) time.Duration {
	t.Helper()

	given, err := a.cheapest(`vector(1)`, true, a.scope())
	if err != nil {
		t.Fatal(err)
	}

	return given.took
}

// cheapest asks several times, and gives the answer that came soonest: others waited for something else.
func (a *asker) cheapest(expr string, instant bool, scope grafana.Scope) (answer, error) {
	const times = 3

	var best answer

	for range times {
		given, err := a.ask(expr, instant, scope)
		if err != nil {
			return given, fmt.Errorf("%s: %w", expr, err)
		}

		if best.took == 0 || given.took < best.took {
			best = given
		}
	}

	return best, nil
}

// measure asks all panels of a dashboard about the last hour, the time that has series of scrapes, with the first values of its variables.
func (b board) measure(a *asker, recordings recordings, empty time.Duration) ([]cost, error) {
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

			given, err := a.cheapest(expr, target.Instant, own(expr, scope))
			if err != nil {
				return nil, err
			}

			c.queries++
			c.series, c.bytes, c.took = c.series+given.series, c.bytes+given.bytes, c.took+max(0, given.took-empty)

			if !b.aboveRack() {
				continue
			}

			if err := c.compare(a, recordings, expr, target.Instant, scope, empty); err != nil {
				return nil, err
			}
		}

		costs = append(costs, c)
	}

	return costs, nil
}

// compare adds what the same question costs when it is asked of the series of scrapes.
func (c *cost) compare(a *asker, recordings recordings, expr string, instant bool, scope grafana.Scope, empty time.Duration) error {
	text, err := recordings.raw(expr)
	if err != nil {
		return err
	}

	given, err := a.ask(text, instant, scope)
	if err != nil {
		return fmt.Errorf("%s: %w", text, err)
	}

	same, err := recordings.same(expr, text)
	c.raw += max(0, given.took-empty)
	c.other = c.other || !same

	return err
}

// same says whether two texts are one expression.
func (recordings) same(a, b string) (bool, error) {
	expr, err := parse(a)

	return err == nil && expr.String() == b, err
}

// table is the report.
func table(costs []cost, chips int, empty time.Duration) string {
	var text strings.Builder

	fmt.Fprintf(&text, "%d chips; the last hour; %s for a question that reads nothing are taken off each time.\n\n", chips, empty.Round(10*time.Microsecond))
	text.WriteString("| dashboard | panel | queries | series | bytes | ms | ms from series of scrapes |\n| --- | --- | --- | --- | --- | --- | --- |\n")

	ms := func(d time.Duration) string { return fmt.Sprintf("%.1f", float64(d)/float64(time.Millisecond)) }

	for _, c := range costs {
		from := ""
		if c.other {
			from = ms(c.raw)
		}

		fmt.Fprintf(&text, "| %s | %s | %d | %d | %d | %s | %s |\n",
			c.board.UID, strings.ReplaceAll(c.panel.Title, "|", `\|`), c.queries, c.series, c.bytes, ms(c.took), cmp.Or(from, "–"))
	}

	return text.String()
}
