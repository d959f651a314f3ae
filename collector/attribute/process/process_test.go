package process_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ascend-exporter/ascend_exporter/collector/attribute/process"
	"github.com/ascend-exporter/ascend_exporter/collector/attribute/process/processtest"
)

const (
	container = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
	inner     = "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210"
	pod       = "3f1e8a52-90ab-4c7d-8e21-5d6f708192a3"
	slice     = "3f1e8a52_90ab_4c7d_8e21_5d6f708192a3"
)

func TestProcess(t *testing.T) {
	t.Parallel()

	tree := processtest.New(t)
	tree.Add(processtest.Process{
		PID: 4711, Parent: 1, Name: "VLLM::EngineCor", Words: []string{"VLLM::EngineCore"}, UID: 1000, Start: 77,
		Cgroup:  "0::/kubepods.slice/kubepods-pod" + slice + ".slice/cri-containerd-" + container + ".scope\n",
		Environ: []string{"PATH=/bin", "ASCEND_VISIBLE_DEVICES=0,1", "ASCEND_VISIBLE_DEVICES_X=9"},
	})
	tree.Add(processtest.Process{PID: 4712, Parent: 4711, Name: "python3", Words: []string{"python3", "-u", "train.py"}, UID: 4242})

	reader := process.New(tree.Root)

	got, err := reader.Process(4711)
	if err != nil {
		t.Fatal(err)
	}

	want := process.Info{
		Name: "VLLM::EngineCore", Comm: "VLLM::EngineCor", Framework: "vllm", User: "alice",
		ContainerID: container, PodUID: pod, VisibleDevices: "0,1",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("in a pod (-want +got):\n%s", diff)
	}

	got, err = reader.Process(4712)
	if err != nil {
		t.Fatal(err)
	}

	// Its framework is that of the process that started it, and nobody knows its user.
	want = process.Info{Name: "python3", Comm: "python3", Framework: "vllm", User: "4242"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("on the host (-want +got):\n%s", diff)
	}
}

func TestProcessThatCannotBeRead(t *testing.T) {
	t.Parallel()

	tree := processtest.New(t)
	tree.Add(processtest.Process{PID: 7, Name: "sh"})

	reader := process.New(tree.Root)

	for _, pid := range []int{8, 0, -1} {
		if _, err := reader.Process(pid); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("pid %d: %v", pid, err)
		}
	}

	// The environment of another user's process.
	environ := filepath.Join(tree.Root, "7", "environ")
	if err := os.Remove(environ); err != nil {
		t.Fatal(err)
	}

	if got, err := reader.Process(7); err != nil || got.VisibleDevices != "" {
		t.Errorf("without its environment: %v, %v", got, err)
	}

	if err := os.WriteFile(filepath.Join(tree.Root, "7", "cgroup"), []byte("garbage\n"), 0o600); err != nil {
		t.Fatal(err)
	}

	if _, err := reader.Process(7); err == nil || !strings.Contains(err.Error(), "garbage") {
		t.Errorf("with a damaged file of cgroups: %v", err)
	}

	tree.Container()

	if _, err := reader.Process(7); !errors.Is(err, process.ErrNotHost) {
		t.Errorf("in a container: %v", err)
	}

	if _, err := process.New(filepath.Join(tree.Root, "nowhere")).Process(7); !errors.Is(err, process.ErrNotHost) || !strings.Contains(err.Error(), "nowhere") {
		t.Errorf("without procfs: %v", err)
	}
}

// TestOwnProcess reads the real procfs.
func TestOwnProcess(t *testing.T) {
	t.Parallel()

	got, err := process.New("/proc").Process(os.Getpid())
	if errors.Is(err, process.ErrNotHost) {
		t.Skip("this is a container with pids of its own")
	}

	if err != nil {
		t.Fatal(err)
	}

	if want := filepath.Base(os.Args[0]); got.Name != want {
		t.Errorf("name %q, not %q", got.Name, want)
	}

	if !got.Shown(got.Comm) || !got.Shown("") || got.Shown("another") {
		t.Errorf("shown names of %+v", got)
	}
}

