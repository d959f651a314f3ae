package history

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// planOf plans rules in a file.
func planOf(t *testing.T, text string) (plan, error) {
	t.Helper()

	file := filepath.Join(t.TempDir(), "rules.yml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}

	rules, err := readRules([]string{file}, time.Minute)
	if err != nil {
		return plan{}, err
	}

	return newPlan(rules)
}

func names(rules []*rule) []string {
	var names []string
	for _, r := range rules {
		names = append(names, r.name)
	}

	return names
}

// TestPlan: rules come in the order of what they read, and host by host where they have to.
func TestPlan(t *testing.T) {
	t.Parallel()

	rules, err := readRules([]string{"testdata/rules.yml"}, time.Minute)
	if err != nil {
		t.Fatal(err)
	}

	p, err := newPlan(rules)
	if err != nil {
		t.Fatal(err)
	}

	byHost := []string{
		"host:ascend_npu_power_watts:sum", "chip:ascend_npu_power_watts:avg5m", "host:up", "host:ascend_npu_chips:sum",
		"host:ascend_npu_energy_joules:rate5m", "host:ascend_npu_power_watts:per_chip",
	}
	if diff := cmp.Diff(byHost, names(p.byHost)); diff != "" {
		t.Error(diff)
	}

	fleet := []string{
		"rack:ascend_npu_power_watts:sum", "superpod:ascend_npu_power_watts:sum", "cluster:ascend_npu_power_watts:sum",
		"rack:ascend_npu_chips:sum", "rack:ascend_npu_power_watts:max", "rack:up:avg",
	}
	if diff := cmp.Diff(fleet, names(p.fleet)); diff != "" {
		t.Error(diff)
	}

	raw := map[string]bool{"up": true, "ascend_npu_chips": true, "ascend_npu_power_watts": true, "ascend_npu_energy_joules_total": true}
	if diff := cmp.Diff(raw, p.raw); diff != "" {
		t.Error(diff)
	}

	if p.window != 5*time.Minute {
		t.Errorf("window %s", p.window)
	}
}

// TestWindow: how far expressions look back.
func TestWindow(t *testing.T) {
	t.Parallel()

	for expr, want := range map[string]time.Duration{
		"x":                                  0,
		"x offset 3m":                        3 * time.Minute,
		"rate(x[5m] offset 1m) + y":          6 * time.Minute,
		"max_over_time(rate(x[5m])[10m:1m])": 15 * time.Minute,
		"max_over_time(x[1w])":               maxWindow,
	} {
		p, err := planOf(t, "groups: [{name: g, rules: [{record: 'a:b', expr: '"+expr+"'}]}]")
		if err != nil || p.window != want {
			t.Errorf("%s: window %s, want %s; %v", expr, p.window, want, err)
		}
	}
}

// TestRulesOfOneHost: what can be evaluated for each host by itself, and what cannot.
func TestRulesOfOneHost(t *testing.T) {
	t.Parallel()

	const (
		aggregates = "aggregates over hosts. Record by (…, instance) first, and aggregate that"
		matches    = "the label instance must be among those that are matched"
		atOnce     = "depends on all hosts at once"
	)

	for expr, want := range map[string]string{
		"x":                                  "",
		"sum by (instance, rack) (x)":        "",
		"sum without (npu) (x)":              "",
		"x / y":                              "",
		"x / on (instance, npu) y":           "",
		"x * ignoring (npu) group_left () y": "",
		"x > 1 or vector(0)":                 "",
		"sum by (instance) (x) or on () vector(0)":        "",
		`label_replace(x, "a", "$1", "b", "(.*)")`:        "",
		"sum by (rack) (x)":                               aggregates,
		"sum(x)":                                          aggregates,
		"sum without (instance) (x)":                      aggregates,
		"sum by (rack) (sum by (instance) (x))":           aggregates,
		"topk(3, x)":                                      aggregates,
		"count by (rack) (max_over_time(x[15m]) < 0.05)":  aggregates,
		"x / on (npu) group_left () y":                    matches,
		"x and ignoring (instance) y":                     matches,
		"absent(x)":                                       atOnce,
		"x > scalar(y)":                                   atOnce,
		`label_replace(x, "instance", "$1", "b", "(.*)")`: "changes the label instance",
	} {
		_, err := planOf(t, "groups:\n- name: some\n  rules:\n  - record: a:b\n    expr: |\n      "+expr+"\n")

		switch {
		case want == "" && err != nil:
			t.Errorf("%s: %v", expr, err)
		case want != "" && err == nil:
			t.Errorf("%s: no error", expr)
		case want != "":
			for _, part := range []string{want, `rule a:b of group "some" in `, "since no rule records "} {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("%s: error %q without %q", expr, err, part)
				}
			}
		}
	}
}

