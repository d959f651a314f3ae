package npusmi

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

// TestParseRecordings reads what the real tool printed, where recordings are at hand: of each machine that answers, every
// line is understood. What the values must be is checked from outside, over the whole exporter.
func TestParseRecordings(t *testing.T) {
	t.Parallel()

	folder := os.Getenv("ASCEND_CORPUS")
	if folder == "" {
		folder = filepath.Join("..", "..", "..", "shared", "corpus")
	}

	files, err := filepath.Glob(filepath.Join(folder, "tool", "*.txtar"))
	if err != nil {
		t.Fatal(err)
	}

	if len(files) == 0 {
		t.Skipf("no recordings in %s: set ASCEND_CORPUS", folder)
	}

	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()

			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}

			for _, section := range archive.Files {
				var warnings Warnings

				args, status, failed := strings.Cut(section.Name, " => ")

				switch args {
				case "info":
					_, warnings, err = ParseSummary(section.Data)
				case "info -m":
					_, warnings, err = ParseMapping(section.Data)
				default:
					continue
				}

				if failed {
					if err == nil {
						t.Errorf("%s ended with status %s and was read", args, status)
					}
				} else if err != nil || warnings.Count > 0 {
					t.Errorf("%s: %v, not understood: %+v", args, err, warnings.First)
				}
			}
		})
	}
}
