package history

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/tsdb"
	"github.com/prometheus/prometheus/tsdb/chunkenc"
	"github.com/prometheus/prometheus/tsdb/fileutil"
)

// Names in the folder of a Prometheus.
const (
	lockName    = "lock"            // that it holds while it runs
	stagingName = "history.partial" // that it does not know: blocks are made there, and moved when all are there
)

// blocks is the blocks in the making: a head that holds the whole history, and the folder.
type blocks struct {
	folder  string
	made    bool // whether the folder was made
	lock    fileutil.Releaser
	head    *tsdb.Head
	samples atomic.Uint64
}

// openBlocks takes the folder for a history between two moments.
func openBlocks(folder string, begin, end time.Time) (*blocks, error) {
	made, err := vacant(folder)
	if err != nil {
		return nil, err
	}

	b := &blocks{folder: folder, made: made}

	if b.lock, _, err = fileutil.Flock(filepath.Join(folder, lockName)); err != nil {
		return nil, fmt.Errorf("locking %s: %w", folder, err)
	}

	options := tsdb.DefaultHeadOptions()
	options.ChunkDirRoot = b.staging()
	options.IsolationDisabled = true
	// A head takes samples that are older than its newest by half of this at most, and hosts come one after another.
	options.ChunkRange = 2 * (end.Sub(begin).Milliseconds() + tsdb.DefaultBlockDuration)

	if b.head, err = tsdb.NewHead(nil, slog.New(slog.DiscardHandler), nil, nil, options, nil); err == nil {
		err = b.head.Init(math.MinInt64)
	}

	if err != nil {
		return nil, b.close(fmt.Errorf("a new head in %s: %w", folder, err))
	}

	return b, nil
}

// vacant says whether a folder is empty, or makes it. The error says what it has.
func vacant(folder string) (made bool, err error) {
	entries, err := os.ReadDir(folder)

	switch {
	case errors.Is(err, os.ErrNotExist):
		return true, os.MkdirAll(folder, 0o755) //nolint:gosec // Prometheus, which runs as another user, must read it
	case err != nil:
		return false, err
	case len(entries) == 0:
		return false, nil
	}

	if slices.ContainsFunc(entries, func(e os.DirEntry) bool { return e.Name() == lockName }) {
		lock, _, err := fileutil.Flock(filepath.Join(folder, lockName))
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return false, fmt.Errorf("a Prometheus is running on %s: write to another folder and start one there", folder)
		}

		if err == nil {
			_ = lock.Release() // it was held by nobody
		}
	}

	return false, fmt.Errorf("%s is not empty, it has %s: empty it, or write to another folder", folder, entries[0].Name())
}

func (b *blocks) staging() string { return filepath.Join(b.folder, stagingName) }

// Querier reads what was appended so far.
func (b *blocks) Querier(mint, maxt int64) (storage.Querier, error) {
	return tsdb.NewBlockQuerier(tsdb.NewRangeHead(b.head, mint, maxt), mint, maxt)
}

// flush makes the blocks, each of two hours as Prometheus cuts them.
func (b *blocks) flush(ctx context.Context, p *progress) error {
	compactor, err := tsdb.NewLeveledCompactor(
		ctx, nil, slog.New(slog.DiscardHandler), []int64{tsdb.DefaultBlockDuration}, chunkenc.NewPool(), nil,
	)
	if err != nil {
		return err
	}

	const size = tsdb.DefaultBlockDuration

	mint, maxt := b.head.MinTime(), b.head.MaxTime()+1 // the end of a block is not part of it
	first := mint - mint%size
	count := int((maxt - first + size - 1) / size)

	for i := range count {
		p.tell("blocks", i, count)

		start := first + int64(i)*size
		from, to := max(mint, start), min(maxt, start+size)

		if _, err := compactor.Write(b.staging(), tsdb.NewRangeHead(b.head, from, to-1), from, to, nil); err != nil {
			return fmt.Errorf("a block from %s: %w", time.UnixMilli(from).UTC(), err)
		}
	}

	p.tell("blocks", count, count)

	return nil
}

// close ends the work: blocks are put in their place, unless something failed.
func (b *blocks) close(failure error) error {
	if b.head != nil {
		failure = errors.Join(failure, b.head.Close())
	}

	if failure == nil {
		failure = b.place()
	}

	failure = errors.Join(failure, os.RemoveAll(b.staging()), b.lock.Release(), os.Remove(filepath.Join(b.folder, lockName)))

	if failure != nil && b.made {
		_ = os.Remove(b.folder) // what others put there meanwhile stays
	}

	return failure
}

// place moves the blocks out of the staging.
func (b *blocks) place() error {
	metas, err := filepath.Glob(filepath.Join(b.staging(), "*", "meta.json"))
	if err != nil {
		return err
	}

	for _, meta := range metas {
		from := filepath.Dir(meta)
		if err := os.Rename(from, filepath.Join(b.folder, filepath.Base(from))); err != nil {
			return err
		}
	}

	return nil
}

// An appender appends series to the head. It belongs to one goroutine.
type appender struct {
	blocks  *blocks
	next    func() storage.AppenderV2
	current storage.AppenderV2
	pending int // samples
}

// transaction is how many samples an appender holds before it commits them.
const transaction = 50_000

func (b *blocks) appender(ctx context.Context) *appender {
	next := func() storage.AppenderV2 { return b.head.AppenderV2(ctx) }

	return &appender{blocks: b, next: next, current: next()}
}

// add appends samples of a series, later than all that it has.
func (a *appender) add(l labels.Labels, samples []sample) error {
	var (
		ref storage.SeriesRef
		err error
	)

	for _, s := range samples {
		if ref, err = a.current.Append(ref, l, 0, s.t, s.v, nil, nil, storage.AppendV2Options{}); err != nil {
			return fmt.Errorf("%s: %w", l, err)
		}
	}

	a.blocks.samples.Add(uint64(len(samples)))

	if a.pending += len(samples); a.pending < transaction {
		return nil
	}

	if err := a.current.Commit(); err != nil {
		return err
	}

	a.current, a.pending = a.next(), 0

	return nil
}

// end commits what was added, unless something failed.
func (a *appender) end(failure error) error {
	if failure != nil {
		return errors.Join(failure, a.current.Rollback())
	}

	return a.current.Commit()
}
