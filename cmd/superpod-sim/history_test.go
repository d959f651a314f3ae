package main

import (
	"io"
	"path/filepath"
	"strings"
	"testing"
)

// TestHistory: with the flag the program writes a history and ends.
func TestHistory(t *testing.T) {
	t.Parallel()

	folder := filepath.Join(t.TempDir(), "data")
	args := []string{
		"--racks=1", "--hosts-per-rack=2", "--scenario=mixed",
		"--history.output=" + folder, "--history.raw=10m", "--history.recorded=2h", "--history.rules=history/testdata/rules.yml",
	}

	log := &logged{}
	if status := run(t.Context(), args, io.Discard, log); status != 0 || !strings.Contains(log.String(), "history is written") {
		t.Fatalf("status %d\n%s", status, log)
	}

	blocks, err := filepath.Glob(filepath.Join(folder, "*", "meta.json"))
	if err != nil || len(blocks) == 0 {
		t.Errorf("blocks %v, error %v", blocks, err)
	}

	log = &logged{}
	if status := run(t.Context(), args, io.Discard, log); status != 1 || !strings.Contains(log.String(), "is not empty") {
		t.Errorf("into a folder that has something: status %d\n%s", status, log)
	}
}
