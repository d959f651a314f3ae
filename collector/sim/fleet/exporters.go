package fleet

import (
	"context"
	"runtime"
	"sync"
	"time"
)

// Exporters are those of all hosts of a fleet.
type Exporters struct {
	ordered []*Exporter
	named   map[string]*Exporter
}

// phases is the time over which exporters begin, so that no two hosts ask in step.
const phases = 5 * time.Minute

// NewExporters makes the exporters of hosts. They began long enough before now to know all of their hosts.
func NewExporters(hosts []*Host, options Options, now time.Time) *Exporters {
	all := &Exporters{named: make(map[string]*Exporter, len(hosts))}

	for _, h := range hosts {
		phase := time.Duration(hash(h.Name)) * time.Microsecond % phases

		e := NewExporter(h, options, now.Add(-sweep-phase))
		all.ordered = append(all.ordered, e)
		all.named[h.Name] = e
	}

	return all
}

// Named finds the exporter of a host; nil where there is no host of that name.
func (e *Exporters) Named(host string) *Exporter {
	return e.named[host]
}

// All are the exporters in the order of their places. Nobody may change the slice.
func (e *Exporters) All() []*Exporter {
	return e.ordered
}

// Advance brings those that nobody has asked since a moment to another one, on all processors, and tells of each that is done. It
// ends early with the context.
func (e *Exporters) Advance(ctx context.Context, since, to time.Time, done func()) {
	var workers sync.WaitGroup

	todo := make(chan *Exporter)

	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for exporter := range todo {
				exporter.At(ctx, to)
				done()
			}
		})
	}

	for _, exporter := range e.ordered {
		if ctx.Err() == nil && exporter.asked().Before(since) {
			todo <- exporter
		}
	}

	close(todo)
	workers.Wait()
}
