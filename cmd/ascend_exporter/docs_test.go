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

	"github.com/ascend-exporter/ascend_exporter/cmd/ascend_exporter/chaos"
	"github.com/ascend-exporter/ascend_exporter/collector"
)

var update = flag.Bool("update", false, "write the generated pages of docs/")

// TestGeneratedDocs: docs/metrics.md, docs/flags.md and docs/reliability.md say what the code says.
func TestGeneratedDocs(t *testing.T) {
	t.Parallel()

	for name, got := range map[string]string{"metrics.md": metricsPage(), "flags.md": flagsPage(), "reliability.md": reliabilityPage()} {
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
		"exporter's own process are served beside these, as they were when the last snapshot was made. Of them `process_network_*` count the traffic of the\n" +
		"host, or of the container, not that of the process alone.\n" +
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

func reliabilityPage() string {
	var b strings.Builder

	b.WriteString("# Reliability\n\n" + generated + `What the exporter promises while something around it fails. Each row is a test: it breaks that under the released binary, over a simulated npu-smi on a real
Linux, waits until it shows, mends it, and looks at what is left.

` + "```sh\nmake test-chaos     # in a minute or two, on two cores\n```" + `

In every row, unless it says otherwise:

- Scrapes are answered, with status 200 and what can be parsed.
- Nothing is invented: a series about the hardware is true, to the last digit, or absent; never 0 for want of a value. No counter falls.
- The reason is counted in ` + "`ascend_exporter_failures_total`, and no other one. The log has one line when it begins and one when it is over, not one a run" + `.
- The first run of the tool that begins after the end of it brings everything back. It comes within the interval of its query; after hangs, within pauses that double, up to five
  minutes: [Operation](operation.md#when-a-chip-or-a-query-fails).
- No process, goroutine or file descriptor is left.

Days of such faults in a row, and inputs that nobody would think of: [Soak and fuzzing](soak.md).

| what fails | what is shown meanwhile | ` + "`reason`" + ` | what ends it |
| --- | --- | --- | --- |
`)

	for _, c := range chaos.Cases() {
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", cell(c.Breaks), cell(c.Meanwhile), code(nonEmpty(string(c.Reason), string(c.Also))), cell(c.Mends))
	}

	b.WriteString(`
Too old is what was read more than three of the intervals at which answers really come, plus the deadline, ago. That holds where nothing takes it down, too: a scrape looks at the age of what it
serves.

## What is not covered

- The time of the day that is set forward or back: no process can be given another one alone, and a static binary asks nobody who could lie to it. The plan and all ages go by the
  monotonic clock, which does not jump; only times that are shown, such as ` + "`ascend_exporter_query_last_success_timestamp_seconds`" + `, go by that of the day.
- A host that is suspended as a whole: its monotonic clock stands still meanwhile, so that what was read before counts as young until the next run.
- A process that waits in the driver and cannot be killed: the runner's own tests have it, with a kill that does nothing.
- A tool whose children leave its session (setsid): the exporter ends its process group, and they are in none of it.
- A tool that ends within a line with status 0. A row of a table without its end is passed over; a value that lost its last digits cannot be told.
- An exporter that the kernel ends for want of memory: systemd or the kubelet starts it again, and its counters begin at 0.
- Peers that vanish without a word: connections without a request are closed after two minutes. No test waits for that.
`)

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
