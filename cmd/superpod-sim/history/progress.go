package history

import (
	"log/slog"
	"sync"
	"sync/atomic"
	"time"
)

// pause is the least time between two lines of progress.
const pause = 5 * time.Second

// progress tells in the log how far the work is.
type progress struct {
	logger  *slog.Logger
	samples *atomic.Uint64
	now     func() time.Time

	mu    sync.Mutex
	phase string
	began time.Time // of the phase
	told  time.Time
	hosts int // done
}

func newProgress(logger *slog.Logger, samples *atomic.Uint64, now func() time.Time) *progress {
	return &progress{logger: logger, samples: samples, now: now}
}

// hostDone tells that one more host of all is done.
func (p *progress) hostDone(of int) {
	p.mu.Lock()
	p.hosts++
	done := p.hosts
	p.mu.Unlock()

	p.tell("hosts", done, of)
}

// tell tells what is done of a phase, but not too often.
func (p *progress) tell(phase string, done, of int) {
	p.mu.Lock()
	defer p.mu.Unlock()

	now := p.now()
	if phase != p.phase {
		p.phase, p.began = phase, now
	}

	if now.Sub(p.told) < pause {
		return
	}

	p.told = now

	args := []any{"phase", phase, "done", done, "of", of, "samples", p.samples.Load()}
	if took := now.Sub(p.began); done > 0 && took > 0 {
		args = append(args, "left", (took * time.Duration(of-done) / time.Duration(done)).Round(time.Second))
	}

	p.logger.Info("history is being written", args...)
}
