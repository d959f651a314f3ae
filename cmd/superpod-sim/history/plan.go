package history

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// A plan is which rules are evaluated when. Each comes after those whose results it reads.
type plan struct {
	byHost []*rule // those that read raw series, and those whose results such rules read: for each host by itself
	fleet  []*rule // the others, which read recorded series only: once for all hosts
	last   []*rule // those that read their own last results, after all others
	after  []*rule // those that read what the last ones record
	alerts []*rule

	raw           map[string]bool // the raw metrics that the rules read
	countsSamples bool            // whether they read how many samples a scrape had
	window        time.Duration   // for how long before a moment they are read, at most maxWindow
}

// maxWindow bounds for how long hosts are polled before the recorded series begin.
const maxWindow = time.Hour

// newPlan orders rules. The error says which of them cannot be evaluated in any order, or not for each host by itself.
func newPlan(rules []*rule) (plan, error) {
	p := plan{raw: make(map[string]bool)}

	for _, r := range rules {
		if r.alert {
			p.alerts = append(p.alerts, r)
		}
	}

	rules = slices.DeleteFunc(slices.Clone(rules), func(r *rule) bool { return r.alert })
	recorders := byName(rules)

	ordered, err := order(rules, recorders)
	if err != nil {
		return plan{}, err
	}

	// Backwards, so that what a rule needs of a host is known before it is asked what it reads itself.
	needed := make(map[string]*rule) // the metric that a rule needs to have of each host
	byHost := make(map[*rule]bool)

	for _, r := range slices.Backward(ordered) {
		reason := p.byHostReason(r, recorders, needed)

		if reason == "" {
			continue
		}

		if err := onlyOneHost(r.expr); err != nil {
			return plan{}, fmt.Errorf("%s cannot be evaluated for each host by itself, as it must be since %s: %w", r, reason, err)
		}

		byHost[r] = true
		p.window = max(p.window, min(window(r.expr), maxWindow))

		for _, name := range r.inputs {
			needed[name] = r
		}
	}

	for _, r := range ordered {
		if byHost[r] {
			p.byHost = append(p.byHost, r)
		} else {
			p.fleet = append(p.fleet, r)
		}
	}

	return p, nil
}

// byName are rules by what they record.
func byName(rules []*rule) map[string][]*rule {
	recorders := make(map[string][]*rule)
	for _, r := range rules {
		recorders[r.name] = append(recorders[r.name], r)
	}

	return recorders
}

// byHostReason says why a rule has to be evaluated host by host; "" where it has not. It notes the raw metrics of the rule.
func (p *plan) byHostReason(r *rule, recorders map[string][]*rule, needed map[string]*rule) string {
	reason := ""

	if reader := needed[r.name]; reader != nil {
		reason = "it is read by " + reader.String() + ", which also reads raw series"
	}

	for _, name := range r.inputs {
		if recorders[name] == nil && !strings.Contains(name, ":") { // a colon is for what is recorded: by a rule of another file
			p.raw[name] = true
			p.countsSamples = p.countsSamples || strings.HasPrefix(name, "scrape_s")
			reason = "no rule records " + name + ", which it reads"
		}
	}

	return reason
}

// order puts each rule behind those whose results it reads.
func order(rules []*rule, recorders map[string][]*rule) ([]*rule, error) {
	var (
		ordered []*rule
		visit   func(r *rule, readers []*rule) error
	)

	done := make(map[*rule]bool)

	visit = func(r *rule, readers []*rule) error {
		if done[r] {
			return nil
		}

		readers = append(readers, r)

		for _, name := range r.inputs {
			for _, input := range recorders[name] {
				if err := circle(input, readers); err != nil {
					return err
				}

				if err := visit(input, readers); err != nil {
					return err
				}
			}
		}

		done[r] = true
		ordered = append(ordered, r)

		return nil
	}

	for _, r := range rules {
		if err := visit(r, nil); err != nil {
			return nil, err
		}
	}

	return ordered, nil
}

// circle finds a rule among those that wait for it.
func circle(input *rule, readers []*rule) error {
	for i, r := range readers {
		if r == input {
			var names []string
			for _, reader := range readers[i:] {
				names = append(names, reader.name)
			}

			return fmt.Errorf("%s reads its own result: %s needs %s", input, strings.Join(names, " needs "), input.name)
		}
	}

	return nil
}
