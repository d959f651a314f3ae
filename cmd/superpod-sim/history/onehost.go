package history

import (
	"fmt"
	"slices"

	"github.com/prometheus/prometheus/promql/parser"
)

// instance is the label that tells hosts apart.
const instance = "instance"

// onlyOneHost says whether an expression can be evaluated for each host by itself: whether nothing in it depends on series
// of several hosts at once. The error tells what does.
func onlyOneHost(expr parser.Expr) error {
	var found error

	parser.Inspect(expr, func(node parser.Node, _ []parser.Node) error {
		if found == nil {
			found = acrossHosts(node)
		}

		return nil
	})

	return found
}

// acrossHosts finds what may read series of several hosts at once.
func acrossHosts(node parser.Node) error {
	switch n := node.(type) {
	case *parser.AggregateExpr:
		if slices.Contains(n.Grouping, instance) == n.Without {
			return fmt.Errorf("%q aggregates over hosts. Record by (…, %s) first, and aggregate that", n, instance)
		}
	case *parser.BinaryExpr:
		if m := n.VectorMatching; m != nil && slices.Contains(m.MatchingLabels, instance) != m.On && !constant(n.LHS) && !constant(n.RHS) {
			return fmt.Errorf("%q matches series of different hosts: the label %s must be among those that are matched", n, instance)
		}
	case *parser.Call:
		return callAcrossHosts(n)
	}

	return nil
}

// constant says whether an expression selects nothing, so that it is the same on all hosts.
func constant(expr parser.Expr) bool {
	names, err := selected(expr)

	return err == nil && len(names) == 0
}

func callAcrossHosts(call *parser.Call) error {
	switch call.Func.Name {
	case "absent", "absent_over_time", "scalar", "info":
		return fmt.Errorf("%q depends on all hosts at once", call)
	case "label_replace", "label_join":
		if to, ok := call.Args[1].(*parser.StringLiteral); ok && to.Val == instance {
			return fmt.Errorf("%q changes the label %s", call, instance)
		}
	}

	return nil
}
