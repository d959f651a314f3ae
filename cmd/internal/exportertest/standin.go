package exportertest

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A StandIn is a simulated npu-smi whose behaviour the test changes while it is in use.
type StandIn struct {
	Log string // file that every run writes

	t       testing.TB
	binary  string
	options string // file that every run reads
	args    string
}

// NewStandIn makes a stand-in of the binary of npu-smi-sim with options that stay.
func NewStandIn(tb testing.TB, binary string, options ...string) *StandIn {
	tb.Helper()

	folder := tb.TempDir()
	s := &StandIn{
		Log: filepath.Join(folder, "log"),
		t:   tb, binary: binary, options: filepath.Join(folder, "options"), args: strings.Join(options, " "),
	}
	s.Behave()

	return s
}

// Behave sets the options of the runs from now on.
func (s *StandIn) Behave(options ...string) {
	s.t.Helper()

	const mode = 0o600

	// A rename, so that no run reads half of them.
	next := s.options + ".next"
	if err := os.WriteFile(next, []byte(strings.Join(options, "\n")), mode); err != nil {
		s.t.Fatal(err)
	}

	if err := os.Rename(next, s.options); err != nil {
		s.t.Fatal(err)
	}
}

// Command is what --npu-smi.command takes.
func (s *StandIn) Command() string {
	return fmt.Sprintf("%s --log=%s %s @%s", s.binary, s.Log, s.args, s.options)
}

// Runs are the lines that the runs have logged so far.
func (s *StandIn) Runs() []string {
	s.t.Helper()

	text, err := os.ReadFile(s.Log)
	if err != nil && !os.IsNotExist(err) {
		s.t.Fatal(err)
	}

	return strings.Split(strings.TrimSpace(string(text)), "\n")
}
