package rules_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/promql/parser"

	"github.com/ascend-exporter/ascend_exporter/collector"
	rules "github.com/ascend-exporter/ascend_exporter/deploy/prometheus"
	"github.com/ascend-exporter/ascend_exporter/deploy/prometheus/check"
)

const runbooks = "../../docs/runbooks"

// runbookPages are the pages by the names of their files.
func runbookPages(t *testing.T) map[string]string {
	t.Helper()

	files, err := filepath.Glob(runbooks + "/*.md")
	if err != nil || len(files) == 0 {
		t.Fatal(err, files)
	}

	pages := make(map[string]string)

	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}

		pages[filepath.Base(file)] = string(content)
	}

	return pages
}

// TestRunbookIndex: the index has each alert with its severity, which is in italics where the alert is off.
func TestRunbookIndex(t *testing.T) {
	t.Parallel()

	on := alerts(t)

	all, err := check.List(render(t, everything))
	if err != nil {
		t.Fatal(err)
	}

	slices.SortFunc(all, func(a, b rulefmt.Rule) int { return strings.Compare(a.Alert, b.Alert) })

	var want []string

	for _, r := range all {
		if r.Alert == "" {
			continue
		}

		severity := r.Labels["severity"]
		if !slices.Contains(on, r.Alert) {
			severity = "*" + severity + "*"
		}

		want = append(want, fmt.Sprintf("| [%s](%s.md) | %s |", r.Alert, r.Alert, severity))
	}

	got := regexp.MustCompile(`(?m)^\| \[Ascend\w+\]\(\w+\.md\) \| [*a-z]+ \|`).FindAllString(runbookPages(t)["README.md"], -1)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the index of the runbooks (-rules +index):\n%s", diff)
	}
}

// TestRunbooksAreWhole: each page answers the same questions, in the same order, has something to run, and no sentence of another page.
func TestRunbooksAreWhole(t *testing.T) {
	t.Parallel()

	said := make(map[string]string)

	for name, page := range runbookPages(t) {
		if name == "README.md" {
			continue
		}

		want := []string{
			"# " + strings.TrimSuffix(name, ".md"),
			"## What you see", "## Why it happens", "## What to run", "## When to escalate", "## When to change the threshold",
		}
		if diff := cmp.Diff(want, regexp.MustCompile(`(?m)^#+ .*$`).FindAllString(withoutCode(page), -1)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}

		if !strings.Contains(page, "```promql\n") || !strings.Contains(page, "```sh\n") && name != "AscendSuperPodCapacityLow.md" && name != "AscendRackLinksDown.md" {
			t.Errorf("%s: no query, or no command", name)
		}

		if lines := strings.Count(page, "\n"); lines < 15 || lines > 50 {
			t.Errorf("%s has %d lines", name, lines)
		}

		for line := range strings.Lines(withoutCode(page)) {
			if other, ok := said[line]; ok && len(line) > 60 {
				t.Errorf("%s says what %s says: %s", name, other, line)
			}

			said[line] = name
		}
	}
}

// withoutCode leaves out blocks of code.
func withoutCode(page string) string {
	return regexp.MustCompile("(?ms)^```.*?^```$").ReplaceAllString(page, "")
}

// TestRunbookLinks: what a page leads to is there.
func TestRunbookLinks(t *testing.T) {
	t.Parallel()

	for name, page := range runbookPages(t) {
		for _, link := range regexp.MustCompile(`\]\(([^)#]*)(?:#([^)]*))?\)`).FindAllStringSubmatch(page, -1) {
			file, anchor := link[1], link[2]
			if file == "" {
				file = name
			}

			content, err := os.ReadFile(filepath.Join(runbooks, file))
			if err != nil {
				t.Errorf("%s: %v", name, err)

				continue
			}

			heading := strings.ReplaceAll(anchor, "-", " ")
			if anchor != "" && !regexp.MustCompile(`(?im)^#+ `+regexp.QuoteMeta(heading)+`$`).Match(content) {
				t.Errorf("%s: %s has no heading %q", name, file, heading)
			}
		}
	}
}

// TestRunbookValues: the values that pages name exist.
func TestRunbookValues(t *testing.T) {
	t.Parallel()

	defaults, err := rules.Defaults()
	if err != nil {
		t.Fatal(err)
	}

	for name, page := range runbookPages(t) {
		named := regexp.MustCompile("`((?:alerts|recording|power_budget)\\.[A-Za-z_.]+)").FindAllStringSubmatch(page, -1)
		if name != "README.md" && len(named) == 0 && !slices.Contains([]string{"AscendWatchdog.md", "AscendExportersAbsent.md"}, name) {
			t.Errorf("%s names no value", name)
		}

		for _, match := range named {
			var at any = map[string]any(defaults)

			for key := range strings.SplitSeq(match[1], ".") {
				values, _ := at.(map[string]any)

				var ok bool
				if at, ok = values[key]; !ok {
					t.Errorf("%s: there is no value %s", name, match[1])
				}
			}
		}
	}
}

// TestRunbookQueries: queries can be parsed, and the metrics and labels in them exist.
func TestRunbookQueries(t *testing.T) {
	t.Parallel()

	known := queryable(t)

	for name, page := range runbookPages(t) {
		for _, block := range regexp.MustCompile("(?ms)^```promql\n(.*?)^```$").FindAllStringSubmatch(page, -1) {
			expr, err := parser.NewParser(parser.Options{}).ParseExpr(block[1])
			if err != nil {
				t.Errorf("%s: %v\n%s", name, err, block[1])

				continue
			}

			parser.Inspect(expr, func(node parser.Node, _ []parser.Node) error {
				selector, ok := node.(*parser.VectorSelector)
				if !ok || !regexp.MustCompile("^ascend_|:").MatchString(selector.Name) {
					return nil // Prometheus's own
				}

				labels, ok := known[selector.Name]
				if !ok {
					t.Errorf("%s: there is no metric %s", name, selector.Name)
				}

				for _, m := range selector.LabelMatchers {
					if m.Name != "__name__" && labels != nil && !slices.Contains(append(places(), labels...), m.Name) {
						t.Errorf("%s: %s has no label %s", name, selector.Name, m.Name)
					}
				}

				return nil
			})
		}
	}
}

// queryable are the metrics of the exporter with their labels, and those that rules record, whose labels are not told.
func queryable(t *testing.T) map[string][]string {
	t.Helper()

	known := map[string][]string{"ascend_exporter_build_info": {"version", "revision", "goversion"}} // beside the rows of the collector

	for _, group := range collector.Reference() {
		for _, m := range group.Metrics {
			known[m.Name] = append([]string{"job"}, m.Labels...)
		}
	}

	all, err := check.List(render(t, everything))
	if err != nil {
		t.Fatal(err)
	}

	for _, r := range all {
		if r.Record != "" {
			known[r.Record] = nil
		}
	}

	return known
}
