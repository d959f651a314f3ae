package chaos

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/ascend-exporter/ascend_exporter/cmd/internal/exportertest"
	"github.com/ascend-exporter/ascend_exporter/collector/attribute/process/processtest"
	"github.com/ascend-exporter/ascend_exporter/collector/npusmi"
)

// copied makes the tool a file of the rig's own.
func copied(r *rig) {
	text, err := os.ReadFile(standInBinary)
	r.must(err)

	r.command = strings.Replace(r.command, standInBinary, r.write("npu-smi", string(text), 0o700), 1)
}

// toolFile is the file of the tool.
func (r *rig) toolFile() string { return filepath.Join(r.folder, "npu-smi") }

// fileFaults are those of the file of the tool.
func fileFaults() map[string]fault {
	var writer io.Closer

	return map[string]fault{
		"replaced": {
			options: []string{"--product=910B3", "--release=23.0"},
			flags:   []string{"--collector.ecc.interval=500ms"}, // other releases tell more
			before:  copied,
			breaks: func(r *rig) {
				r.tool.Behave("--delay=500ms")
				eventually(r, "a summary is under way", func() (any, bool) {
					runs := r.tool.Runs()
					last := runs[len(runs)-1]

					return nil, strings.HasPrefix(last, "start ") && strings.HasSuffix(last, " info")
				})
				r.tool.Behave("--release=25.5")
				copied(r)

				r.truths = append(r.truths, r.truth())
			},
			after: func(r *rig) {
				r.truths = r.truths[1:] // nothing of the old release is left
				r.scrape()
			},
		},
		"written": {
			before: copied,
			breaks: func(r *rig) {
				// It cannot be opened while it runs.
				writer = eventually(r, "the file can be written", func() (io.Closer, bool) {
					file, err := os.OpenFile(r.toolFile(), os.O_WRONLY, 0)

					return file, err == nil
				})
			},
			mends: func(r *rig) { r.must(writer.Close()) },
		},
		"deleted": {
			before: copied,
			breaks: func(r *rig) { r.must(os.Rename(r.toolFile(), r.toolFile()+".old")) },
			mends:  func(r *rig) { r.must(os.Rename(r.toolFile()+".old", r.toolFile())) },
		},
		"not-executable": {
			before: copied,
			breaks: func(r *rig) { r.must(os.Chmod(r.toolFile(), 0o600)) },
			mends:  func(r *rig) { r.must(os.Chmod(r.toolFile(), 0o700)) },
		},
		"sysfs": {
			before: func(r *rig) {
				r.flags = append(r.flags, "--path.sysfs="+r.folder+"/sys")

				device := filepath.Join(r.folder, "sys/bus/pci/devices/0000:c1:00.0")
				r.must(os.MkdirAll(device, 0o700))
				r.must(os.WriteFile(filepath.Join(device, "vendor"), []byte("0x19e5\n"), 0o600))
				r.must(os.WriteFile(filepath.Join(device, "device"), []byte("0xd802\n"), 0o600))
			},
			breaks: func(r *rig) { r.must(os.Rename(r.folder+"/sys", r.folder+"/gone")) },
			holds: func(r *rig) {
				r.until("no number of devices", func(m exportertest.Samples) bool { return m.Count("ascend_npu_pci_devices") == 0 })
			},
			mends: func(r *rig) { r.must(os.Rename(r.folder+"/gone", r.folder+"/sys")) },
		},
		"procfs": procfs(),
	}
}

// procfs takes the procfs away in which the processes on the chips are.
func procfs() fault {
	var tree *processtest.Tree

	return fault{
		before: func(r *rig) {
			answer, err := exec.Command("sh", "-c", r.command+" info").Output()
			r.must(err)

			listed, _, err := npusmi.ParseSummary(answer)
			r.must(err)

			tree = processtest.New(r.t)

			for _, row := range listed.Processes {
				pid, err := strconv.Atoi(row.PID)
				r.must(err)

				tree.Add(processtest.Process{PID: pid, Name: row.Name, Words: []string{row.Name}})
			}

			r.flags = append(r.flags, "--collector.processes", "--path.procfs="+tree.Root)
		},
		breaks: func(r *rig) { r.must(os.Rename(tree.Root, tree.Root+".gone")) },
		holds: func(r *rig) {
			m := r.until("nobody's processes", func(m exportertest.Samples) bool { return m.Count("ascend_npu_process_info") == 0 })
			if m["ascend_exporter_up"] != 1 || m.Count("ascend_npu_power_watts") != 2 {
				r.t.Errorf("up %v, %d chips have a power", m["ascend_exporter_up"], m.Count("ascend_npu_power_watts"))
			}
		},
		mends: func(r *rig) { r.must(os.Rename(tree.Root+".gone", tree.Root)) },
	}
}
