package podresources

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/ascend-exporter/ascend_exporter/collector/sim"
)

// TestPods: over a day every chip with processes is in one pod, no other is in any, and a pod's chips are of one job.
func TestPods(t *testing.T) {
	t.Parallel()

	for _, product := range sim.Products() {
		t.Run(product, func(t *testing.T) {
			t.Parallel()

			m, err := sim.New(sim.Config{Product: product, Seed: 5})
			if err != nil {
				t.Fatal(err)
			}

			names := make(map[string]bool)

			for minute := range 288 {
				s := m.At(time.Date(2026, 3, 2, 0, 5*minute, 0, 0, time.UTC))
				held := make(map[string]string) // by the end of the device's id

				for _, pod := range Pods(s).GetPodResources() {
					names[pod.GetName()] = true

					for _, id := range pod.GetContainers()[0].GetDevices()[0].GetDeviceIds() {
						phyID := id[strings.LastIndex(id, "-")+1:]
						if held[phyID] != "" {
							t.Fatalf("%v: chip %s is in %s and in %s", minute, phyID, held[phyID], pod.GetName())
						}

						held[phyID] = pod.GetName()
					}
				}

				for _, npu := range s.NPUs {
					for _, chip := range npu.Chips {
						pod := held[strconv.Itoa(chip.PhyID)]
						if runs := len(chip.Processes) > 0; runs != (pod != "") {
							t.Fatalf("minute %d: chip %d with %d processes is in the pod %q", 5*minute, chip.PhyID, len(chip.Processes), pod)
						}
					}
				}
			}

			if len(names) < 2 {
				t.Errorf("there were only the pods %v", names)
			}
		})
	}
}

// TestServeNoSocket: what is no socket is not replaced.
func TestServeNoSocket(t *testing.T) {
	t.Parallel()

	file := filepath.Join(t.TempDir(), "notes")
	if err := os.WriteFile(file, []byte("dear"), 0o600); err != nil {
		t.Fatal(err)
	}

	if err := Serve(t.Context(), file, nil); err == nil || !strings.Contains(err.Error(), "no socket") {
		t.Errorf("%v", err)
	}

	if text, err := os.ReadFile(file); err != nil || string(text) != "dear" {
		t.Errorf("%q, %v", text, err)
	}
}
