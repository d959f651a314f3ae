package scenario

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// maxSize and maxFaults bound what a file can ask for.
const (
	maxSize   = 1 << 20 // bytes
	maxFaults = 1000
)

// reader reads one file. Its errors name the file and the line.
type reader struct {
	file string
}

// parse reads a scenario; the name of the file is for errors.
func parse(file string, text []byte) (*Scenario, error) {
	r := reader{file}

	root, err := r.document(text)
	if err != nil {
		return nil, err
	}

	s := &Scenario{file: file}

	var faults *yaml.Node

	err = r.mapping(root, "a scenario", slices.Concat(s.parameters(), []parameter{
		must(parameter{name: "faults", accepts: "a list of faults, each with its kind", set: func(n *yaml.Node) error {
			if n.Kind != yaml.SequenceNode || len(n.Content) == 0 {
				return errKind
			}

			faults = n

			return nil
		}}),
	}))
	if err != nil {
		return nil, err
	}

	if len(faults.Content) > maxFaults {
		return nil, r.fail(faults, "%d faults: a scenario has %d at most", len(faults.Content), maxFaults)
	}

	for _, n := range faults.Content {
		f, err := r.fault(n, s.Repeat)
		if err != nil {
			return nil, err
		}

		s.faults = append(s.faults, f)
	}

	return s, overlap(file, s.faults, s.Repeat)
}

// parameters are the keys of a file beside the faults.
func (s *Scenario) parameters() []parameter {
	return []parameter{
		must(line("name", &s.Name, "what the scenario is called")),
		line("description", &s.Description, "what happens"),
		lines("expect", &s.Expect, "what should be seen"),
		period("repeat", &s.Repeat, time.Second, "after which the schedule starts anew").without("it happens once"),
	}
}

// targeting are the keys that all faults share but for the kind.
func (f *fault) targeting() []parameter {
	out := []parameter{
		must(period("at", &f.at, 0, "when it begins, since the start")),
		period("for", &f.lasts, time.Millisecond, "how long it lasts").without("for good, or until the schedule starts anew"),
		patterns("hosts", &f.hosts, "the hosts of a fleet, by their names").without("every host"),
	}

	if f.kind.where == wherever {
		out = append(out,
			npus("npu", &f.npus, "the NPU, or several, by their ids; first and last are on every machine").without("all NPUs of the host"),
			whole("chip", &f.chip, 0, maxID, "the chip of the NPU").without("all chips of the NPU"),
		)
	}

	return out
}

// fault reads one fault.
func (r reader) fault(n *yaml.Node, repeat time.Duration) (fault, error) {
	f := fault{line: n.Line, chip: allChips}

	word, err := r.kindOf(n)
	if err != nil {
		return f, err
	}

	i := slices.IndexFunc(kinds(), func(k kind) bool { return k.name == word.Value })
	if i < 0 {
		return f, r.fail(word, "unknown kind %q: the kinds are %s", word.Value, strings.Join(kindNames(), ", "))
	}

	f.kind = kinds()[i]
	f.effect = f.kind.effect()

	known := slices.Concat([]parameter{{name: keyKind, set: func(*yaml.Node) error { return nil }}}, f.targeting(), f.effect.parameters())
	if err := r.mapping(n, "a fault of kind "+f.kind.name, known); err != nil {
		return f, err
	}

	return f, r.check(n, &f, repeat)
}

// keyKind is the key that says which keys there can be.
const keyKind = "kind"

// kindOf finds the kind of a fault.
func (r reader) kindOf(n *yaml.Node) (*yaml.Node, error) {
	if n.Kind != yaml.MappingNode {
		return nil, r.fail(n, "a fault is a mapping, which begins with its kind: the kinds are %s", strings.Join(kindNames(), ", "))
	}

	for i := 0; i < len(n.Content); i += 2 {
		if n.Content[i].Value == keyKind {
			return n.Content[i+1], nil
		}
	}

	return nil, r.fail(n, "a fault needs a kind: the kinds are %s", strings.Join(kindNames(), ", "))
}

