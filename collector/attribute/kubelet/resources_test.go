package kubelet

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	api "k8s.io/kubelet/pkg/apis/podresources/v1"

	"github.com/ascend-exporter/ascend_exporter/collector/npusmi"
	"github.com/ascend-exporter/ascend_exporter/collector/sim/podresources"
)

// patience bounds every wait of a test. It is no measure of speed.
const patience = time.Minute

// resources is the API on a socket of the test.
func resources(t *testing.T) Resources {
	t.Helper()

	return Resources{
		Socket:   filepath.Join(t.TempDir(), "kubelet.sock"),
		Names:    regexp.MustCompile(`^(huawei\.com/.*|npu\.huawei\.com)$`),
		Deadline: patience,
	}
}

// serve serves a kubelet on the socket until the test ends, or until it is stopped.
func serve(t *testing.T, socket string, list podresources.List) (stop func()) {
	t.Helper()

	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)

	go func() { done <- podresources.Serve(ctx, socket, list) }()

	stop = func() {
		cancel()

		if err := <-done; err != nil {
			t.Errorf("the kubelet ended: %v", err)
		}

		done <- nil
	}
	t.Cleanup(stop)
	await(t, socket)

	return stop
}

// await waits for a socket.
func await(t *testing.T, socket string) {
	t.Helper()

	for deadline := time.Now().Add(patience); ; <-time.After(time.Millisecond) {
		connection, err := net.Dial("unix", socket)
		if err == nil {
			_ = connection.Close()

			return
		}

		if time.Now().After(deadline) {
			t.Fatal(err)
		}
	}
}

// says gives the same pods to every call.
func says(pods ...*api.PodResources) podresources.List {
	return func(context.Context) (*api.ListPodResourcesResponse, error) {
		return &api.ListPodResourcesResponse{PodResources: pods}, nil
	}
}

// pod is a pod with one container.
func pod(name string, container *api.ContainerResources) *api.PodResources {
	return &api.PodResources{Namespace: "default", Name: name, Containers: []*api.ContainerResources{container}}
}

