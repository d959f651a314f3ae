package truth_test

import (
	"bytes"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/ascend-exporter/ascend_exporter/collector/sim"
)

// notSimulated are the calls that the printers do not answer: what a port of a 950 has beside its state and its counts, and the
// help, which is the vendor's prose.
func notSimulated() *regexp.Regexp {
	return regexp.MustCompile(`^(-h.*|-g -(process|cfg_recovery|ub_connect|peak_bw|fec|port_info|credit|bit_err|serdes|down_data|su_ber) .*)$`)
}

// TestNetworkCorpus holds the printers of hccn_tool against recordings of the real tool, both of what it printed and of its errors.
func TestNetworkCorpus(t *testing.T) {
	t.Parallel()

	folder := filepath.Join(recordings(t), "hccn")

	names, err := filepath.Glob(filepath.Join(folder, "*.txtar"))
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

			compared, left := 0, 0

			for i, f := range archive.Files {
				call, _, _ := strings.Cut(f.Name, " => ")

				switch {
				case strings.HasPrefix(call, "2> "):
					continue
				case notSimulated().MatchString(call):
					left++

					continue
				}

				wrong := ""
				if i+1 < len(archive.Files) && archive.Files[i+1].Name == "2> "+call {
					wrong = string(archive.Files[i+1].Data)
				}

				compared++

				checkNetworkCall(t, state, f, wrong)
			}

			t.Logf("%d calls are the same to the byte, %d are not simulated", compared, left)
		})
	}
}

func checkNetworkCall(t *testing.T, s sim.State, want txtar.File, wantErr string) {
	t.Helper()

	call, _, _ := strings.Cut(want.Name, " => ")

	args := strings.Fields(call)
	if call == "(none)" {
		args = nil
	}

	var stdout, stderr bytes.Buffer

	status := sim.PrintNetwork(&stdout, &stderr, s, args)

	name := call

	switch {
	case status == sim.Running:
		name = call + " => killed"
	case status != 0:
		name = fmt.Sprintf("%s => %d", call, status)
	}

	if name != want.Name {
		t.Errorf("answered %q, recorded %q", name, want.Name)
	}

	if diff := cmp.Diff(beforeUsage(string(want.Data)), beforeUsage(stdout.String())); diff != "" {
		t.Errorf("%s (-recorded +printed):\n%s", call, diff)
	}

	if diff := cmp.Diff(wantErr, stderr.String()); diff != "" {
		t.Errorf("standard error of %s (-recorded +printed):\n%s", call, diff)
	}
}

// beforeUsage is a text without the list of what an item accepts, which is the vendor's prose.
func beforeUsage(text string) string {
	const begin = "needs the following parameters:\n"

	if before, _, found := strings.Cut(text, begin); found {
		return before + begin
	}

	return text
}