// check holds the parts of a fault against each other.
func (r reader) check(n *yaml.Node, f *fault, repeat time.Duration) error {
	switch {
	case f.chip != allChips && len(f.npus) == 0:
		return r.fail(n, "chip %d of which NPU: a chip needs npu", f.chip)
	case repeat > 0 && f.at >= repeat:
		return r.fail(n, "at %s never comes: the schedule starts anew each %s", short(f.at), short(repeat))
	case repeat > 0 && f.at+f.lasts > repeat:
		return r.fail(n, "it lasts until %s, but the schedule starts anew at %s: shorten it, or leave out for", short(f.at+f.lasts), short(repeat))
	}

	if c, ok := f.effect.(interface{ check() error }); ok {
		if err := c.check(); err != nil {
			return r.fail(n, "%s: %w", f.kind.name, err)
		}
	}

	return nil
}

// document reads the text as the one document that it has to be.
func (r reader) document(text []byte) (*yaml.Node, error) {
	if len(text) > maxSize {
		return nil, fmt.Errorf("%s: %d bytes: a scenario has %d at most", r.file, len(text), maxSize)
	}

	var doc, next yaml.Node

	decoder := yaml.NewDecoder(bytes.NewReader(text))

	err := decoder.Decode(&doc)
	if err == nil {
		err = decoder.Decode(&next)
		if err == nil {
			return nil, r.fail(&next, "a second document begins: a file has one scenario")
		}

		if errors.Is(err, io.EOF) {
			return doc.Content[0], r.plain(&doc)
		}
	}

	if errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s: the file is empty: a scenario has a name and faults", r.file)
	}

	// The library names lines in its own way.
	return nil, fmt.Errorf("%s:%s", r.file, strings.TrimPrefix(strings.TrimPrefix(err.Error(), "yaml: line "), "yaml:"))
}

// plain refuses what a scenario has no use for: references to other places of the file, and types of their own.
func (r reader) plain(n *yaml.Node) error {
	switch {
	case n.Kind == yaml.AliasNode, n.Anchor != "":
		return r.fail(n, "anchors and aliases are not known here: write it out")
	case n.Style&yaml.TaggedStyle != 0:
		return r.fail(n, "tags such as %s are not known here: leave it out", n.Tag)
	}

	for _, child := range n.Content {
		if err := r.plain(child); err != nil {
			return err
		}
	}

	return nil
}

// mapping reads the keys of a mapping, each of which has to be known and there once.
func (r reader) mapping(n *yaml.Node, what string, known []parameter) error {
	var names []string
	for _, p := range known {
		names = append(names, p.name)
	}

	if n.Kind != yaml.MappingNode {
		return r.fail(n, "%s is a mapping with the keys %s", what, strings.Join(names, ", "))
	}

	lines := make(map[string]int)

	for i := 0; i < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]

		at := slices.Index(names, key.Value)
		if at < 0 || key.Kind != yaml.ScalarNode {
			return r.fail(key, "unknown key %q: %s has %s", key.Value, what, strings.Join(names, ", "))
		}

		if first, twice := lines[key.Value]; twice {
			return r.fail(key, "%s is given twice, first in line %d", key.Value, first)
		}

		lines[key.Value] = key.Line

		if err := known[at].set(value); err != nil {
			return r.fail(value, "%s: %w; it takes %s", describe(key, value), err, known[at].accepts)
		}
	}

	for _, p := range known {
		if _, given := lines[p.name]; p.required && !given {
			return r.fail(n, "%s is missing: %s needs it; it takes %s", p.name, what, p.accepts)
		}
	}

	return nil
}

// describe is a key with its value where that is short.
func describe(key, value *yaml.Node) string {
	const enough = 40
	if value.Kind != yaml.ScalarNode || len(value.Value) > enough {
		return key.Value
	}

	return fmt.Sprintf("%s: %q", key.Value, value.Value)
}

func (r reader) fail(n *yaml.Node, format string, args ...any) error {
	return fmt.Errorf("%s:%d: %w", r.file, n.Line, fmt.Errorf(format, args...))
}
