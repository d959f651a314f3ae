package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestRun: the files are written, with the limits that were set; wrong values write none.
func TestRun(t *testing.T) {
	t.Parallel()

	folder := t.TempDir()
	out, values, wrong := filepath.Join(folder, "out"), filepath.Join(folder, "values.yml"), filepath.Join(folder, "wrong.yml")

	for file, text := range map[string]string{values: "recording: {hot_celsius: 71.5}", wrong: "recording: {hot: 71.5}"} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}

	if err := run([]string{values, wrong}, out); err == nil || !strings.Contains(err.Error(), "wrong.yml:1: unknown key recording.hot.") {
		t.Errorf("got %v", err)
	}

	if _, err := os.Stat(out); !os.IsNotExist(err) {
		t.Errorf("wrong values wrote something: %v", err)
	}

	if err := run([]string{values}, out); err != nil {
		t.Fatal(err)
	}

	content, err := os.ReadFile(filepath.Join(out, "json", "ascend-fleet.json"))
	if err != nil {
		t.Fatal(err)
	}

	if !strings.Contains(string(content), `"value": 71.5`) {
		t.Error("what was set is not in the dashboard")
	}

	if _, err := os.Stat(filepath.Join(out, "queries.json")); err != nil {
		t.Error(err)
	}
}
