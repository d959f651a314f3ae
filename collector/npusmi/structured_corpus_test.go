package npusmi

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

// structuredParsers are the parsers of queries that tell of more than numbers, by what is asked. The
// readings are left out.
func structuredParsers() map[string]func([]byte) (Warnings, error) {
	return map[string]func([]byte) (Warnings, error){
		"-t health":              unread(ParseHealth),
		"-t hccs":                unread(ParseHCCS),
		"-t board":               unread(ParseBoard),
		"-t spod-info":           unread(ParseSuperPod),
		"-t product":             unread(ParseProduct),
		"-t proc-mem":            unread(ParseProcMem),
		"-t current-fault-event": unread(ParseFaultEvents),
		"-t info-vnpu":           unread(ParseVNPUs),
		"-t topo":                unread(ParseTopology),
		"-l":                     unread(ParseList),
	}
}

// unread leaves the reading out of what a parser gives.
func unread[T any](parse func([]byte) (T, Warnings, error)) func([]byte) (Warnings, error) {
	return func(text []byte) (Warnings, error) {
		_, warnings, err := parse(text)

		return warnings, err
	}
}

// structuredQuery is what the arguments of a recording ask for: "-t health" of "info -t health -i 3 -c 0".
func structuredQuery(args string) string {
	words := strings.Fields(args)
	if len(words) > 2 && words[0] == "info" && words[1] == "-t" {
		return "-t " + words[2]
	}

	return strings.TrimPrefix(args, "info ")
}

// TestParseStructuredRecordings reads what the real tool printed, where recordings are at hand: an answer is understood to the
// last line, and an error is no answer.
func TestParseStructuredRecordings(t *testing.T) {
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

	parsers := structuredParsers()

	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()

			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}

			read := 0

			for _, section := range archive.Files {
				args, status, failed := strings.Cut(section.Name, " => ")

				parse := parsers[structuredQuery(args)]
				if parse == nil {
					continue
				}

				read++

				warnings, err := parse(section.Data)

				switch failure := Classify(section.Data); {
				case failed || failure != nil:
					if err == nil {
						t.Errorf("%s: status %s, %v, and it was read", args, status, failure)
					}
				case err != nil || warnings.Count > 0:
					t.Errorf("%s: %v, not understood: %+v", args, err, warnings.First)
				}
			}

			if read == 0 {
				t.Error("no section of these queries")
			}
		})
	}
}

// TestParseStructuredPosts reads answers that people posted, in the same way.
func TestParseStructuredPosts(t *testing.T) {
	t.Parallel()

	folder := os.Getenv("ASCEND_CORPUS")
	if folder == "" {
		folder = filepath.Join("..", "..", "..", "shared", "corpus")
	}

	index, err := os.ReadFile(filepath.Join(folder, "subcommands", "index.tsv"))
	if err != nil {
		t.Skipf("no posts in %s: set ASCEND_CORPUS", folder)
	}

	parsers := structuredParsers()
	read := 0

	for line := range strings.Lines(string(index)) {
		file, _, _ := strings.Cut(line, "\t")

		for query, parse := range parsers {
			name := strings.TrimPrefix(query, "-t ")
			if query == "-l" {
				name = "list"
			}

			if kind := strings.TrimPrefix(strings.TrimPrefix(file, name), "-chip"); kind == file || !isProductSuffix(kind) {
				continue
			}

			text, err := os.ReadFile(filepath.Join(folder, "subcommands", file))
			if err != nil {
				t.Fatal(err)
			}

			read++

			warnings, err := parse(text)
			if (err == nil) != (Classify(text) == nil) || err == nil && warnings.Count > 0 {
				t.Errorf("%s: %v, %+v", file, err, warnings.First)
			}
		}
	}

	if read == 0 {
		t.Error("no post of these queries")
	}
}

// isProductSuffix says whether what follows a query in the name of a post is a product: "-910B3-1.txt", and not "-bw-A3-1.txt".
func isProductSuffix(text string) bool {
	return strings.HasPrefix(text, "-9") || strings.HasPrefix(text, "-3") || strings.HasPrefix(text, "-A")
}
