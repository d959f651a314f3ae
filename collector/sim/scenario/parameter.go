package scenario

import (
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"go.yaml.in/yaml/v3"

	"github.com/ascend-exporter/ascend_exporter/collector/sim"
)

// parameter is a key of the file and where its value goes.
type parameter struct {
	name     string
	accepts  string // what a right value is
	help     string
	required bool
	absent   string // what holds without it; "" where the help says so
	set      func(*yaml.Node) error
}

// must makes a parameter one that has to be given.
func must(p parameter) parameter {
	p.required, p.absent = true, ""

	return p
}

// without says what holds without the parameter.
func (p parameter) without(absent string) parameter {
	p.absent = absent

	return p
}

var errKind = errors.New("wrong value")

// scalar gives the text of a single value of one of YAML's types.
func scalar(n *yaml.Node, tags ...string) (string, error) {
	if n.Kind != yaml.ScalarNode || !slices.Contains(tags, n.ShortTag()) {
		return "", errKind
	}

	return n.Value, nil
}

const (
	tagText    = "!!str"
	tagInteger = "!!int"
	tagFloat   = "!!float"
)

// maxTime bounds all times of a file.
const maxTime = 366 * 24 * time.Hour

// period is a duration of at least a minimum.
func period(name string, target *time.Duration, least time.Duration, help string) parameter {
	return parameter{
		name: name, help: help, absent: short(*target),
		accepts: fmt.Sprintf("a duration such as 90s or 1h30m, from %s to %s", short(least), short(maxTime)),
		set: func(n *yaml.Node) error {
			text, err := scalar(n, tagText)
			if err != nil {
				return err
			}

			d, err := time.ParseDuration(text)
			if err != nil {
				return errKind
			}

			if d < least || d > maxTime {
				return errRange
			}

			*target = d

			return nil
		},
	}
}

// short is a duration without the parts that are 0.
func short(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}

	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}

	return text
}

var errRange = errors.New("out of range")

// whole is a whole number.
func whole(name string, target *int, low, high int, help string) parameter {
	return parameter{
		name: name, help: help, absent: strconv.Itoa(*target), accepts: fmt.Sprintf("a whole number from %d to %d", low, high),
		set: func(n *yaml.Node) error {
			v, err := integer(n, low, high)
			if err == nil {
				*target = v
			}

			return err
		},
	}
}

func integer(n *yaml.Node, low, high int) (int, error) {
	text, err := scalar(n, tagInteger)
	if err != nil {
		return 0, err
	}

	v, err := strconv.Atoi(text)
	if err != nil {
		return 0, errKind
	}

	if v < low || v > high {
		return 0, errRange
	}

	return v, nil
}

// decimal is a number.
func decimal(name string, target *float64, low, high float64, help string) parameter {
	return parameter{
		name: name, help: help, absent: strconv.FormatFloat(*target, 'g', -1, 64), accepts: fmt.Sprintf("a number from %g to %g", low, high),
		set: func(n *yaml.Node) error {
			text, err := scalar(n, tagInteger, tagFloat)
			if err != nil {
				return err
			}

			v, err := strconv.ParseFloat(text, 64)
			if err != nil {
				return errKind
			}

			// Written so that NaN is refused too.
			if !(v >= low && v <= high) {
				return errRange
			}

			*target = v

			return nil
		},
	}
}

// line is a text of one line.
func line(name string, target *string, help string) parameter {
	return parameter{
		name: name, help: help, absent: *target, accepts: "a text of one line; one that looks like a number is put in quotes",
		set: func(n *yaml.Node) error {
			text, err := oneLine(n)
			*target = text

			return err
		},
	}
}

func oneLine(n *yaml.Node) (string, error) {
	text, err := scalar(n, tagText)
	text = strings.TrimSpace(text)

	if err != nil || text == "" || strings.ContainsFunc(text, unicode.IsControl) {
		return "", errKind
	}

	return text, nil
}

