package scenario

import (
	"errors"
	"math"

	"github.com/ascend-exporter/ascend_exporter/collector/sim"
)

// Bounds of what the driver counts.
const (
	maxPages = 64             // pages that a chip can isolate
	maxCount = math.MaxUint32 // where the counts of errors stop
)

// memoryErrors is a chip whose memory has errors.
type memoryErrors struct {
	single       float64 // an hour
	double       int     // each time that the fault lasts, like the pages
	isolated     int
	nextIsolated int
}

func newMemoryErrors() effect { return &memoryErrors{} }

func (e *memoryErrors) parameters() []parameter {
	const most = 1e5

	return []parameter{
		decimal("single-bit-per-hour", &e.single, 0, most, "single-bit errors an hour"),
		whole("double-bit", &e.double, 0, maxPages, "double-bit errors, spread evenly over the time; all at once where it lasts for good"),
		whole("isolated-pages", &e.isolated, 0, maxPages, "pages that are isolated for double-bit errors, spread likewise"),
		whole("next-isolated-pages", &e.nextIsolated, 0, maxPages, "pages that the next reset isolates, spread likewise"),
	}
}

func (e *memoryErrors) check() error {
	if e.single == 0 && e.double == 0 && e.isolated == 0 && e.nextIsolated == 0 {
		return errors.New("it counts nothing: give one of single-bit-per-hour, double-bit, isolated-pages, next-isolated-pages")
	}

	return nil
}

func (*memoryErrors) fits(sim.Chip) error { return nil }

func (e *memoryErrors) changeChip(in *force, _ *sim.NPU, c *sim.Chip) {
	single := int(e.single * in.total().Hours())
	double := in.spread(e.double)

	add(single, maxCount, &c.ECC.Single, &c.ECC.TotalSingle)
	add(double, maxCount, &c.ECC.Double, &c.ECC.TotalDouble)
	add(in.spread(e.isolated), maxPages, &c.ECC.IsolatedDouble)
	add(in.spread(e.nextIsolated), maxPages, &c.ECC.NextIsolatedDouble)
}

// add adds to counts that stop at a limit.
func add(n, limit int, counts ...*int) {
	for _, c := range counts {
		*c = max(*c, min(limit, *c+n))
	}
}
