package rules_test

import (
	"flag"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	rules "github.com/ascend-exporter/ascend_exporter/deploy/prometheus"
	"github.com/ascend-exporter/ascend_exporter/deploy/prometheus/check"
)

var update = flag.Bool("update", false, "write the rule files and the table of docs/alerts.md")

// everything are values that turn all on that is off by default.
const everything = "tests/values/everything.yml"

func render(t *testing.T, files ...string) map[string][]byte {
	t.Helper()

	values, err := rules.Load(files...)
	if err != nil {
		t.Fatal(err)
	}

	rendered, err := rules.Render(values)
	if err != nil {
		t.Fatal(err)
	}

	return rendered
}

func alerts(t *testing.T, files ...string) []string {
	t.Helper()

	all, err := check.List(render(t, files...))
	if err != nil {
		t.Fatal(err)
	}

	var names []string
	for _, a := range all {
		if a.Alert != "" {
			names = append(names, a.Alert)
		}
	}

	return names
}

// TestRulesAreFresh: the rule files are what the templates and values give, and there are no others.
func TestRulesAreFresh(t *testing.T) {
	t.Parallel()

	rendered := render(t)

	for name, want := range rendered {
		path := filepath.Join("rules", name)

		if *update {
			if err := os.WriteFile(path, want, 0o644); err != nil {
				t.Fatal(err)
			}
		}

		got, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}

		if diff := cmp.Diff(string(got), string(want)); diff != "" {
			t.Errorf("%s is stale: run make generate (-file +templates):\n%s", path, diff)
		}
	}

	files, err := filepath.Glob("rules/*")
	if err != nil {
		t.Fatal(err)
	}

	for _, file := range files {
		if _, ok := rendered[filepath.Base(file)]; !ok {
			t.Errorf("%s comes from no template", file)
		}
	}
}

