package hccntool

import (
	"bytes"
	"strings"

	"github.com/ascend-exporter/ascend_exporter/collector/npusmi"
)

// Exit statuses that say more than that the tool failed. Those of the two dialects, and of parts of one, collide.
const (
	statusNoUser            = 234 // nothing is printed: the user has no name
	statusUnsupportedBoard  = 10  // 950, with the text of a query that failed
	statusUnsupportedModule = 13  // likewise, for optical modules
)

// Classify finds the failure that an output of hccn_tool tells of, in either dialect; nil is none. Most errors are on standard
// error. Ask only where the parser of the query found nothing.
func Classify(output []byte) *npusmi.Failure {
	return npusmi.ClassifyBy(output, rules())
}

// Explain says why a run gave no answer, for a run in whose output the parser found nothing. It is never nil. A device without
// an address is explained as unsupported: see HasNoAddress.
func Explain(run npusmi.Run) *npusmi.Failure {
	if run.Failure == nil && run.ExitStatus == statusNoUser && isBlank(run.Stdout) && isBlank(run.Stderr) {
		failure := nameless()

		return &failure
	}

	failure := npusmi.ExplainBy(run, Classify)

	boardStatus := run.ExitStatus == statusUnsupportedBoard || run.ExitStatus == statusUnsupportedModule
	if run.Failure == nil && boardStatus && bytes.Contains(run.Stderr, []byte("Cmd execute failed!")) {
		failure.Reason, failure.Advice = npusmi.ReasonUnsupported, unsupported().Advice
	}

	return failure
}

// HasNoAddress says whether a run of -ip or -gateway answered that no address is set. The tool fails then, but that is an answer:
// the reading is the zero IP.
func HasNoAddress(run npusmi.Run) bool {
	if run.Failure != nil {
		return false
	}

	for _, words := range noAddress() {
		if strings.Contains(strings.ToLower(string(run.Stderr)), words) {
			return true
		}
	}

	return false
}

func isBlank(text []byte) bool {
	return len(bytes.TrimSpace(text)) == 0
}
