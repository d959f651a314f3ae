package job_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"github.com/ascend-exporter/ascend_exporter/collector/attribute/job"
)

func write(t *testing.T, folder, name, text string) {
	t.Helper()

	if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestRead(t *testing.T) {
	t.Parallel()

	folder := t.TempDir()
	write(t, folder, "0", "17\talice\n")
	write(t, folder, "11", "17\talice\n\n  a job with blanks \t bob \n17\talice\n18\n")
	write(t, folder, "2", "")
	write(t, folder, ".3.new", "half of a l")

	got, bad, err := job.Read(folder)
	if err != nil || len(bad) > 0 {
		t.Fatalf("%v, bad %v", err, bad)
	}

	want := []job.Job{
		{PhyID: "0", Name: "17", User: "alice"},
		{PhyID: "11", Name: "17", User: "alice"},
		{PhyID: "11", Name: "a job with blanks", User: "bob"},
		{PhyID: "11", Name: "18"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("jobs (-want +got):\n%s", diff)
	}
}

func TestBadFiles(t *testing.T) {
	t.Parallel()

	folder := t.TempDir()
	write(t, folder, "0", "17\n")

	if err := os.Mkdir(filepath.Join(folder, "1"), 0o700); err != nil {
		t.Fatal(err)
	}

	if err := os.Symlink("0", filepath.Join(folder, "2")); err != nil {
		t.Fatal(err)
	}

	if err := syscall.Mkfifo(filepath.Join(folder, "3"), 0o600); err != nil {
		t.Fatal(err)
	}

	write(t, folder, "4", "17")
	write(t, folder, "5", "\xff\n")
	write(t, folder, "6", strings.Repeat("1", 129)+"\n")
	write(t, folder, "7", strings.Repeat("1\n", 3000))
	write(t, folder, "8", "17\talice\tmore\n")
	write(t, folder, "10", "\talice\n")
	write(t, folder, "9", "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n13\n14\n15\n16\n17\n")
	write(t, folder, "08", "17\n")
	write(t, folder, "-1", "17\n")
	write(t, folder, "70000", "17\n")
	write(t, folder, "npu", "17\n")

	got, bad, err := job.Read(folder)
	if err != nil {
		t.Fatal(err)
	}

	if diff := cmp.Diff([]job.Job{{PhyID: "0", Name: "17"}}, got); diff != "" {
		t.Errorf("jobs (-want +got):\n%s", diff)
	}

	var lines strings.Builder
	for _, b := range bad {
		fmt.Fprintln(&lines, b.Name, b.Err)
	}

	want := `-1 the name of the file is not the physical id of a chip
08 the name of the file is not the physical id of a chip
1 it is not a file
10 a line begins with a tab: it has no job
2 it is a link
3 it is not a file
4 its last line has no end: it is being written, or was cut
5 it is not UTF-8
6 a name of more than 128 bytes
7 more than 4096 bytes
70000 the name of the file is not the physical id of a chip
8 a line is not a job, a tab and a user
9 more than 16 jobs
npu the name of the file is not the physical id of a chip
`
	if diff := cmp.Diff(want, lines.String()); diff != "" {
		t.Errorf("bad files (-want +got):\n%s", diff)
	}
}

func TestFolder(t *testing.T) {
	t.Parallel()

	folder := t.TempDir()

	if _, _, err := job.Read(filepath.Join(folder, "nowhere")); !os.IsNotExist(err) {
		t.Errorf("without a folder: %v", err)
	}

	for i := range 257 {
		write(t, folder, fmt.Sprintf(".%d", i), "")
	}

	if _, _, err := job.Read(folder); err == nil || !strings.Contains(err.Error(), folder) {
		t.Errorf("of too many files: %v", err)
	}
}

// TestRaceWithAProlog: a file that is put in place by a rename is read before or after, never between.
func TestRaceWithAProlog(t *testing.T) {
	t.Parallel()

	folder := t.TempDir()
	done := make(chan struct{})

	go func() {
		defer close(done)

		file, next := filepath.Join(folder, "0"), filepath.Join(folder, ".0")

		for i := range 300 {
			if err := os.WriteFile(next, []byte(strings.Repeat("9", 1+i%100)+"\tuser\n"), 0o600); err != nil {
				t.Error(err)
			}

			if err := os.Rename(next, file); err != nil {
				t.Error(err)
			}

			if i%3 == 0 {
				if err := os.Remove(file); err != nil {
					t.Error(err)
				}
			}
		}
	}()

	for running := true; running; {
		select {
		case <-done:
			running = false
		default:
		}

		jobs, bad, err := job.Read(folder)
		if err != nil || len(bad) > 0 {
			t.Fatalf("%v, bad %v", err, bad)
		}

		for _, j := range jobs {
			if strings.Trim(j.Name, "9") != "" || j.User != "user" {
				t.Fatalf("half of a file: %+v", j)
			}
		}
	}
}

// FuzzParse: every name that comes out stands in the text, in a line of its own, and none twice.
func FuzzParse(f *testing.F) {
	f.Add([]byte("17\talice\n18\n"))
	f.Add([]byte("a b\t c \n\n\t\n"))
	f.Add([]byte("\xff\n"))
	f.Add([]byte("no end"))

	f.Fuzz(func(t *testing.T, text []byte) {
		jobs, err := job.Parse(text)
		if err != nil {
			return
		}

		seen := make(map[job.Job]bool)

		for _, j := range jobs {
			if j.Name == "" || seen[j] {
				t.Errorf("job %+v is nothing, or there twice", j)
			}

			seen[j] = true

			for _, word := range []string{j.Name, j.User} {
				if !strings.Contains(string(text), word) || strings.ContainsFunc(word, unicode.IsControl) || word != strings.TrimSpace(word) {
					t.Errorf("name %q", word)
				}
			}
		}

		if lines := strings.Count(string(text), "\n"); len(jobs) > lines {
			t.Errorf("%d jobs in %d lines", len(jobs), lines)
		}
	})
}
