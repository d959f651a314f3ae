package poll

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ascend-exporter/ascend_exporter/collector/npusmi"
	"github.com/ascend-exporter/ascend_exporter/collector/snapshot"
)

func TestReadJobs(t *testing.T) {
	t.Parallel()

	folder := filepath.Join(t.TempDir(), "jobs")
	side := ReadJobs(folder, time.Second)

	var failure *npusmi.Failure
	if _, _, err := side.Read(t.Context(), new(snapshot.Snapshot)); !errors.As(err, &failure) || !strings.Contains(failure.Advice, "--path.jobs") {
		t.Errorf("without the folder: %v", err)
	}

	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}

	for name, text := range map[string]string{"0": "17\talice\n", "1": "18\n19\n", "9": "20\n", "bad": "x\n"} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}

	// The chips of an A3 have physical ids. An unusable one is held all the same.
	draft := Draft{Chips: []snapshot.Chip{
		{PhyID: "0", LogicID: "1"}, {Key: snapshot.Key{Chip: 1}, PhyID: "1", LogicID: "0", Unusable: true},
	}}

	reading, warnings, err := side.Read(t.Context(), &snapshot.Snapshot{Chips: draft.Chips})
	if err != nil {
		t.Fatal(err)
	}

	if warnings.Count != 2 || !strings.HasSuffix(warnings.First[0].Text, "/bad") || !strings.HasSuffix(warnings.First[1].Text, "/9") {
		t.Errorf("passed over %+v", warnings)
	}

	reading.Join(&draft)

	want := [][]snapshot.Job{{{Name: "17", User: "alice"}}, {{Name: "18"}, {Name: "19"}}}
	for i, chip := range draft.Chips {
		if diff := cmp.Diff(want[i], chip.Jobs); diff != "" {
			t.Errorf("chip %d (-want +got):\n%s", i, diff)
		}
	}

	// The job's chip is missing now, and its file as good as before.
	if _, warnings, err := side.Read(t.Context(), &snapshot.Snapshot{Chips: draft.Chips[1:]}); err != nil || warnings.Count != 2 {
		t.Errorf("without the chip: %v, passed over %+v", err, warnings)
	}

	if _, warnings, err := side.Read(t.Context(), new(snapshot.Snapshot)); err != nil || warnings.Count != 1 {
		t.Errorf("before the first listing: %v, passed over %+v", err, warnings)
	}
}
