package poll

import (
	"bytes"
	"context"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ascend-exporter/ascend_exporter/collector/faults"
	"github.com/ascend-exporter/ascend_exporter/collector/npusmi"
	"github.com/ascend-exporter/ascend_exporter/collector/optional"
	"github.com/ascend-exporter/ascend_exporter/collector/sim"
	"github.com/ascend-exporter/ascend_exporter/collector/snapshot"
)

// A scriptedTool answers as the test says, in the bubble's time.
type scriptedTool struct {
	mutex   sync.Mutex
	answer  answers
	starts  []start
	running int
	atOnce  int // the most that ever ran at a time
	until   time.Time
	held    bool
	changed chan struct{}
}

// answers gives the output of a run, how long it takes, and its failure.
type answers func(args string) (string, time.Duration, *npusmi.Failure)

// set changes how the tool answers from now on.
func (s *scriptedTool) set(answer answers) {
	s.mutex.Lock()
	defer s.mutex.Unlock()

	s.answer = answer
}

// says answers everything with a text.
func says(text string) answers {
	return func(string) (string, time.Duration, *npusmi.Failure) { return text, 10 * time.Millisecond, nil }
}

// hangs never answers.
func hangs(string) (string, time.Duration, *npusmi.Failure) {
	return "", time.Hour, nil
}

type start struct {
	args string
	at   time.Time
}

// begun are the runs so far.
func (s *scriptedTool) begun() []start {
	s.mutex.Lock()
	defer s.mutex.Unlock()

	return slices.Clone(s.starts)
}

func (s *scriptedTool) Run(ctx context.Context, deadline time.Duration, args ...string) npusmi.Run {
	line := strings.Join(args, " ")
	run := npusmi.Run{Args: args, Started: true, Start: time.Now()}

	s.mutex.Lock()
	s.starts = append(s.starts, start{line, run.Start})
	s.running++
	s.atOnce = max(s.atOnce, s.running)
	answer := s.answer
	s.mutex.Unlock()

	output, takes, failure := answer(line)
	run.Stdout, run.Failure = []byte(output), failure
	run.Started = failure == nil || failure.Reason != npusmi.ReasonBusy

	timer := time.NewTimer(min(takes, deadline))
	defer timer.Stop()

	select {
	case <-timer.C:
		if takes > deadline {
			run.Stdout = nil
			run.Failure = &npusmi.Failure{Reason: npusmi.ReasonTimeout, Message: "no answer in time"}
		}
	case <-ctx.Done():
		run.Cancelled, run.Failure = true, &npusmi.Failure{Message: "the exporter is ending"}
	}

	run.Duration = time.Since(run.Start)

	s.mutex.Lock()
	s.running--
	s.mutex.Unlock()

	return run
}

func (s *scriptedTool) Hold(time.Time) (time.Time, bool) {
	s.mutex.Lock()
	defer s.mutex.Unlock()

	return s.until, s.held
}

func (s *scriptedTool) hold(held bool, until time.Time) {
	s.mutex.Lock()
	defer s.mutex.Unlock()

	s.held, s.until = held, until
}

func (s *scriptedTool) Unkillable() int { return 0 }

func (s *scriptedTool) Changed() <-chan struct{} { return s.changed }

// startsOf gives the times since the beginning at which runs with these arguments started.
func (s *scriptedTool) startsOf(begin time.Time, args string) []time.Duration {
	s.mutex.Lock()
	defer s.mutex.Unlock()

	var at []time.Duration

	for _, start := range s.starts {
		if start.args == args {
			at = append(at, start.at.Sub(begin))
		}
	}

	return at
}

// A bench is a poller at work in a bubble.
type bench struct {
	*Poller

	tool   *scriptedTool
	log    *logged
	begin  time.Time
	latest atomic.Pointer[snapshot.Snapshot]
	stop   func()
}

// last is the last snapshot.
func (b *bench) last() *snapshot.Snapshot { return b.latest.Load() }

// logged keeps what was logged.
type logged struct {
	mutex sync.Mutex
	text  strings.Builder
}

func (l *logged) Write(text []byte) (int, error) {
	l.mutex.Lock()
	defer l.mutex.Unlock()

	return l.text.Write(text)
}

func (l *logged) String() string {
	l.mutex.Lock()
	defer l.mutex.Unlock()

	return l.text.String()
}

// basics are the mapping and the summary alone.
func basics() []Source {
	return slices.DeleteFunc(Sources(), func(s Source) bool { return s.Name != Mapping && s.Name != Summary })
}

// newBench makes a poller over a tool, with what is changed in its configuration.
func newBench(t *testing.T, sources []Source, answer answers, changes ...func(*Config)) *bench {
	t.Helper()

	expected, err := NewExpected(0, "")
	if err != nil {
		t.Fatal(err)
	}

	table, err := faults.Builtin()
	if err != nil {
		t.Fatal(err)
	}

	b := &bench{
		tool:  &scriptedTool{answer: answer, changed: make(chan struct{}, 1)},
		log:   &logged{},
		begin: time.Now(),
	}

	config := Config{
		Sources:  sources,
		Faults:   table,
		Tool:     b.tool,
		Logger:   slog.New(slog.NewTextHandler(b.log, nil)),
		MaxDuty:  0.3,
		Expected: expected,
		Local:    func() Local { return Local{PCIDevices: optional.Of(8)} },
		Publish:  func(s *snapshot.Snapshot) { b.latest.Store(s) },
	}
	for _, change := range changes {
		change(&config)
	}

	b.Poller = New(config)

	return b
}

// run starts the poller, to be ended with the test.
func (b *bench) run(t *testing.T) {
	t.Helper()

	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})

	go func() {
		defer close(done)
		b.Run(ctx)
	}()

	b.stop = func() {
		cancel()
		<-done
	}
	t.Cleanup(b.stop)
}

// at lets the time pass until it is so long after the beginning.
func (b *bench) at(after time.Duration) {
	time.Sleep(time.Until(b.begin.Add(after))) //nolint:forbidigo // the bubble's time, which passes at once
	synctest.Wait()
}

// query is the last snapshot's word on a query.
func (b *bench) query(t *testing.T, name string) snapshot.Query {
	t.Helper()

	at := slices.IndexFunc(b.last().Queries, func(q snapshot.Query) bool { return q.Name == name })
	if at < 0 {
		t.Fatalf("no query %s", name)
	}

	return b.last().Queries[at]
}

// machine answers as a simulated machine does, at once but for the summary.
func machine(t *testing.T, product string, npus int, takes time.Duration) answers {
	t.Helper()

	m, err := sim.New(sim.Config{Product: product, NPUs: npus, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}

	return func(args string) (string, time.Duration, *npusmi.Failure) {
		var out bytes.Buffer

		sim.Print(&out, m.At(time.Now()), strings.Fields(args))

		return out.String(), takes, nil
	}
}
