package npusmi

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSplitCommand(t *testing.T) {
	t.Parallel()

	for line, want := range map[string][]string{
		"":                           nil,
		" \t\n":                      nil,
		"npu-smi":                    {"npu-smi"},
		"sudo -n  npu-smi ":          {"sudo", "-n", "npu-smi"},
		`a'b c'd`:                    {"ab cd"},
		`'' ""`:                      {"", ""},
		`'a\b"c'`:                    {`a\b"c`},
		`"a'b\"c\\d\$e\` + "`" + `"`: {`a'b"c\d$e` + "`"},
		`"a\b"`:                      {`a\b`},
		`a\ b\'c\\`:                  {`a b'c\`},
		"a\\\nb":                     {"ab"},
		"\"a\\\nb\"":                 {"ab"},
		"a \\\n b":                   {"a", "b"},
		`$HOME ~ *.txt #x ;|&`:       {"$HOME", "~", "*.txt", "#x", ";|&"},
		`工具 "一 二"`:                   {"工具", "一 二"},
	} {
		got, err := SplitCommand(line)
		if err != nil {
			t.Errorf("%q: %v", line, err)
		}

		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q: %s", line, diff)
		}
	}
}

func TestSplitCommandErrors(t *testing.T) {
	t.Parallel()

	for line, want := range map[string]string{
		`a 'b`:     "position 3: the quote ' is never closed",
		`"a\"`:     `position 1: the quote " is never closed`,
		`"a\`:      `position 1: the quote " is never closed`,
		`a b\`:     "position 4: nothing follows the backslash",
		"a\x00":    "position 2: a command cannot hold a NUL byte",
		"a\\\x00":  "position 3: a command cannot hold a NUL byte",
		"a '\x00'": "position 4: a command cannot hold a NUL byte",
	} {
		words, err := SplitCommand(line)
		if err == nil || err.Error() != want {
			t.Errorf("%q: got %q, %v, want %s", line, words, err, want)
		}
	}
}

// quotings are the ways to write a word such that a shell reads it back.
func quotings(word string) []string {
	single := "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
	double := `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "$", `\$`, "`", "\\`").Replace(word) + `"`

	var bare strings.Builder
	for i := range len(word) {
		if word[i] == '\n' { // a backslash would make it vanish
			bare.WriteString("'\n'")
		} else {
			bare.WriteString(`\` + word[i:i+1])
		}
	}

	if word == "" {
		bare.WriteString("''")
	}

	return []string{single, double, bare.String()}
}

func FuzzSplitCommand(f *testing.F) {
	for _, line := range []string{"npu-smi", "sudo -n npu-smi", `a 'b c' "d\"e" f\ g`, `'`, "a\x00b", "\\\n", `"\`, "''"} {
		f.Add(line)
	}

	f.Fuzz(func(t *testing.T, line string) {
		// Words that were quoted are read back.
		want := strings.Split(line, "\x00")

		for style := range 3 {
			quoted := make([]string, len(want))
			for i, word := range want {
				quoted[i] = quotings(word)[(style+i)%3]
			}

			got, err := SplitCommand(strings.Join(quoted, " \t"))
			if err != nil {
				t.Fatalf("%q: %v", quoted, err)
			}

			if !slices.Equal(got, want) {
				t.Fatalf("%q: got %q, want %q", quoted, got, want)
			}
		}

		// Any other line gives words that hold nothing but its characters.
		words, err := SplitCommand(line)
		if err == nil && len(strings.Join(words, "")) > len(line) {
			t.Fatalf("%q has become %q", line, words)
		}
	})
}

// executables makes a folder with executables of these names.
func executables(t *testing.T, names ...string) string {
	t.Helper()

	dir := t.TempDir()
	for _, name := range names {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o700); err != nil {
			t.Fatal(err)
		}
	}

	return dir
}

func TestCommandResolve(t *testing.T) {
	t.Parallel()

	first, second := executables(t, "sudo"), executables(t, "sudo", "npu-smi")
	folders := []string{first, second}

	for _, test := range []struct{ words, want []string }{
		{nil, []string{second + "/npu-smi"}},
		{[]string{"npu-smi"}, []string{second + "/npu-smi"}},
		{[]string{"sudo", "-n", "npu-smi"}, []string{first + "/sudo", "-n", "npu-smi"}},
		{[]string{second + "/sudo"}, []string{second + "/sudo"}},
	} {
		got, failure := Resolve(test.words, folders)
		if failure != nil {
			t.Errorf("%q: %v", test.words, failure)
		}

		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%q: %s", test.words, diff)
		}
	}
}

func TestCommandResolveFailures(t *testing.T) {
	t.Parallel()

	folder := executables(t)
	if err := os.WriteFile(filepath.Join(folder, "data"), nil, 0o600); err != nil {
		t.Fatal(err)
	}

	for _, test := range []struct {
		words []string
		want  []string
	}{
		{nil, []string{`"npu-smi" is in none of ` + folder, "--npu-smi.command", "--sim"}},
		{[]string{"gone"}, []string{`"gone" is in none of ` + folder, "configured command"}},
		{[]string{""}, []string{`"" is in none of`}},
		{[]string{"data"}, []string{folder + "/data", "permission denied"}},
		{[]string{folder}, []string{"is a directory"}},
		{[]string{"/none/npu-smi"}, []string{"/none/npu-smi", "no such file"}},
	} {
		got, failure := Resolve(test.words, []string{folder})
		if failure == nil || failure.Reason != ReasonStart {
			t.Fatalf("%q: got %q, %v", test.words, got, failure)
		}

		for _, want := range test.want {
			if !strings.Contains(failure.Error(), want) {
				t.Errorf("%q: %q does not say %q", test.words, failure, want)
			}
		}
	}
}

func TestCommandSearchFolders(t *testing.T) {
	t.Setenv("PATH", "/a:.:relative::/usr/bin:/a")

	want := []string{"/a", "/usr/bin", "/usr/local/bin", "/usr/local/sbin"}
	if diff := cmp.Diff(want, SearchFolders()); diff != "" {
		t.Error(diff)
	}
}

func TestLockKey(t *testing.T) {
	t.Parallel()

	dir := executables(t, "sudo", "npu-smi", "npu-smi-sim")
	if err := os.Symlink("npu-smi", filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}

	key := func(words ...string) string { return lockKey(words, []string{dir}) }

	for _, same := range [][]string{
		{"sudo", "-n", "npu-smi"}, {dir + "/npu-smi"}, {"link"}, {"sudo", "LD_LIBRARY_PATH=/x", dir + "/link"},
	} {
		if key(same...) != key("npu-smi") {
			t.Errorf("%q is not npu-smi", same)
		}
	}

	seen := map[string][]string{}

	for _, words := range [][]string{
		{"npu-smi"},
		{"npu-smi-sim"},
		{"npu-smi-sim", "--product=A3"},
		{"npu-smi-sim", "--product=910B3"},
		{"gone"},
		{"gone", "with", "words"},
		{"sudo", "gone"},
	} {
		if other, ok := seen[key(words...)]; ok {
			t.Errorf("%q and %q share a lock", other, words)
		}

		seen[key(words...)] = words
	}
}
