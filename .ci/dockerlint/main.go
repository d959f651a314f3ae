// Command dockerlint holds the Dockerfile on standard input to the rules of BuildKit's own linter that need no registry.
package main

import (
	"fmt"
	"io"
	"os"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/linter"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
)

func main() {
	findings, err := lint(os.Stdin, os.Stderr)
	if err != nil {
		_, _ = fmt.Fprintln(os.Stderr, err)
	}

	if err != nil || findings > 0 {
		os.Exit(1)
	}
}

// lint writes what is wrong with a Dockerfile, a line each, and counts it.
func lint(in io.Reader, out io.Writer) (findings int, err error) {
	dockerfile, err := parser.Parse(in)
	if err != nil {
		return 0, err
	}

	rules := linter.New(&linter.Config{Warn: func(rule, _, _, message string, location []parser.Range) {
		findings++

		line := 0
		if len(location) > 0 {
			line = location[0].Start.Line
		}

		_, _ = fmt.Fprintf(out, "line %d: %s (%s)\n", line, message, rule)
	}})

	if _, _, err := instructions.Parse(dockerfile.AST, rules); err != nil {
		return findings, err
	}

	for _, warning := range dockerfile.Warnings {
		findings++

		_, _ = fmt.Fprintf(out, "line %d: %s\n", warning.Location.Start.Line, warning.Short)
	}

	return findings, nil
}
