package chaos

import (
	"os/exec"
	"regexp"
	"slices"
	"strings"

	"github.com/ascend-exporter/ascend_exporter/cmd/internal/exportertest"
)

// truth is what `--once` shows of the machine as its tool is now.
func (r *rig) truth() exportertest.Samples {
	r.t.Helper()

	return shared(r, "truth", func() exportertest.Samples {
		text, err := exec.Command(exporterBinary, append([]string{"--once"}, r.flags...)...).Output()
		if err != nil {
			r.t.Fatalf("--once: %v", err)
		}

		return about(exportertest.ParseSamples(r.t, string(text)))
	})
}

// about are the samples about the machine.
func about(m exportertest.Samples) exportertest.Samples {
	out := make(exportertest.Samples)

	for name, value := range m {
		if strings.HasPrefix(name, "ascend_npu_") && !isSum(name) {
			out[name] = value
		}
	}

	return out
}

// isSum says whether the exporter itself adds the series up, so that it grows with time.
func isSum(name string) bool {
	bare, _, _ := strings.Cut(name, "{")

	return slices.Contains([]string{
		"ascend_npu_energy_joules_total", "ascend_npu_aicore_busy_seconds_total", "ascend_npu_observed_seconds_total",
	}, bare)
}

// isTrue says whether a sample is among those that are true. What a label tells may not be known yet.
func isTrue(truth exportertest.Samples, name string, value float64) bool {
	if has(truth, name, value) || !strings.Contains(name, `=""`) {
		return has(truth, name, value)
	}

	pattern := regexp.MustCompile("^" + strings.ReplaceAll(regexp.QuoteMeta(name), `=""`, `="[^"]*"`) + "$")

	for other := range truth {
		if pattern.MatchString(other) && truth[other] == value {
			return true
		}
	}

	return false
}

func has(m exportertest.Samples, name string, value float64) bool {
	got, there := m[name]

	return there && got == value
}

// complete says whether all that is true is shown.
func (r *rig) complete(m exportertest.Samples) bool {
	return m["ascend_exporter_up"] == 1 && len(missing(m, r.truths[len(r.truths)-1])) == 0
}

// missing are the samples that are true and not there.
func missing(m, truth exportertest.Samples) exportertest.Samples {
	out := make(exportertest.Samples)

	for name, value := range truth {
		if !has(m, name, value) {
			out[name] = value
		}
	}

	return out
}
