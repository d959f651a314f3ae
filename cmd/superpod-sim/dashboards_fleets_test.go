package main

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/ascend-exporter/ascend_exporter/cmd/internal/promtest"
	"github.com/ascend-exporter/ascend_exporter/cmd/superpod-sim/history"
	"github.com/ascend-exporter/ascend_exporter/collector/faults"
	"github.com/ascend-exporter/ascend_exporter/collector/sim/fleet"
	"github.com/ascend-exporter/ascend_exporter/collector/sim/scenario"
)

// A watched fleet is one whose dashboards are opened.
type watched struct {
	name   string
	config fleet.Config
	place  func(host int, of fleet.Place) fleet.Place // where it stands; nil is where fleets of its kind do
	breaks []string                                   // scenarios, of one host after another; none where all are well
}

const (
	raw      = time.Hour   // for how long there are the series of scrapes
	recorded = 3 * raw     // and what rules record
	scrape   = time.Minute // the step of histories
)

// night is when the histories end: inference has little to do then.
func night() time.Time { return time.Date(2026, 3, 2, 5, 10, 0, 0, time.UTC) }

// fleets are of every kind that dashboards have to do with.
func fleets() []watched {
	nowhere := func(host int, _ fleet.Place) fleet.Place { return fleet.Place{Name: fmt.Sprintf("host%d", host)} }
	racks := func(host int, _ fleet.Place) fleet.Place { // without SuperPods
		return fleet.Place{Cluster: "c1", Rack: fmt.Sprintf("r%02d", host/8), Name: fmt.Sprintf("r%02d-h%02d", host/8, host%8)}
	}

	broken := slices.Concat(scenario.Names(), []string{"testdata/dashboards/down.yaml", "testdata/dashboards/gone.yaml", "testdata/dashboards/zombies.yaml"})

	return []watched{
		{name: "A3 in SuperPods", config: fleet.Config{Cluster: "c1", SuperPods: 2, Racks: 2, HostsPerRack: 2, Product: "A3"}},
		{
			name: "910B in racks where everything breaks", place: racks, breaks: broken,
			config: fleet.Config{SuperPods: 1, Racks: 1, HostsPerRack: len(broken) + 1, Product: "910B3", NPUs: 4},
		},
		{name: "310", config: fleet.Config{Cluster: "c1", SuperPods: 1, Racks: 1, HostsPerRack: 1, Product: "310"}},
		{name: "310P", config: fleet.Config{Cluster: "c1", SuperPods: 1, Racks: 1, HostsPerRack: 2, Product: "310P-Duo"}},
		{
			name: "950 with links down", breaks: []string{"roce-link-down"},
			config: fleet.Config{Cluster: "c1", SuperPods: 1, Racks: 1, HostsPerRack: 2, Product: "950DT"},
		},
		{name: "one server", place: nowhere, config: fleet.Config{SuperPods: 1, Racks: 1, HostsPerRack: 1, Product: "910B3"}},
	}
}

// build makes the hosts, on which faults are in the middle of their course at a moment.
func (w watched) build(t *testing.T, end time.Time) []*fleet.Host {
	t.Helper()

	const begun = 10*time.Minute + 30*time.Second

	w.config.Seed = 1

	hosts, err := fleet.New(w.config)
	if err != nil {
		t.Fatal(err)
	}

	for i, name := range w.breaks {
		with := w.config
		with.Start = end.Add(-raw - begun) // the scenarios repeat

		if with.Scenario, err = scenario.Load(name); err != nil {
			t.Fatal(err)
		}

		ill, err := fleet.New(with)
		if err != nil {
			t.Fatal(err)
		}

		hosts[i] = ill[i]
	}

	if w.place != nil {
		for i, h := range hosts {
			h.Place = w.place(i, h.Place)
		}
	}

	return hosts
}

// ruleFiles are the rules that are shipped.
func ruleFiles(t *testing.T) []string {
	t.Helper()

	files, err := filepath.Glob("../../deploy/prometheus/rules/*.yml")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}

	return files
}

// ruleTexts are the files of rules by their names.
func ruleTexts(t *testing.T) map[string][]byte {
	t.Helper()

	texts := make(map[string][]byte)

	for _, file := range ruleFiles(t) {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}

		texts[filepath.Base(file)] = text
	}

	return texts
}

// pastOptions are a history of hosts up to a moment.
func pastOptions(t *testing.T, hosts []*fleet.Host, end time.Time) history.Options {
	t.Helper()

	table, err := faults.Builtin()
	if err != nil {
		t.Fatal(err)
	}

	return history.Options{
		Output: filepath.Join(t.TempDir(), "data"), Hosts: hosts, Faults: table, End: end, Step: scrape, Raw: raw, Recorded: recorded, Alerts: raw,
		Rules: ruleFiles(t), Logger: slog.New(slog.DiscardHandler),
	}
}

// startPast writes a history, and starts a real Prometheus on it that scrapes and rules itself only.
func startPast(t *testing.T, o history.Options, flags ...string) *promtest.Server {
	t.Helper()

	if err := history.Write(t.Context(), o); err != nil {
		t.Fatal(err)
	}

	rules, err := filepath.Abs("../../deploy/prometheus/rules")
	if err != nil {
		t.Fatal(err)
	}

	return promtest.StartOn(t, o.Output, fmt.Sprintf(`
global: {scrape_interval: 1s, evaluation_interval: 1s}
rule_files: [%s/ascend-capacity.yml]
scrape_configs: [{job_name: prometheus, static_configs: [{targets: [%s]}]}]
`, rules, promtest.Own), flags...)
}