func TestList(t *testing.T) {
	t.Parallel()

	r := resources(t)
	serve(t, r.Socket, says(
		pod("web", &api.ContainerResources{Name: "nginx", CpuIds: []int64{1, 2}}),
		pod("other", &api.ContainerResources{Name: "cuda", Devices: []*api.ContainerDevices{{ResourceName: "nvidia.com/gpu", DeviceIds: []string{"GPU-1"}}}}),
		pod("train", &api.ContainerResources{Name: "main", Devices: []*api.ContainerDevices{
			{ResourceName: "huawei.com/Ascend910", DeviceIds: []string{"Ascend910-3"}},
			{ResourceName: "rdma/hca", DeviceIds: []string{"5"}},
			{ResourceName: "huawei.com/Ascend910", DeviceIds: []string{"Ascend910-1"}},
		}}),
		pod("claimant", &api.ContainerResources{Name: "main", DynamicResources: []*api.DynamicResource{{
			ClaimName: "one", ClaimResources: []*api.ClaimResource{
				{DriverName: "npu.huawei.com", PoolName: "node", DeviceName: "npu-2"},
				{DriverName: "gpu.example.com", DeviceName: "gpu-0"},
			},
		}}}),
	))

	got, err := r.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}

	want := []Container{
		{Namespace: "default", Pod: "train", Name: "main", Devices: []Device{
			{Resource: "huawei.com/Ascend910", ID: "Ascend910-3"}, {Resource: "huawei.com/Ascend910", ID: "Ascend910-1"},
		}},
		{Namespace: "default", Pod: "claimant", Name: "main", Devices: []Device{{Resource: "npu.huawei.com", ID: "npu-2"}}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// failed asks and gives the failure.
func failed(t *testing.T, list func(context.Context) error) *npusmi.Failure {
	t.Helper()

	var failure *npusmi.Failure
	if err := list(t.Context()); !errors.As(err, &failure) {
		t.Fatalf("no failure but %v", err)
	}

	if failure.Message == "" || failure.Advice == "" {
		t.Errorf("the failure does not say what is wrong and what to do: %+v", failure)
	}

	return failure
}

func TestListFails(t *testing.T) {
	t.Parallel()

	for _, tc := range []struct {
		name   string
		serve  func(t *testing.T, r *Resources)
		reason npusmi.Reason
		says   string
	}{
		{"no socket", func(*testing.T, *Resources) {}, npusmi.ReasonStart, "there is no socket"},
		{"nobody listens", abandon, npusmi.ReasonStart, "refused"},
		{"hangs", func(t *testing.T, r *Resources) {
			t.Helper()

			r.Deadline = 100 * time.Millisecond
			serve(t, r.Socket, func(ctx context.Context) (*api.ListPodResourcesResponse, error) {
				<-ctx.Done()

				return nil, ctx.Err()
			})
		}, npusmi.ReasonTimeout, "did not answer within 100ms"},
		{"accepts and says nothing", func(t *testing.T, r *Resources) {
			t.Helper()

			r.Deadline = 100 * time.Millisecond
			accept(t, r.Socket, func(connection net.Conn) { _, _ = connection.Read(make([]byte, 1<<20)); <-t.Context().Done() })
		}, npusmi.ReasonTimeout, "did not answer within 100ms"},
		{"resets", func(t *testing.T, r *Resources) {
			t.Helper()
			accept(t, r.Socket, func(net.Conn) {})
		}, npusmi.ReasonQuery, "gives no answer"},
		{"speaks another protocol", func(t *testing.T, r *Resources) {
			t.Helper()
			accept(t, r.Socket, func(connection net.Conn) {
				_, _ = connection.Write([]byte("HTTP/1.1 400 Bad Request\r\n\r\n" + strings.Repeat("garbage ", 10000)))
			})
		}, npusmi.ReasonQuery, "gives no answer"},
		{"20 MB", func(t *testing.T, r *Resources) {
			t.Helper()

			var pods []*api.PodResources
			for i := range 20 {
				pods = append(pods, pod(strconv.Itoa(i), &api.ContainerResources{Name: strings.Repeat("x", 1<<20)}))
			}

			serve(t, r.Socket, says(pods...))
		}, npusmi.ReasonOutputTooLarge, "too large: 20"},
		{"error", func(t *testing.T, r *Resources) {
			t.Helper()
			serve(t, r.Socket, func(context.Context) (*api.ListPodResourcesResponse, error) { return nil, errors.New("no checkpoint") })
		}, npusmi.ReasonQuery, "no checkpoint"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()

			r := resources(t)
			tc.serve(t, &r)

			failure := failed(t, func(ctx context.Context) error { _, err := r.List(ctx); return err })
			if failure.Reason != tc.reason || !strings.Contains(failure.Message, tc.says) {
				t.Errorf("%s: %s; want %s: ...%s...", failure.Reason, failure.Message, tc.reason, tc.says)
			}
		})
	}
}

// abandon leaves a socket behind on which nobody listens, as a kubelet that was killed does.
func abandon(t *testing.T, r *Resources) {
	t.Helper()

	listener, err := net.ListenUnix("unix", &net.UnixAddr{Name: r.Socket, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}

	listener.SetUnlinkOnClose(false)

	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
}

// accept treats each connection to the socket and closes it.
func accept(t *testing.T, socket string, treat func(net.Conn)) {
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

			go func() {
				treat(connection)
				_ = connection.Close()
			}()
		}
	}()
}

// TestListPermission: a socket that may not be opened. Root may open all.
func TestListPermission(t *testing.T) {
	t.Parallel()

	if os.Getuid() == 0 {
		t.Skip("root may open every socket")
	}

	r := resources(t)
	serve(t, r.Socket, says())

	if err := os.Chmod(r.Socket, 0); err != nil {
		t.Fatal(err)
	}

	failure := failed(t, func(ctx context.Context) error { _, err := r.List(ctx); return err })
	if failure.Reason != npusmi.ReasonPermission {
		t.Errorf("%s: %s", failure.Reason, failure.Message)
	}
}

// TestListAfterRestart: a kubelet that restarts makes its socket anew.
func TestListAfterRestart(t *testing.T) {
	t.Parallel()

	r := resources(t)
	chip := &api.ContainerResources{Name: "main", Devices: []*api.ContainerDevices{{ResourceName: "huawei.com/npu", DeviceIds: []string{"npu-0"}}}}
	stop := serve(t, r.Socket, says(pod("before", chip)))

	if got, err := r.List(t.Context()); err != nil || len(got) != 1 {
		t.Fatal(got, err)
	}

	stop()

	if failure := failed(t, func(ctx context.Context) error { _, err := r.List(ctx); return err }); failure.Reason != npusmi.ReasonStart {
		t.Errorf("without a kubelet: %s: %s", failure.Reason, failure.Message)
	}

	serve(t, r.Socket, says(pod("after", chip)))

	got, err := r.List(t.Context())
	if err != nil || len(got) != 1 || got[0].Pod != "after" {
		t.Errorf("%v, %v", got, err)
	}
}
