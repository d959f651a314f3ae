package fleet

import (
	"testing"
	"time"
)

// TestPods: a chip on which a job runs is held by its pod, the chips of a job by the same one, and no other chip by any.
func TestPods(t *testing.T) {
	t.Parallel()

	for _, product := range []string{"910B3", "A3", "310P-Duo", "950PR"} {
		t.Run(product, func(t *testing.T) {
			t.Parallel()

			host := some(t, product, 1)[0]
			e := NewExporter(host, Options{Faults: builtin(t)}, noon())
			held, free, pods := 0, 0, 0

			for hour := range 6 {
				now := noon().Add(sweep + time.Duration(hour)*time.Hour)
				names := make(map[string]bool)

				s, _ := e.At(t.Context(), now)
				next := s.Chips

				for _, npu := range host.machine.At(now).NPUs {
					for _, c := range npu.Chips {
						holders := next[0].Holders
						next = next[1:]

						if len(c.Processes) == 0 {
							free++
						} else {
							held++
						}

						if want := min(1, len(c.Processes)); len(holders) != want {
							t.Errorf("after %d h NPU %d, chip %d with processes %v is held by %v", hour, npu.ID, c.ID, c.Processes, holders)
						}

						for _, h := range holders {
							names[h.Pod] = true
						}
					}
				}

				pods += len(names)

				if !s.Attribution.Asked || s.Attribution.Conflicts != 0 {
					t.Errorf("attribution %+v", s.Attribution)
				}
			}

			if held == 0 || free == 0 || pods >= held {
				t.Errorf("%d chips held by %d pods, %d free", held, pods, free)
			}
		})
	}
}
