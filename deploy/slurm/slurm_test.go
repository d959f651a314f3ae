// Package slurm_test runs the example prolog and epilog.
package slurm_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ascend-exporter/ascend_exporter/collector/attribute/job"
)

// A node is a host on which slurmd runs the scripts.
type node struct {
	t      *testing.T
	folder string
	dev    string
}

func newNode(t *testing.T) *node {
	t.Helper()

	for _, tool := range []string{"bash", "flock", "seq"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("no %s", tool)
		}
	}

	n := &node{t: t, folder: filepath.Join(t.TempDir(), "run", "jobs"), dev: t.TempDir()}

	for _, name := range []string{"davinci0", "davinci1", "davinci10", "davinci_manager"} {
		if err := os.WriteFile(filepath.Join(n.dev, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}

	return n
}

// run runs a script with variables, with little else in its environment, like slurmd.
func (n *node) run(script string, variables ...string) string {
	n.t.Helper()

	cmd := exec.Command("./" + script)
	cmd.Env = append([]string{"ASCEND_JOBS=" + n.folder, "ASCEND_DEVICES=" + n.dev}, variables...)

	output, err := cmd.CombinedOutput()
	if err != nil {
		n.t.Errorf("%s %v would drain the node: %v\n%s", script, variables, err, output)
	}

	return string(output)
}

// jobs are the jobs as the exporter reads them: chip:job:user.
func (n *node) jobs() string {
	n.t.Helper()

	jobs, bad, err := job.Read(n.folder)
	if err != nil || len(bad) > 0 {
		n.t.Fatalf("%v, bad %v", err, bad)
	}

	words := make([]string, 0, len(jobs))
	for _, j := range jobs {
		words = append(words, j.PhyID+":"+j.Name+":"+j.User)
	}

	return strings.Join(words, " ")
}

func (n *node) expect(when, want string) {
	n.t.Helper()

	if diff := cmp.Diff(want, n.jobs()); diff != "" {
		n.t.Errorf("%s (-want +got):\n%s", when, diff)
	}
}

func TestPrologAndEpilog(t *testing.T) {
	t.Parallel()

	n := newNode(t)

	first := []string{"SLURM_JOB_ID=17", "SLURM_JOB_USER=alice", "SLURM_JOB_GPUS=0,2-4"}
	second := []string{"SLURM_JOB_ID=18", "SLURM_JOB_USER=bob", "SLURM_JOB_GPUS=10"}

	n.run("prolog.sh", first...)
	n.expect("after the first job began", "0:17:alice 2:17:alice 3:17:alice 4:17:alice")

	n.run("prolog.sh", second...)
	n.run("prolog.sh", second...) // requeued
	n.expect("after the second job began", "0:17:alice 10:18:bob 2:17:alice 3:17:alice 4:17:alice")

	n.run("epilog.sh", first...)
	n.expect("after the first job ended", "10:18:bob")

	// The epilog of the second job never ran; or it runs late.
	n.run("prolog.sh", "SLURM_JOB_ID=19", "SLURM_JOB_GPUS=10")
	n.expect("after the third job began", "10:19:")

	n.run("epilog.sh", second...)
	n.expect("after the second job ended", "10:19:")

	n.run("epilog.sh", "SLURM_JOB_ID=1")
	n.run("epilog.sh", "SLURM_JOB_ID=19")
	n.expect("after all ended", "")

	files, err := os.ReadDir(n.folder)
	if err != nil || len(files) != 1 || files[0].Name() != ".lock" {
		t.Errorf("left in the folder: %v, %v", files, err)
	}

	info, err := os.Stat(n.folder)
	if err != nil || info.Mode().Perm() != 0o755 {
		t.Errorf("the folder has mode %v: %v", info.Mode(), err)
	}
}

func TestWholeNodes(t *testing.T) {
	t.Parallel()

	n := newNode(t)
	n.run("prolog.sh", "SLURM_JOB_ID=17", "SLURM_JOB_USER=alice", "ASCEND_WHOLE_NODES=yes")
	n.expect("after the job began", "0:17:alice 1:17:alice 10:17:alice")
	n.run("epilog.sh", "SLURM_JOB_ID=17")
	n.expect("after it ended", "")
}

// TestNothingToSay: the scripts end well, and write nothing, where they do not know the chips or cannot write.
func TestNothingToSay(t *testing.T) {
	t.Parallel()

	n := newNode(t)
	n.run("epilog.sh", "SLURM_JOB_ID=16") // before there is a folder
	n.run("prolog.sh", "SLURM_JOB_ID=17") // a job without chips
	n.run("prolog.sh", "SLURM_JOB_ID=17", "SLURM_JOB_GPUS=a,1x,,-3")
	n.expect("without chips", "")

	if output := n.run("prolog.sh"); !strings.Contains(output, "SLURM_JOB_ID") {
		t.Errorf("without a job it says %q", output)
	}

	if output := n.run("epilog.sh"); !strings.Contains(output, "SLURM_JOB_ID") {
		t.Errorf("without a job it says %q", output)
	}

	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}

	n.folder = file
	n.run("prolog.sh", "SLURM_JOB_ID=17", "SLURM_JOB_GPUS=0")
	n.run("epilog.sh", "SLURM_JOB_ID=17")
}

// TestManyAtOnce: prologs and epilogs of many jobs on a node do not disturb each other, nor a reader.
func TestManyAtOnce(t *testing.T) {
	t.Parallel()

	n := newNode(t)
	n.run("prolog.sh", "SLURM_JOB_ID=1", "SLURM_JOB_GPUS=100")

	var all sync.WaitGroup

	for chip := range 12 {
		all.Go(func() {
			id := "SLURM_JOB_ID=" + strconv.Itoa(1000+chip)
			n.run("prolog.sh", id, "SLURM_JOB_GPUS="+strconv.Itoa(chip))

			if !strings.Contains(" "+n.jobs(), " "+strconv.Itoa(chip)+":"+strconv.Itoa(1000+chip)+":") {
				t.Errorf("chip %d is not held: %s", chip, n.jobs())
			}

			n.run("epilog.sh", id)
		})
	}

	all.Wait()
	n.expect("after all ended", "100:1:")
}
