package scenario

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ascend-exporter/ascend_exporter/collector/sim"
)

var update = flag.Bool("update", false, "write the generated parts of docs/simulator.md")

// TestPage: the parts of docs/simulator.md that are made from the code say what the code says.
func TestPage(t *testing.T) {
	t.Parallel()

	path := filepath.Join("..", "..", "..", "docs", "simulator.md")

	page, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}

	parts := map[string]string{"products": productsPart(), "keys": keysPart(), "kinds": kindsPart(), "library": libraryPart(t)}

	got := regexp.MustCompile(`(?s)<!-- generated: (\w+) -->\n.*?<!-- end -->`).ReplaceAllStringFunc(string(page), func(old string) string {
		name := strings.Fields(old)[2]

		text, known := parts[name]
		if !known {
			t.Fatalf("unknown part %s", name)
		}

		delete(parts, name)

		return "<!-- generated: " + name + " -->\n\n" + text + "\n<!-- end -->"
	})

	if len(parts) > 0 {
		t.Errorf("the page lacks parts: %v", parts)
	}

	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}

		return
	}

	if diff := cmp.Diff(string(page), got); diff != "" {
		t.Errorf("docs/simulator.md is stale: run make generate (-page +code):\n%s", diff)
	}
}

// TestExampleOfThePage: the file that the page shows can be loaded, and runs on any machine.
func TestExampleOfThePage(t *testing.T) {
	t.Parallel()

	page, err := os.ReadFile(filepath.Join("..", "..", "..", "docs", "simulator.md"))
	if err != nil {
		t.Fatal(err)
	}

	_, text, _ := strings.Cut(string(page), "```yaml\n")
	text, _, found := strings.Cut(text, "```")

	if !found {
		t.Fatal("the page shows no file")
	}

	s := read(t, text)
	for _, product := range sim.Products() {
		on(t, s, "", product)
	}
}

func productsPart() string {
	return "The products are `" + strings.Join(sim.Products(), "`, `") + "`.\n"
}

func keysPart() string {
	return "| key | what it is | accepts | without it |\n| --- | --- | --- | --- |\n" +
		parameterRows((&Scenario{}).parameters()) +
		"| `faults` | what breaks | a list of faults, each with its kind | it has to be given |\n"
}

func kindsPart() string {
	var b strings.Builder

	b.WriteString("| key of all kinds | what it is | accepts | without it |\n| --- | --- | --- | --- |\n" +
		"| `kind` | what breaks | one of the kinds below | it has to be given |\n")
	b.WriteString(parameterRows((&fault{kind: kind{where: wherever}}).targeting()))

	for _, k := range kinds() {
		fmt.Fprintf(&b, "\n#### %s\n\n%s", k.name, k.does)

		if k.where == onlyHost {
			b.WriteString(" On the whole host: no `npu`, no `chip`.")
		}

		var others []string

		for _, other := range kinds() {
			if other.name != k.name && other.excludes() == k.excludes() {
				others = append(others, "`"+other.name+"`")
			}
		}

		if len(others) > 0 {
			fmt.Fprintf(&b, " Excludes %s.", strings.Join(others, ", "))
		}

		b.WriteString("\n")

		if own := k.effect().parameters(); len(own) > 0 {
			b.WriteString("\n| key | what it is | accepts | without it |\n| --- | --- | --- | --- |\n" + parameterRows(own))
		}
	}

	return b.String()
}

func parameterRows(all []parameter) string {
	var b strings.Builder

	for _, p := range all {
		absent := p.absent
		if p.required {
			absent = "it has to be given"
		}

		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", p.name, p.help, p.accepts, absent)
	}

	return b.String()
}

func libraryPart(t *testing.T) string {
	t.Helper()

	var b strings.Builder

	b.WriteString("| name | what happens | what should be seen |\n| --- | --- | --- |\n")

	for _, name := range Names() {
		s, err := Load(name)
		if err != nil {
			t.Fatal(err)
		}

		again := ""
		if s.Repeat > 0 {
			again = " Again each " + short(s.Repeat) + "."
		}

		fmt.Fprintf(&b, "| `%s` | %s%s | %s |\n", name, s.Description, again, strings.Join(s.Expect, "<br>"))
	}

	return b.String()
}
