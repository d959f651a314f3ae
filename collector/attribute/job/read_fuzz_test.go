package job_test

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/ascend-exporter/ascend_exporter/collector/attribute/job"
)

// FuzzRead: of a file of any name jobs are read, or it is bad, or it is passed over, and never two of these; it is the chip of its
// name that the jobs hold.
func FuzzRead(f *testing.F) {
	f.Add("7", []byte("17\talice\n"))
	f.Add("07", []byte("17\n"))
	f.Add("65536", []byte("17\n"))
	f.Add(".7", []byte("17\n"))
	f.Add("\xff", []byte{})
	f.Add("7", []byte(strings.Repeat("17\n", 2000)))

	folder := f.TempDir()

	f.Fuzz(func(t *testing.T, name string, text []byte) {
		file := filepath.Join(folder, name)
		if name == "" || name != filepath.Base(name) || os.WriteFile(file, text, 0o600) != nil {
			return // no name of a file
		}

		defer os.Remove(file) //nolint:errcheck // the next one would find it

		jobs, bad, err := job.Read(folder)
		if err != nil {
			t.Fatal(err)
		}

		if strings.HasPrefix(name, ".") && len(jobs)+len(bad) > 0 || len(bad) > 1 || len(bad) > 0 && len(jobs) > 0 {
			t.Errorf("%q: jobs %+v, bad %+v", name, jobs, bad)
		}

		for _, b := range bad {
			if b.Name != strings.ToValidUTF8(name, "\uFFFD") || b.Err == nil || !utf8.ValidString(b.Err.Error()) {
				t.Errorf("%q is bad as %+v", name, b)
			}
		}

		for _, j := range jobs {
			if id, err := strconv.Atoi(name); j.PhyID != name || err != nil || id < 0 || strconv.Itoa(id) != name {
				t.Errorf("%q holds a chip: %+v", name, j)
			}
		}
	})
}
