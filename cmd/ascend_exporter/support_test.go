package main

import (
	"bufio"
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	difference "github.com/google/go-cmp/cmp"

	"github.com/ascend-exporter/ascend_exporter/collector/sim"
)

// supportPage is the page on products and releases.
const supportPage = "../../docs/support.md"

// TestSupportPage: docs/support.md has the products and releases that are simulated and, where there are recordings, those too.
// The parts are written one after the other.
func TestSupportPage(t *testing.T) { //nolint:paralleltest // the subtests may write the page
	parts := []struct {
		name string
		make func(t *testing.T) string
	}{{"simulated", simulatedPart}, {"recorded", recordedPart}}

	for _, part := range parts { //nolint:paralleltest // they may write the page
		t.Run(part.name, func(t *testing.T) {
			want := "<!-- generated: " + part.name + " -->\n\n" + part.make(t) + "\n<!-- end -->"

			page, err := os.ReadFile(supportPage)
			if err != nil {
				t.Fatal(err)
			}

			marks := regexp.MustCompile(`(?s)<!-- generated: ` + part.name + ` -->\n.*?<!-- end -->`)
			if *update {
				page = marks.ReplaceAllLiteral(page, []byte(want))
				if err := os.WriteFile(supportPage, page, 0o644); err != nil {
					t.Fatal(err)
				}
			}

			if diff := difference.Diff(string(marks.Find(page)), want); diff != "" {
				t.Errorf("docs/support.md is stale: run make generate (-page +tests):\n%s", diff)
			}
		})
	}
}

func simulatedPart(t *testing.T) string {
	t.Helper()

	var b strings.Builder

	b.WriteString("| product | releases |\n| --- | --- |\n")

	for _, product := range sim.Products() {
		fmt.Fprintf(&b, "| `%s` | %s |\n", product, strings.Join(sim.Releases(product), ", "))
	}

	return b.String()
}

// releases are releases of the tool by product.
type releases map[string]map[string]bool

// add adds a release by its first two numbers. What is unknown, or a product whose name was masked, adds nothing.
func (r releases) add(product, version string) {
	product = productOf(product)
	number := regexp.MustCompile(`^\d+\.\d+`).FindString(version)

	if product == "" || number == "" {
		return
	}

	if r[product] == nil {
		r[product] = make(map[string]bool)
	}

	r[product][number] = true
}

// list lists the releases of a product, oldest first.
func (r releases) list(product string) string {
	return strings.Join(slices.SortedFunc(maps.Keys(r[product]), func(a, b string) int {
		return cmp.Or(cmp.Compare(major(a), major(b)), cmp.Compare(a, b))
	}), ", ")
}

func major(release string) int {
	number, _, _ := strings.Cut(release, ".")
	n, _ := strconv.Atoi(number)

	return n
}

// supported are the products of the page by how the recordings call them: each has the first row that fits the beginning of its name.
func supported() [][2]string {
	return [][2]string{
		{"310P", "310P, Duo"},
		{"310B", "310B"},
		{"310", "310"},
		{"910_93", "A3"},
		{"Ascend910(A3)", "A3"},
		{"910B/", ""},
		{"910B", "910B (A2)"},
		{"910(", ""},
		{"910/", ""},
		{"910", "910A"},
		{"950", "950"},
		{"Ascend950", "950"},
	}
}

func productOf(name string) string {
	for _, p := range supported() {
		if strings.HasPrefix(name, p[0]) {
			return p[1]
		}
	}

	return ""
}

func recordedPart(t *testing.T) string {
	t.Helper()

	folder := os.Getenv("ASCEND_CORPUS")
	if folder == "" {
		folder = "../../../shared/corpus"
	}

	machines, networks, posted := make(releases), make(map[string]bool), make(releases)

	files, err := filepath.Glob(filepath.Join(folder, "*", "*.txtar"))
	if err != nil || len(files) == 0 {
		t.Skipf("no recordings in %s: set ASCEND_CORPUS", folder)
	}

	heading := regexp.MustCompile(`^product (\S+), (?:npu-smi (\S+),|hccn_tool)`)

	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}

		match := heading.FindSubmatch(text)
		if match == nil {
			t.Fatalf("%s does not begin with a product", file)
		}

		machines.add(string(match[1]), string(match[2]))

		if len(match[2]) == 0 {
			networks[productOf(string(match[1]))] = true
		}
	}

	addPosted(t, filepath.Join(folder, "posted", "index.tsv"), posted)

	var b strings.Builder

	b.WriteString("| product | recorded machines | recorded networks | posted summaries |\n| --- | --- | --- | --- |\n")

	for _, product := range []string{"310", "310P, Duo", "310B", "910A", "910B (A2)", "A3", "950"} {
		network := ""
		if networks[product] {
			network = "yes"
		}

		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", product, machines.list(product), network, posted.list(product))
	}

	return b.String()
}

// addPosted adds the summaries of an index of posts: file, command, product, release.
func addPosted(t *testing.T, index string, posted releases) {
	t.Helper()

	text, err := os.ReadFile(index)
	if err != nil {
		t.Fatal(err)
	}

	for lines := bufio.NewScanner(bytes.NewReader(text)); lines.Scan(); {
		if cells := strings.Split(lines.Text(), "\t"); len(cells) > 3 && cells[1] == "npu-smi info" {
			posted.add(cells[2], cells[3])
		}
	}
}
