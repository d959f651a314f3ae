package vllm

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"github.com/ascend-exporter/ascend_exporter/collector/sim"
)

func service() sim.Service {
	return sim.Service{
		Namespace: "n", Pod: "p", Model: "m", Running: 12, Waiting: 3, Cache: 0.5, Requests: 1000, PromptTokens: 7000, GenerationTokens: 3000,
		FirstToken: sim.Latency{Median: 0.3, Spread: 0.5}, TokenGap: sim.Latency{Median: 0.03, Spread: 0.3}, Whole: sim.Latency{Median: 9, Spread: 0.8},
	}
}

// TestSameSeries: what is visited is what an exposition has.
func TestSameSeries(t *testing.T) {
	t.Parallel()

	var visited, exposed []string

	Visit(service(), func(name string, labels []string, value float64) {
		var pairs []string
		for pair := range slices.Chunk(labels, 2) {
			pairs = append(pairs, fmt.Sprintf("%s=%q", pair[0], pair[1]))
		}

		if strings.HasSuffix(name, "_bucket") { // the bounds are written in another way
			slices.Sort(pairs)
			pairs = slices.DeleteFunc(pairs, func(pair string) bool { return strings.HasPrefix(pair, "le=") })
		}

		visited = append(visited, fmt.Sprintf("%s{%s} %v", name, strings.Join(pairs, ","), value))
	})

	var text bytes.Buffer
	for _, family := range Families(service()) {
		if _, err := expfmt.MetricFamilyToText(&text, family); err != nil {
			t.Fatal(err)
		}
	}

	for line := range strings.Lines(text.String()) {
		if !strings.HasPrefix(line, "#") {
			labels, bound, _ := strings.Cut(line, ",le=")
			if _, value, ok := strings.Cut(bound, "} "); ok {
				labels += "} " + value
			}

			exposed = append(exposed, strings.TrimSpace(labels))
		}
	}

	for _, series := range [][]string{visited, exposed} {
		slices.Sort(series)
	}

	if diff := cmp.Diff(visited, exposed); diff != "" {
		t.Errorf("visited (-) and exposed (+):\n%s", diff)
	}

	parser := expfmt.NewTextParser(model.UTF8Validation)
	if families, err := parser.TextToMetricFamilies(&text); err != nil || len(families) != len(rows()) {
		t.Errorf("%d families, error %v", len(families), err)
	}
}

// TestHistograms: buckets rise up to the count.
func TestHistograms(t *testing.T) {
	t.Parallel()

	for _, family := range Families(service()) {
		if family.GetType() != dto.MetricType_HISTOGRAM {
			continue
		}

		h := family.Metric[0].Histogram
		last := uint64(0)

		for _, bucket := range h.Bucket {
			if bucket.GetCumulativeCount() < last || bucket.GetCumulativeCount() > h.GetSampleCount() {
				t.Errorf("%s: %v", family.GetName(), h)
			}

			last = bucket.GetCumulativeCount()
		}

		if last == 0 || h.GetSampleCount() != 1000 || math.IsNaN(h.GetSampleSum()) {
			t.Errorf("%s: %v", family.GetName(), h)
		}
	}
}
