package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"
)

// TestLinks: every link of a page to another page or file of the project leads somewhere, its anchor too.
func TestLinks(t *testing.T) {
	t.Parallel()

	const root = "../.."

	link := regexp.MustCompile(`\]\(([^()\s]+)\)`)
	found := 0

	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}

		if name := entry.Name(); entry.IsDir() && path != root && (strings.HasPrefix(name, ".") || name == "bin") {
			return filepath.SkipDir
		}

		if filepath.Ext(path) != ".md" {
			return nil
		}

		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}

		for _, match := range link.FindAllSubmatch(withoutCode(text), -1) {
			if target := string(match[1]); !strings.Contains(target, "://") {
				found++

				checkLink(t, path, target)
			}
		}

		return nil
	})
	if err != nil {
		t.Fatal(err)
	}

	if found < 100 {
		t.Errorf("only %d links were found", found)
	}
}

func checkLink(t *testing.T, page, target string) {
	t.Helper()

	file, anchor, _ := strings.Cut(target, "#")

	path := page
	if file != "" {
		path = filepath.Join(filepath.Dir(page), file)
	}

	if _, err := os.Stat(path); err != nil {
		t.Errorf("%s: the link %s leads nowhere", page, target)

		return
	}

	if anchor == "" || filepath.Ext(path) != ".md" {
		return
	}

	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}

	for _, heading := range regexp.MustCompile(`(?m)^#+ (.*)$`).FindAllSubmatch(withoutCode(text), -1) {
		if anchorOf(string(heading[1])) == anchor {
			return
		}
	}

	t.Errorf("%s: %s has no heading for the link %s", page, path, target)
}

// withoutCode leaves out blocks of code, which may look like links and headings.
func withoutCode(text []byte) []byte {
	return regexp.MustCompile("(?ms)^ *```.*?^ *```$").ReplaceAllLiteral(text, nil)
}

// anchorOf is the anchor of a heading, as GitHub makes it.
func anchorOf(heading string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case r == '-' || r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r):
			return unicode.ToLower(r)
		default:
			return -1
		}
	}, heading)
}
