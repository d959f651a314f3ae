// Package direct reads a simulated machine without printing and parsing: it answers a query with what the query's parser
// would have read from the text that the simulated tool prints. A fleet of thousands of simulated chips is cheap by it.
//
// It knows what is asked all the time, of the products with HBM since the 910B, by a tool since 25.5, of chips whose readings work.
// For anything else it has no answer, and the text is the way. A test holds its answers against the text.
package direct

import (
	"slices"
	"strconv"

	"github.com/ascend-exporter/ascend_exporter/collector/npusmi"
	"github.com/ascend-exporter/ascend_exporter/collector/sim"
)

// Answer answers a call of the tool, args being those behind its name, in the order in which the exporter gives them. The type of the
// answer is the one that the query's parser in package npusmi has. It says false where only the text will do.
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
		return each(q, common), q.form != ofChip
	case "memory":
		return each(q, memory), true
	case "ecc":
		return each(q, ecc), true
	case "volt":
		return each(q, volt), true
	case "pcie-err":
		return each(q, pcieErrors), q.family != sim.FamilyA3 && !s.UnifiedBus
	default:
		return chipAnswer(q)
	}
}

// chipAnswer answers the queries that have no form for a card.
func chipAnswer(q query) (answer any, ok bool) {
	if q.form == ofCard {
		return nil, false
	}

	switch q.name {
	case "health":
		return each(q, health), hasNoFault(q.chips[0])
	case "sensors":
		return each(q, sensors), true
	case "hccs":
		return each(q, hccs), q.family != sim.FamilyA5 && hasLinks(q.chips[0])
	case "sio-info":
		return each(q, sioErrors), q.family != sim.FamilyA2
	default:
		return nil, false
	}
}

// known says whether the machine is one of those that the package knows how to read.
func known(s sim.State) bool {
	newest := s.Release == "" || s.Release >= "25.5"
	family := s.Family == sim.FamilyA2 || s.Family == sim.FamilyA3 || s.Family == sim.FamilyA5

	return newest && family && s.Init == 0 && s.Noise == "" && !s.Container
}

// query is what `npu-smi info -t` asks for.
type query struct {
	family sim.Family
	name   string
	chips  []sim.Chip
	form   form
}

// form is the form of a query.
type form int

const (
	ofCard form = iota // all chips of an NPU, each with its id
	ofChip             // a chip
	ofBare             // an NPU without chips of their own (950)
)

// parseQuery reads arguments, and says false where they are others than the exporter gives, or a reading fails.
func parseQuery(s sim.State, args []string) (q query, ok bool) {
	const card, chip = 4, 6 // arguments

	if len(args) != card && len(args) != chip || args[0] != "-t" || args[2] != "-i" {
		return q, false
	}

	i := slices.IndexFunc(s.NPUs, func(n sim.NPU) bool { return strconv.Itoa(n.ID) == args[3] })
	if i < 0 {
		return q, false
	}

	q = query{family: s.Family, name: args[1], chips: s.NPUs[i].Chips}

	if s.Family == sim.FamilyA5 {
		q.form = ofBare
	}

	if len(args) == chip {
		j := slices.IndexFunc(q.chips, func(c sim.Chip) bool { return strconv.Itoa(c.ID) == args[5] })
		if j < 0 || args[4] != "-c" || q.form == ofBare {
			return q, false
		}

		q.chips, q.form = q.chips[j:j+1], ofChip
	}

	return q, len(q.chips) > 0 && !slices.ContainsFunc(q.chips, func(c sim.Chip) bool { return len(c.Failures) > 0 })
}

// each reads each chip that is asked for.
func each[T any](q query, read func(sim.Family, sim.Chip) T) []npusmi.PerChip[T] {
	out := make([]npusmi.PerChip[T], 0, len(q.chips))

	for _, c := range q.chips {
		id := npusmi.NoChip
		if q.form == ofCard {
			id = c.ID
		}

		out = append(out, npusmi.PerChip[T]{Chip: id, Reading: read(q.family, c)})
	}

	return out
}
