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
		step   = time.Minute
		faults = 20 * time.Minute // by then all have begun that will, and have ended that do
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

	checkRaised(t, stories, raised(p, `max_over_time(ALERTS{alertstate="firing"}[1h])`))
	checkNotices(t, receiver.received())
}

// checkRaised holds the alerts that were raised to those of the stories.
func checkRaised(t *testing.T, stories []story, got []string) {
	t.Helper()

	var want []string

	for _, s := range stories {
		for _, alert := range s.raises {
			want = append(want, s.name+": "+alert)
		}

		got = slices.DeleteFunc(got, func(alert string) bool {
			superpod, name, _ := strings.Cut(alert, ": ")
			name, _, _ = strings.Cut(name, " ")

			return superpod == s.name && slices.Contains(s.may, name)
		})
	}

	slices.Sort(want)

	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("raised (-want +got):\n%s", diff)
	}
}

// checkNotices holds what Alertmanager sent to the design: a group for each kind of trouble of a rack, to the receiver of its
// severity, and nothing that another alert silences.
func checkNotices(t *testing.T, notices []notice) {
	t.Helper()

	receivers := map[string]string{"critical": "pager", "warning": "tickets", "info": "reports"}
	silenced := map[string]string{
		"AscendExporterDown": "hosts-down", "AscendLinkDown": "rack-links-down", "AscendLinkDownLong": "rack-links-down",
		"AscendHbmTemperatureHigh": "rack-overheat", "AscendHbmTemperatureCritical": "rack-overheat",
	}
	told := make(map[string]bool)

	for _, n := range notices {
		for _, alert := range n.Alerts {
			name := alert.Labels["alertname"]
			if name == "AscendWatchdog" {
				continue
			}

			told[name] = true

			if want := receivers[alert.Labels["severity"]]; n.Receiver != want {
				t.Errorf("%s went to %s, want %s", name, n.Receiver, want)
			}

			for _, label := range []string{"cluster", "superpod", "rack"} {
				if n.Receiver != "reports" && n.GroupLabels[label] != alert.Labels[label] {
					t.Errorf("%s of %s %q is in the group %v", name, label, alert.Labels[label], n.GroupLabels)
				}
			}

			if silenced[name] == alert.Labels["superpod"] {
				t.Errorf("%s of %s was told, and another alert says it", name, alert.Labels["superpod"])
			}
		}
	}

	for _, name := range []string{"AscendNpuMissing", "AscendRackCooling", "AscendRackLinksDown", "AscendManyExportersDown", "AscendOpticsOutOfLimits"} {
		if !told[name] {
			t.Errorf("nobody was told of %s", name)
		}
	}
}

// raised are the alerts that an expression finds, without the one that is always firing.
func raised(p *promtest.Server, expression string) []string {
	var alerts []string

	for _, sample := range p.Query(expression) {
		if sample.Labels["alertname"] != "AscendWatchdog" {
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
