// Command generate writes the dashboards, and queries.json, which lists their queries.
//
//	cd dashboards && go run ./generate -values=my-values.yml -out=/var/lib/grafana/ascend
//
// The values are those of the rules (deploy/prometheus/values.yml): colours turn where alerts fire.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"github.com/ascend-exporter/ascend_exporter/dashboards"
	rules "github.com/ascend-exporter/ascend_exporter/deploy/prometheus"
)

func main() {
	var values []string

	flag.Func("values", "file with values that differ from those of the rules; may be repeated", func(file string) error {
		values = append(values, file)

		return nil
	})

	out := flag.String("out", ".", "folder for json/ and queries.json")

	flag.Parse()

	if err := run(values, *out); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

func run(values []string, out string) error {
	loaded, err := rules.Load(values...)
	if err != nil {
		return err
	}

	limits, err := dashboards.NewLimits(loaded)
	if err != nil {
		return err
	}

	files, err := dashboards.Files(dashboards.Pages(limits))
	if err != nil {
		return err
	}

	if err := os.MkdirAll(filepath.Join(out, "json"), 0o750); err != nil {
		return err
	}

	for name, content := range files {
		if err := os.WriteFile(filepath.Join(out, name), content, 0o644); err != nil { //nolint:gosec // Grafana runs as another user
			return err
		}
	}

	return nil
}
