package attribute

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ascend-exporter/ascend_exporter/collector/attribute/kubelet"
	"github.com/ascend-exporter/ascend_exporter/collector/snapshot"
)

// chips are eight of a host whose tool tells only their logic ids, as an A2.
func chips(processes ...snapshot.Process) []snapshot.Chip {
	out := make([]snapshot.Chip, 8)
	for i := range out {
		out[i] = snapshot.Chip{Key: snapshot.Key{NPU: i}, LogicID: strconv.Itoa(i)}
	}

	for _, p := range processes {
		var npu int

		_, _ = fmt.Sscanf(p.Name, "on %d", &npu)
		out[npu].Processes = append(out[npu].Processes, p)
	}

	return out
}

// on is a process of a pod on an NPU.
func on(npu int, uid, visible string) snapshot.Process {
	return snapshot.Process{
		PID: strconv.Itoa(1000 + npu), Name: fmt.Sprintf("on %d", npu), Owner: &snapshot.Owner{PodUID: uid, VisibleDevices: visible},
	}
}

// container is a container, named c unless the pod's name has another after a slash, and its devices.
func container(name string, ids ...string) kubelet.Container {
	pod, inner, named := strings.Cut(name, "/")
	if !named {
		inner = "c"
	}

	out := kubelet.Container{Namespace: "ns", Pod: pod, Name: inner}
	for _, id := range ids {
		out.Devices = append(out.Devices, kubelet.Device{Resource: "huawei.com/Ascend910", ID: id})
	}

	return out
}

// said is a pod's own word.
func said(name, realIDs, listed string) kubelet.Pod {
	return kubelet.Pod{
		Namespace: "ns", Name: name, UID: "uid-" + name,
		Real: strings.FieldsFunc(realIDs, func(r rune) bool { return r == ' ' }), Listed: strings.FieldsFunc(listed, func(r rune) bool { return r == ' ' }),
	}
}

// told is what a reading says, in short: "3 train/c" is a row, the pods after are contradicted.
type told struct {
	rows, contradicted, unknown []string
}

// tell lets a reader judge an answer.
func tell(r *podReader, chips []snapshot.Chip, containers []kubelet.Container, pods []kubelet.Pod) told {
	r.containers, r.pods = containers, pods
	a := r.allocation(chips)

	var out told

	for _, line := range r.judge(a) {
		name, _, _ := strings.Cut(line, ":")
		out.contradicted = append(out.contradicted, strings.TrimPrefix(name, "ns/"))
	}

	for chip, holders := range a.rows() {
		for _, h := range holders {
			out.rows = append(out.rows, fmt.Sprintf("%d %s/%s", chip.NPU, h.Pod, h.Container))
		}
	}

	for _, device := range a.unknown {
		out.unknown = append(out.unknown, device.ID)
	}

	slices.Sort(out.rows)
	slices.Sort(out.contradicted)

	return out
}

