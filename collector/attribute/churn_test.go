//go:build !race

// The race detector keeps memory of its own.

package attribute

import (
	"context"
	"fmt"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"testing"
	"time"

	api "k8s.io/kubelet/pkg/apis/podresources/v1"

	"github.com/ascend-exporter/ascend_exporter/collector"
	"github.com/ascend-exporter/ascend_exporter/collector/attribute/kubelet"
	"github.com/ascend-exporter/ascend_exporter/collector/poll"
	"github.com/ascend-exporter/ascend_exporter/collector/sim/podresources"
	"github.com/ascend-exporter/ascend_exporter/collector/snapshot"
)

// patience bounds every wait of a test. It is no measure of speed.
const patience = time.Minute

// TestChurnKeepsNothing: of ten thousand pods that came and went, all of them contradicted or with unknown devices for a while,
// nothing is kept. Objects are counted, of which each pod would leave several.
func TestChurnKeepsNothing(t *testing.T) { //nolint:paralleltest // others would allocate meanwhile
	const (
		pods    = 10_000
		each    = 50
		allowed = 500 // objects: what connections and buffers differ by
	)

	next := 0
	socket := filepath.Join(t.TempDir(), "kubelet.sock")
	ended := make(chan error, 1)
	ctx, cancel := context.WithCancel(t.Context())

	go func() {
		ended <- podresources.Serve(ctx, socket, func(context.Context) (*api.ListPodResourcesResponse, error) {
			answer := new(api.ListPodResourcesResponse)

			for i := range each {
				next++
				answer.PodResources = append(answer.PodResources, &api.PodResources{
					Namespace: "ns", Name: fmt.Sprintf("pod-%d", next),
					Containers: []*api.ContainerResources{{Name: "c", Devices: []*api.ContainerDevices{{
						ResourceName: "huawei.com/Ascend910", DeviceIds: []string{fmt.Sprintf("Ascend910-%d", i%10)},
					}}}},
				})
			}

			return answer, nil
		})
	}()

	defer func() {
		cancel()

		if err := <-ended; err != nil {
			t.Error(err)
		}
	}()

	side := ReadPods(Config{
		Resources: kubelet.Resources{Socket: socket, Names: regexp.MustCompile("."), Deadline: patience}, Wanted: true,
	})
	metrics := collector.New(collector.Options{})

	var processes []snapshot.Process
	for npu := range 8 {
		processes = append(processes, on(npu, strconv.Itoa(npu), fmt.Sprintf("%d,%d", npu, (npu+1)%8)))
	}

	latest := &snapshot.Snapshot{Chips: chips(processes...)}

	read := func() {
		reading, _, err := side.Read(t.Context(), latest)
		if err != nil {
			t.Fatal(err)
		}

		draft := &poll.Draft{Chips: latest.Chips}
		reading.Join(draft)
		metrics.Update(&snapshot.Snapshot{Up: true, Chips: draft.Chips, Attribution: draft.Attribution})
	}

	for deadline := time.Now().Add(patience); ; <-time.After(time.Millisecond) {
		if _, _, err := side.Read(t.Context(), latest); err == nil {
			break
		} else if time.Now().After(deadline) {
			t.Fatal(err)
		}
	}

	for range 20 {
		read()
	}

	before := objects()

	defer func() { // until then they keep what they keep
		runtime.KeepAlive(side)
		runtime.KeepAlive(metrics)
	}()

	for next < pods {
		read()
	}

	// Ends of connections are noticed a little later.
	var after uint64
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); <-time.After(10 * time.Millisecond) {
		if after = objects(); after < before+allowed {
			return
		}
	}

	t.Errorf("%d objects before, %d after %d pods", before, after, next)
}

// objects is the number of objects on the heap that are in use.
func objects() uint64 {
	var stats runtime.MemStats

	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&stats)

	return stats.HeapObjects
}
