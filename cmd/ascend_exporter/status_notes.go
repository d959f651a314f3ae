package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/ascend-exporter/ascend_exporter/collector/attribute"
	"github.com/ascend-exporter/ascend_exporter/collector/npusmi"
	"github.com/ascend-exporter/ascend_exporter/collector/poll"
	"github.com/ascend-exporter/ascend_exporter/collector/snapshot"
)

// state is the first thing that the page says.
type state struct {
	Tone    tone
	Word    string
	Summary string

	Wrong string // why it is not up; "" where it is
	Todo  []span
	Query string // the query that tells more
}

// Colour is that of the page's icon, in a tab among many.
func (s state) Colour() string {
	switch s.Tone {
	case toneGood:
		return "1a7f45"
	case toneWarn:
		return "b26a00"
	case toneBad:
		return "c62f26"
	default:
		return "2f6cae"
	}
}

// note is something that deserves attention, and what to do about it.
type note struct {
	Tone  tone
	Title string
	Todo  []span
	Query string // the query that tells more; "" where none does
}

// listing is the query that lists the chips; nil before there is a snapshot.
func listing(s *snapshot.Snapshot) *snapshot.Query {
	for i := range s.Queries {
		if s.Queries[i].Name == poll.Summary {
			return &s.Queries[i]
		}
	}

	return nil
}

// waiting says whether the first collection has not ended.
func waiting(s *snapshot.Snapshot) bool {
	q := listing(s)

	return q == nil || !q.Asked
}

// lastFailure is the newest run that failed; nil where none is remembered.
func lastFailure(q *snapshot.Query) *snapshot.Run {
	for i := range q.History {
		if q.History[i].Failure != "" {
			return &q.History[i]
		}
	}

	return nil
}

func newState(s *snapshot.Snapshot, notes []note, now time.Time) state {
	switch {
	case waiting(s):
		return state{
			Tone:    toneInfo,
			Word:    "First collection running",
			Summary: "The tool has not answered yet. This page reloads until it has.",
		}
	case !s.Up:
		return notUp(listing(s), now)
	}

	up := state{Tone: toneGood, Word: "Up", Summary: readChips(s.Host)}

	problems := 0

	for _, n := range notes {
		if n.Tone == toneWarn || n.Tone == toneBad {
			problems++
		}
	}

	if problems > 0 {
		up.Tone = toneWarn
		up.Word = "Up, with " + count(problems, "problem", "problems")
	}

	return up
}

// readChips says how many of the chips that the tool lists can be read.
func readChips(h snapshot.Host) string {
	listed, _ := h.Chips.Get()
	unusable, _ := h.UnusableChips.Get()

	switch {
	case unusable > 0:
		return fmt.Sprintf("%.0f of the %s that the tool lists can be read.", listed-unusable, count(int(listed), "chip", "chips"))
	case listed == 1:
		return "The one chip that the tool lists can be read."
	default:
		return fmt.Sprintf("All %.0f chips that the tool lists can be read.", listed)
	}
}

// notUp says why the chips cannot be read, and what to do.
func notUp(q *snapshot.Query, now time.Time) state {
	down := state{
		Tone:    toneBad,
		Word:    "Not up",
		Summary: "The chips cannot be read, and no metric of theirs is served. There was no good answer since the start.",
		Wrong:   "No answer is young enough to be served.",
		Query:   q.Name,
	}

	if q.LastSuccess.Present() {
		last := momentOfUnix(q.LastSuccess, now)
		down.Summary = fmt.Sprintf("The chips cannot be read, and no metric of theirs is served. The last good answer was %s, at %s.", last.Ago, last.Clock)
	}

	if run := lastFailure(q); run != nil {
		down.Wrong, down.Todo = sentence(run.Failure), spans(run.Advice)
	}

	return down
}

// notes are what deserves attention.
func notes(s *snapshot.Snapshot, now time.Time) []note {
	var all []note

	if n := s.Runner.Unkillable; n > 0 {
		all = append(all, note{
			Tone:  toneBad,
			Title: count(n, "process of the tool cannot be killed.", "processes of the tool cannot be killed."),
			Todo: spans("A process that hangs in the driver (state D in `ps`) ends with a reset of its chip or a reboot: look for the chip in `dmesg`. " +
				"Until then the tool runs less often, and not at all while there are two."),
		})
	}

	all = append(all, chipNotes(s)...)
	all = append(all, podNotes(s)...)

	// While nothing can be read all queries fail, and the state has said why.
	if s.Up {
		all = append(all, queryNotes(s, now)...)
	}

	if s.Host.Maintenance {
		all = append(all, note{
			Tone:  toneInfo,
			Title: "In maintenance: planned work on this host is announced.",
			Todo:  spans("Alerts leave the host out until the file of `--path.maintenance` is removed."),
		})
	}

	return all
}

