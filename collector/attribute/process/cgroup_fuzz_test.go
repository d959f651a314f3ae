package process

import (
	"strings"
	"testing"

	"github.com/prometheus/procfs"
)

// FuzzCgroupPath holds the reader of a cgroup's path to what stands in it: nothing is invented, and ids are ids.
func FuzzCgroupPath(f *testing.F) {
	const id = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

	f.Add("/kubepods.slice/kubepods-pod3f1e8a52_90ab_4c7d_8e21_5d6f708192a3.slice/cri-containerd-" + id + ".scope")
	f.Add("/kubepods/burstable/pod3f1e8a52-90ab-4c7d-8e21-5d6f708192a3/" + id)
	f.Add("/system.slice/containerd.service/kubepods-podb1946ac92492d2347c6235b4d2611184.slice:cri-containerd:" + id)
	f.Add("/docker/" + id + "/docker/" + id)
	f.Add("/../../x//pod")

	parser := newPathParser()

	f.Fuzz(func(t *testing.T, path string) {
		id, pod := parser.parse(path)

		if id != "" && (len(id) != 64 || strings.Trim(id, "0123456789abcdef") != "" || !strings.Contains(path, id)) {
			t.Errorf("container %q", id)
		}

		if pod != "" && (len(pod) != 36 && len(pod) != 32 || strings.Trim(pod, "0123456789abcdef-") != "" ||
			!strings.Contains(strings.ReplaceAll(path, "_", "-"), "pod"+pod)) {
			t.Errorf("pod %q", pod)
		}

		if lineID, linePod := parser.container([]procfs.Cgroup{{Path: "/"}, {Path: path}}); lineID != id || linePod != pod {
			t.Errorf("among others it reads %q, %q, not %q, %q", lineID, linePod, id, pod)
		}
	})
}
