package collector

import (
	"sync"
	"sync/atomic"
	"time"

	dto "github.com/prometheus/client_model/go"

	"github.com/ascend-exporter/ascend_exporter/collector/snapshot"
)

// published are the metrics of the last snapshot.
type published struct {
	latest atomic.Pointer[rendered]
}

// rendered is a snapshot as metrics.
type rendered struct {
	families []*dto.MetricFamily
	expires  time.Time                  // of the snapshot
	outdated func() []*dto.MetricFamily // what is left of it then
}

// serve renders a snapshot, to be served from now on.
func (p *published) serve(s *snapshot.Snapshot, render func(*snapshot.Snapshot) []*dto.MetricFamily) {
	p.latest.Store(&rendered{
		families: render(s),
		expires:  s.Expires,
		outdated: sync.OnceValue(func() []*dto.MetricFamily { return render(s.Outdated()) }),
	})
}

// Gather gives the metrics of the last snapshot, ordered by name. The families are shared: nobody may change them.
func (p *published) Gather() ([]*dto.MetricFamily, error) {
	// The next snapshot may be this late. Where it is later, the process was stopped, or what makes snapshots hangs.
	const grace = time.Second

	latest := p.latest.Load()

	switch {
	case latest == nil:
		return nil, nil
	case !latest.expires.IsZero() && time.Since(latest.expires) > grace:
		return latest.outdated(), nil
	default:
		return latest.families, nil
	}
}
