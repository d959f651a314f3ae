package rules_test

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/ascend-exporter/ascend_exporter/deploy/prometheus/check"
)

// TestAlertsPage: the tables of docs/alerts.md have all alerts and all recorded series.
func TestAlertsPage(t *testing.T) {
	t.Parallel()

	const page = "../../docs/alerts.md"

	content, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}

	want := string(content)

	for name, text := range map[string]string{"alerts": table(t), "recorded series": recorded(t)} {
		marks := regexp.MustCompile(`(?s)<!-- generated: ` + name + ` -->\n.*?<!-- end -->`)
		if !marks.MatchString(want) {
			t.Fatalf("no place for the %s in %s", name, page)
		}

		want = marks.ReplaceAllLiteralString(want, "<!-- generated: "+name+" -->\n\n"+text+"\n<!-- end -->")
	}

	if *update {
		if err := os.WriteFile(page, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}

		return
	}

	if diff := gocmp.Diff(string(content), want); diff != "" {
		t.Errorf("%s is stale: run make generate (-page +rules):\n%s", page, diff)
	}
}

// recorded is the table of recorded series, by what stands behind their level.
func recorded(t *testing.T) string {
	t.Helper()

	all, err := check.List(render(t))
	if err != nil {
		t.Fatal(err)
	}

	levels := make(map[string][]string)

	for _, r := range all {
		if level, name, ok := strings.Cut(r.Record, ":"); ok {
			levels[name] = append(levels[name], level)
		}
	}

	var b strings.Builder

	b.WriteString("| series | levels |\n| --- | --- |\n")

	for _, name := range slices.Sorted(maps.Keys(levels)) {
		fmt.Fprintf(&b, "| `%s` | %s |\n", name, strings.Join(levels[name], ", "))
	}

	return b.String()
}

// table is that of all alerts, those that are off too.
func table(t *testing.T) string {
	t.Helper()

	on := make(map[string]bool)
	for _, name := range alerts(t) {
		on[name] = true
	}

	all, err := check.List(render(t, everything))
	if err != nil {
		t.Fatal(err)
	}

	var b strings.Builder

	b.WriteString("| alert | of | severity | after | held | says | shown by |\n| --- | --- | --- | --- | --- | --- | --- |\n")

	endToEnd := stories(t)

	for _, a := range all {
		if a.Alert == "" {
			continue
		}

		off := ""
		if !on[a.Alert] {
			off = ", off by default"
		}

		level, says := told(a.Annotations["summary"])
		fmt.Fprintf(&b, "| [%s](runbooks/%s.md) | %s | %s%s | %s | %s | %s | %s |\n", a.Alert, a.Alert, level, a.Labels["severity"], off,
			after(a.For.String()), after(a.KeepFiringFor.String()), says, strings.Join(append([]string{"promtool"}, endToEnd[a.Alert]...), ", "))

		delete(endToEnd, a.Alert)
	}

	if len(endToEnd) > 0 {
		t.Errorf("stories raise what is no alert: %q", slices.Sorted(maps.Keys(endToEnd)))
	}

	return b.String()
}

func after(duration string) string {
	if duration == "0s" {
		return ""
	}

	return duration
}

// told splits a summary into what it is about and what it says.
func told(summary string) (level, says string) {
	level = "Prometheus"
	says = summary

	for _, place := range []struct{ begins, level string }{
		{": NPU {{", "chip"}, {": host {{", "host"}, {": rack {{", "rack"}, {": {{ with $labels.superpod", "SuperPod"},
	} {
		if text, _, ok := strings.Cut(summary, place.begins); ok {
			level, says = place.level, text

			break
		}
	}

	says = regexp.MustCompile(`{{ if [^}]*}}(.*?){{ else }}(.*?){{ end }}`).ReplaceAllString(says, "$1 or $2")
	says = regexp.MustCompile(`{{ with [^}]*}}.*{{ end }}`).ReplaceAllString(says, "…")
	says = regexp.MustCompile(` \(\{\{[^}]*}}\)`).ReplaceAllString(says, "")
	says = regexp.MustCompile(`{{[^}]*}}`).ReplaceAllString(says, "…")

	return level, cmp.Or(says, summary)
}