func TestCgroups(t *testing.T) {
	t.Parallel()

	const static = "b1946ac92492d2347c6235b4d2611184"

	tests := []struct {
		name, cgroup string
		id, pod      string
	}{
		{"v2 systemd containerd", "0::/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod" + slice + ".slice/cri-containerd-" + container + ".scope", container, pod},
		{"v2 systemd cri-o", "0::/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod" + slice + ".slice/crio-" + container + ".scope/container", container, pod},
		{"v2 systemd docker", "0::/kubepods.slice/kubepods-pod" + slice + ".slice/docker-" + container + ".scope", container, pod},
		{"v2 systemd isula", "0::/kubepods.slice/kubepods-pod" + slice + ".slice/isulad-" + container + ".scope", container, pod},
		{"v2 cgroupfs", "0::/kubepods/burstable/pod" + pod + "/" + container, container, pod},
		{"v2 from another namespace", "0::/../../kubepods-burstable-pod" + slice + ".slice/cri-containerd-" + container + ".scope", container, pod},
		{"v2 from the same pod", "0::/../cri-containerd-" + container + ".scope", container, ""},
		{"v1 systemd", "12:pids:/kubepods.slice/kubepods-pod" + slice + ".slice/crio-" + container + ".scope\n1:name=systemd:/kubepods.slice/kubepods-pod" + slice + ".slice/crio-" + container + ".scope", container, pod},
		{"v1 cgroupfs", "11:memory:/kubepods/pod" + pod + "/" + container + "\n10:cpu,cpuacct:/kubepods/pod" + pod + "/" + container, container, pod},
		{"v1 with hierarchies that are nobody's", "13:rdma:/\n12:misc:/user.slice\n11:memory:/kubepods/besteffort/pod" + pod + "/" + container + "\n0::/system.slice/containerd.service", container, pod},
		{"v1 where one has only the id", "9:devices:/docker/" + container + "\n8:memory:/kubepods/pod" + pod + "/" + container, container, pod},
		{"v1 where one has only the pod", "9:devices:/kubepods/pod" + pod + "\n8:memory:/docker/" + container, container, ""},
		{"containerd with drivers that differ", "4:memory:/system.slice/containerd.service/kubepods-burstable-pod" + slice + ".slice:cri-containerd:" + container, container, pod},
		{"a static pod", "0::/kubepods/burstable/pod" + static + "/" + container, container, static},
		{"a static pod, systemd", "0::/kubepods.slice/kubepods-pod" + static + ".slice/crio-" + container + ".scope", container, static},
		{"kubelet in a slice of its own", "0::/k8s.slice/k8s-kubepods.slice/k8s-kubepods-pod" + slice + ".slice/cri-containerd-" + container + ".scope", container, pod},
		{"docker", "5:memory:/docker/" + container, container, ""},
		{"docker, systemd", "0::/system.slice/docker-" + container + ".scope", container, ""},
		{"isula", "5:memory:/isulad/" + container, container, ""},
		{"isula, systemd", "0::/system.slice/isulad-" + container + ".scope", container, ""},
		{"podman", "0::/machine.slice/libpod-" + container + ".scope/container", container, ""},
		{"docker in a pod", "0::/kubepods/pod" + pod + "/" + container + "/docker/" + inner, container, pod},
		{"docker in docker", "0::/docker/" + container + "/docker/" + inner, container, ""},
		{"a node of Kubernetes in docker", "0::/docker/" + inner + "/kubelet/kubepods/pod" + pod + "/" + container, container, pod},
		{"a pod in a node that is a pod", "0::/kubepods/pod" + pod + "/" + container + "/kubelet/kubepods/pod" + static + "/" + inner, container, pod},
		{"init of a container", "0::/system.slice/docker-" + container + ".scope/init.scope", container, ""},
		{"the monitor of cri-o", "0::/kubepods.slice/kubepods-pod" + slice + ".slice/crio-conmon-" + container + ".scope", "", pod},
		{"a pod's own group", "0::/kubepods/pod" + pod, "", pod},
		{"a service", "0::/system.slice/ssh.service", "", ""},
		{"a session", "0::/user.slice/user-1000.slice/session-3.scope", "", ""},
		{"a job of Slurm", "0::/system.slice/slurmstepd.scope/job_17/step_0/user/task_0", "", ""},
		{"the root", "0::/", "", ""},
		{"hexadecimal of another length", "0::/docker/" + container + "0", "", ""},
		{"a name that begins like a pod's", "0::/podman/podcast.slice/pod" + pod[1:], "", ""},
		{"upper case", "0::/docker/" + strings.ToUpper(container), "", ""},
	}

	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()

			tree := processtest.New(t)
			tree.Add(processtest.Process{PID: 10, Name: "a", Cgroup: test.cgroup + "\n"})

			got, err := process.New(tree.Root).Process(10)
			if err != nil || got.ContainerID != test.id || got.PodUID != test.pod {
				t.Errorf("container %q of pod %q, not %q of %q: %v", got.ContainerID, got.PodUID, test.id, test.pod, err)
			}
		})
	}
}

func BenchmarkProcess(b *testing.B) {
	tree := processtest.New(b)
	tree.Add(processtest.Process{
		PID: 4711, Name: "python3", Words: []string{"python3", "train.py"}, UID: 1000,
		Cgroup: "0::/kubepods.slice/kubepods-pod" + slice + ".slice/cri-containerd-" + container + ".scope\n",
	})

	reader := process.New(tree.Root)

	for b.Loop() {
		if _, err := reader.Process(4711); err != nil {
			b.Fatal(err)
		}
	}
}

// TestHost: whether the exporter, and the tool with it, is among the processes of the host.
func TestHost(t *testing.T) {
	t.Parallel()

	tree := processtest.New(t)
	reader := process.New(tree.Root)

	if err := reader.Host(); err != nil {
		t.Errorf("on the host: %v", err)
	}

	// The procfs of the host, mounted into a container: there the exporter has a pid of its own.
	status := filepath.Join(tree.Root, "1", "status")
	if err := os.WriteFile(status, []byte("Name:\ta\nNSpid:\t4711\t7\n"), 0o600); err != nil {
		t.Fatal(err)
	}

	if err := reader.Host(); !errors.Is(err, process.ErrNotHost) {
		t.Errorf("with the host's procfs mounted: %v", err)
	}

	tree.Container()

	if err := reader.Host(); !errors.Is(err, process.ErrNotHost) {
		t.Errorf("in a container: %v", err)
	}

	if err := process.New(filepath.Join(tree.Root, "nowhere")).Host(); err == nil {
		t.Error("no procfs is the host's")
	}
}
