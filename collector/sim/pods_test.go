package sim

import (
	"testing"
	"time"
)

// TestPodNames: a cluster has no two pods of one name, whichever hosts they are on.
func TestPodNames(t *testing.T) {
	t.Parallel()

	const hosts = 300

	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	hostOf := make(map[string]uint64)
	jobs := 0

	for seed := range uint64(hosts) {
		m, err := New(Config{Product: "910B3", Seed: seed})
		if err != nil {
			t.Fatal(err)
		}

		for _, pod := range Pods(m.At(at)) {
			if other, ok := hostOf[pod.Name]; ok {
				t.Errorf("the hosts of seeds %d and %d both have a pod %s", other, seed, pod.Name)
			}

			hostOf[pod.Name] = seed
			jobs++
		}
	}

	if jobs < hosts/2 {
		t.Errorf("only %d pods on %d hosts", jobs, hosts)
	}
}
