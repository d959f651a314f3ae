package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/ascend-exporter/ascend_exporter/collector/npusmi"
	"github.com/ascend-exporter/ascend_exporter/collector/snapshot"
)

// queryView is a query and its last runs.
type queryView struct {
	Name  string
	State string
	Tone  tone
	Open  bool // whether its runs are shown without asking

	Runs, Failures uint64
	Unrecognized   int

	Mean        string
	LastSuccess moment
	Failing     []failingChips
	History     []runView
}

// failingChips are the chips that fail a query for one reason.
type failingChips struct {
	Reason npusmi.Reason
	Chips  string
}

// runView is one run of the tool.
type runView struct {
	Command    string
	Start      moment
	Duration   string
	ExitStatus string
	Result     string
	Tone       tone
	Failure    string
	Advice     []span
	Output     string
}

func newQueryView(q *snapshot.Query, now time.Time) queryView {
	view := queryView{
		Name:         q.Name,
		Runs:         q.Runs,
		Failures:     q.Failures,
		Unrecognized: q.Unrecognized,
		Mean:         absent,
		LastSuccess:  momentOfUnix(q.LastSuccess, now),
		Failing:      groupByReason(q.Failing),
	}

	switch {
	case !q.Asked && q.Unneeded:
		view.State, view.Tone = "Not for these chips", toneQuiet
	case !q.Asked:
		view.State, view.Tone = "Not asked yet", toneQuiet
	case !q.Success:
		view.State, view.Tone, view.Open = "Fails", toneBad, true
	case q.Unsupported:
		view.State, view.Tone = "Not supported", toneQuiet
	case !q.LastSuccess.Present():
		view.State, view.Tone = "Not needed now", toneQuiet // by any chip
	default:
		view.State, view.Tone = "Works", toneGood
	}

	if q.Runs > 0 {
		view.Mean = spent(time.Duration(float64(q.Duration) / float64(q.Runs)))
	}

	for _, run := range q.History {
		view.History = append(view.History, newRunView(run, now))
	}

	return view
}

func newRunView(run snapshot.Run, now time.Time) runView {
	view := runView{
		Command:    run.Command,
		Start:      momentOf(run.Start, now),
		Duration:   spent(run.Duration),
		ExitStatus: "no exit status", // it was not started, or a signal ended it
		Result:     "Answered",
		Tone:       toneGood,
		Failure:    sentence(run.Failure),
		Advice:     spans(run.Advice),
		Output:     strings.TrimRight(run.Output, "\n"),
	}

	if run.ExitStatus >= 0 {
		view.ExitStatus = fmt.Sprintf("exit status %d", run.ExitStatus)
	}

	switch {
	case run.Failure != "":
		view.Result, view.Tone = "Failed", toneBad
	case run.Output != "":
		view.Result, view.Tone = "Answered in part", toneWarn
	}

	return view
}

// groupByReason keeps the list short when many chips fail alike.
func groupByReason(failures []snapshot.ChipFailure) []failingChips {
	var groups []failingChips

	for _, reason := range npusmi.Reasons() {
		var chips []string

		for _, failure := range failures {
			if failure.Reason == reason {
				chips = append(chips, chipName(failure.Key))
			}
		}

		if len(chips) > 0 {
			groups = append(groups, failingChips{Reason: reason, Chips: strings.Join(chips, ", ")})
		}
	}

	return groups
}
