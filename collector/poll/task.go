package poll

import (
	"slices"
	"strings"
	"time"

	"github.com/ascend-exporter/ascend_exporter/collector/npusmi"
	"github.com/ascend-exporter/ascend_exporter/collector/optional"
	"github.com/ascend-exporter/ascend_exporter/collector/snapshot"
)

// A query is a source and what its runs came to since the start.
type query struct {
	Source

	tasks        []*task
	duration     time.Duration
	runs         uint64
	failures     uint64
	unrecognized int
	puzzled      bool // whether the last answer had lines that were not understood
	history      history
}

// A task is a query on one target.
type task struct {
	query  *query
	target snapshot.Key

	due         time.Time
	asked       bool
	failure     *npusmi.Failure // of the last run; nil after a good one
	failed      int             // runs in a row
	unsupported bool            // not asked again until the tool or the chips change

	reading   Reading   // of the last good run; nil before it
	readStart time.Time // when that run started: the age of its data counts from here
	readEnd   time.Time
	maxAge    time.Duration
	lastStart time.Time
}

// fresh says whether the reading may still be served.
func (t *task) fresh(now time.Time) bool {
	return t.reading != nil && now.Sub(t.readStart) <= t.maxAge
}

// succeeded takes a good answer. Its data may be served for three of the intervals at which answers really come, which a
// slow tool stretches, plus the deadline.
func (t *task) succeeded(reading Reading, start, end time.Time, stretched time.Duration) {
	interval := max(t.query.Interval, stretched)
	if t.reading != nil && t.failure == nil {
		interval = max(interval, start.Sub(t.lastStart))
	}

	t.reading, t.readStart, t.readEnd = reading, start, end
	t.maxAge = 3*interval + t.query.Deadline
	t.failure, t.failed, t.unsupported = nil, 0, false
	t.due = start.Add(t.query.Interval)
}

// didFail takes a failure. A query that is seldom asked is asked again sooner, after pauses that double from retry on.
func (t *task) didFail(failure *npusmi.Failure, start time.Time, retry time.Duration) {
	pause := t.query.Interval

	if retry > 0 && t.failed < 16 {
		pause = min(pause, retry<<t.failed)
	}

	t.failure = failure
	t.failed++
	t.unsupported = failure.Reason == npusmi.ReasonUnsupported
	t.due = start.Add(pause)
}

// status sums up the query for a snapshot.
func (q *query) status() snapshot.Query {
	status := snapshot.Query{
		Name:         q.Name,
		Success:      true,
		Duration:     q.duration,
		Runs:         q.runs,
		Failures:     q.failures,
		Unrecognized: q.unrecognized,
		History:      q.history.newestFirst(),
	}

	var oldest time.Time

	for _, t := range q.tasks {
		status.Asked = status.Asked || t.asked

		if t.unsupported {
			continue
		}

		if t.failure != nil {
			status.Success = false

			if q.Scope != ScopeHost {
				status.Failing = append(status.Failing, snapshot.ChipFailure{Key: t.target, Reason: t.failure.Reason})
			}
		}

		if !t.readEnd.IsZero() && (oldest.IsZero() || t.readEnd.Before(oldest)) {
			oldest = t.readEnd
		}
	}

	if !oldest.IsZero() {
		status.LastSuccess = optional.Of(float64(oldest.UnixMilli()) / 1000)
	}

	return status
}

// retarget makes the tasks fit the chips: those on chips that stay keep what they know.
func (q *query) retarget(chips []snapshot.Key, now time.Time) {
	targets := q.targets(chips)
	tasks := make([]*task, 0, len(targets))

	for _, target := range targets {
		at := slices.IndexFunc(q.tasks, func(t *task) bool { return t.target == target })
		if at >= 0 {
			tasks = append(tasks, q.tasks[at])
		} else {
			tasks = append(tasks, &task{query: q, target: target, due: now})
		}
	}

	q.tasks = tasks
}

// targets are the keys that the query is asked for, one run each.
func (q *query) targets(chips []snapshot.Key) []snapshot.Key {
	switch q.Scope {
	case ScopeChip:
		return chips
	case ScopeCard:
		cards := make([]snapshot.Key, 0, len(chips))
		for _, chip := range chips {
			cards = append(cards, snapshot.Key{NPU: chip.NPU})
		}

		return slices.Compact(cards)
	default:
		return []snapshot.Key{{}}
	}
}

// keptRuns is how many runs of a query are remembered, and how many of its failures beyond them.
const keptRuns = 5

// A history keeps the last runs, and failures for longer than successes, since they are what people look for.
type history struct {
	runs     []snapshot.Run
	failures []snapshot.Run // those that have left runs
}

func (h *history) add(run snapshot.Run) {
	h.runs = append(h.runs, run)
	if len(h.runs) <= keptRuns {
		return
	}

	if h.runs[0].Failure != "" {
		h.failures = append(h.failures, h.runs[0])
	}

	h.runs = slices.Delete(h.runs, 0, 1)
	h.failures = h.failures[max(0, len(h.failures)-keptRuns):]
}

func (h *history) newestFirst() []snapshot.Run {
	runs := slices.Concat(h.failures, h.runs)
	slices.Reverse(runs)

	return runs
}

// runRecord tells a run for the history, with the head of its output where it failed or was not understood in full.
func runRecord(run npusmi.Run, failure *npusmi.Failure, warnings npusmi.Warnings) snapshot.Run {
	record := snapshot.Run{
		Command:    "npu-smi " + strings.Join(run.Args, " "),
		Start:      run.Start,
		Duration:   run.Duration,
		ExitStatus: run.ExitStatus,
	}

	switch {
	case failure != nil:
		record.Failure, record.Advice = failure.Message, failure.Advice
		record.Output = head(run.Stdout) + head(run.Stderr)
	case warnings.Count > 0:
		for _, w := range warnings.First {
			record.Output += "not understood: " + w.Text + "\n"
		}
	}

	return record
}

// head gives the first lines of an output, cut to what a page can show.
func head(output []byte) string {
	const (
		lines = 5
		width = 200
	)

	var text strings.Builder

	count := 0

	for line := range strings.SplitSeq(string(output[:min(len(output), 4096)]), "\n") {
		if line = strings.TrimRight(line, " \t\r"); line == "" {
			continue
		}

		if count++; count > lines {
			break
		}

		text.WriteString(strings.ToValidUTF8(line[:min(len(line), width)], "\uFFFD"))
		text.WriteByte('\n')
	}

	return text.String()
}
