package truth_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/ascend-exporter/ascend_exporter/collector/sim"
	"github.com/ascend-exporter/ascend_exporter/collector/sim/truth"
)

// TestCorpus holds the printers against recordings of the real tool, of which the values behind them are known. The
// recordings are not part of the project.
func TestCorpus(t *testing.T) {
	t.Parallel()

	folder := recordings(t)

	names, err := filepath.Glob(filepath.Join(folder, "tool", "*.txtar"))
	if err != nil || len(names) == 0 {
		t.Fatalf("no recordings in %s: %v", folder, err)
	}

	for _, name := range names {
		machine := strings.TrimSuffix(filepath.Base(name), ".txtar")

		t.Run(machine, func(t *testing.T) {
			t.Parallel()

			state := readTruth(t, strings.TrimSuffix(name, ".txtar")+".truth.json")

			archive, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}

			for _, f := range archive.Files {
				checkRecorded(t, state, f)
			}
		})
	}
}

// recordings is the folder of the recordings. The test is skipped where there is none.
func recordings(t *testing.T) string {
	t.Helper()

	folder := os.Getenv("ASCEND_CORPUS")
	if folder == "" {
		folder = filepath.Join("..", "..", "..", "..", "shared", "corpus")
	}

	if _, err := os.Stat(folder); err != nil {
		t.Skipf("no recordings: %v; ASCEND_CORPUS names their folder", err)
	}

	return folder
}

func readTruth(t *testing.T, name string) sim.State {
	t.Helper()

	file, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()

	state, err := truth.Read(file)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}

	return state
}

// checkRecorded checks that the printers answer a call as the tool did. A stream was recorded until it was stopped, which can be
// in the middle of a row.
func checkRecorded(t *testing.T, s sim.State, want txtar.File) {
	t.Helper()

	call, _, _ := strings.Cut(want.Name, " => ")
	args := strings.Fields(call)

	var got bytes.Buffer

	status := sim.Print(&got, s, args)
	for status == sim.Running && got.Len() < len(want.Data) {
		status = sim.PrintRound(&got, s, args)
	}

	name := call
	if status > 0 {
		name = fmt.Sprintf("%s => %d", call, status)
	}

	if name != want.Name {
		t.Errorf("answered %q, recorded %q", name, want.Name)
	}

	text := got.String()
	if status == sim.Running {
		text = text[:min(len(text), len(want.Data))]
	}

	if diff := cmp.Diff(string(want.Data), text); diff != "" {
		t.Errorf("%s (-recorded +printed):\n%s", call, diff)
	}
}