// TestRulesRefused: rules in files that cannot be evaluated at all.
func TestRulesRefused(t *testing.T) {
	t.Parallel()

	for name, wrong := range map[string]struct{ rules, want string }{
		"unknown key": {"groups: [{name: g, rulez: []}]", "field rulez not found"},
		"expression":  {"groups: [{name: g, rules: [{record: 'a:b', expr: 'sum('}]}]", `group "g", rule 1, "a:b": could not parse expression`},
		"no metric": {
			`groups: [{name: g, rules: [{record: 'a:b', expr: 'count({__name__=~"x.*"})'}]}]`,
			`rule a:b of group "g" in FILE: {__name__=~"x.*"} selects series without the name of a metric`,
		},
		"circle": {
			"groups: [{name: g, rules: [{record: 'a:a', expr: 'b:b'}, {record: 'b:b', expr: 'a:a + c:c'}, {record: 'c:c', expr: 'x'}]}]",
			`rule a:a of group "g" in FILE reads its own result: a:a needs b:b needs a:a`,
		},
		"itself": {"groups: [{name: g, rules: [{record: 'a:a', expr: 'a:a offset 1m'}]}]", "a:a needs a:a"},
		"between raw ones": {
			"groups: [{name: g, rules: [{record: 'r:s', expr: 'sum by (rack) (h:s)'}, {record: 'h:s', expr: 'sum by (instance) (x)'}, {record: 'h:t', expr: 'x / on (rack, instance) r:s'}]}]",
			`rule r:s of group "g" in FILE cannot be evaluated for each host by itself, as it must be since it is read by rule h:t of group "g" in FILE, which also reads raw series: "sum by (rack) (h:s)" aggregates over hosts`,
		},
	} {
		_, err := planOf(t, wrong.rules)
		if err == nil {
			t.Errorf("%s: no error", name)

			continue
		}

		// The files are in a folder of the test.
		if got := regexp.MustCompile(`\S+/rules.yml`).ReplaceAllString(err.Error(), "FILE"); !strings.Contains(got, wrong.want) {
			t.Errorf("%s: error %q, want %q", name, got, wrong.want)
		}
	}
}

// TestOwnRules: the recording rules that the project ships can be evaluated over a history: what reads raw series host by host, and
// racks and what is above them from recorded series.
func TestOwnRules(t *testing.T) {
	t.Parallel()

	rules, err := readRules([]string{"../../../deploy/prometheus/rules/ascend-recording.yml"}, time.Minute)
	if err != nil {
		t.Fatal(err)
	}

	p, err := newPlan(rules)
	if err != nil {
		t.Fatal(err)
	}

	for _, r := range p.byHost {
		if !strings.HasPrefix(r.name, "host:") && !strings.HasPrefix(r.name, "chip:") {
			t.Errorf("%s is evaluated for each host", r)
		}
	}

	// It alone compares the chips of different hosts.
	const hottest = "chip:ascend_npu_temperature_celsius:hottest"

	for _, r := range p.fleet {
		if strings.HasPrefix(r.name, "chip:") && r.name != hottest {
			t.Errorf("%s is evaluated over all hosts", r)
		}
	}

	if len(p.byHost)+len(p.fleet) != len(rules) {
		t.Errorf("%d of %d rules", len(p.byHost)+len(p.fleet), len(rules))
	}
}
