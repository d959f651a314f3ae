package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/alecthomas/kingpin/v2"
	"github.com/google/go-cmp/cmp"

	"github.com/ascend-exporter/ascend_exporter/collector"
)

var update = flag.Bool("update", false, "write the generated pages of docs/")

// TestGeneratedDocs: docs/metrics.md and docs/flags.md say what the code says.
func TestGeneratedDocs(t *testing.T) {
	t.Parallel()

	for name, got := range map[string]string{"metrics.md": metricsPage(), "flags.md": flagsPage()} {
		path := filepath.Join("..", "..", "docs", name)

		if *update {
			if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}

		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}

		if diff := cmp.Diff(string(want), got); diff != "" {
			t.Errorf("docs/%s is stale: run make generate (-page +code):\n%s", name, diff)
		}
	}
}

const generated = "<!-- Generated from the code by `make generate`: do not edit. -->\n\n"

func metricsPage() string {
	var b strings.Builder

	b.WriteString(`# Metrics

` + generated + `Names and labels here are a contract: they never change their meaning once released.

- Base units: bytes, ratios from 0 to 1, degrees Celsius, watts, seconds. npu-smi's MB are MiB.
- A value that the tool does not give (NA, -, a failed reading, an unsupported query) is an absent series: never 0 or -1.
- Every series of a chip carries exactly ` + "`npu`" + ` (NPU ID, the tool's ` + "`-i`" + `) and ` + "`chip`" + ` (Chip ID, ` + "`-c`" + `) and what tells series of one
  metric apart. Everything else that identifies a chip is on info metrics:
  ` + "`ascend_npu_power_watts * on (instance, npu, chip) group_left (model) ascend_npu_info`" + `.
- Series of a chip are served for three of the intervals at which answers really come, plus the query's deadline: with the
  defaults 75 s. Then they are gone, whether or not the tool has come back.
- The tool prints some failed readings as a zero that looks healthy. A power of 0 W, a temperature of 0 °C on a product with HBM and
  an HBM of 0 MB are absent; a chip of which nothing is left is unusable: its health is 4 unless the tool says worse, and it
  has no measurement.

The column "From" gives the query (see [flags](flags.md), ` + "`--collector.NAME`" + `) and the heading or key of its answer; the column "Products" those that have it, as recorded from the tool.
`)

	for _, group := range collector.Reference() {
		fmt.Fprintf(&b, "\n## %s\n\n| metric | type | labels | meaning | from | products |\n| --- | --- | --- | --- | --- | --- |\n", group.Title)

		for _, m := range group.Metrics {
			fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s | %s |\n",
				m.Name, m.Type, code(m.Labels), cell(m.Help), cell(m.Source), m.Products)
		}
	}

	b.WriteString("\nA query that was not asked yet, or that the product does not support, has no series.\n")
	b.WriteString("\n`ascend_exporter_build_info` and, unless `--web.disable-exporter-metrics` is given, the metrics `process_*` of the\n" +
		"exporter's own process are served beside these.\n" +
		"\nThe metrics of Huawei's npu-exporter, which `--compat.npu-exporter` serves on a path of their own, are in [Coming from npu-exporter](migration.md).\n")

	return b.String()
}

func flagsPage() string {
	var (
		b strings.Builder
		o options
	)

	b.WriteString("# Flags\n\n" + generated + `Every flag can also be given in the environment, in the variable of the second column. A flag that is given wins.

| flag | environment | default | meaning |
| --- | --- | --- | --- |
`)

	// The name of a flag's variable is settled when something was parsed.
	app := newApplication(&o, io.Discard, io.Discard)
	if _, err := app.ParseContext(nil); err != nil {
		panic(err)
	}

	for _, f := range app.Model().Flags {
		if f.Hidden {
			continue
		}

		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", spelling(f), code(nonEmpty(f.Envar)), code(nonEmpty(f.Default...)), cell(f.Help))
	}

	return b.String()
}

// spelling is how a flag is written.
func spelling(f *kingpin.FlagModel) string {
	switch {
	case len(f.Default) > 0 && f.IsBoolFlag() && f.Default[0] == "true":
		return "--no-" + f.Name
	default:
		return "--" + f.Name
	}
}

func nonEmpty(words ...string) []string {
	var out []string

	for _, word := range words {
		if word != "" {
			out = append(out, word)
		}
	}

	return out
}

// code is a list of words in code font.
func code(words []string) string {
	out := make([]string, 0, len(words))
	for _, word := range words {
		out = append(out, "`"+word+"`")
	}

	return strings.Join(out, " ")
}

// cell is a text as a cell of a table.
func cell(text string) string {
	return strings.ReplaceAll(text, "|", "\\|")
}
