package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ascend-exporter/ascend_exporter/cmd/internal/promtest"
	rules "github.com/ascend-exporter/ascend_exporter/deploy/prometheus"
)

// TestAlerts: hosts break as stories tell, and the alerts of the stories and no others are raised, by a real Prometheus with the rules, and
// end with the faults; a real Alertmanager with the example's routes tells of those that nothing inhibits, in the groups that are designed.
func TestAlerts(t *testing.T) {
	t.Parallel()

	if testing.Short() {
		t.Skip("it takes more than a minute")
	}

	const (
		step    = time.Minute
		faults  = 20 * time.Minute // by then all have begun that will, and have ended that do
		cooling = 9 * time.Minute  // for alerts to end; then the stories begin anew
	)

	moments := &clock{now: time.Date(2026, 3, 2, 14, 0, 0, 0, time.UTC)}
	stories := stories()
	fleet := serveStories(t, stories, moments)
	alertmanager, receiver := startAlertmanager(t)
	p := promtest.Start(t, prometheusConfig(t, fleet, alertmanager))

	hosts := 0.0
	for _, s := range stories {
		hosts += float64(s.hosts)
	}

	p.Until(`min(up)`, promtest.Is(1))
	p.Until(`count(host:ascend_npu_expected_chips:last)`, promtest.Is(hosts))

	for range int(faults / step) {
		moments.advance(step)
		p.Observe()
	}

	ended := func(firing []string) bool { return len(lasting(stories, firing)) == len(firing) }

	for range int(cooling / step) {
		if ended(raised(p, firing)) {
			break
		}

		moments.advance(step)
		p.Observe()
	}

	if still := raised(p, firing); !ended(still) {
		t.Errorf("alerts outlast their faults; those that are firing: %q", still)
	}

	all := raised(p, `max_over_time(`+firing+`[1h])`)
	checkRaised(t, stories, all)
	checkTold(t, stories, all, receiver)
}

// firing selects the alerts.
const firing = `ALERTS{alertstate="firing"}`

// lasting are those of the alerts whose faults do not end.
func lasting(stories []story, alerts []string) []string {
	return slices.DeleteFunc(slices.Clone(alerts), func(alert string) bool {
		return !slices.ContainsFunc(stories, func(s story) bool { return s.lasts && strings.HasPrefix(alert, s.name+": ") })
	})
}

// checkRaised holds the alerts that were raised to those of the stories.
func checkRaised(t *testing.T, stories []story, all []string) {
	t.Helper()

	var want []string

	got := slices.Clone(all)

	for _, s := range stories {
		for _, alert := range s.raises {
			want = append(want, s.name+": "+alert)
		}

		got = slices.DeleteFunc(got, func(alert string) bool { return s.has(s.may, alert) })
	}

	slices.Sort(want)

	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("raised (-want +got):\n%s", diff)
	}
}

// checkTold holds what Alertmanager sent to the design: of what was raised, all but what another alert silences, and then its end; to the
// receiver of its severity, in a group for each kind of trouble of a rack, or for each SuperPod in reports.
func checkTold(t *testing.T, stories []story, raised []string, receiver *receiver) {
	t.Helper()

	want := make(map[string]string) // the last status of what was raised; "" where it does not matter

	for _, s := range stories {
		for _, alert := range raised {
			switch {
			case !strings.HasPrefix(alert, s.name+": ") || s.has(s.may, alert) || s.has(s.silent, alert):
			case s.lasts || s.has(s.hushed, alert):
				want[alert] = ""
			default:
				want[alert] = "resolved"
			}
		}
	}

	got := receiver.until(func(got map[string]string) bool { return cmp.Diff(want, within(got, want)) == "" })
	if diff := cmp.Diff(want, within(got, want)); diff != "" {
		t.Errorf("told at last (-want +got):\n%s", diff)
	}

	for alert := range got {
		for _, s := range stories {
			if s.has(s.silent, alert) {
				t.Errorf("%s was told, and another alert says it", alert)
			}
		}
	}

	for _, n := range receiver.received() {
		checkNotice(t, n)
	}
}

// within are the entries whose keys another map has too, without the values that it does not tell.
func within(all, wanted map[string]string) map[string]string {
	some := make(map[string]string)

	for key, value := range all {
		switch want, ok := wanted[key]; {
		case !ok:
		case want == "":
			some[key] = ""
		default:
			some[key] = value
		}
	}

	return some
}

// checkNotice: it went to the right receiver, and all of its alerts are of its group.
func checkNotice(t *testing.T, n notice) {
	t.Helper()

	designs := map[string]struct {
		receiver string
		group    []string
	}{
		"critical": {"pager", []string{"cluster", "superpod", "rack", "alertname"}},
		"warning":  {"tickets", []string{"cluster", "superpod", "rack", "alertname"}},
		"info":     {"reports", []string{"cluster", "superpod"}},
	}

	for _, alert := range n.Alerts {
		if alert.Labels["alertname"] == watchdog {
			continue
		}

		design := designs[alert.Labels["severity"]]
		if n.Receiver != design.receiver {
			t.Errorf("%s went to %s, want %s", told(alert.Labels), n.Receiver, design.receiver)
		}

		group := make(map[string]string)

		for _, label := range design.group {
			if value := alert.Labels[label]; value != "" {
				group[label] = value
			}
		}

		if diff := cmp.Diff(group, n.GroupLabels); diff != "" {
			t.Errorf("the group of %s (-want +got):\n%s", told(alert.Labels), diff)
		}
	}
}

// watchdog is the alert that is always firing.
const watchdog = "AscendWatchdog"

// raised are the alerts that an expression finds, but for the watchdog.
func raised(p *promtest.Server, expression string) []string {
	var alerts []string

	for _, sample := range p.Query(expression) {
		if sample.Labels["alertname"] != watchdog {
			alerts = append(alerts, told(sample.Labels))
		}
	}

	slices.Sort(alerts)

	return slices.Compact(alerts)
}

// told is an alert as stories tell it: the SuperPod, the alert, and the place in the SuperPod.
func told(labels map[string]string) string {
	place := labels["instance"] + labels["rack"]
	if labels["instance"] != "" {
		place = labels["instance"]
	}

	if npu := labels["npu"]; npu != "" {
		place += "/" + npu
	}

	return strings.TrimSpace(labels["superpod"] + ": " + labels["alertname"] + " " + strings.TrimPrefix(place, labels["superpod"]+"-"))
}

// prometheusConfig has the rules with the values of the test.
func prometheusConfig(t *testing.T, fleet, alertmanager string) string {
	t.Helper()

	values, err := rules.Load("testdata/alerts/values.yml")
	if err != nil {
		t.Fatal(err)
	}

	rendered, err := rules.Render(values)
	if err != nil {
		t.Fatal(err)
	}

	folder := t.TempDir()

	for name, content := range rendered {
		if err := os.WriteFile(filepath.Join(folder, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}

	return fmt.Sprintf(`
global: {scrape_interval: 2s, scrape_timeout: 2s, evaluation_interval: 1s}
rule_files: [%s/*.yml]
alerting: {alertmanagers: [{static_configs: [{targets: [%q]}]}]}
scrape_configs:
  - job_name: ascend
    honor_labels: true
    http_sd_configs: [{url: "http://%s/sd", refresh_interval: 1s}]
`, folder, alertmanager, fleet)
}
