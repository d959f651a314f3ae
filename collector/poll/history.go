package poll

import (
	"slices"
	"strings"

	"github.com/ascend-exporter/ascend_exporter/collector/npusmi"
	"github.com/ascend-exporter/ascend_exporter/collector/snapshot"
)

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
func runRecord(tool string, run npusmi.Run, failure *npusmi.Failure, warnings npusmi.Warnings) snapshot.Run {
	record := snapshot.Run{
		Command:    tool + " " + strings.Join(run.Args, " "),
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
