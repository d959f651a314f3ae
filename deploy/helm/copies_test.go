package helm

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"
)

// TestCopies: a chart reads nothing outside of its folder, so it has copies of the rules and of the dashboards, and no other files.
//
//nolint:paralleltest // with -update the others read what it writes
func TestCopies(t *testing.T) {
	for into, from := range map[string]string{
		"rules":      "../prometheus/rules/*.yml",
		"dashboards": "../../dashboards/json/*.json",
	} {
		folder := filepath.Join(chart, "files", into)

		if *update {
			if err := os.RemoveAll(folder); err != nil {
				t.Fatal(err)
			}

			if err := os.MkdirAll(folder, 0o755); err != nil {
				t.Fatal(err)
			}
		}

		want := read(t, from)
		for name, content := range want {
			golden(t, filepath.Join(folder, name), content)
		}

		for name := range read(t, filepath.Join(folder, "*")) {
			if _, ok := want[name]; !ok {
				t.Errorf("%s has %s, which %s has not: run make generate", folder, name, from)
			}
		}
	}
}

// read gives the files that match, by their names.
func read(t *testing.T, pattern string) map[string]string {
	t.Helper()

	files, err := filepath.Glob(pattern)
	if err != nil {
		t.Fatal(err)
	}

	contents := make(map[string]string)

	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}

		contents[filepath.Base(file)] = string(content)
	}

	return contents
}

// TestRules: the PrometheusRules have what the rule files have: all groups, all rules, every word.
func TestRules(t *testing.T) {
	t.Parallel()

	files := read(t, "../prometheus/rules/*.yml")
	if len(files) == 0 {
		t.Fatal("no rules")
	}

	rendered := rules(t)

	for name, content := range files {
		var want map[string]any
		if err := yaml.Unmarshal([]byte(content), &want); err != nil {
			t.Fatal(err)
		}

		object := "ascend-exporter-" + strings.TrimSuffix(strings.TrimPrefix(name, "ascend-"), ".yml")
		if diff := cmp.Diff(want, rendered[object]); diff != "" {
			t.Errorf("%s (-file +chart):\n%s", name, diff)
		}

		delete(rendered, object)
	}

	for object := range rendered {
		t.Errorf("%s comes from no file", object)
	}
}

// TestRulesValues: alerts that are named are left out and no others, the rest have the labels and links that were asked for, and
// what is recorded stays as it is.
func TestRulesValues(t *testing.T) {
	t.Parallel()

	plain, changed := ruleList(t, rules(t)), ruleList(t, rules(t,
		"--set=rules.disabledAlerts={AscendWatchdog,AscendNpuMissing},rules.alertLabels.team=npu,rules.grafana=https://grafana.example/"))

	for name, rule := range plain {
		got, there := changed[name]

		switch _, alert := rule["alert"]; {
		case name == "AscendWatchdog" || name == "AscendNpuMissing":
			if there {
				t.Errorf("%s is still there", name)
			}
		case !alert:
			if diff := cmp.Diff(rule, got); diff != "" {
				t.Error(diff)
			}
		default:
			rule["labels"].(map[string]any)["team"] = "npu"

			if annotations, _ := rule["annotations"].(map[string]any); annotations["dashboard_url"] != nil {
				annotations["dashboard_url"] = strings.Replace(annotations["dashboard_url"].(string), "http://localhost:3000", "https://grafana.example", 1)
			}

			if diff := cmp.Diff(rule, got); diff != "" {
				t.Errorf("%s: %s", name, diff)
			}
		}
	}
}

// rules gives the specs of the PrometheusRules by the names of the objects.
func rules(t *testing.T, args ...string) map[string]any {
	t.Helper()

	specs := make(map[string]any)

	for _, document := range documents(t, render(t, append(args, "--set=rules.enabled=true", "--show-only=templates/prometheusrule.yaml")...)) {
		specs[document["metadata"].(map[string]any)["name"].(string)] = document["spec"]
	}

	return specs
}

// ruleList gives rules by the name of the alert or of what is recorded; of several by the same name the last.
func ruleList(t *testing.T, specs map[string]any) map[string]map[string]any {
	t.Helper()

	all := make(map[string]map[string]any)

	for _, spec := range specs {
		for _, group := range spec.(map[string]any)["groups"].([]any) {
			for _, item := range group.(map[string]any)["rules"].([]any) {
				rule := item.(map[string]any)
				for _, key := range []string{"alert", "record"} {
					if name, ok := rule[key].(string); ok {
						all[name] = rule
					}
				}
			}
		}
	}

	if len(all) == 0 {
		t.Fatal("no rules")
	}

	return all
}

// TestDashboards: each dashboard is in a ConfigMap, small enough for kubectl apply, with the labels by which it is found.
func TestDashboards(t *testing.T) {
	t.Parallel()

	// kubectl apply writes the whole object into an annotation of it, with every quote escaped; annotations may have 256 KiB in all.
	const largest = 200 << 10

	want := read(t, "../../dashboards/json/*.json")
	if len(want) == 0 {
		t.Skip("no dashboards in this checkout")
	}

	for _, document := range documents(t, render(t, "--set=dashboards.enabled=true", "--show-only=templates/dashboards.yaml")) {
		if labels := document["metadata"].(map[string]any)["labels"].(map[string]any); labels["grafana_dashboard"] != "1" {
			t.Errorf("labels %v", labels)
		}

		for name, content := range document["data"].(map[string]any) {
			content := content.(string)
			if diff := cmp.Diff(decoded(t, want[name]), decoded(t, content)); diff != "" {
				t.Errorf("%s (-file +chart):\n%s", name, diff)
			}

			if len(content) > largest {
				t.Errorf("%s: %d bytes, more than %d", name, len(content), largest)
			}

			delete(want, name)
		}
	}

	for name := range want {
		t.Errorf("%s is in no ConfigMap", name)
	}
}

// decoded is what a JSON text says.
func decoded(t *testing.T, text string) any {
	t.Helper()

	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatal(err)
	}

	return v
}