// TestRulesAreSound: every metric and label of the rules exists, joins match, and alerts have their texts.
func TestRulesAreSound(t *testing.T) {
	t.Parallel()

	for name, files := range map[string][]string{"defaults": nil, "everything on": {everything}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			if err := check.Rules(render(t, files...)); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestAlertsAreTested: promtool's tests show of each alert that it waits, fires and clears.
func TestAlertsAreTested(t *testing.T) {
	t.Parallel()

	if err := check.Tests(alerts(t, everything), []string{"AscendWatchdog"}, os.DirFS("tests")); err != nil {
		t.Error(err)
	}
}

// TestAlertsHaveRunbooks: each alert has a page that says what to do.
func TestAlertsHaveRunbooks(t *testing.T) {
	t.Parallel()

	if err := check.Runbooks(alerts(t, everything), "../../docs/runbooks"); err != nil {
		t.Error(err)
	}
}

// TestEverythingIsOn: the values for the tests turn every alert on that values.yml has.
func TestEverythingIsOn(t *testing.T) {
	t.Parallel()

	values, err := rules.Defaults()
	if err != nil {
		t.Fatal(err)
	}

	all, _ := values["alerts"].(map[string]any)
	got := alerts(t, everything)
	slices.Sort(got)

	if diff := cmp.Diff(slices.Sorted(maps.Keys(all)), got); diff != "" {
		t.Errorf("alerts that values.yml has and no template renders, or no value turns on (-values +rendered):\n%s", diff)
	}
}

// TestOff: what is off by default, and only that, is not in the rule files.
func TestOff(t *testing.T) {
	t.Parallel()

	on := alerts(t)

	var off []string

	for _, alert := range alerts(t, everything) {
		if !slices.Contains(on, alert) {
			off = append(off, alert)
		}
	}

	slices.Sort(off)

	want := []string{"AscendHbmCorrectableStorm", "AscendHostPowerOverBudget", "AscendNpuTemperatureHigh", "AscendRackPowerOverBudget"}
	if diff := cmp.Diff(want, off); diff != "" {
		t.Error(diff)
	}
}

// TestValues: what is set goes into the rules.
func TestValues(t *testing.T) {
	t.Parallel()

	file := filepath.Join(t.TempDir(), "mine.yml")
	if err := os.WriteFile(file, []byte(`
job: npus
grafana: https://grafana.example
interval: 5s
alerts:
  AscendExporterDown: {for: 90s, severity: critical}
  AscendHbmTemperatureHigh: {celsius: 87.5}
  AscendScrapeSlow: {enabled: false}
`), 0o600); err != nil {
		t.Fatal(err)
	}

	rendered := render(t, file)
	monitoring, thermal := string(rendered["ascend-monitoring.yml"]), string(rendered["ascend-thermal.yml"])

	for _, want := range []string{`expr: up{job=~"npus"} == 0`, "for: 90s", "https://grafana.example/d/ascend-host?", "interval: 5s"} {
		if !strings.Contains(monitoring, want) {
			t.Errorf("no %q in the rules", want)
		}
	}

	if strings.Contains(monitoring, "AscendScrapeSlow") {
		t.Error("an alert that is off is there")
	}

	if !strings.Contains(thermal, "ascend_npu_hbm_temperature_celsius >= 87.5 ") {
		t.Error("the limit is not there")
	}
}

// TestWrongValues: whatever is wrong is told with its line and what would be right.
func TestWrongValues(t *testing.T) {
	t.Parallel()

	for text, want := range map[string]string{
		"jobs: ascend": "mine.yml:1: unknown key jobs. Known in the file are alerts, grafana, interval, job,",
		"alerts:\n  AscendExporterDwon: {for: 1m}":                    "mine.yml:2: unknown key alerts.AscendExporterDwon. Known in alerts are AscendCollectionFailing,",
		"alerts: {AscendExporterDown: {celsius: 3}}":                  "mine.yml:1: unknown key alerts.AscendExporterDown.celsius. Known in alerts.AscendExporterDown are enabled, for, keep_firing_for, severity",
		"alerts: {AscendExporterDown: {for: soon}}":                   `mine.yml:1: alerts.AscendExporterDown.for: "soon" is no duration such as 90s, 5m or 1d`,
		"alerts: {AscendExporterDown: {for: 5}}":                      `mine.yml:1: alerts.AscendExporterDown.for: "5" is no text: put it in quotes`,
		"alerts: {AscendExporterDown: {severity: page}}":              `mine.yml:1: alerts.AscendExporterDown.severity: "page" is none of critical, warning, info, none`,
		"alerts: {AscendExporterDown: {enabled: 1}}":                  `mine.yml:1: alerts.AscendExporterDown.enabled: "1" is neither true nor false`,
		"alerts: {AscendRackCooling: {ratio: a lot}}":                 `mine.yml:1: alerts.AscendRackCooling.ratio: "a lot" is no number`,
		"alerts: {AscendRackCooling: 3}":                              "mine.yml:1: alerts.AscendRackCooling has to be a map with the keys enabled, for, keep_firing_for, ratio, severity",
		"alerts: {AscendNpuTemperatureHigh: {celsius: 80}}":           "mine.yml:1: alerts.AscendNpuTemperatureHigh.celsius has to be a map of models and numbers, such as {910B.*: 85}",
		"alerts: {AscendNpuTemperatureHigh: {celsius: {310: hot}}}":   "mine.yml:1: alerts.AscendNpuTemperatureHigh.celsius has to be a map of models and numbers",
		"alerts: {AscendNpuTemperatureHigh: {celsius: {910B*(: 80}}}": `mine.yml:1: alerts.AscendNpuTemperatureHigh.celsius: "910B*(" is no regular expression without quotes`,
		"job: a\njob: b":       "mine.yml:2: job is set twice",
		`job: "a("`:            `mine.yml:1: job: "a(" is no regular expression`,
		"job: [":               "mine.yml: yaml: line 1:",
		"- job":                "mine.yml:1: the file has to be a map",
		"jobs: a\ninterval: x": `mine.yml:2: interval: "x" is no duration`, // both are told
	} {
		values, err := rules.Defaults()
		if err != nil {
			t.Fatal(err)
		}

		if err := values.Set("mine.yml", []byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %s", text, err, want)
		}
	}
}
