package npusmi

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
)

const (
	maxWatchLine   = 4 << 10  // bytes of a line; the tool's have some 150
	maxWatchNoise  = 64 << 10 // bytes in a row that are not understood; a usage text has 2 KiB
	maxWatchUnread = 4 << 10  // bytes of them that are kept to explain the end
)

// watchLimits are how long a process may print no line that is understood.
type watchLimits struct {
	first time.Duration // before the first sample: the tool asks every chip before it prints the headings
	quiet time.Duration // from then on
}

// watchChunk is a piece of a process's output: a line, or a part of one that is too long or has no end.
type watchChunk struct {
	text  string
	whole bool
	time  time.Time // when it was read
}

// readChunks cuts the output into chunks until it ends or nobody wants them.
func readChunks(output io.Reader, chunks chan<- watchChunk, quit <-chan struct{}) {
	defer close(chunks)

	reader, inside := bufio.NewReaderSize(output, maxWatchLine), false

	for {
		text, err := reader.ReadSlice('\n')
		chunk := watchChunk{text: string(text), whole: err == nil && !inside, time: time.Now()}
		inside = err != nil

		if len(text) > 0 {
			select {
			case chunks <- chunk:
			case <-quit:
				return
			}
		}

		if err != nil && err != bufio.ErrBufferFull { //nolint:errorlint // as bufio documents it
			return // the end of a terminal is an error of its own kind (EIO)
		}
	}
}

// watchStream reads the output of one process.
type watchStream struct {
	parser       *WatchParser
	limits       watchLimits
	drain        time.Duration // how long the output may go on after the process's end
	unrecognized *atomic.Uint64
	sink         func(WatchSample, time.Time)
	begin        func(time.Time) // called before the first sample

	begun, latest time.Time // the first sample and the last one; zero before
	noise         int       // bytes that were not understood since a line that was
	unread        []byte    // the last of them
}

// follow takes chunks until they end or must be ended: the failure says why; nil is that they ended by themselves.
func (s *watchStream) follow(ctx context.Context, chunks <-chan watchChunk, ended <-chan struct{}) *Failure {
	limit := s.limits.first

	quiet := time.NewTimer(limit)
	defer quiet.Stop()

	var drained <-chan time.Time

	for {
		var (
			chunk watchChunk
			more  bool
		)

		select {
		case chunk, more = <-chunks:
		case <-ended:
			ended, drained = nil, time.After(s.drain) // something that it left behind may hold the terminal

			continue
		case <-drained:
			return nil
		case <-ctx.Done():
			return ending()
		case <-quiet.C:
			select {
			case chunk, more = <-chunks: // both at once, after a stall of the machine
			default:
				return stalled(limit)
			}
		}

		if !more {
			return nil
		}

		if s.take(chunk) {
			if !s.begun.IsZero() {
				limit = s.limits.quiet
			}

			quiet.Reset(limit)
		} else if s.noise > maxWatchNoise {
			return noisy()
		}
	}
}

// take reads a chunk, and says whether it was a line that is understood.
func (s *watchStream) take(chunk watchChunk) (understood bool) {
	if chunk.whole {
		sample, ok, warning := s.parser.Line(chunk.text)
		if ok {
			if s.begun.IsZero() {
				s.begun = chunk.time
				s.begin(chunk.time)
			}

			s.latest = chunk.time
			s.sink(sample, chunk.time)
		}

		if warning == "" && strings.TrimSpace(chunk.text) != "" {
			s.noise = 0

			return true
		}

		if warning == "" {
			s.noise += len(chunk.text)

			return false
		}
	}

	s.noise += len(chunk.text)
	s.unrecognized.Add(1)
	s.unread = append(s.unread, chunk.text...)
	s.unread = s.unread[max(0, len(s.unread)-maxWatchUnread):]

	return false
}

// explain says why a process has ended that was to run for ever.
func (s *watchStream) explain(status int, signal syscall.Signal) *Failure {
	if len(s.unread) == 0 && status == 0 {
		return &Failure{
			Reason:  ReasonQuery,
			Message: "the stream has ended without a word",
			Advice:  "Run `npu-smi info watch` by hand.",
		}
	}

	return Explain(Run{Stdout: s.unread, ExitStatus: status, Signal: signal})
}

func stalled(limit time.Duration) *Failure {
	return &Failure{
		Reason:  ReasonTimeout,
		Message: fmt.Sprintf("the stream gave no line in %v and was ended", limit),
		Advice:  "Run `npu-smi info watch` by hand: where it stands still too, look for a chip that hangs in `dmesg`.",
	}
}

func noisy() *Failure {
	return &Failure{
		Reason:  ReasonOutputTooLarge,
		Message: fmt.Sprintf("the stream printed more than %d KiB that could not be read and was ended", maxWatchNoise>>10),
		Advice:  "Run `npu-smi info watch` by hand, and check that the configured command is the right tool.",
	}
}
