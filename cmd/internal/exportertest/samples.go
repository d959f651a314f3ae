package exportertest

import (
	"strings"
	"testing"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
)

// Samples are the values of an exposition by name and labels, as in name{a="b"}.
type Samples map[string]float64

// ParseSamples reads an exposition.
func ParseSamples(tb testing.TB, text string) Samples {
	tb.Helper()

	return SamplesOf(ParseFamilies(tb, text))
}

// SamplesOf are the values of families.
func SamplesOf(families map[string]*dto.MetricFamily) Samples {
	out := make(Samples)

	for _, family := range families {
		for _, m := range family.Metric {
			labels := make(model.LabelSet)
			for _, pair := range m.Label {
				labels[model.LabelName(pair.GetName())] = model.LabelValue(pair.GetValue())
			}

			name := family.GetName()
			if len(labels) > 0 {
				name += labels.String()
			}

			out[name] = m.GetGauge().GetValue() + m.GetCounter().GetValue()
		}
	}

	return out
}

// ParseFamilies reads an exposition, whose types it keeps.
func ParseFamilies(tb testing.TB, text string) map[string]*dto.MetricFamily {
	tb.Helper()

	parser := expfmt.NewTextParser(model.UTF8Validation)

	families, err := parser.TextToMetricFamilies(strings.NewReader(text))
	if err != nil {
		tb.Fatalf("not an exposition: %v\n%s", err, text)
	}

	return families
}

// Count is the number of series of a metric.
func (s Samples) Count(metric string) int {
	count := 0

	for name := range s {
		if bare, _, _ := strings.Cut(name, "{"); bare == metric {
			count++
		}
	}

	return count
}

// Hardware is the number of series about chips.
func (s Samples) Hardware() int {
	count := 0

	for name := range s {
		if AboutChip(name) {
			count++
		}
	}

	return count
}

// AboutChip says whether a series is about a chip.
func AboutChip(series string) bool {
	return strings.HasPrefix(series, "ascend_npu_") && strings.Contains(series, "chip=")
}
