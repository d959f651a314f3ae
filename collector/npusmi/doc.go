// Package npusmi runs Huawei's npu-smi and reads what it prints.
//
// runner.go is the only file that starts processes; group.go ends them. Each query has a file of its own, with a struct that says what the
// query tells and a pure parser: text in, reading and warnings out. box.go reads the tables drawn with "+---+" and "|",
// by the words of their headings. Nothing is read by column offset: widths change from release to release.
//
// A parser gives what the tool printed. What of it can be believed is decided where readings are joined.
package npusmi

// Warning is a line that a parser did not understand and passed over.
type Warning struct {
	Line int    // counted from 1
	Text string // as printed, cut where it is long
	Why  string // what was expected
}

// Warnings are the lines of one answer that were not understood: all are counted, the first few are kept.
type Warnings struct {
	Count int
	First []Warning
}

// keptWarnings bounds the lines that are kept of an answer that is all noise.
const keptWarnings = 5

// PassOver adds what was passed over in something that is no answer of the tool.
func (w *Warnings) PassOver(what, why string) {
	w.Add(0, what, why)
}

// Add counts a line that was not understood: its number in the answer, what it says and what was expected in its place.
func (w *Warnings) Add(line int, text, why string) {
	w.Count++

	if len(w.First) < keptWarnings {
		w.First = append(w.First, Warning{Line: line, Text: clip(text), Why: why})
	}
}
