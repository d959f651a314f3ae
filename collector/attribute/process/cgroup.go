package process

import (
	"regexp"
	"strings"

	"github.com/prometheus/procfs"
)

// A container's id and a pod's uid within a part of a cgroup's path. A uid has dashes, which systemd's slices replace by
// underscores; that of a static pod is a hash without any.
const (
	containerID = `(?:^|[-:])([0-9a-f]{64})(?:\.scope)?$`
	podUID      = `(?:^|-)pod([0-9a-f]{32}|[0-9a-f]{8}(?:[-_][0-9a-f]{4}){3}[-_][0-9a-f]{12})(?:\.slice)?(?::|$)`
)

// A pathParser reads paths of cgroups.
type pathParser struct {
	ids, pods *regexp.Regexp
}

func newPathParser() pathParser {
	return pathParser{ids: regexp.MustCompile(containerID), pods: regexp.MustCompile(podUID)}
}

// container finds the container and the pod that a process is in, "" where it is in none. The hierarchies of cgroup v1 can
// differ, since not all of them are handed to containers: the one that tells most is taken.
func (p pathParser) container(cgroups []procfs.Cgroup) (id, pod string) {
	for _, cgroup := range cgroups {
		nextID, nextPod := p.parse(cgroup.Path)
		if nextPod != "" && nextID != "" {
			return nextID, nextPod
		}

		if id == "" && (nextID != "" || pod == "") {
			id, pod = nextID, nextPod
		}
	}

	return id, pod
}

// parse reads the path of a cgroup:
//
//	/kubepods/burstable/pod<uid>/<id>                                               driver cgroupfs, every runtime
//	/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod<uid>.slice/cri-containerd-<id>.scope
//	.../crio-<id>.scope, .../docker-<id>.scope, .../isulad-<id>.scope               the same with cri-o, docker, isula
//	/system.slice/containerd.service/kubepods-burstable-pod<uid>.slice:cri-containerd:<id>
//	/docker/<id>, /isulad/<id>, /system.slice/docker-<id>.scope                     without Kubernetes
//	/../../kubepods-pod<uid>.slice/...                                              seen from another cgroup namespace
//
// Of containers within a container the outermost is what the host's runtime knows: the first id, in a pod the first after it.
func (p pathParser) parse(path string) (id, pod string) {
	for part := range strings.SplitSeq(path, "/") {
		if match := p.pods.FindStringSubmatch(part); match != nil && pod == "" {
			id, pod = "", strings.ReplaceAll(match[1], "_", "-")
		}

		// cri-o's monitor of a container is not in it.
		if match := p.ids.FindStringSubmatch(part); match != nil && id == "" && !strings.HasPrefix(part, "crio-conmon-") {
			id = match[1]
		}
	}

	return id, pod
}
