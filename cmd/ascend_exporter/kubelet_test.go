package main

import (
	"context"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	api "k8s.io/kubelet/pkg/apis/podresources/v1"

	"github.com/ascend-exporter/ascend_exporter/collector/sim/podresources"
)

// A fakeKubelet is a PodResources API whose pods the test changes.
type fakeKubelet struct {
	t      *testing.T
	socket string
	stop   func()
	lists  atomic.Int64
	list   atomic.Pointer[podresources.List]
}

// newKubelet makes a kubelet that does not run yet.
func newKubelet(t *testing.T) *fakeKubelet {
	t.Helper()

	return &fakeKubelet{t: t, socket: filepath.Join(t.TempDir(), "kubelet.sock")}
}

// has sets the pods from now on.
func (k *fakeKubelet) has(pods ...*api.PodResources) *fakeKubelet {
	list := podresources.List(func(context.Context) (*api.ListPodResourcesResponse, error) {
		return &api.ListPodResourcesResponse{PodResources: pods}, nil
	})
	k.list.Store(&list)

	return k
}

// start serves until stop is called, or the test ends.
func (k *fakeKubelet) start() *fakeKubelet {
	k.t.Helper()

	ctx, cancel := context.WithCancel(k.t.Context())
	done := make(chan error, 1)

	go func() {
		done <- podresources.Serve(ctx, k.socket, func(ctx context.Context) (*api.ListPodResourcesResponse, error) {
			k.lists.Add(1)

			return (*k.list.Load())(ctx)
		})
	}()

	k.stop = func() {
		cancel()

		if err := <-done; err != nil {
			k.t.Errorf("the kubelet ended: %v", err)
		}

		done <- nil
	}
	k.t.Cleanup(k.stop)

	// It is not to be asked before it listens: that would be a failure of its own.
	for dialer := (&net.Dialer{}); ; <-time.After(time.Millisecond) {
		connection, err := dialer.DialContext(k.t.Context(), "unix", k.socket)
		if err == nil {
			_ = connection.Close()

			return k
		}

		if k.t.Context().Err() != nil {
			k.t.Fatal(err)
		}
	}
}

// flags make the exporter ask it, often.
func (k *fakeKubelet) flags(args ...string) []string {
	return fast(append([]string{"--collector.pods", "--path.pod-resources=" + k.socket, "--collector.pods.interval=20ms"}, args...)...)
}

// newPod is a pod with one container that has devices of a resource.
func newPod(name, resource string, ids ...string) *api.PodResources {
	return &api.PodResources{Namespace: "jobs", Name: name, Containers: []*api.ContainerResources{{
		Name: "main", Devices: []*api.ContainerDevices{{ResourceName: "huawei.com/" + resource, DeviceIds: ids}},
	}}}
}

// TestNoKubelet: a host without Kubernetes has no word of pods, until a kubelet comes.
func TestNoKubelet(t *testing.T) {
	t.Parallel()

	tool := newStandIn(t, "--product=910B3")
	k := newKubelet(t).has(newPod("late", "Ascend910", "Ascend910-2"))
	e := startExporter(t, fast("--path.pod-resources="+k.socket, "--collector.pods.interval=20ms", "--npu-smi.command="+tool.Command())...)

	m := e.Until("up", func(m samples) bool {
		return m["ascend_exporter_up"] == 1 && m[`ascend_exporter_query_success{query="mapping"}`] == 1
	})
	for name := range m {
		if strings.Contains(name, "pods") || strings.Contains(name, "attribution") || strings.Contains(name, "processes\"") {
			t.Errorf("without a kubelet there is %s", name)
		}
	}

	if text := e.Log.Text(); strings.Contains(text, "query=pods") || strings.Contains(text, "query=processes") {
		t.Errorf("the log tells of pods:\n%s", text)
	}

	k.start()
	e.Until("the pod", func(m samples) bool { return slices.Equal(podRows(m), []string{"2:0 late/main huawei.com/Ascend910"}) })
}

// TestKubeletMisbehaves: whatever the kubelet does, the chips are served, and the reason is told.
func TestKubeletMisbehaves(t *testing.T) {
	t.Parallel()

	for name, tc := range map[string]struct {
		treat  func(*testing.T, *fakeKubelet)
		reason string
	}{
		"hangs": {func(_ *testing.T, k *fakeKubelet) {
			list := podresources.List(func(ctx context.Context) (*api.ListPodResourcesResponse, error) {
				<-ctx.Done()

				return nil, ctx.Err()
			})
			k.list.Store(&list)
			k.start()
		}, "timeout"},
		"fails": {func(_ *testing.T, k *fakeKubelet) {
			list := podresources.List(func(context.Context) (*api.ListPodResourcesResponse, error) { return nil, errors.New("no checkpoint") })
			k.list.Store(&list)
			k.start()
		}, "query"},
		"resets": {func(t *testing.T, k *fakeKubelet) {
			t.Helper()
			answerRaw(t, k.socket, "")
		}, "query"},
		"garbage": {func(t *testing.T, k *fakeKubelet) {
			t.Helper()
			answerRaw(t, k.socket, strings.Repeat("\x00\xffgarbage", 1<<16))
		}, "query"},
		"20 MB": {func(_ *testing.T, k *fakeKubelet) {
			var pods []*api.PodResources
			for i := range 20 {
				pods = append(pods, newPod(strconv.Itoa(i), "Ascend910", strings.Repeat("x", 1<<20)))
			}

			k.has(pods...).start()
		}, "output_too_large"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			tool := newStandIn(t, "--product=910B3")
			k := newKubelet(t)
			tc.treat(t, k)

			e := startExporter(t, k.flags("--npu-smi.command="+tool.Command())...)
			m := e.Until("failures", func(m samples) bool {
				return m[`ascend_exporter_query_failures_total{query="pods"}`] >= 2 && m["ascend_exporter_up"] == 1
			})

			if m[podsSuccess] != 0 || m.Count("ascend_npu_health_status") != 8 || m.Count("ascend_npu_pod_info") != 0 {
				t.Errorf("success %v, %d chips, %d pods", m[podsSuccess], m.Count("ascend_npu_health_status"), m.Count("ascend_npu_pod_info"))
			}

			e.Log.Wait(t, regexp.MustCompile(`level=WARN .*query fails.* query=pods reason=`+tc.reason))

			if got := strings.Count(e.Log.Text(), "query=pods reason="+tc.reason); got != 1 {
				t.Errorf("the failure was logged %d times:\n%s", got, e.Log.Text())
			}
		})
	}
}

// answerRaw answers each connection to a socket with a text, and closes it.
func answerRaw(t *testing.T, socket, text string) {
	t.Helper()

	listener, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}

	t.Cleanup(func() { _ = listener.Close() })

	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}

			_, _ = connection.Write([]byte(text))
			_ = connection.Close()
		}
	}()
}

// startSimulatedKubelet runs npu-smi-sim until the test ends.
func startSimulatedKubelet(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()

	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}

	cmd := exec.Command(self, append([]string{asSimulatedTool}, args...)...)
	cmd.Stderr = os.Stderr

	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}

	t.Cleanup(func() { _ = cmd.Process.Kill() })

	return cmd
}
