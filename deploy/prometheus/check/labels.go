package check

import (
	"maps"
	"slices"
	"strings"
)

// The labels of targets and of chips.
const (
	cluster  = "cluster"
	superpod = "superpod"
	rack     = "rack"
	instance = "instance"
	npu      = "npu"
	chip     = "chip"
)

// A set is a set of labels.
type set map[string]bool

func setOf(names ...string) set {
	s := make(set, len(names))
	for _, name := range names {
		s[name] = true
	}

	return s
}

func (s set) String() string {
	return strings.Join(slices.Sorted(maps.Keys(s)), ", ")
}

func (s set) with(names ...string) set {
	all := maps.Clone(s)
	for _, name := range names {
		all[name] = true
	}

	return all
}

// without gives what is in s and not in other.
func (s set) without(other set) set {
	rest := maps.Clone(s)
	maps.DeleteFunc(rest, func(name string, _ bool) bool { return other[name] })

	return rest
}

// determined are the labels whose values follow from those of s: a host is in one place, and scraped by one job.
func (s set) determined() set {
	if s[cluster] && s[instance] {
		return s.with(place()...).with("job")
	}

	return s
}

// place are the labels that discovery gives every target; they tell hosts apart.
func place() []string { return []string{cluster, superpod, rack, instance} }

// shown are the labels that the texts of an alert must name, where it has them.
func shown() []string { return append(place(), npu, chip) }

// A series is what is known of the series that an expression gives.
type series struct {
	labels set // that they may have
	fixed  set // of these, those that have one value only, so that they tell no series apart
}

// several are the labels that may tell apart series with the same values of on.
func (s series) several(on set) set {
	return s.labels.without(s.fixed).without(on.determined())
}

// levels are the labels that recorded series of a level must have, and those that they may not.
func levels(level string) (must, mayNot []string) {
	switch level {
	case chip:
		return shown(), nil
	case "host":
		return place(), []string{npu, chip}
	case rack:
		return []string{cluster, superpod, rack}, []string{instance, npu, chip}
	case superpod:
		return []string{cluster, superpod}, []string{rack, instance, npu, chip}
	case cluster:
		return []string{cluster}, []string{superpod, rack, instance, npu, chip}
	default:
		return nil, nil
	}
}
