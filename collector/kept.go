package collector

import (
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
)

// Kept are metrics that are gathered with each snapshot and not with each scrape: reading procfs for those of the own process takes
// longer than all else in a scrape.
type Kept struct {
	gatherer prometheus.Gatherer
	latest   atomic.Pointer[gathering]
}

// gathering is what a gatherer gave.
type gathering struct {
	families []*dto.MetricFamily
	err      error
}

// Keep gathers for the first time.
func Keep(gatherer prometheus.Gatherer) *Kept {
	k := &Kept{gatherer: gatherer}
	k.Update()

	return k
}

// Update gathers anew.
func (k *Kept) Update() {
	families, err := k.gatherer.Gather()
	k.latest.Store(&gathering{families, err})
}

// Gather gives what was gathered last, with the error of then. The families are shared: nobody may change them.
func (k *Kept) Gather() ([]*dto.MetricFamily, error) {
	latest := k.latest.Load()

	return latest.families, latest.err
}
