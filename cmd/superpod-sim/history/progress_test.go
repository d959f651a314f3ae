package history

import (
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestProgress: a line every few seconds at most, with what is done and left.
func TestProgress(t *testing.T) {
	t.Parallel()

	var (
		out     strings.Builder
		samples atomic.Uint64
	)

	now := time.Unix(1000, 0)
	noTime := func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey || a.Key == slog.LevelKey || a.Key == slog.MessageKey {
			return slog.Attr{}
		}

		return a
	}
	p := newProgress(slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{ReplaceAttr: noTime})), &samples, func() time.Time { return now })

	for range 10 {
		now = now.Add(2 * time.Second)

		samples.Add(7)
		p.hostDone(10)
	}

	now = now.Add(time.Minute)
	p.tell("blocks", 0, 3)

	want := `phase=hosts done=1 of=10 samples=7
phase=hosts done=4 of=10 samples=28 left=9s
phase=hosts done=7 of=10 samples=49 left=5s
phase=hosts done=10 of=10 samples=70 left=0s
phase=blocks done=0 of=3 samples=70
`
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Error(diff)
	}
}
