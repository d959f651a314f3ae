package budget

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestEveryBudgetIsHeld: each stands, by its name, in a test that holds it, or reports it.
func TestEveryBudgetIsHeld(t *testing.T) {
	t.Parallel()

	budgets, err := read(table)
	if err != nil {
		t.Fatal(err)
	}

	sources := testSources(t)
	seen := make(map[string]bool)

	for _, b := range budgets {
		call := "budget.Report("
		if b.Held {
			call = "budget.Hold("
		}

		if count(sources, call, fmt.Sprintf("%q", b.Name)) == 0 {
			t.Errorf("%s: in no test that calls %s", b.Name, call)
		}

		if seen[b.Name] || b.Unit == "" || b.What == "" || strings.ContainsAny(b.Name, " \"") {
			t.Errorf("%s: twice, incomplete, or no name", b.Name)
		}

		seen[b.Name] = true
	}

	if count(sources, "budget.Hold(", `"no.such.budget"`) > 0 {
		t.Error("any name would be found")
	}
}

// testSources are the tests of the module that use budgets.
func testSources(t *testing.T) []string {
	t.Helper()

	var sources []string

	for _, folder := range []string{"..", "../../cmd"} {
		err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() || !strings.HasSuffix(path, "_test.go") || filepath.Dir(path) == "../budget" {
				return err
			}

			text, err := os.ReadFile(path)
			if strings.Contains(string(text), "collector/budget\"") {
				sources = append(sources, string(text))
			}

			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}

	return sources
}

// count is the number of sources that have all words.
func count(sources []string, words ...string) int {
	count := 0

	for _, source := range sources {
		all := true
		for _, word := range words {
			all = all && strings.Contains(source, word)
		}

		if all {
			count++
		}
	}

	return count
}

func TestRead(t *testing.T) {
	t.Parallel()

	const header = "name\tlimit\tunit\thow\twhat\n"

	budgets, err := read(header + "a.b\t1.5\tms\treported\tc d\n")
	if err != nil || len(budgets) != 1 || budgets[0] != (Budget{Name: "a.b", Limit: 1.5, Unit: "ms", What: "c d"}) {
		t.Errorf("%+v, %v", budgets, err)
	}

	for line, want := range map[string]string{
		"a\t1\tms\theld":             "line 2: 4 fields",
		"a\tmuch\tms\theld\tb":       "line 2: the limit",
		"a\t1\tms\tboth\tb":          `line 2: "both"`,
		"a\t1\tms\theld\tb\n\nc":     "line 3: 1 fields",
		"a\t1\tms\theld\tb\tc\n":     "line 2: 6 fields",
		"a\t1 000\tbytes\theld\tb\n": "line 2: the limit",
	} {
		if _, err := read(header + line); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", line, err, want)
		}
	}
}

// A told is a test of which it is noted how it failed.
type told struct {
	testing.TB

	errors, attributes []string
}

func (t *told) Helper() {}

func (t *told) Attr(key, value string) { t.attributes = append(t.attributes, key+"="+value) }

func (t *told) Errorf(format string, args ...any) {
	t.errors = append(t.errors, fmt.Sprintf(format, args...))
}

// Fatalf ends nothing here, so that it is the last error of its test.
func (t *told) Fatalf(format string, args ...any) { t.Errorf(format, args...) }

func TestHold(t *testing.T) {
	t.Parallel()

	budgets, err := read(table)
	if err != nil {
		t.Fatal(err)
	}

	for _, b := range budgets {
		for _, test := range []struct {
			name, want string
			got        float64
		}{
			{b.Name, "", b.Limit},
			{b.Name, fmt.Sprintf("budget %s: %v %s, at most %v are allowed", b.Name, b.Limit+1, b.Unit, b.Limit), b.Limit + 1},
			{"no.such.budget", "budget no.such.budget: is not in budgets.tsv", b.Limit},
		} {
			fake := new(told)

			if b.Held {
				Hold(fake, test.name, test.got)
			} else {
				Report(fake, test.name, test.got)
			}

			got := strings.Join(fake.errors, "\n")

			switch want := test.want; {
			case want == "" || !b.Held && test.name == b.Name: // what is reported fails nothing
				if got != "" || len(fake.attributes) != 1 || fake.attributes[0] != fmt.Sprintf("%s=%v", b.Name, test.got) {
					t.Errorf("%v of %s: %q, attributes %q", test.got, b.Name, got, fake.attributes)
				}
			case !strings.HasPrefix(got, want):
				t.Errorf("%v of %s: %q, want %q", test.got, test.name, got, want)
			}
		}
	}
}

// TestHoldWhatIsReported: each of the two functions is for its own budgets.
func TestHoldWhatIsReported(t *testing.T) {
	t.Parallel()

	budgets, err := read(table)
	if err != nil {
		t.Fatal(err)
	}

	for _, b := range budgets {
		fake := new(told)

		if b.Held {
			Report(fake, b.Name, 0)
		} else {
			Hold(fake, b.Name, 0)
		}

		if len(fake.errors) == 0 || !strings.Contains(fake.errors[0], "otherwise") {
			t.Errorf("%s: %q", b.Name, fake.errors)
		}
	}
}
