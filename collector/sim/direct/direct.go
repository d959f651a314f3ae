// Package direct reads a simulated machine without printing and parsing: it answers a query with what the query's parser
// would have read from the text that the simulated tool prints. A fleet of thousands of simulated chips is cheap by it.
//
// It knows what is asked all the time of chips that work. For anything else - a query that is seldom asked, a reading that
// fails, an old release - it has no answer, and the text is the way. A test holds its answers against the text.
package direct

import (
	"slices"
	"strconv"

	"github.com/ascend-exporter/ascend_exporter/collector/npusmi"
	"github.com/ascend-exporter/ascend_exporter/collector/optional"
	"github.com/ascend-exporter/ascend_exporter/collector/sim"
)

// Answer answers a call of the tool, args being those behind its name. The type of the answer is the one that the query's
// parser in package npusmi has. It says false where only the text will do.
func Answer(s sim.State, args []string) (answer any, ok bool) {
	if !known(s) || len(args) == 0 || args[0] != "info" {
		return nil, false
	}

	if len(args) == 1 {
		return summary(s)
	}

	q, ok := parseQuery(s, args[1:])
	if !ok {
		return nil, false
	}

	switch q.name {
	case "usages":
		return each(q, usages), true
	case "common":
		return each(q, common), q.card || q.bare // there is no form for a chip
	case "memory":
		return each(q, memory), true
	case "ecc":
		return each(q, ecc), true
	case "volt":
		return each(q, volt), true
	case "sensors":
		return each(q, sensors), !q.card // there is no form for a card
	default:
		return linkAnswer(q)
	}
}

// linkAnswer answers the queries that not all products know.
func linkAnswer(q query) (answer any, ok bool) {
	switch {
	case q.name == "health":
		return each(q, health), !q.card
	case q.name == "pcie-err":
		return each(q, pcieErrors), q.family == sim.FamilyA2
	case q.name == "sio-info":
		return each(q, sioErrors), q.family == sim.FamilyA3 && !q.card || q.family == sim.FamilyA5
	case q.name == "hccs":
		return each(q, hccs), (q.family == sim.FamilyA2 || q.family == sim.FamilyA3) && !q.card
	default:
		return nil, false
	}
}

// known says whether the machine is one of those that the package knows how to read.
func known(s sim.State) bool {
	newest := s.Release == "" || s.Release == "25.5" || s.Release == "26.0"
	family := s.Family == sim.FamilyA2 || s.Family == sim.FamilyA3 || s.Family == sim.FamilyA5

	return newest && family && s.Init == 0 && s.Noise == "" && !s.Container
}

// works says whether nothing on the chip fails.
func works(c sim.Chip) bool {
	return len(c.Failures) == 0 && len(c.Faults) == 0 && c.Health >= sim.HealthOK && c.Health <= sim.HealthUnknown && len(c.VNPUs) == 0
}

// query is what `npu-smi info -t` asks for.
type query struct {
	family sim.Family
	name   string
	chips  []sim.Chip
	card   bool // all chips of an NPU, each with its id
	bare   bool // an NPU without chips of their own (950)
}

// parseQuery reads arguments in the order in which the exporter gives them.
func parseQuery(s sim.State, args []string) (q query, ok bool) {
	const card, chip = 4, 6 // arguments

	if len(args) != card && len(args) != chip || args[0] != "-t" || args[2] != "-i" {
		return q, false
	}

	i := slices.IndexFunc(s.NPUs, func(n sim.NPU) bool { return strconv.Itoa(n.ID) == args[3] })
	if i < 0 {
		return q, false
	}

	q = query{family: s.Family, name: args[1], chips: s.NPUs[i].Chips, card: true}

	if s.Family == sim.FamilyA5 {
		q.card, q.bare = false, true
	}

	if len(args) == chip {
		j := slices.IndexFunc(q.chips, func(c sim.Chip) bool { return strconv.Itoa(c.ID) == args[5] })
		if j < 0 || args[4] != "-c" || q.bare {
			return q, false
		}

		q.chips, q.card = q.chips[j:j+1], false
	}

	return q, len(q.chips) > 0 && !slices.ContainsFunc(q.chips, func(c sim.Chip) bool { return !works(c) })
}

// each reads each chip that is asked for.
func each[T any](q query, read func(sim.Chip) T) []npusmi.PerChip[T] {
	out := make([]npusmi.PerChip[T], 0, len(q.chips))

	for _, c := range q.chips {
		id := npusmi.NoChip
		if q.card {
			id = c.ID
		}

		out = append(out, npusmi.PerChip[T]{Chip: id, Reading: read(c)})
	}

	return out
}

func number[N int | uint64 | float64](n N) optional.Float {
	return optional.Of(float64(n))
}
