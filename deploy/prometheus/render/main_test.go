package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestRun: the files are written, with what was set; wrong values write none.
func TestRun(t *testing.T) {
	t.Parallel()

	folder := t.TempDir()
	out, values, wrong := filepath.Join(folder, "out"), filepath.Join(folder, "values.yml"), filepath.Join(folder, "wrong.yml")

	for file, text := range map[string]string{values: "interval: 7s", wrong: "intervall: 7s"} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}

	if err := run([]string{values, wrong}, out); err == nil || !strings.Contains(err.Error(), "wrong.yml:1: unknown key intervall") {
		t.Errorf("got %v", err)
	}

	if _, err := os.Stat(out); !os.IsNotExist(err) {
		t.Errorf("wrong values wrote something: %v", err)
	}

	if err := run([]string{values}, out); err != nil {
		t.Fatal(err)
	}

	content, err := os.ReadFile(filepath.Join(out, "ascend-recording.yml"))
	if err != nil {
		t.Fatal(err)
	}

	if !strings.Contains(string(content), "interval: 7s") {
		t.Error("what was set is not in the rules")
	}
}
