package main

import (
	"context"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	api "k8s.io/kubelet/pkg/apis/podresources/v1"

	"github.com/ascend-exporter/ascend_exporter/collector/attribute/process/processtest"
	"github.com/ascend-exporter/ascend_exporter/collector/poll"
	"github.com/ascend-exporter/ascend_exporter/collector/sim/podresources"
)

// podRows are the rows of ascend_npu_pod_info in short.
func podRows(m samples) []string {
	pattern := regexp.MustCompile(`^ascend_npu_pod_info\{chip="(\d+)", container="(.*)", namespace="jobs", npu="(\d+)", pod="(.*)", resource="(.*)"\}$`)

	var rows []string

	for name := range m {
		if match := pattern.FindStringSubmatch(name); match != nil {
			rows = append(rows, fmt.Sprintf("%s:%s %s/%s %s", match[3], match[1], match[4], match[2], match[5]))
		}
	}

	slices.Sort(rows)

	return rows
}

// hardwareNames are the series about chips, but for those of pods.
func hardwareNames(m samples) []string {
	var names []string

	for name := range m {
		if strings.HasPrefix(name, "ascend_npu_") && strings.Contains(name, "chip=") && !strings.HasPrefix(name, "ascend_npu_pod_info") {
			names = append(names, name)
		}
	}

	slices.Sort(names)

	return names
}

const podsSuccess = `ascend_exporter_query_success{query="pods"}`

// TestPodsAndTheirKubelet: pods by their chips; a kubelet that goes away takes its pods with it, and nothing else; one that comes
// back brings them back.
func TestPodsAndTheirKubelet(t *testing.T) {
	t.Parallel()

	tool := newStandIn(t, "--product=A3", "--time=2026-03-02T14:30:00Z")
	k := newKubelet(t).has(
		newPod("train-0", "Ascend910", "Ascend910-0", "Ascend910-3"),
		newPod("small-a", "Ascend910-2c", "Ascend910-2c-100-15"),
		newPod("small-b", "Ascend910-2c", "Ascend910-2c-101-15"),
		newPod("lost", "Ascend910", "Ascend910-99"),
		newPod("web", "nothing"),
	).start()
	e := startExporter(t, k.flags("--npu-smi.command="+tool.Command())...)

	want := []string{
		"0:0 train-0/main huawei.com/Ascend910", "1:1 train-0/main huawei.com/Ascend910",
		"7:1 small-a/main huawei.com/Ascend910-2c", "7:1 small-b/main huawei.com/Ascend910-2c",
	}
	m := e.Until("pods on their chips", func(m samples) bool {
		return slices.Equal(podRows(m), want) && m[`ascend_exporter_query_success{query="mapping"}`] == 1
	})

	if m["ascend_exporter_attribution_conflicts_total"] != 0 || m[`ascend_exporter_unrecognized_lines_total{query="pods"}`] == 0 {
		t.Errorf("%v conflicts, %v ids that no chip has", m["ascend_exporter_attribution_conflicts_total"], m[`ascend_exporter_unrecognized_lines_total{query="pods"}`])
	}

	if rest := len(m) - m.Hardware(); rest > 120 {
		t.Errorf("%d series for the host", rest)
	}

	if _, page := e.Get("/"); !strings.Contains(page, "Ascend910-99 of jobs/lost, container main (huawei.com/Ascend910)") {
		t.Error("the status page does not name the id that no chip has")
	}

	k.stop()

	m = e.Until("pods aged out", func(m samples) bool { return m[podsSuccess] == 0 && m.Count("ascend_npu_pod_info") == 0 })
	if m["ascend_exporter_up"] != 1 || m.Count("ascend_npu_health_status") != 16 {
		t.Errorf("up %v, %d chips without a kubelet", m["ascend_exporter_up"], m.Count("ascend_npu_health_status"))
	}

	if _, page := e.Get("/"); !strings.Contains(page, "here is no socket of a kubelet") {
		t.Error("the status page does not say why there are no pods")
	}

	k.start()
	e.Until("pods are back", func(m samples) bool { return slices.Equal(podRows(m), want) && m[podsSuccess] == 1 })

	// A question under way when the kubelet ends fails for another reason than the next.
	for what, most := range map[string]int{"query fails": 2, "query works again": 1, "passed over": 1} {
		if got := strings.Count(e.Log.Text(), what); got < 1 || got > most {
			t.Errorf("%q was logged %d times:\n%s", what, got, e.Log.Text())
		}
	}
}