// lines are one text or several.
func lines(name string, target *[]string, help string) parameter {
	return parameter{
		name: name, help: help, accepts: "a text of one line, or a list of them",
		set: func(n *yaml.Node) error {
			return each(n, func(n *yaml.Node) error {
				text, err := oneLine(n)
				*target = append(*target, text)

				return err
			})
		},
	}
}

// patterns are glob patterns.
func patterns(name string, target *[]string, help string) parameter {
	p := lines(name, target, help)
	p.accepts = `a pattern such as "sp0-r03-*", in quotes, or a list of them`

	set := p.set
	p.set = func(n *yaml.Node) error {
		if err := set(n); err != nil {
			return err
		}

		for _, pattern := range *target {
			if _, err := path.Match(pattern, ""); err != nil {
				return err
			}
		}

		return nil
	}

	return p
}

// npus are different NPUs: one or several.
func npus(name string, target *[]int, help string) parameter {
	return parameter{
		name: name, help: help, accepts: fmt.Sprintf("an id from 0 to %d, first, last, or a list of different ones", maxID),
		set: func(n *yaml.Node) error {
			return each(n, func(n *yaml.Node) error {
				v, err := npu(n)
				if err == nil && slices.Contains(*target, v) {
					err = fmt.Errorf("it has %s twice", n.Value)
				}

				*target = append(*target, v)

				return err
			})
		},
	}
}

func npu(n *yaml.Node) (int, error) {
	switch n.Value {
	case "first":
		return firstNPU, nil
	case "last":
		return lastNPU, nil
	default:
		return integer(n, 0, maxID)
	}
}

// each visits a value, or those of a list. A list that is empty is wrong.
func each(n *yaml.Node, visit func(*yaml.Node) error) error {
	nodes := []*yaml.Node{n}
	if n.Kind == yaml.SequenceNode {
		nodes = n.Content
	}

	if len(nodes) == 0 {
		return errKind
	}

	for _, n := range nodes {
		if err := visit(n); err != nil {
			return err
		}
	}

	return nil
}

// choice is one of some words.
func choice[T any](name string, target *T, words map[string]T, help string) parameter {
	return parameter{
		name: name, help: help, accepts: "one of " + strings.Join(slices.Sorted(maps.Keys(words)), ", "),
		set: func(n *yaml.Node) error {
			text, err := scalar(n, tagText)
			if err != nil {
				return err
			}

			v, ok := words[text]
			if !ok {
				return errKind
			}

			*target = v

			return nil
		},
	}
}

// codes are fault codes and the driver's texts for them.
func codes(name string, target *[]sim.Fault, help string) parameter {
	return parameter{
		name: name, help: help, absent: "none", accepts: "fault codes of eight hexadecimal digits, each a key with its text, as in {80E01801: multi-bit ECC error}",
		set: func(n *yaml.Node) error {
			if n.Kind != yaml.MappingNode || len(n.Content) == 0 {
				return errKind
			}

			for i := 0; i < len(n.Content); i += 2 {
				fault, err := code(n.Content[i], n.Content[i+1])
				if err != nil {
					return err
				}

				if slices.ContainsFunc(*target, func(f sim.Fault) bool { return f.Code == fault.Code }) {
					return fmt.Errorf("it has %08X twice", fault.Code)
				}

				*target = append(*target, fault)
			}

			return nil
		},
	}
}

func code(key, value *yaml.Node) (sim.Fault, error) {
	const digits, bits = 8, 32

	// A code looks like a number in some ways, such as 80E01801: only its text counts.
	n, err := strconv.ParseUint(key.Value, 16, bits)
	if key.Kind != yaml.ScalarNode || err != nil || len(key.Value) != digits {
		return sim.Fault{}, fmt.Errorf("%q is no code", key.Value)
	}

	text, err := oneLine(value)
	if err != nil {
		return sim.Fault{}, fmt.Errorf("%s has no text", key.Value)
	}

	return sim.Fault{Code: uint32(n), Text: text}, nil
}
