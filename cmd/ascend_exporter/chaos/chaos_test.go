package chaos

import (
	"flag"
	"maps"
	"os"
	"path/filepath"
	"testing"

	"github.com/ascend-exporter/ascend_exporter/cmd/internal/exportertest"
)

// Binaries of the project, as they are released.
var exporterBinary, standInBinary string

func TestMain(m *testing.M) {
	flag.Parse()

	os.Exit(exportertest.WithBinaries(func(folder string) int {
		exporterBinary, standInBinary = filepath.Join(folder, "ascend_exporter"), filepath.Join(folder, "npu-smi-sim")

		return m.Run()
	}, "..", "../../npu-smi-sim"))
}

// A fault is how a test does what a case says.
type fault struct {
	options []string     // of the stand-in, that stay
	flags   []string     // of the exporter
	env     []string     // of the exporter
	wrap    []string     // the command that the exporter is started by
	before  func(r *rig) // prepares what flags need; it may add some
	breaks  func(r *rig) // something
	holds   func(r *rig) // checks, once the case has shown, what is its own
	mends   func(r *rig) // it
	after   func(r *rig) // checks what is its own once all is well
	once    bool         // the query fails once, not again and again
	mute    bool         // its log is lost
}

// faults are the faults of all cases by their names.
func faults() map[string]fault {
	all := make(map[string]fault)

	for _, some := range []map[string]fault{toolFaults(), fileFaults(), machineFaults(), hostFaults(), limitFaults(), webFaults()} {
		maps.Copy(all, some)
	}

	return all
}

func TestChaos(t *testing.T) {
	t.Parallel()

	faults := faults()

	for _, c := range Cases() {
		f, there := faults[c.Name]
		if !there {
			t.Errorf("%s: nobody breaks it", c.Name)

			continue
		}

		delete(faults, c.Name)

		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()

			r := start(t, c, f)
			quiet := r.quiet()

			f.breaks(r)
			r.suffers()

			if f.holds != nil {
				f.holds(r)
			}

			if f.mends != nil {
				f.mends(r)
			}

			r.recovers(r.failures())

			if f.after != nil {
				f.after(r)
			}

			if !f.mute {
				r.isLogged()
			}

			r.leavesNothing(quiet)
		})
	}

	for name := range faults {
		t.Errorf("%s is the fault of no case", name)
	}
}