// TestPodChurn: ten thousand pods come and go; the chips' series stay the same ones, and there never are more pods than the kubelet
// has at the time.
func TestPodChurn(t *testing.T) {
	t.Parallel()

	const each = 50 // pods at a time, of which eight have chips: as many as a busy node has

	tool := newStandIn(t, "--product=910B3", "--time=2026-03-02T14:30:00Z")
	k := newKubelet(t)

	var next atomic.Int64

	list := podresources.List(func(context.Context) (*api.ListPodResourcesResponse, error) {
		answer := new(api.ListPodResourcesResponse)

		for i := range each {
			name := fmt.Sprintf("pod-%d", next.Add(1))
			if i < 8 {
				answer.PodResources = append(answer.PodResources, newPod(name, "Ascend910", fmt.Sprintf("Ascend910-%d", i)))
			} else {
				answer.PodResources = append(answer.PodResources, newPod(name, "nothing"))
			}
		}

		return answer, nil
	})
	k.list.Store(&list)
	k.start()

	// The tool is asked for the least, and once: then nothing but the pods changes.
	args := []string{
		"--collector.pods", "--path.pod-resources=" + k.socket, "--collector.pods.interval=1ms",
		"--npu-smi.command=" + tool.Command(), "--collection.max-duty=1", "--collection.interval=1h",
	}

	for _, source := range poll.Sources() {
		if !source.Lists && source.Name != poll.Mapping {
			args = append(args, "--no-collector."+source.Name)
		}
	}

	e := startExporter(t, args...)
	before := e.Until("pods on the chips", func(m samples) bool {
		return m.Count("ascend_npu_pod_info") == 8 && m[`ascend_exporter_query_success{query="mapping"}`] == 1
	})
	next.Store(0)

	m := before
	seen := make(map[string]bool)

	for next.Load() < 10_000 {
		m = e.Metrics()

		if diff := cmp.Diff(hardwareNames(before), hardwareNames(m)); diff != "" {
			t.Fatalf("after %d pods -before +after:\n%s", next.Load(), diff)
		}

		if got := m.Count("ascend_npu_pod_info"); got != 8 {
			t.Fatalf("%d rows of pods after %d pods", got, next.Load())
		}

		for _, row := range podRows(m) {
			seen[row] = true
		}
	}

	if len(seen) < 100 || m["ascend_exporter_attribution_conflicts_total"] != 0 {
		t.Errorf("%d rows were seen, %v conflicts", len(seen), m["ascend_exporter_attribution_conflicts_total"])
	}
}

// TestProcessesContradict: the kubelet's ids are not those of the chips that the pod's processes run on.
func TestProcessesContradict(t *testing.T) {
	t.Parallel()

	tool := newStandIn(t, "--product=910B3", "--time=2026-03-02T14:30:00Z", "--seed=3")
	k := newKubelet(t).has(newPod("train-0", "Ascend910", "Ascend910-0", "Ascend910-7")).start()
	tree := processtest.New(t)
	e := startExporter(t, k.flags("--npu-smi.command="+tool.Command(), "--path.procfs="+tree.Root, "--collector.processes")...)

	m := e.Until("processes", func(m samples) bool {
		return m.Count("ascend_npu_process_memory_bytes") > 0 && m.Count("ascend_npu_pod_info") == 2
	})

	// Each process on a chip that the kubelet gives to the pod was given that chip and its neighbour.
	pattern := regexp.MustCompile(`^ascend_npu_process_memory_bytes\{chip="0", npu="(\d+)", pid="(\d+)", process_name="(.*)"\}$`)
	added := 0

	for name := range m {
		match := pattern.FindStringSubmatch(name)
		if match == nil || match[1] != "0" && match[1] != "7" {
			continue
		}

		pid, _ := strconv.Atoi(match[2])
		npu, _ := strconv.Atoi(match[1])
		added++

		tree.Add(processtest.Process{
			PID: pid, Name: match[3], Words: []string{match[3]},
			Cgroup:  "0::/kubepods.slice/kubepods-pod0123abcd_0123_4567_89ab_0123456789ab.slice/cri-containerd-" + strings.Repeat("ab", 32) + ".scope\n",
			Environ: []string{fmt.Sprintf("ASCEND_VISIBLE_DEVICES=%d,%d", npu, (npu+1)%8)},
		})
	}

	if added == 0 {
		t.Fatal("nothing runs on NPU 0 and 7: choose another seed")
	}

	// Conflicts are counted at answers of the kubelet; processes are seen between them too.
	m = e.Until("a conflict, and no row", func(m samples) bool {
		return m["ascend_exporter_attribution_conflicts_total"] >= 1 && m.Count("ascend_npu_pod_info") == 0
	})
	if m[podsSuccess] != 1 || m.Count("ascend_npu_health_status") != 8 {
		t.Errorf("success %v, %d chips", m[podsSuccess], m.Count("ascend_npu_health_status"))
	}

	if _, page := e.Get("/"); !strings.Contains(page, "jobs/train-0") || !strings.Contains(page, "--collector.pods.kubelet") {
		t.Error("the status page does not tell of the pod that is not believed")
	}
}

