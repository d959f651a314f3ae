package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"
)

// TestEveryPageIsListed: both languages' first pages lead to every page.
func TestEveryPageIsListed(t *testing.T) {
	t.Parallel()

	pages, err := filepath.Glob("../../docs/*.md")
	if err != nil || len(pages) == 0 {
		t.Fatal(pages, err)
	}

	for _, first := range []string{"../../README.md", "../../docs/zh/README.md"} {
		text, err := os.ReadFile(first)
		if err != nil {
			t.Fatal(err)
		}

		var linked []string
		for _, link := range regexp.MustCompile(`\]\(([^)#]+)`).FindAllSubmatch(text, -1) {
			linked = append(linked, filepath.Join(filepath.Dir(first), string(link[1])))
		}

		for _, page := range pages {
			translated := filepath.Join("../../docs/zh", filepath.Base(page))
			if !slices.Contains(linked, page) && !slices.Contains(linked, translated) {
				t.Errorf("%s does not lead to %s", first, page)
			}
		}
	}
}
