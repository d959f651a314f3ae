package npusmi

import (
	"bytes"
	"context"
	"os"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestNewWatch(t *testing.T) {
	t.Parallel()

	const s = time.Second

	for interval, want := range map[time.Duration]struct {
		seconds      string
		first, quiet time.Duration
	}{
		0:               {"1", 30 * s, 13 * s},
		-s:              {"1", 30 * s, 13 * s},
		1400 * s / 1000: {"1", 30 * s, 13 * s},
		5 * s:           {"5", 30 * s, 25 * s},
		time.Hour:       {"100", 310 * s, 310 * s},
	} {
		w := NewWatch(WatchConfig{Interval: interval})
		if diff := cmp.Diff([]string{"info", "watch", "-d", want.seconds}, w.Args()); diff != "" {
			t.Error(diff)
		}

		if w.limits.first != want.first || w.limits.quiet != want.quiet {
			t.Errorf("%v: got %+v, want %+v", interval, w.limits, want)
		}

		w.report(WatchState{}) // to nobody
	}
}

func newStream(sink func(WatchSample, time.Time)) *watchStream {
	return &watchStream{
		parser: NewWatchParser(), limits: watchLimits{first: 30 * time.Second, quiet: 13 * time.Second},
		drain: time.Second, unrecognized: new(atomic.Uint64), sink: sink, begin: func(time.Time) {},
	}
}

// The times are those of a clock that the test owns.
func TestWatchStreamLimits(t *testing.T) {
	t.Parallel()

	const row = "0 0 264.5 68 67\r\n"

	type step struct {
		pause time.Duration
		text  string // "" is the process's end
	}

	for name, test := range map[string]struct {
		steps   []step
		took    time.Duration
		samples int
		reason  Reason
	}{
		"nothing at all":            {nil, 30 * time.Second, 0, ReasonTimeout},
		"headings, late":            {[]step{{29 * time.Second, watchShort}}, 59 * time.Second, 0, ReasonTimeout},
		"rows, and then none":       {[]step{{1, watchShort}, {12 * time.Second, row}, {12 * time.Second, row}}, 37*time.Second + 1, 2, ReasonTimeout},
		"noise is no sign of life":  {[]step{{0, watchShort}, {12 * time.Second, "noise"}, {0, "\r\n"}}, 30 * time.Second, 0, ReasonTimeout},
		"a chip without data is":    {[]step{{0, watchShort}, {12 * time.Second, "0 0 0.0 0 0"}}, 42 * time.Second, 0, ReasonTimeout},
		"an end, the terminal held": {[]step{{0, watchShort}, {time.Second, row}, {time.Second, ""}}, 3 * time.Second, 1, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				chunks, ended := make(chan watchChunk), make(chan struct{})
				samples := 0
				stream := newStream(func(WatchSample, time.Time) { samples++ })

				go func() {
					for _, step := range test.steps {
						<-time.After(step.pause)

						if step.text == "" {
							close(ended)

							return
						}

						chunks <- watchChunk{text: step.text, whole: true, time: time.Now()}
					}
				}()

				start := time.Now()
				failure := stream.follow(t.Context(), chunks, ended)

				if took := time.Since(start); took != test.took || reason(failure) != test.reason || samples != test.samples {
					t.Errorf("got %v after %v and %d samples", failure, took, samples)
				}
			})
		})
	}
}

func TestWatchStreamEnds(t *testing.T) {
	t.Parallel()

	chunks := make(chan watchChunk)
	close(chunks)

	if failure := newStream(nil).follow(t.Context(), chunks, nil); failure != nil {
		t.Errorf("at the end of the output: %v", failure)
	}

	ctx, cancel := context.WithCancel(t.Context())
	cancel()

	if failure := newStream(nil).follow(ctx, nil, nil); failure == nil || failure.Reason != "" {
		t.Errorf("at the exporter's end: %v", failure)
	}
}

