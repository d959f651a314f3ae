package simtool

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"golang.org/x/tools/txtar"

	"github.com/ascend-exporter/ascend_exporter/collector/sim"
)

// recording is a machine whose answers were recorded: a section for each call, named by its arguments, and behind an
// arrow its exit status if it is not 0, as in "info -t nosuch => 215". The status "killed" is that of a call that ran
// until it was ended.
type recording map[string]section

type section struct {
	status int
	text   []byte
}

// readRecording reads a recording from a txtar file.
func readRecording(name string) (*recording, error) {
	archive, err := txtar.ParseFile(name)
	if err != nil {
		return nil, err
	}

	r := make(recording, len(archive.Files))

	for _, f := range archive.Files {
		call, status, hasStatus := strings.Cut(f.Name, " => ")
		s := section{text: f.Data}

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
func (r *recording) answer(w io.Writer, call string) (int, error) {
	s, ok := (*r)[call]
	if !ok {
		return sim.StatusParameter, writeLine(w, "Error parameter of -t")
	}

	_, err := w.Write(s.text)

	return s.status, err
}
