package collector

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	dto "github.com/prometheus/client_model/go"
)

// TestVisit: a visit finds what is served.
func TestVisit(t *testing.T) {
	t.Parallel()

	for _, options := range []Options{{}, {Processes: true, PerLink: true}} {
		c := New(options)
		c.Update(full())

		families, err := c.Gather()
		if err != nil {
			t.Fatal(err)
		}

		got := make(map[string][]float64)
		c.Visit(full(), nil, func(s Sample) {
			key := seriesKey(s.Name, s.Labels)
			got[key] = append(got[key], s.Value)
		})

		if diff := cmp.Diff(served(families), got); diff != "" {
			t.Errorf("%+v: served (-) and visited (+):\n%s", options, diff)
		}
	}
}

// TestVisitWanted: what is not wanted is not read.
func TestVisitWanted(t *testing.T) {
	t.Parallel()

	const wanted = "ascend_npu_health_status"

	var names []string

	New(Options{}).Visit(full(), func(metric string) bool { return metric == wanted }, func(s Sample) { names = append(names, s.Name) })

	if diff := cmp.Diff([]string{wanted, wanted, wanted, wanted}, names); diff != "" {
		t.Error(diff)
	}
}

func served(families []*dto.MetricFamily) map[string][]float64 {
	values := make(map[string][]float64)

	for _, family := range families {
		for _, metric := range family.Metric {
			var labels []string
			for _, pair := range metric.Label {
				labels = append(labels, pair.GetName(), pair.GetValue())
			}

			key := seriesKey(family.GetName(), labels)
			values[key] = append(values[key], metric.GetGauge().GetValue()+metric.GetCounter().GetValue())
		}
	}

	return values
}

func seriesKey(name string, labels []string) string {
	var pairs []string
	for pair := range slices.Chunk(labels, 2) {
		pairs = append(pairs, strings.Join(pair, "="))
	}

	slices.Sort(pairs)

	return name + "{" + strings.Join(pairs, ",") + "}"
}
