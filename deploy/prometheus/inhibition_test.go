package rules_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// here is where the alerts of the tests are, unless they say otherwise.
func here() map[string]string {
	return map[string]string{"superpod": "sp1", "rack": "r1", "instance": "h1", "npu": "0", "chip": "0"}
}

// An inhibition is what some alerts, all at the same time, do to each other. An alert is written as its name and labels that differ
// from here, such as "AscendLinkDown rack=r2".
type inhibition struct {
	name               string
	notified, silenced []string
}

func inhibitions() []inhibition {
	return []inhibition{
		{"exporters down in numbers", []string{"AscendManyExportersDown", "AscendExporterDown superpod=sp2"}, []string{"AscendExporterDown", "AscendExporterDown instance=h2"}},
		{"hosts without a SuperPod", []string{"AscendManyExportersDown superpod=", "AscendExporterDown superpod="}, nil},
		{"an empty discovery", []string{"AscendExportersAbsent superpod=sp1", "AscendHostGone superpod=sp2"}, []string{"AscendHostGone", "AscendHostGone rack=r2"}},
		{
			"a hot rack",
			[]string{"AscendRackCooling", "AscendNpuHotVsHistory rack=r2 instance=h2", "AscendNpuThrottled rack= instance=h3", "AscendHbmUncorrectable chip=1"},
			[]string{"AscendHbmTemperatureCritical", "AscendHbmTemperatureHigh", "AscendNpuTemperatureHigh", "AscendNpuHotVsRack", "AscendNpuHotVsHistory", "AscendNpuThrottled"},
		},
		{"a rack beyond its budget", []string{"AscendRackPowerOverBudget", "AscendHostPowerOverBudget rack=r2"}, []string{"AscendHostPowerOverBudget"}},
		{
			"the links of a rack",
			[]string{"AscendRackLinksDown", "AscendLinkDown rack=r2 instance=h9", "AscendHccsLinkDown chip=1"},
			[]string{"AscendLinkDown", "AscendLinkDownLong", "AscendLinkFlapping", "AscendOpticsOutOfLimits", "AscendSuspectedHang"},
		},
		{
			"a missing chip",
			[]string{"AscendNpuMissing", "AscendNpuUnhealthy", "AscendHbmUncorrectable chip=1", "AscendExporterDown", "AscendCollectionStale instance=h2"},
			[]string{
				"AscendNpuNotAnswering", "AscendNpuHealthUnknown", "AscendCollectionStale", "AscendCollectionFailing", "AscendToolUnkillable",
				"AscendScheduleLagging", "AscendHccsLinkDown", "AscendHccsRetries", "AscendSuspectedHang", "AscendNpuIdleButHeld",
			},
		},
		{"an unusable chip", []string{"AscendNpuUnusable", "AscendNpuHealthWarning chip=1"}, []string{"AscendNpuNotAnswering"}},
		{
			"a tool that hangs",
			[]string{"AscendToolUnkillable", "AscendCollectionStale instance=h2", "AscendNpuNotAnswering"},
			[]string{"AscendCollectionFailing", "AscendCollectionStale", "AscendScheduleLagging"},
		},
		{"a chip that hangs", []string{"AscendNpuNotAnswering", "AscendCollectionFailing"}, []string{"AscendCollectionStale", "AscendScheduleLagging"}},
		{
			"critical on a chip",
			[]string{"AscendLinkDownLong", "AscendLinkDown chip=1", "AscendLinkDown npu=1", "AscendLinkDown instance=h2", "AscendCollectionStale", "AscendSeriesOverBudget"},
			[]string{"AscendLinkDown", "AscendLinkFlapping", "AscendSuspectedHang"},
		},
		{"critical on a host is not so on its chips", []string{"AscendNpuUnusable", "AscendLinkDown", "AscendScrapeSlow"}, nil},
		{"a fault that needs action", []string{"AscendNpuFaultNeedsAction", "AscendNpuUnhealthy chip=1"}, []string{"AscendNpuUnhealthy", "AscendNpuFaultNeedsDrain"}},
		{"a fault that needs a drain", []string{"AscendNpuFaultNeedsDrain", "AscendNpuHealthWarning chip=1"}, []string{"AscendNpuHealthWarning"}},
		{"an unknown fault", []string{"AscendNpuFaultUnknown"}, []string{"AscendNpuHealthWarning"}},
		{"an HBM without pages", []string{"AscendHbmPagesExhausted", "AscendHbmUncorrectableRepeated chip=1"}, []string{"AscendHbmUncorrectableRepeated", "AscendHbmPagesNearlyExhausted"}},
	}
}