// TestPodFlags: what is refused, and what it says.
func TestPodFlags(t *testing.T) {
	t.Parallel()

	for _, tc := range []struct {
		args []string
		says string
	}{
		{[]string{"--collector.pods.resources=("}, "--collector.pods.resources"},
		{[]string{"--collector.pods.interval=0s"}, "--collector.pods.interval=0s: must be above 0"},
		{[]string{"--collector.pods.kubelet=http://node:10250"}, "must be an address as https://NODE:10250"},
		{[]string{"--collector.pods.kubelet=node"}, "must be an address as https://NODE:10250"},
		{[]string{"--no-collector.pods", "--collector.pods.kubelet=https://node:10250"}, "needs --collector.pods"},
	} {
		var stderr strings.Builder
		if status := run(t.Context(), tc.args, os.Stdout, &stderr); status != 2 || !strings.Contains(stderr.String(), tc.says) {
			t.Errorf("%q: status %d, %s", tc.args, status, stderr.String())
		}
	}
}

// TestSimulatedPods: npu-smi-sim as the kubelet of its machine.
func TestSimulatedPods(t *testing.T) {
	t.Parallel()

	socket := filepath.Join(t.TempDir(), "kubelet.sock")
	sim := startSimulatedKubelet(t, "--product=A3", "--time=2026-03-02T14:30:00Z", "--pod-resources="+socket)
	e := startExporter(t, fast("--sim", "--sim.product=A3", "--collector.pods", "--path.pod-resources="+socket, "--collector.pods.interval=20ms")...)

	m := e.Until("simulated pods", func(m samples) bool { return m.Count("ascend_npu_pod_info") > 0 })
	if m[podsSuccess] != 1 || m["ascend_exporter_attribution_conflicts_total"] != 0 {
		t.Errorf("success %v, %v conflicts", m[podsSuccess], m["ascend_exporter_attribution_conflicts_total"])
	}

	if err := sim.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}

	if err := sim.Wait(); err != nil {
		t.Errorf("it ended with %v", err)
	}

	if _, err := os.Stat(socket); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("its socket is still there: %v", err)
	}
}

// TestAnnotationsOfPods: where another scheduler chooses the chips, the pods' own word wins; where it cannot be had, no pod is shown.
func TestAnnotationsOfPods(t *testing.T) {
	t.Parallel()

	const list = `{"items": [
		{"metadata": {"name": "train-0", "namespace": "jobs", "uid": "u-0", "annotations": {
			"huawei.com/AscendReal": "Ascend910-2,Ascend910-3", "huawei.com/kltDev": "Ascend910-0,Ascend910-7"}}, "status": {"phase": "Running"}},
		{"metadata": {"name": "done", "namespace": "jobs", "uid": "u-1"}, "status": {"phase": "Succeeded"}}
	]}`

	var refuses atomic.Bool

	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if refuses.Load() || r.URL.Path != "/pods" || r.Header.Get("Authorization") != "Bearer secret" {
			w.WriteHeader(http.StatusForbidden)

			return
		}

		_, _ = w.Write([]byte(list))
	}))
	t.Cleanup(server.Close)

	folder := t.TempDir()
	authority := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})

	for name, text := range map[string][]byte{"token": []byte("secret\n"), "ca.crt": authority} {
		if err := os.WriteFile(filepath.Join(folder, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}

	tool := newStandIn(t, "--product=910B3")
	k := newKubelet(t).has(newPod("train-0", "Ascend910", "Ascend910-0", "Ascend910-7"), newPod("done", "Ascend910", "Ascend910-5")).start()
	e := startExporter(t, k.flags("--npu-smi.command="+tool.Command(), "--collector.pods.kubelet="+server.URL,
		"--path.kubelet-token="+filepath.Join(folder, "token"), "--path.kubelet-ca="+filepath.Join(folder, "ca.crt"))...)

	want := []string{"2:0 train-0/main huawei.com/Ascend910", "3:0 train-0/main huawei.com/Ascend910"}
	m := e.Until("the real chips", func(m samples) bool { return slices.Equal(podRows(m), want) })

	if m["ascend_exporter_attribution_conflicts_total"] != 0 || m[podsSuccess] != 1 {
		t.Errorf("%v conflicts, success %v", m["ascend_exporter_attribution_conflicts_total"], m[podsSuccess])
	}

	refuses.Store(true)
	e.Log.Wait(t, regexp.MustCompile(`query=pods reason=permission .*nodes/pods`))
	e.Until("no pods without their word", func(m samples) bool {
		return m.Count("ascend_npu_pod_info") == 0 && m[podsSuccess] == 0 && m["ascend_exporter_up"] == 1
	})
}
