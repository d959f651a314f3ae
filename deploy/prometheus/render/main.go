// Command render writes the rule files.
//
//	cd deploy/prometheus && go run ./render -values=my-values.yml -out=/etc/prometheus/rules
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"

	rules "github.com/ascend-exporter/ascend_exporter/deploy/prometheus"
)

func main() {
	var files []string

	flag.Func("values", "file with values that differ from values.yml; may be repeated", func(file string) error {
		files = append(files, file)

		return nil
	})

	out := flag.String("out", "rules", "folder for the rule files")

	flag.Parse()

	if err := run(files, *out); err != nil {
		fmt.Fprintln(os.Stderr, "render:", err)
		os.Exit(1)
	}
}

func run(files []string, out string) error {
	values, err := rules.Load(files...)
	if err != nil {
		return err
	}

	rendered, err := rules.Render(values)
	if err != nil {
		return err
	}

	if err := os.MkdirAll(out, 0o750); err != nil {
		return err
	}

	for name, content := range rendered {
		if err := os.WriteFile(filepath.Join(out, name), content, 0o644); err != nil { //nolint:gosec // Prometheus runs as another user
			return err
		}
	}

	return nil
}
