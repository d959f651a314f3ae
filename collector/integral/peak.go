package integral

import (
	"time"

	"github.com/ascend-exporter/ascend_exporter/collector/optional"
)

// peak finds the highest value of a sliding window. It keeps those values only that a later window may still need: each is
// newer and lower than the one before, so there are never more than there are different values.
type peak struct {
	falling []moment
}

type moment struct {
	time  time.Time
	value float64
}

// add takes a value that is newer than all before, if it is there, and forgets what is not after begin.
func (p *peak) add(at time.Time, value optional.Float, begin time.Time) {
	p.forget(begin)

	number, ok := value.Get()
	if !ok {
		return
	}

	kept := len(p.falling)
	for kept > 0 && p.falling[kept-1].value <= number {
		kept--
	}

	p.falling = append(p.falling[:kept], moment{at, number})
}

// highest is the highest value after begin.
func (p *peak) highest(begin time.Time) optional.Float {
	for _, m := range p.falling {
		if m.time.After(begin) {
			return optional.Of(m.value)
		}
	}

	return optional.Float{}
}

func (p *peak) forget(begin time.Time) {
	gone := 0
	for gone < len(p.falling) && !p.falling[gone].time.After(begin) {
		gone++
	}

	p.falling = append(p.falling[:0], p.falling[gone:]...)
}