// chipNotes are about chips that are ill, give no data or are missing.
func chipNotes(s *snapshot.Snapshot) []note {
	var (
		all []note
		ill []string
	)

	worst := toneWarn

	for i := range s.Chips {
		c := &s.Chips[i]
		if c.Health == npusmi.HealthOK || c.Health == npusmi.HealthAbsent || c.Unusable && c.Health == npusmi.HealthUnknown {
			continue
		}

		ill = append(ill, fmt.Sprintf("%s (%s)", chipName(c.Key), c.Health))

		if healthTone(c.Health) == toneBad {
			worst = toneBad
		}
	}

	if len(ill) > 0 {
		all = append(all, note{
			Tone:  worst,
			Title: count(len(ill), "chip is not healthy: ", "chips are not healthy: ") + strings.Join(ill, ", ") + ".",
			Todo:  spans("`npu-smi info -t health -i NPU -c CHIP` names the faults."),
		})
	}

	if n, _ := s.Host.UnusableChips.Get(); n > 0 {
		all = append(all, note{
			Tone:  toneBad,
			Title: count(int(n), "chip is listed without data that can be believed.", "chips are listed without data that can be believed."),
			Todo:  spans("Nothing but its health is served of such a chip. Look for it in `dmesg` and `lspci -d 19e5:`; a reset or a reboot may bring it back."),
		})
	}

	listed, isListed := s.Host.Chips.Get()
	expected, isExpected := s.Host.ExpectedChips.Get()

	if isListed && isExpected && listed < expected {
		missing := int(expected - listed)
		all = append(all, note{
			Tone: toneBad,
			Title: fmt.Sprintf("%s: %.0f of %.0f are listed.",
				count(missing, "expected chip is missing", "expected chips are missing"), listed, expected),
			Todo: spans("Compare with `lspci -d 19e5:` and look in `dmesg`. Where the host has fewer chips for good, say so with " +
				"`--collection.expected-chips` or delete the file of `--path.state`, and restart."),
		})
	}

	return all
}

// podNotes are about pods that are not shown on the chips that the kubelet says they have.
func podNotes(s *snapshot.Snapshot) []note {
	const most = 5 // in a sentence

	pods := s.Attribution.Contradicted
	if len(pods) == 0 {
		return nil
	}

	named := strings.Join(pods[:min(len(pods), most)], "; ")
	if len(pods) > most {
		named += "; and others"
	}

	return []note{{
		Tone: toneWarn,
		Title: count(len(pods), "pod is shown on no chip, since something contradicts what the kubelet says of it: ",
			"pods are shown on no chip, since something contradicts what the kubelet says of them: ") + named + ".",
		Todo: spans("Where a scheduler chooses the chips instead of the kubelet (MindCluster), the annotations of the pods have the real ones: " +
			"let the exporter read them with `--collector.pods.kubelet`."),
		Query: attribute.Pods,
	}}
}

// queryNotes are about queries that fail while others work.
func queryNotes(s *snapshot.Snapshot, now time.Time) []note {
	var all []note

	for i := range s.Queries {
		q := &s.Queries[i]

		switch {
		case q.Asked && !q.Success:
			all = append(all, failingNote(q, now))
		case q.Name == attribute.Pods && len(q.History) > 0 && q.History[0].Failure == "" && q.History[0].Output != "":
			all = append(all, note{
				Tone:  toneInfo,
				Title: "The kubelet names devices by ids that no chip is known by.",
				Todo:  spans("They are passed over. Resources that are no chips are left out by `--collector.pods.resources`."),
				Query: q.Name,
			})
		case len(q.History) > 0 && q.History[0].Failure == "" && q.History[0].Output != "":
			all = append(all, note{
				Tone:  toneInfo,
				Title: fmt.Sprintf("The last answer of the query %s has lines that are not understood.", q.Name),
				Todo:  spans("They were passed over: a newer release of the tool may print more than the exporter knows."),
				Query: q.Name,
			})
		}
	}

	return all
}

func failingNote(q *snapshot.Query, now time.Time) note {
	n := note{Tone: toneWarn, Title: fmt.Sprintf("The query %s fails", q.Name), Query: q.Name}

	if len(q.Failing) > 0 {
		n.Title += " on " + count(len(q.Failing), "chip", "chips")
	}

	if run := lastFailure(q); run != nil {
		n.Title += ": " + run.Failure
		n.Todo = spans(run.Advice)
	}

	n.Title = strings.TrimSuffix(n.Title, ".") + "."

	if q.LastSuccess.Present() {
		n.Title += fmt.Sprintf(" Its last good answer was %s.", momentOfUnix(q.LastSuccess, now).Ago)
	}

	return n
}
