package collector

import (
	"errors"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
)

// TestKept: what is served is of the last update, be it metrics or an error.
func TestKept(t *testing.T) {
	t.Parallel()

	times := 0
	broken := errors.New("broken")

	var err error

	kept := Keep(prometheus.GathererFunc(func() ([]*dto.MetricFamily, error) {
		times++

		return make([]*dto.MetricFamily, times), err
	}))

	served := func(families int, want error) {
		t.Helper()

		for range 2 { // the first serves as the second
			if got, err := kept.Gather(); len(got) != families || !errors.Is(err, want) {
				t.Errorf("%d families, %v; want %d, %v", len(got), err, families, want)
			}
		}
	}

	served(1, nil)

	err = broken

	served(1, nil)
	kept.Update()
	served(2, broken)

	err = nil

	kept.Update()
	served(3, nil)
}
