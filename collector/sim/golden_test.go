package sim

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
)

var update = flag.Bool("update", false, "write the goldens anew")

// moment is when the machines of the goldens are looked at: some of their jobs run.
func moment() time.Time {
	return time.Date(2026, time.March, 2, 14, 30, 0, 0, time.UTC)
}

// TestGoldens holds what the machines print against testdata, where each has a file in the form of a recording: a section
// for each call, with its exit status behind an arrow if it is not 0.
func TestGoldens(t *testing.T) {
	t.Parallel()

	for _, product := range Products() {
		t.Run(product, func(t *testing.T) {
			t.Parallel()

			m, err := New(Config{Product: product, Seed: 1})
			if err != nil {
				t.Fatal(err)
			}

			checkGolden(t, filepath.Join("testdata", product+".txtar"), record(m.At(moment())))
		})
	}
}

// checkGolden holds a recording against a file, or makes it the file.
func checkGolden(t *testing.T, name string, recording *txtar.Archive) {
	t.Helper()

	got := txtar.Format(recording)

	if *update {
		if err := os.WriteFile(name, got, 0o644); err != nil {
			t.Fatal(err)
		}

		return
	}

	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}

	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("stale golden; if the change is right, run the test with -update (-golden +printed):\n%s", diff)
	}
}

// record asks a machine everything that a golden holds: each query of its first NPU, and of the first chip there.
func record(s State) *txtar.Archive {
	calls := []string{"info", "info -m", "info -l", "-v", "-h", "", "info -h", "info watch -h", "info -t nosuch"}

	for _, d := range details() {
		calls = append(calls, fmt.Sprintf("info -t %s -i %d", d.name, s.NPUs[0].ID))

		if s.Family != FamilyA5 {
			calls = append(calls, calls[len(calls)-1]+" -c 0")
		}
	}

	archive := &txtar.Archive{Comment: []byte("A simulated machine; go test ./collector/sim -update writes this file.\n")}

	for _, call := range calls {
		var out bytes.Buffer

		name := call
		if name == "" {
			name = "(none)"
		}

		if status := Print(&out, s, strings.Fields(call)); status != 0 {
			name = fmt.Sprintf("%s => %d", name, status)
		}

		if text := out.String(); strings.Contains(text, "Usage: npu-smi info <") && call != "info -h" {
			out.Truncate(strings.Index(text, "\n\n") + 1) // the same in all
		}

		archive.Files = append(archive.Files, txtar.File{Name: name, Data: out.Bytes()})
	}

	return archive
}

// TestGoldensComplete finds goldens of products that are no more.
func TestGoldensComplete(t *testing.T) {
	t.Parallel()

	files, err := filepath.Glob(filepath.Join("testdata", "*.txtar"))
	if err != nil {
		t.Fatal(err)
	}

	var got []string
	for _, f := range files {
		got = append(got, strings.TrimSuffix(filepath.Base(f), ".txtar"))
	}

	if diff := cmp.Diff(slices.Sorted(slices.Values(Products())), slices.Sorted(slices.Values(got))); diff != "" {
		t.Errorf("products and goldens differ (-products +goldens):\n%s", diff)
	}
}
