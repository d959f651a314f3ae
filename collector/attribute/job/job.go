// Package job reads from a folder which jobs hold the chips, as a scheduler's prolog and epilog write it there.
//
// A file is named by the physical id of a chip. Each of its lines is a job that holds the chip: its name and, after a tab, the
// user that it is run for, if that is known. A file without a line says that no job holds the chip, like a file that is not
// there. Files whose names begin with a dot are passed over, so that a prolog can write one and then rename it.
package job

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"unicode"
	"unicode/utf8"

	"github.com/ascend-exporter/ascend_exporter/collector/regular"
)

// Job is a job that holds a chip.
type Job struct {
	PhyID string // physical id of the chip
	Name  string
	User  string // "" where it is not known
}

// Bad is a file that was passed over.
type Bad struct {
	Name string
	Err  error
}

// Bounds of what is read.
const (
	maxFiles = 256
	maxSize  = 4096 // bytes of a file
	maxJobs  = 16   // in a file
	maxWord  = 128  // bytes of a name
)

// Read reads the folder. The jobs are in the order of the files' names and lines, each once. The error is that of the
// folder; a file that cannot be read, or is not as it should be, is bad, and no job of it is believed.
func Read(folder string) ([]Job, []Bad, error) {
	dir, err := os.Open(folder)
	if err != nil {
		return nil, nil, err
	}
	defer dir.Close() //nolint:errcheck // it was only read

	names, err := dir.Readdirnames(maxFiles + 1)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, nil, err
	}

	if len(names) > maxFiles {
		return nil, nil, fmt.Errorf("%s: more than %d files: this is no folder of jobs", folder, maxFiles)
	}

	slices.Sort(names)

	var (
		jobs []Job
		bad  []Bad
	)

	for _, name := range names {
		if strings.HasPrefix(name, ".") {
			continue
		}

		held, err := readFile(folder, name)

		switch {
		case err == nil:
			jobs = append(jobs, held...)
		case !errors.Is(err, fs.ErrNotExist): // an epilog was faster
			bad = append(bad, Bad{strings.ToValidUTF8(name, "\uFFFD"), err})
		}
	}

	return jobs, bad, nil
}

// readFile reads the jobs of a chip. It follows no link and waits for no pipe.
func readFile(folder, name string) ([]Job, error) {
	if id, err := strconv.ParseUint(name, 10, 16); err != nil || strconv.FormatUint(id, 10) != name {
		return nil, errors.New("the name of the file is not the physical id of a chip")
	}

	file, err := regular.Open(filepath.Join(folder, name), syscall.O_NOFOLLOW)
	if errors.Is(err, syscall.ELOOP) {
		return nil, errors.New("it is a link")
	}

	if err != nil {
		return nil, err
	}
	defer file.Close() //nolint:errcheck // it was only read

	text, err := io.ReadAll(io.LimitReader(file, maxSize+1))
	if err != nil {
		return nil, err
	}

	jobs, err := Parse(text)
	for i := range jobs {
		jobs[i].PhyID = name
	}

	return jobs, err
}

// Parse reads the text of a file.
func Parse(text []byte) ([]Job, error) {
	switch {
	case len(text) > maxSize:
		return nil, fmt.Errorf("more than %d bytes", maxSize)
	case !utf8.Valid(text):
		return nil, errors.New("it is not UTF-8")
	case len(text) > 0 && !bytes.HasSuffix(text, []byte("\n")):
		return nil, errors.New("its last line has no end: it is being written, or was cut")
	}

	var jobs []Job

	for line := range strings.Lines(string(text)) {
		if strings.TrimSpace(line) == "" {
			continue
		}

		name, user, _ := strings.Cut(line, "\t")
		held := Job{Name: strings.TrimSpace(name), User: strings.TrimSpace(user)}

		if held.Name == "" {
			return nil, errors.New("a line begins with a tab: it has no job")
		}

		for _, word := range []string{held.Name, held.User} {
			if len(word) > maxWord {
				return nil, fmt.Errorf("a name of more than %d bytes", maxWord)
			}

			if strings.ContainsFunc(word, unicode.IsControl) {
				return nil, errors.New("a line is not a job, a tab and a user")
			}
		}

		if !slices.Contains(jobs, held) {
			jobs = append(jobs, held)
		}
	}

	if len(jobs) > maxJobs {
		return nil, fmt.Errorf("more than %d jobs", maxJobs)
	}

	return jobs, nil
}