// TestInhibitions: a real Alertmanager silences what it should, and nothing else. Each case is a cluster of its own.
func TestInhibitions(t *testing.T) {
	t.Parallel()

	address := startAlertmanager(t)
	labels, severities := alertLabels(t)

	var firing []map[string]any

	want := make(map[string]bool) // silenced

	fire := func(cluster, text string, silenced bool) {
		name, set := instant(t, cluster, text, labels)
		set["severity"] = severities[name]
		firing = append(firing, map[string]any{"labels": set})
		want[described(set)] = silenced
	}

	for _, c := range inhibitions() {
		for _, text := range c.notified {
			fire(c.name, text, false)
		}

		for _, text := range c.silenced {
			fire(c.name, text, true)
		}
	}

	postAlerts(t, address, firing)

	// Alertmanager takes alerts in their order: when the last one is silenced, all that come before are.
	firing = nil
	fire("last", "AscendRackCooling", false)
	fire("last", "AscendNpuThrottled", true)
	postAlerts(t, address, firing)

	last := fmt.Sprint(firing[1]["labels"])
	deadline := time.Now().Add(time.Minute)

	for tick := time.NewTicker(50 * time.Millisecond); ; <-tick.C {
		got := make(map[string]bool)

		var done bool

		for _, alert := range getAlerts(t, address) {
			got[described(alert.Labels)] = len(alert.Status.InhibitedBy) > 0
			done = done || fmt.Sprint(alert.Labels) == last && len(alert.Status.InhibitedBy) > 0
		}

		if done {
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("silenced (-want +got):\n%s", diff)
			}

			return
		}

		if time.Now().After(deadline) {
			t.Fatalf("the last alert is not silenced: %v", got)
		}
	}
}

// instant makes an alert of its text. The labels of its place are those of here, unless the text says otherwise; empty is none.
func instant(t *testing.T, cluster, text string, labels map[string][]string) (string, map[string]string) {
	t.Helper()

	words := strings.Fields(text)

	of, ok := labels[words[0]]
	if !ok {
		t.Fatalf("there is no alert %s", words[0])
	}

	set := map[string]string{"alertname": words[0], "cluster": cluster}

	for label, value := range here() {
		if slices.Contains(of, label) {
			set[label] = value
		}
	}

	for _, word := range words[1:] {
		label, value, _ := strings.Cut(word, "=")
		if set[label] = value; value == "" {
			delete(set, label)
		}
	}

	return words[0], set
}

func described(labels map[string]string) string {
	words := []string{labels["cluster"] + ": " + labels["alertname"]}
	for _, label := range places()[1:] {
		words = append(words, labels[label])
	}

	return strings.Join(words, " ")
}

// startAlertmanager runs one with the example until the test ends. Its receivers are not there.
func startAlertmanager(t *testing.T) string {
	t.Helper()

	binary, err := exec.LookPath("alertmanager")
	if err != nil {
		t.Skip("no alertmanager on PATH: install Debian's package prometheus-alertmanager, whose command is prometheus-alertmanager")
	}

	example, err := os.ReadFile(alertmanagerExample)
	if err != nil {
		t.Fatal(err)
	}

	address := freeAddress(t)
	folder := t.TempDir()
	file := filepath.Join(folder, "alertmanager.yml")

	config := regexp.MustCompile(`https://[a-z-]+\.example/`).ReplaceAll(example, []byte("http://127.0.0.1:1/"))
	if err := os.WriteFile(file, config, 0o600); err != nil {
		t.Fatal(err)
	}

	var log bytes.Buffer

	cmd := exec.CommandContext(t.Context(), binary,
		"--config.file="+file, "--storage.path="+folder, "--web.listen-address="+address, "--cluster.listen-address=")
	cmd.Stdout, cmd.Stderr = &log, &log
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) } // before the test's cleanup

	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}

	ended := make(chan struct{})

	go func() {
		_ = cmd.Wait()

		close(ended)
	}()

	t.Cleanup(func() { <-ended })

	deadline := time.Now().Add(time.Minute)

	for tick := time.NewTicker(50 * time.Millisecond); ; <-tick.C {
		response, err := http.Get("http://" + address + "/-/ready")
		if err == nil && response.Body.Close() == nil && response.StatusCode == http.StatusOK {
			return address
		}

		select {
		case <-ended:
			t.Fatalf("Alertmanager ended:\n%s", log.String())
		default:
		}

		if time.Now().After(deadline) {
			t.Fatal("Alertmanager does not start")
		}
	}
}

func freeAddress(t *testing.T) string {
	t.Helper()

	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}

	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}

	return listener.Addr().String()
}

func postAlerts(t *testing.T, address string, alerts []map[string]any) {
	t.Helper()

	body, err := json.Marshal(alerts)
	if err != nil {
		t.Fatal(err)
	}

	response, err := http.Post("http://"+address+"/api/v2/alerts", "application/json", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}

	text, err := io.ReadAll(response.Body)
	if err := errors.Join(err, response.Body.Close()); err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("%v: %s: %s", err, response.Status, text)
	}
}

// A notifiable is an alert as Alertmanager has it.
type notifiable struct {
	Labels map[string]string
	Status struct{ InhibitedBy []string }
}

func getAlerts(t *testing.T, address string) []notifiable {
	t.Helper()

	response, err := http.Get("http://" + address + "/api/v2/alerts")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()

	var alerts []notifiable
	if err := json.NewDecoder(response.Body).Decode(&alerts); err != nil {
		t.Fatal(err)
	}

	return alerts
}
