package simtool

import (
	"cmp"
	"fmt"
	"io"
	"strconv"
	"strings"

	"golang.org/x/tools/txtar"

	"github.com/ascend-exporter/ascend_exporter/collector/sim"
)

// recording is a machine whose answers were recorded: a section for each call, named by its arguments, and behind an
// arrow its exit status if it is not 0, as in "info -t nosuch => 215". The status "killed" is that of a call that ran
// until it was ended. What a call wrote to standard error has a section whose name begins with "2> ".
type recording map[string]section

type section struct {
	status int
	text   []byte
	errors []byte // on standard error
}

// noArguments names the section of a call without arguments.
const noArguments = "(none)"

// readRecording reads a recording from a txtar file.
func readRecording(name string) (*recording, error) {
	archive, err := txtar.ParseFile(name)
	if err != nil {
		return nil, err
	}

	r := make(recording, len(archive.Files))

	for _, f := range archive.Files {
		if call, ok := strings.CutPrefix(f.Name, "2> "); ok {
			s := r[call]
			s.errors = f.Data
			r[call] = s

			continue
		}

		call, status, hasStatus := strings.Cut(f.Name, " => ")
		s := section{text: f.Data, errors: r[call].errors}

		switch {
		case status == "killed":
			s.status = sim.Running
		case hasStatus:
			if s.status, err = strconv.Atoi(status); err != nil {
				return nil, fmt.Errorf("section %q: %q is no exit status", f.Name, status)
			}
		}

		r[call] = s
	}

	return &r, nil
}

// answer writes what was recorded for a call and gives its status. Other calls are wrong, as to a tool that does not know
// the query.
func (r *recording) answer(w, stderr io.Writer, tool, call string) (int, error) {
	s, ok := (*r)[cmp.Or(call, noArguments)]

	switch {
	case !ok && tool == networkTool:
		return statusUnknown, writeLine(stderr, "Get invalid major cmd.")
	case !ok:
		return sim.StatusParameter, writeLine(w, "Error parameter of -t")
	}

	if _, err := stderr.Write(s.errors); err != nil {
		return 0, err
	}

	_, err := w.Write(s.text)

	return s.status, err
}
