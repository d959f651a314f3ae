package sim

import (
	"math"
	"slices"
	"testing"
	"time"
)

// TestServices: a service is in a pod of the machine that holds chips, follows the load of the day, and its counts only rise.
func TestServices(t *testing.T) {
	t.Parallel()

	begin := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)

	for _, product := range []string{"910B3", "A3"} {
		found, waited := 0, 0

		for seed := range uint64(12) {
			m, err := New(Config{Product: product, Seed: seed})
			if err != nil {
				t.Fatal(err)
			}

			last := make(map[string]Service)

			for at := begin; at.Before(begin.Add(day * time.Second)); at = at.Add(7 * time.Minute) {
				pods := Pods(m.At(at))

				for _, s := range m.Services(at) {
					found++

					if !slices.ContainsFunc(pods, func(p Pod) bool { return p.Namespace == s.Namespace && p.Name == s.Pod && len(p.Devices) > 0 }) {
						t.Fatalf("%s, seed %d, %s: no pod %s among %+v", product, seed, at, s.Pod, pods)
					}

					before := last[s.Pod]
					if s.Requests < before.Requests || s.PromptTokens < before.PromptTokens || s.GenerationTokens < before.GenerationTokens {
						t.Errorf("%s, seed %d, %s: a count falls from %+v to %+v", product, seed, at, before, s)
					}

					if s.Running < 0 || s.Waiting < 0 || s.Cache <= 0 || s.Cache > 1 || s.Model == "" {
						t.Errorf("%+v", s)
					}

					if s.Waiting > 0 {
						waited++
					}

					last[s.Pod] = s
				}
			}
		}

		if found == 0 || waited == 0 || waited == found {
			t.Errorf("%s: %d looks at services, with requests that wait at %d", product, found, waited)
		}
	}

	if m, err := New(Config{Product: "310P-Duo"}); err != nil || len(m.Services(begin)) > 0 {
		t.Errorf("a machine with another server has vLLM, or %v", err)
	}
}

// TestLatency: the share of requests rises with the time that they may take.
func TestLatency(t *testing.T) {
	t.Parallel()

	l := Latency{Median: 2, Spread: 0.5}
	if got := l.Below(2); math.Abs(got-0.5) > 1e-9 || l.Below(1) >= got || l.Below(1000) < 0.999 || l.Mean() <= l.Median {
		t.Errorf("%v, %v, %v, mean %v", l.Below(1), got, l.Below(1000), l.Mean())
	}
}