func TestWatchStreamBounds(t *testing.T) {
	t.Parallel()

	for name, chunk := range map[string]watchChunk{
		"parts of a line": {text: strings.Repeat("x", maxWatchLine)},
		"lines":           {text: "nothing that is known\r\n", whole: true},
		"empty lines":     {text: "\r\n", whole: true},
	} {
		stream, chunks := newStream(nil), make(chan watchChunk)
		stop := make(chan struct{})

		go func() {
			for {
				select {
				case chunks <- chunk:
				case <-stop:
					return
				}
			}
		}()

		if failure := stream.follow(t.Context(), chunks, nil); reason(failure) != ReasonOutputTooLarge {
			t.Errorf("%s: %v", name, failure)
		}

		close(stop)

		if len(stream.unread) > maxWatchUnread {
			t.Errorf("%s: %d bytes kept", name, len(stream.unread))
		}
	}
}

func TestWatchStreamExplains(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		lines   []string
		status  int
		signal  syscall.Signal
		reason  Reason
		message string
	}{
		"a chip failed": {[]string{watchShort, "Failed to query \"watch\" info.\r\n"}, 197, 0, ReasonQuery, "Failed to query"},
		"not supported": {[]string{"This device does not support querying watch.\r\n"}, 217, 0, ReasonUnsupported, "does not support"},
		"occupied":      {[]string{"dcmi model initialized failed, because the device is used. ret is -8020\r\n"}, 172, 0, ReasonOccupied, "-8020"},
		"a status only": {[]string{watchShort}, 3, 0, ReasonQuery, "status 3"},
		"killed":        {[]string{watchShort, "0 0 264.5 68 67"}, -1, syscall.SIGKILL, ReasonQuery, "signal 9"},
		"nothing":       {nil, 0, 0, ReasonQuery, "without a word"},
		"other words":   {[]string{"What is this?\r\n"}, 0, 0, ReasonParse, "What is this?"},
		"after a flood": {[]string{strings.Repeat("?", 2*maxWatchUnread) + "\n", "Failed to query \"watch\" info.\n"}, 197, 0, ReasonQuery, "Failed to query"},
	} {
		stream := newStream(func(WatchSample, time.Time) {})
		for _, line := range test.lines {
			stream.take(watchChunk{text: line, whole: true})
		}

		failure := stream.explain(test.status, test.signal)
		if reason(failure) != test.reason || !strings.Contains(failure.Message, test.message) {
			t.Errorf("%s: got %q of %q", name, failure.Message, failure.Reason)
		}
	}
}

func TestReadChunks(t *testing.T) {
	t.Parallel()

	long := strings.Repeat("y", maxWatchLine)

	type chunk struct {
		Text  string
		Whole bool
	}

	for name, test := range map[string]struct {
		text string
		want []chunk
	}{
		"nothing":         {"", nil},
		"lines":           {"a\r\n\nb\n", []chunk{{"a\r\n", true}, {"\n", true}, {"b\n", true}}},
		"no end":          {"a\nb", []chunk{{"a\n", true}, {"b", false}}},
		"a long line":     {"a\n" + long + "tail\nb\n", []chunk{{"a\n", true}, {long, false}, {"tail\n", false}, {"b\n", true}}},
		"a line that fit": {long[1:] + "\nb\n", []chunk{{long[1:] + "\n", true}, {"b\n", true}}},
	} {
		chunks := make(chan watchChunk)

		go readChunks(strings.NewReader(test.text), chunks, nil)

		var got []chunk

		for c := range chunks {
			if c.time.IsZero() {
				t.Error("without a time")
			}

			got = append(got, chunk{c.text, c.whole})
		}

		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}

	quit, chunks := make(chan struct{}), make(chan watchChunk)
	close(quit)
	readChunks(bytes.NewReader([]byte("nobody wants it\n")), chunks, quit)
}

func TestNoTerminal(t *testing.T) {
	t.Parallel()

	for err, want := range map[error]string{syscall.ENOSPC: "pty/max", syscall.ENOENT: "/dev/ptmx"} {
		failure := noTerminal(&os.PathError{Op: "open", Path: "/dev/ptmx", Err: err})
		if failure.Reason != ReasonStart || !strings.Contains(failure.Advice, want) {
			t.Errorf("got %q", failure)
		}
	}
}
