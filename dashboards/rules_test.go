package dashboards_test

import (
	"maps"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ascend-exporter/ascend_exporter/dashboards"
	"github.com/ascend-exporter/ascend_exporter/dashboards/check"
	rules "github.com/ascend-exporter/ascend_exporter/deploy/prometheus"
)

// generated are the files as the code makes them, with the usual limits.
func generated(t *testing.T) map[string][]byte {
	t.Helper()

	values, err := rules.Defaults()
	if err != nil {
		t.Fatal(err)
	}

	return generatedWith(t, values)
}

func generatedWith(t *testing.T, values rules.Values) map[string][]byte {
	t.Helper()

	limits, err := dashboards.NewLimits(values)
	if err != nil {
		t.Fatal(err)
	}

	files, err := dashboards.Files(dashboards.Pages(limits))
	if err != nil {
		t.Fatal(err)
	}

	return files
}

// split are the dashboards by their base names, and queries.json.
func split(files map[string][]byte) (boards map[string][]byte, queries []byte) {
	boards = make(map[string][]byte)

	for name, content := range files {
		if name == "queries.json" {
			queries = content
		} else {
			boards[path.Base(name)] = content
		}
	}

	return boards, queries
}

// TestFresh: the files are what the code makes, and there are no others.
func TestFresh(t *testing.T) {
	t.Parallel()

	files := generated(t)

	for name, want := range files {
		got, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}

		if diff := cmp.Diff(string(got), string(want)); diff != "" {
			t.Errorf("%s is stale: run make generate (-file +code):\n%s", name, diff)
		}
	}

	found, err := filepath.Glob("json/*")
	if err != nil {
		t.Fatal(err)
	}

	for _, file := range found {
		if _, ok := files[file]; !ok {
			t.Errorf("%s comes from no page", file)
		}
	}
}

// TestRules: the dashboards keep the rules.
func TestRules(t *testing.T) {
	t.Parallel()

	boards, queries := split(generated(t))
	if err := check.Dashboards(boards, queries); err != nil {
		t.Error(err)
	}
}

// TestAlertsLead: links of the alerts set variables that the pages have.
func TestAlertsLead(t *testing.T) {
	t.Parallel()

	values, err := rules.Defaults()
	if err != nil {
		t.Fatal(err)
	}

	rendered, err := rules.Render(values)
	if err != nil {
		t.Fatal(err)
	}

	seen := make(map[string]bool)

	for _, content := range rendered {
		for _, match := range regexp.MustCompile(`dashboard_url: (\S.*)`).FindAllStringSubmatch(string(content), -1) {
			link, err := url.Parse(regexp.MustCompile(`{{[^}]*}}`).ReplaceAllString(match[1], "x"))
			if err != nil {
				t.Fatal(err)
			}

			uid := path.Base(link.Path)
			seen[uid] = true

			for key := range link.Query() {
				if !slices.Contains(dashboards.Variables(uid), strings.TrimPrefix(key, "var-")) {
					t.Errorf("an alert leads to %s, which does not take %s", match[1], key)
				}
			}
		}
	}

	if !seen["ascend-host"] || !seen["ascend-chip"] {
		t.Errorf("alerts lead to %v only: their links are not found", slices.Sorted(maps.Keys(seen)))
	}
}

// TestLimits: colours turn where the rules say.
func TestLimits(t *testing.T) {
	t.Parallel()

	values, err := rules.Defaults()
	if err != nil {
		t.Fatal(err)
	}

	if err := values.Set("mine.yml", []byte(`
recording: {hot_celsius: 71.5}
runbooks: https://wiki.example/npu
job: npu-.+
alerts:
  AscendNpuTemperatureHigh: {celsius: {910B.*: 76.5}}
`)); err != nil {
		t.Fatal(err)
	}

	files := generatedWith(t, values)

	for file, wants := range map[string][]string{
		"json/ascend-fleet.json":      {`"value": 71.5`, "https://wiki.example/npu/${__data.fields.alertname"},
		"json/ascend-chip.json":       {`"value": 71.5`, `max(76.5 * ascend_npu_info{`, `model=~\"910B.*\"`},
		"json/ascend-monitoring.json": {`job=~\"npu-.+\"`},
	} {
		for _, want := range wants {
			if !strings.Contains(string(files[file]), want) {
				t.Errorf("no %s in %s", want, file)
			}
		}
	}

	if err := values.Set("mine.yml", []byte("recording: {hot_celsius: 70}")); err != nil {
		t.Fatal(err)
	}

	delete(values["recording"].(map[string]any), "hot_celsius")

	if _, err := dashboards.NewLimits(values); err == nil || !strings.Contains(err.Error(), "no number recording.hot_celsius") {
		t.Errorf("without a value: got %v", err)
	}
}

// TestTooManySeries: what a query may give is limited, and what a panel draws.
func TestTooManySeries(t *testing.T) {
	t.Parallel()

	boards, queries := split(generated(t))

	for old, want := range map[string]string{`"limit": 100`: "may draw 1000 lines", `"limit": 1,`: "may give 0 series"} {
		replaced := strings.NewReplacer(`"limit": 100`, `"limit": 1000`).Replace(string(queries))
		if old == `"limit": 1,` {
			replaced = strings.ReplaceAll(string(queries), old, `"limit": 0,`)
		}

		if err := check.Dashboards(boards, []byte(replaced)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}
