package process_test

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/ascend-exporter/ascend_exporter/collector/attribute/process"
	"github.com/ascend-exporter/ascend_exporter/collector/attribute/process/processtest"
)

// FuzzProcess: whatever a process calls itself, says in its command line and its environment, and is in, reading it does not panic, and
// nothing is invented: each word that comes out stands in what went in.
func FuzzProcess(f *testing.F) {
	f.Add("python3", "python3\x00-m\x00vllm.entrypoints.api_server", "0::/kubepods/pod3f1e8a52-90ab-4c7d-8e21-5d6f708192a3/x\n", "A=1\x00ASCEND_VISIBLE_DEVICES=0,1", 1000)
	f.Add("mindieservice_d", "mindieservice_daemon --x", "4:memory:/a\n3:cpu:/docker/"+strings.Repeat("0a", 32)+"\n", "ASCEND_VISIBLE_DEVICES=\xff", 0)
	f.Add("pt_main_thread", "", "0::/\n", "", 77)
	f.Add("a) S 1 (b", "python\x00-X\x00dev\x00-W", "0::\n::\n\n", "\x00\x00=", 1<<31)
	f.Add("VLLM::Worker_TP", "VLLM::Worker_TP0 x\x00", "x", "ASCEND_VISIBLE_DEVICES", 65534)

	tree := processtest.New(f)
	reader := process.New(tree.Root)

	f.Fuzz(func(t *testing.T, name, words, cgroup, environ string, uid int) {
		// What the kernel sees to: names of 15 bytes in one line, and numbers.
		name = strings.NewReplacer("\n", "", "\x00", "").Replace(name[:min(len(name), 15)])
		uid &= 1<<32 - 1

		tree.On(t).Add(processtest.Process{
			PID: 7, Parent: 1, Name: name, UID: uid, Cgroup: cgroup, Start: 5,
			Words: strings.Split(words, "\x00"), Environ: strings.Split(environ, "\x00"),
		})

		info, err := reader.Process(7)
		if err != nil {
			if info != (process.Info{}) {
				t.Errorf("%v, and %+v", err, info)
			}

			return
		}

		said := strings.ToValidUTF8(name+"\n"+words, "\uFFFD")
		if !strings.Contains(said, info.Name) || !strings.Contains(said, info.Comm) || !utf8.ValidString(info.Name+info.Comm) {
			t.Errorf("names %q and %q are not in %q", info.Name, info.Comm, said)
		}

		if info.Framework != "" && !slices.Contains(process.Frameworks(), info.Framework) {
			t.Errorf("framework %q", info.Framework)
		}

		if !strings.Contains(cgroup, info.ContainerID) || !strings.Contains(strings.ReplaceAll(cgroup, "_", "-"), info.PodUID) {
			t.Errorf("container %q of pod %q is not in %q", info.ContainerID, info.PodUID, cgroup)
		}

		if !strings.Contains(strings.ToValidUTF8(environ, "\uFFFD"), info.VisibleDevices) {
			t.Errorf("devices %q are not in %q", info.VisibleDevices, environ)
		}

		if known := map[int]string{0: "root", 1000: "alice"}[uid]; known != "" && info.User != known || info.User == "" {
			t.Errorf("user %d is %q", uid, info.User)
		}

		if !info.Shown(info.Comm) && strings.TrimSpace(info.Comm) != "" && !strings.ContainsAny(info.Comm, ":\t") {
			t.Errorf("%q cannot be shown as itself", info.Comm)
		}
	})
}
