package kubelet

import (
	"context"
	"encoding/binary"
	"net"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"
	api "k8s.io/kubelet/pkg/apis/podresources/v1"

	"github.com/ascend-exporter/ascend_exporter/collector/npusmi"
)

// startHTTP2 serves HTTP/2 on the socket until the test ends.
func startHTTP2(t *testing.T, socket string, handler http.HandlerFunc) {
	t.Helper()

	listener, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}

	protocols := new(http.Protocols)
	protocols.SetUnencryptedHTTP2(true)

	server := &http.Server{Handler: handler, Protocols: protocols}
	t.Cleanup(func() { _ = server.Close() })

	go func() { _ = server.Serve(listener) }()
}

// frame is a message as gRPC sends it.
func frame(flag byte, length int, message string) string {
	head := make([]byte, prefix)
	head[0] = flag
	binary.BigEndian.PutUint32(head[1:], uint32(length))

	return string(head) + message
}

// TestStrangeAnswers: HTTP/2 that is no gRPC, or not what was asked for.
func TestStrangeAnswers(t *testing.T) {
	t.Parallel()

	for _, tc := range []struct {
		name, kind, body, status, message string
		code                              int
		reason                            npusmi.Reason
		says                              string
	}{
		{"a page", "text/html", "<html>", "", "", http.StatusOK, npusmi.ReasonQuery, "not as gRPC does"},
		{"not found", gRPC, "", "", "", http.StatusNotFound, npusmi.ReasonQuery, "404"},
		{"no status", gRPC, frame(0, 0, ""), "", "", http.StatusOK, npusmi.ReasonQuery, "no status"},
		{"nothing", gRPC, "", "0", "", http.StatusOK, npusmi.ReasonQuery, "no message"},
		{"half a head", gRPC, "\x00\x00", "0", "", http.StatusOK, npusmi.ReasonQuery, "unexpected EOF"},
		{"compressed", gRPC, frame(1, 1, "x"), "0", "", http.StatusOK, npusmi.ReasonQuery, "compressed"},
		{"cut off", gRPC, frame(0, 100, "x"), "0", "", http.StatusOK, npusmi.ReasonQuery, "breaks off"},
		{"two messages", gRPC, frame(0, 0, "") + frame(0, 0, ""), "0", "", http.StatusOK, npusmi.ReasonQuery, "something follows"},
		{"more announced than may be", gRPC, frame(0, MaxAnswer+1, ""), "0", "", http.StatusOK, npusmi.ReasonOutputTooLarge, "16777217 bytes"},
		{"no protobuf", gRPC, frame(0, 3, "\xff\xff\xff"), "0", "", http.StatusOK, npusmi.ReasonParse, "could not be read"},
		{"an old kubelet", gRPC, "", "12", "unknown%20service", http.StatusOK, npusmi.ReasonQuery, "unknown service (code 12)"},
		{"too much for itself", gRPC, "", "8", "", http.StatusOK, npusmi.ReasonOutputTooLarge, "code 8"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()

			r := resources(t)
			startHTTP2(t, r.Socket, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", tc.kind)
				w.WriteHeader(tc.code)
				_, _ = w.Write([]byte(tc.body))

				if tc.status != "" {
					w.Header().Set(http.TrailerPrefix+headerStatus, tc.status)
					w.Header().Set(http.TrailerPrefix+headerMessage, tc.message)
				}
			})
			await(t, r.Socket)

			failure := failed(t, func(ctx context.Context) error { _, err := r.List(ctx); return err })
			if failure.Reason != tc.reason || !strings.Contains(failure.Message, tc.says) {
				t.Errorf("%s: %s; want %s: ...%s...", failure.Reason, failure.Message, tc.reason, tc.says)
			}
		})
	}
}

// published is what the published types read in an answer.
func published(answer *api.ListPodResourcesResponse, names *regexp.Regexp) []Container {
	var out []Container

	for _, pod := range answer.GetPodResources() {
		for _, container := range pod.GetContainers() {
			next := Container{Namespace: pod.GetNamespace(), Pod: pod.GetName(), Name: container.GetName()}

			for _, devices := range container.GetDevices() {
				for _, id := range devices.GetDeviceIds() {
					if names.MatchString(devices.GetResourceName()) {
						next.Devices = append(next.Devices, Device{Resource: devices.GetResourceName(), ID: id})
					}
				}
			}

			for _, claim := range container.GetDynamicResources() {
				for _, device := range claim.GetClaimResources() {
					if names.MatchString(device.GetDriverName()) {
						next.Devices = append(next.Devices, Device{Resource: device.GetDriverName(), ID: device.GetDeviceName()})
					}
				}
			}

			if len(next.Devices) > 0 {
				out = append(out, next)
			}
		}
	}

	return out
}

// FuzzDecode: whatever the published types read in an answer is read here, and nothing else.
func FuzzDecode(f *testing.F) {
	container := &api.ContainerResources{
		Name: "main", CpuIds: []int64{1, 300}, Memory: []*api.ContainerMemory{{MemoryType: "memory", Size: 1 << 40}},
		Devices: []*api.ContainerDevices{
			{ResourceName: "huawei.com/Ascend910", DeviceIds: []string{"Ascend910-0", ""}, Topology: &api.TopologyInfo{Nodes: []*api.NUMANode{{ID: 1}}}},
			{ResourceName: "rdma/hca", DeviceIds: []string{"1"}},
		},
		DynamicResources: []*api.DynamicResource{{ClaimName: "c", ClaimNamespace: "ns", ClaimResources: []*api.ClaimResource{
			{CdiDevices: []*api.CDIDevice{{Name: "huawei.com/npu=0"}}, DriverName: "npu.huawei.com", PoolName: "node", DeviceName: "npu-1"},
		}}},
	}

	for _, seed := range []*api.ListPodResourcesResponse{{}, {PodResources: []*api.PodResources{pod("a", container), pod("b", &api.ContainerResources{})}}} {
		text, err := proto.Marshal(seed)
		if err != nil {
			f.Fatal(err)
		}

		f.Add(text)
	}

	names := regexp.MustCompile("huawei")

	f.Fuzz(func(t *testing.T, text []byte) {
		got, err := decode(text, names)

		answer := new(api.ListPodResourcesResponse)
		if proto.Unmarshal(text, answer) != nil {
			return // what is no answer may be read or not, without a panic
		}

		if err != nil {
			t.Fatalf("the published types read what is refused here: %v", err)
		}

		if diff := cmp.Diff(published(answer, names), got); diff != "" {
			t.Errorf("-published +here:\n%s", diff)
		}
	})
}
