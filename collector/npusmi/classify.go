package npusmi

import (
	"bytes"
	"fmt"
	"strings"
	"unicode"
)

// Classify finds the failure that an output of npu-smi tells of; nil is none. It prints its errors to standard output, and
// ends with status 0 after many of them, so the text comes before the status.
func Classify(output []byte) *Failure {
	return ClassifyBy(output, rules())
}

// ClassifyBy finds the failure that an output tells of by the rules for a tool; nil is none. Lines of tables, which begin with
// | or +, are data and never a failure. The first line that tells of a failure counts.
// Ask only where the parser of the query found nothing.
func ClassifyBy(output []byte, rules []Rule) *Failure {
	for line := range proseLines(output) {
		lower := strings.ToLower(line)

		for _, rule := range rules {
			if !strings.Contains(lower, rule.Text) {
				continue
			}

			failure := rule.Failure
			if failure.Reason == ReasonQuery {
				failure = refine(failure, output)
			}

			failure.Message += ": " + clip(line)

			return &failure
		}
	}

	return nil
}

// Explain says why a run of npu-smi gave no answer, for a run in whose output the parser found nothing. It is never nil.
func Explain(run Run) *Failure {
	return ExplainBy(run, Classify)
}

// ExplainBy is Explain for a tool whose texts classify knows.
func ExplainBy(run Run, classify func(output []byte) *Failure) *Failure {
	if run.Failure != nil {
		return run.Failure
	}

	for _, text := range [][]byte{run.Stdout, run.Stderr} {
		if failure := classify(text); failure != nil {
			return failure
		}
	}

	first := firstLine(run)
	failure := Failure{Reason: ReasonQuery, Advice: "Run the query by hand."}

	switch {
	case run.Signal != 0:
		failure.Message = fmt.Sprintf("the tool died of signal %d (%v)", int(run.Signal), run.Signal)
		failure.Advice = "Look in `dmesg` for a crash, or for the kernel ending processes for lack of memory."
	case run.BrokenOff():
		failure.Message = fmt.Sprintf("the tool ended with status %d within its answer", run.ExitStatus)
	case run.ExitStatus != 0:
		failure.Message = fmt.Sprintf("the tool ended with status %d", run.ExitStatus)
	case first == "":
		failure.Reason, failure.Message = ReasonParse, "the tool printed nothing"
	default:
		failure.Reason, failure.Message = ReasonParse, "nothing could be read in what the tool printed"
	}

	// Of a tool that broke off, the border of its table says nothing.
	if first != "" && (!run.BrokenOff() || !strings.ContainsAny(first[:1], "|+")) {
		failure.Message += ": " + first
	}

	return &failure
}

// firstLine is the first line of a run's output that says anything, "" if none does.
func firstLine(run Run) string {
	for _, text := range [][]byte{run.Stdout, run.Stderr} {
		for line := range bytes.Lines(text) {
			line := string(bytes.TrimSpace(line))
			if line != "" && !IsNoise(line) {
				return clip(line)
			}
		}
	}

	return ""
}

// proseLines gives the lines outside tables, without the blanks around them.
func proseLines(output []byte) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for line := range bytes.Lines(output) {
			line := bytes.TrimSpace(line)
			if len(line) == 0 || line[0] == '|' || line[0] == '+' {
				continue
			}

			if text := string(line); !IsNoise(text) && !yield(text) {
				return
			}
		}
	}
}

// IsNoise knows the lines that sound like a failure and stand before or after good answers.
func IsNoise(line string) bool {
	return strings.HasPrefix(line, "DrvMngGetConsoleLogLevel failed.") ||
		strings.HasPrefix(line, "[WARNING]The driver package may not be completely installed") ||
		strings.HasSuffix(line, "hccn_tool logs may be lost.") ||
		strings.Contains(line, "dmidecode") || strings.Contains(line, "/dev/mem") // which npu-smi tries to run, and may fail to
}

// refine says more of a failed query where the output holds a code of the driver that is known.
func refine(failure Failure, output []byte) Failure {
	for line := range proseLines(output) {
		_, code, _ := strings.Cut(line, " is -")
		code, _, _ = strings.Cut(code, ".")

		switch code {
		case "8006", "9006":
			failure.Message = "the driver timed out"
			failure.Advice = "It should pass; if it stays, look in `dmesg` for a chip that hangs, and stop other programs that query the driver often."
		case "8012", "9012":
			failure.Message = "a chip is not ready, or has dropped off"
			failure.Advice = "Wait for a reset or a start that is under way; else look in `dmesg` and `lspci -d 19e5:` for a lost chip, and reset it."
		case "8017":
			failure.Message = "the device is being upgraded"
			failure.Advice = "Wait for the end of the upgrade."
		case "8255", "9255":
			failure.Message = "the driver could not answer"
			failure.Advice = "Either the product does not know the query, or a chip has dropped off: compare `lspci -d 19e5:` with the chips that are listed."
		default:
			continue
		}

		break
	}

	return failure
}

// clip makes a line of a tool's output fit for a message: printable, and not long.
func clip(line string) string {
	const longest = 200

	runes := []rune(strings.ToValidUTF8(line, "?"))
	for i, c := range runes {
		if !unicode.IsPrint(c) {
			runes[i] = ' '
		}
	}

	if len(runes) > longest {
		return string(runes[:longest]) + "…"
	}

	return string(runes)
}
