package exportertest

import (
	"bufio"
	"bytes"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// Lines is a log that a test can wait on.
type Lines struct {
	mutex  sync.Mutex
	buffer bytes.Buffer
	more   chan struct{}
	ended  bool
}

// NewLines makes an empty log.
func NewLines() *Lines { return &Lines{more: make(chan struct{})} }

// Write adds to the log.
func (l *Lines) Write(text []byte) (int, error) {
	l.mutex.Lock()
	defer l.mutex.Unlock()

	close(l.more)
	l.more = make(chan struct{})

	return l.buffer.Write(text)
}

// End says that nothing more is written.
func (l *Lines) End() {
	l.mutex.Lock()
	defer l.mutex.Unlock()

	l.ended = true
	close(l.more)
	l.more = make(chan struct{})
}

// Text is the log so far.
func (l *Lines) Text() string {
	l.mutex.Lock()
	defer l.mutex.Unlock()

	return l.buffer.String()
}

// Wait gives the first match in a line of the log, as soon as there is one.
func (l *Lines) Wait(tb testing.TB, pattern *regexp.Regexp) []string {
	tb.Helper()

	deadline := time.After(Patience)

	for {
		l.mutex.Lock()
		text, more, ended := l.buffer.String(), l.more, l.ended
		l.mutex.Unlock()

		for scanner := bufio.NewScanner(strings.NewReader(text)); scanner.Scan(); {
			if match := pattern.FindStringSubmatch(scanner.Text()); match != nil {
				return match
			}
		}

		if ended {
			tb.Fatalf("the log ended without %v:\n%s", pattern, text)
		}

		select {
		case <-more:
		case <-deadline:
			tb.Fatalf("no %v in the log:\n%s", pattern, text)
		}
	}
}
