package rules_test

import (
	"maps"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"github.com/ascend-exporter/ascend_exporter/deploy/prometheus/check"
)

const alertmanagerExample = "alertmanager.example.yml"

// places are the labels that tell where the trouble is, from the outside in.
func places() []string { return []string{"cluster", "superpod", "rack", "instance", "npu", "chip"} }

// place gives labels of an alert on a chip, a host, a rack, a SuperPod or Prometheus itself.
func place(level string) []string {
	return map[string][]string{
		"Prometheus": nil, "SuperPod": places()[:2], "rack": places()[:3], "host": places()[:4], "chip": places(),
	}[level]
}

// alertLabels are the names of the labels of each alert that tell its place, and the severity of each.
func alertLabels(t *testing.T) (labels map[string][]string, severities map[string]string) {
	t.Helper()

	all, err := check.List(render(t, everything))
	if err != nil {
		t.Fatal(err)
	}

	labels, severities = make(map[string][]string), make(map[string]string)

	for _, r := range all {
		if r.Alert != "" {
			level, _ := told(r.Annotations["summary"])
			labels[r.Alert], severities[r.Alert] = place(level), r.Labels["severity"]
		}
	}

	return labels, severities
}

// amtool runs it, and gives what it prints.
func amtool(t *testing.T, args ...string) string {
	t.Helper()

	binary, err := exec.LookPath("amtool")
	if err != nil {
		t.Skip("no amtool on PATH: install Debian's package prometheus-alertmanager")
	}

	cmd := exec.CommandContext(t.Context(), binary, args...)

	var complaints strings.Builder

	cmd.Stderr = &complaints

	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("amtool %s: %v\n%s%s", strings.Join(args, " "), err, out, complaints.String())
	}

	return strings.TrimSpace(string(out))
}

// TestAlertmanagerConfig: Alertmanager takes the example.
func TestAlertmanagerConfig(t *testing.T) {
	t.Parallel()

	if out := amtool(t, "check-config", alertmanagerExample); !strings.Contains(out, "SUCCESS") {
		t.Error(out)
	}
}

// TestRoutes: alerts go to the receiver that their severity asks for.
func TestRoutes(t *testing.T) {
	t.Parallel()

	_, severities := alertLabels(t)

	for _, test := range []struct{ alert, severity, want string }{
		{"AscendNpuMissing", "critical", "pager"},
		{"AscendRackCooling", "critical", "pager"},
		{"AscendExportersAbsent", "critical", "pager"},
		{"AscendLinkDown", "warning", "tickets"},
		{"AscendExporterDown", "warning", "tickets"},
		{"AscendNpuIdleButHeld", "info", "reports"},
		{"AscendVersionsMixed", "info", "reports"},
		{"AscendMaintenanceLong", "info", "tickets"},
		{"AscendWatchdog", "none", "dead-mans-switch"},
	} {
		if severities[test.alert] != test.severity {
			t.Errorf("%s is %s", test.alert, severities[test.alert])
		}

		if got := routed(t, test.alert, test.severity); got != test.want {
			t.Errorf("%s goes to %s, not to %s", test.alert, got, test.want)
		}
	}

	// One that was set to none by the values.
	if got := routed(t, "AscendScrapeSlow", "none"); got != "nobody" {
		t.Errorf("severity none goes to %s", got)
	}
}

// routed is the receiver of an alert.
func routed(t *testing.T, alert, severity string) string {
	t.Helper()

	return amtool(t, "config", "routes", "test", "--config.file="+alertmanagerExample, "alertname="+alert, "severity="+severity, "cluster=c1")
}

// alertmanagerConfig is the part of a configuration that names alerts and labels.
type alertmanagerConfig struct {
	Route        alertmanagerRoute `yaml:"route"`
	InhibitRules []struct {
		Source []string `yaml:"source_matchers"`
		Target []string `yaml:"target_matchers"`
		Equal  []string `yaml:"equal"`
	} `yaml:"inhibit_rules"`
}