func TestAttribution(t *testing.T) {
	t.Parallel()

	for _, tc := range []struct {
		name       string
		containers []kubelet.Container
		pods       []kubelet.Pod
		processes  []snapshot.Process
		want       told
	}{
		{
			name:       "the kubelet alone",
			containers: []kubelet.Container{container("a", "Ascend910-0", "Ascend910-1"), container("b", "npu-7")},
			want:       told{rows: []string{"0 a/c", "1 a/c", "7 b/c"}},
		},
		{
			name:       "ids that no chip has",
			containers: []kubelet.Container{container("a", "Ascend910-0", "Ascend910-8", "npu-core-3", "0")},
			want:       told{rows: []string{"0 a/c"}, unknown: []string{"Ascend910-8", "npu-core-3", "0"}},
		},
		{
			name:       "several pods on one chip",
			containers: []kubelet.Container{container("a", "Ascend910-2c-100-3"), container("b", "Ascend910-2c-101-3"), container("c", "Ascend310P-3-4")},
			want:       told{rows: []string{"3 a/c", "3 b/c", "3 c/c"}},
		},
		{
			name:       "another scheduler's choice",
			containers: []kubelet.Container{container("a", "Ascend910-1", "Ascend910-7")},
			pods:       []kubelet.Pod{said("a", "Ascend910-2 Ascend910-3", "Ascend910-1 Ascend910-7")},
			want:       told{rows: []string{"2 a/c", "3 a/c"}},
		},
		{
			name:       "its choice for two containers, told by place",
			containers: []kubelet.Container{container("a/x", "Ascend910-7"), container("a/y", "Ascend910-1")},
			pods:       []kubelet.Pod{said("a", "Ascend910-2 Ascend910-3", "Ascend910-1 Ascend910-7")},
			want:       told{rows: []string{"2 a/y", "3 a/x"}},
		},
		{
			name:       "its choice for two containers, of which nothing tells which has which",
			containers: []kubelet.Container{container("a/x", "Ascend910-7"), container("a/y", "Ascend910-1")},
			pods:       []kubelet.Pod{said("a", "Ascend910-2 Ascend910-3", "")},
			want:       told{rows: []string{"2 a/", "3 a/"}},
		},
		{
			name:       "cores of a vNPU",
			containers: []kubelet.Container{container("a", "npu-core-1", "npu-core-2")},
			pods:       []kubelet.Pod{said("a", "Ascend310P-2c-100-5", "npu-core-1 npu-core-2")},
			want:       told{rows: []string{"5 a/c"}},
		},
		{
			name:       "its choice stands against processes, which tell against the others'",
			containers: []kubelet.Container{container("a", "Ascend910-1"), container("b", "Ascend910-2")},
			pods:       []kubelet.Pod{said("a", "Ascend910-2", "Ascend910-1"), said("b", "", "")},
			processes:  []snapshot.Process{on(4, "uid-a", "")},
			want:       told{rows: []string{"2 a/c"}, contradicted: []string{"b"}},
		},
		{
			name:       "a pod that has ended",
			containers: []kubelet.Container{container("old", "Ascend910-1"), container("new", "Ascend910-1")},
			pods:       []kubelet.Pod{{Namespace: "ns", Name: "old", UID: "uid-old", Ended: true}},
			want:       told{rows: []string{"1 new/c"}},
		},
		{
			name:       "two pods with the same chip",
			containers: []kubelet.Container{container("old", "Ascend910-1"), container("new", "Ascend910-1"), container("x", "Ascend910-2")},
			want:       told{rows: []string{"2 x/c"}, contradicted: []string{"new", "old"}},
		},
		{
			name:       "two pods with the same chip, of which one runs on it",
			containers: []kubelet.Container{container("old", "Ascend910-1"), container("new", "Ascend910-1")},
			pods:       []kubelet.Pod{said("old", "", ""), said("new", "", "")},
			processes:  []snapshot.Process{on(1, "uid-new", "")},
			want:       told{rows: []string{"1 new/c"}, contradicted: []string{"old"}},
		},
		{
			name:       "processes that confirm",
			containers: []kubelet.Container{container("a", "Ascend910-1"), container("b", "Ascend910-2")},
			pods:       []kubelet.Pod{said("a", "", ""), said("b", "", "")},
			processes:  []snapshot.Process{on(1, "uid-a", "1"), on(2, "uid-b", "2")},
			want:       told{rows: []string{"1 a/c", "2 b/c"}},
		},
		{
			name:       "a process of another pod",
			containers: []kubelet.Container{container("a", "Ascend910-1"), container("b", "Ascend910-2"), container("x", "Ascend910-3")},
			pods:       []kubelet.Pod{said("a", "", ""), said("b", "", ""), said("x", "", "")},
			processes:  []snapshot.Process{on(1, "uid-b", "")},
			want:       told{rows: []string{"3 x/c"}, contradicted: []string{"a", "b"}},
		},
		{
			name:       "a process of a pod that claims nothing",
			containers: []kubelet.Container{container("a", "Ascend910-1")},
			pods:       []kubelet.Pod{said("a", "", ""), said("privileged", "", "")},
			processes:  []snapshot.Process{on(1, "uid-privileged", "0-7")},
			want:       told{rows: []string{"1 a/c"}},
		},
		{
			name:       "a container that was given other devices",
			containers: []kubelet.Container{container("a", "Ascend910-1", "Ascend910-7"), container("b", "Ascend910-2"), container("x", "Ascend910-3")},
			processes:  []snapshot.Process{on(2, "?", "2,1")},
			want:       told{rows: []string{"1 a/c", "3 x/c", "7 a/c"}, contradicted: []string{"b"}},
		},
		{
			name:       "a container that was given these devices",
			containers: []kubelet.Container{container("a", "Ascend910-1", "Ascend910-7")},
			processes:  []snapshot.Process{on(7, "?", "Ascend910-1,Ascend910-7")},
			want:       told{rows: []string{"1 a/c", "7 a/c"}},
		},
		{
			name:       "two pods with the same chip, of which one was given these devices",
			containers: []kubelet.Container{container("old", "Ascend910-1"), container("new", "Ascend910-1", "Ascend910-2")},
			processes:  []snapshot.Process{on(1, "?", "1-2")},
			want:       told{rows: []string{"1 new/c", "2 new/c"}, contradicted: []string{"old"}},
		},
		{
			name:       "devices that are told in other numbers",
			containers: []kubelet.Container{container("a", "Ascend910-1"), container("b", "Ascend910-2")},
			processes:  []snapshot.Process{on(1, "?", "0"), on(2, "??", "100")},
			want:       told{rows: []string{"1 a/c", "2 b/c"}},
		},
		{
			name:       "one pod on the chips of two",
			containers: []kubelet.Container{container("a", "Ascend910-1"), container("b", "Ascend910-2"), container("x", "Ascend910-3")},
			processes:  []snapshot.Process{on(1, "?", ""), on(2, "?", ""), on(3, "??", "")},
			want:       told{rows: []string{"3 x/c"}, contradicted: []string{"a", "b"}},
		},
		{
			name:       "two pods on the chips of one",
			containers: []kubelet.Container{container("a", "Ascend910-1", "Ascend910-2"), container("x", "Ascend910-3")},
			processes:  []snapshot.Process{on(1, "?", ""), on(2, "??", "")},
			want:       told{rows: []string{"3 x/c"}, contradicted: []string{"a"}},
		},
		{
			name:       "processes of the host",
			containers: []kubelet.Container{container("a", "Ascend910-1")},
			processes:  []snapshot.Process{on(1, "", "5")},
			want:       told{rows: []string{"1 a/c"}},
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()

			got := tell(&podReader{forms: newDeviceForms()}, chips(tc.processes...), tc.containers, tc.pods)
			if diff := cmp.Diff(tc.want, got, cmp.AllowUnexported(told{})); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// TestRefutation: what was contradicted once stays wrong while nothing runs, until the pod has other devices or is confirmed.
func TestRefutation(t *testing.T) {
	t.Parallel()

	r := &podReader{forms: newDeviceForms()}
	before := []kubelet.Container{container("a", "Ascend910-1")}

	for _, step := range []struct {
		name       string
		containers []kubelet.Container
		processes  []snapshot.Process
		believed   bool
	}{
		{"idle", before, nil, true},
		{"contradicted", before, []snapshot.Process{on(1, "?", "1,2")}, false},
		{"idle again", before, nil, false},
		{"other devices", []kubelet.Container{container("a", "Ascend910-2")}, nil, true},
		{"contradicted again", before, []snapshot.Process{on(1, "?", "1,2")}, false},
		{"confirmed", before, []snapshot.Process{on(1, "?", "1")}, true},
		{"idle after all", before, nil, true},
		{"contradicted at last", before, []snapshot.Process{on(1, "?", "1,2")}, false},
		{"gone", nil, nil, false},
		{"another of that name", before, nil, true},
	} {
		got := tell(r, chips(step.processes...), step.containers, nil)
		if believed := len(got.rows) > 0; believed != step.believed {
			t.Errorf("%s: %+v", step.name, got)
		}
	}
}
