package main

import (
	"os"
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ascend-exporter/ascend_exporter/collector/npusmi"
)

// TestReasonsAreExplained: the pages on troubleshooting have a section with a text for each reason of a failure, and for no other.
func TestReasonsAreExplained(t *testing.T) {
	t.Parallel()

	want := make(map[npusmi.Reason]bool)
	for _, reason := range npusmi.Reasons() {
		want[reason] = true
	}

	// A section begins with a text, not with the next heading.
	section := regexp.MustCompile("(?m)^### `(.*)`\n\n[^#\n]")

	for _, page := range []string{"troubleshooting.md", "zh/troubleshooting.md"} {
		text, err := os.ReadFile("../../docs/" + page)
		if err != nil {
			t.Fatal(err)
		}

		got := make(map[npusmi.Reason]bool)
		for _, match := range section.FindAllSubmatch(text, -1) {
			got[npusmi.Reason(match[1])] = true
		}

		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("docs/%s (-want +got):\n%s", page, diff)
		}
	}
}