type alertmanagerRoute struct {
	GroupBy  []string            `yaml:"group_by"`
	Matchers []string            `yaml:"matchers"`
	Routes   []alertmanagerRoute `yaml:"routes"`
}

// TestAlertmanagerNames: what the example names exists, and alerts have the labels by which they silence each other.
func TestAlertmanagerNames(t *testing.T) {
	t.Parallel()

	content, err := os.ReadFile(alertmanagerExample)
	if err != nil {
		t.Fatal(err)
	}

	var config alertmanagerConfig
	if err := yaml.Unmarshal(content, &config); err != nil {
		t.Fatal(err)
	}

	labels, severities := alertLabels(t)

	for _, route := range append(config.Route.Routes, config.Route) {
		for _, label := range route.GroupBy {
			if label != "..." && !slices.Contains(append(places(), "alertname"), label) {
				t.Errorf("groups by %s, which no alert has", label)
			}
		}

		selected(t, route.Matchers, labels, severities)
	}

	for _, inhibition := range config.InhibitRules {
		sources, targets := selected(t, inhibition.Source, labels, severities), selected(t, inhibition.Target, labels, severities)

		for _, alert := range slices.Concat(sources, targets) {
			// The labels of Prometheus's own alerts are external ones.
			for _, label := range inhibition.Equal {
				if labels[alert] != nil && !slices.Contains(labels[alert], label) {
					t.Errorf("%s has no label %s to be equal", alert, label)
				}
			}
		}
	}
}

// selected are the alerts that matchers may select. What they name must exist.
func selected(t *testing.T, matchers []string, labels map[string][]string, severities map[string]string) []string {
	t.Helper()

	alerts := slices.Sorted(maps.Keys(labels))

	for _, text := range matchers {
		parts := regexp.MustCompile(`^([a-z]+)(=|=~|!=)"(.*)"$`).FindStringSubmatch(text)
		if parts == nil {
			t.Fatalf("the matcher %s cannot be read", text)
		}

		label, operator, values := parts[1], parts[2], strings.Split(parts[3], "|")

		switch {
		case operator == "!=" && parts[3] == "":
			alerts = slices.DeleteFunc(alerts, func(alert string) bool { return !slices.Contains(labels[alert], label) })
		case label == "alertname":
			for _, value := range values {
				if _, ok := labels[value]; !ok {
					t.Errorf("%s: there is no alert %s", text, value)
				}
			}

			alerts = slices.DeleteFunc(alerts, func(alert string) bool { return !slices.Contains(values, alert) })
		case label == "severity":
			for _, value := range values {
				if !slices.Contains([]string{"critical", "warning", "info", "none"}, value) {
					t.Errorf("%s: there is no severity %s", text, value)
				}
			}

			alerts = slices.DeleteFunc(alerts, func(alert string) bool { return !slices.Contains(values, severities[alert]) })
		default:
			t.Errorf("%s: alerts have no such label to match by", text)
		}
	}

	if len(alerts) == 0 {
		t.Errorf("%v selects no alert", matchers)
	}

	return alerts
}

// TestGroups: what wakes people up, or becomes a ticket, is grouped by rack and kind; reports by SuperPod.
func TestGroups(t *testing.T) {
	t.Parallel()

	content, err := os.ReadFile(alertmanagerExample)
	if err != nil {
		t.Fatal(err)
	}

	var config alertmanagerConfig
	if err := yaml.Unmarshal(content, &config); err != nil {
		t.Fatal(err)
	}

	got := map[string][]string{"": config.Route.GroupBy}
	for _, route := range config.Route.Routes {
		got[strings.Join(route.Matchers, ",")] = route.GroupBy
	}

	want := map[string][]string{
		"":                                  {"cluster", "superpod", "rack", "alertname"},
		`severity="critical"`:               nil, // as above
		`severity="info"`:                   {"cluster", "superpod"},
		`severity="none"`:                   nil,
		`alertname="AscendWatchdog"`:        {"..."},
		`alertname="AscendMaintenanceLong"`: {"cluster", "superpod", "alertname"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
