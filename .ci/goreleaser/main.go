// Command goreleaser-config reads a configuration of goreleaser as goreleaser does, and says what is wrong with it: an unknown key,
// a value of another type. It takes seconds to build where goreleaser takes minutes; `make test-release` runs that itself.
package main

import (
	"fmt"
	"os"

	"github.com/goreleaser/goreleaser/v2/pkg/config"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: goreleaser-config FILE")
		os.Exit(2)
	}

	if _, err := config.Load(os.Args[1]); err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", os.Args[1], err)
		os.Exit(1)
	}
}
