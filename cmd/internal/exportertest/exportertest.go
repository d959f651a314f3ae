// Package exportertest is what tests of the whole exporter have in common: a stand-in for its tool that they change while it is in
// use, the exporter as a process, its metrics, and its log.
package exportertest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// Patience bounds every wait of a test. It is no measure of speed.
const Patience = time.Minute

// WithBinaries builds commands of the project, as they are released, in a folder that is there as long as the tests run. They are built
// without the race detector, under which the start of a process takes ten times as long, and there are thousands of them.
func WithBinaries(tests func(folder string) int, packages ...string) int {
	folder, err := os.MkdirTemp("", "exportertest")
	if err != nil {
		panic(err)
	}
	defer func() { _ = os.RemoveAll(folder) }() // what is left is the system's to clean

	if err := Build(folder, packages...); err != nil {
		panic(err)
	}

	return tests(folder)
}

// Build builds commands of the project, as they are released, into a folder.
func Build(folder string, packages ...string) error {
	build := exec.Command("go", append([]string{"build", "-trimpath", "-ldflags=-s -w", "-o", folder + string(filepath.Separator)}, packages...)...) //nolint:gosec,noctx // packages of the project; it ends
	build.Env = append(os.Environ(), "CGO_ENABLED=0")

	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("building %v: %w\n%s", packages, err, out)
	}

	return nil
}
