package helm

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"
)

// A value is a key of values.yaml that can be set.
type value struct {
	path, byDefault, meaning string
}

// values reads values.yaml.
func values(t *testing.T) []value {
	t.Helper()

	text, err := os.ReadFile(filepath.Join(chart, "values.yaml"))
	if err != nil {
		t.Fatal(err)
	}

	var root yaml.Node
	if err := yaml.Unmarshal(text, &root); err != nil {
		t.Fatal(err)
	}

	return collect(t, "", root.Content[0])
}

func collect(t *testing.T, above string, mapping *yaml.Node) []value {
	t.Helper()

	var all []value

	for i := 0; i < len(mapping.Content); i += 2 {
		key, node := mapping.Content[i], mapping.Content[i+1]
		path := above + key.Value

		if commented(node) {
			all = append(all, collect(t, path+".", node)...)

			continue
		}

		var byDefault any
		if err := node.Decode(&byDefault); err != nil {
			t.Fatal(err)
		}

		shown, err := json.Marshal(byDefault)
		if err != nil {
			t.Fatal(err)
		}

		all = append(all, value{path, string(shown), strings.Join(strings.Fields(strings.ReplaceAll(key.HeadComment, "#", "")), " ")})
	}

	return all
}

// commented tells a mapping with comments somewhere in it from one that is a value as a whole.
func commented(node *yaml.Node) bool {
	if node.Kind != yaml.MappingNode {
		return false
	}

	for i := 0; i < len(node.Content); i += 2 {
		if node.Content[i].HeadComment != "" || commented(node.Content[i+1]) {
			return true
		}
	}

	return false
}

// TestValuesTable: every value says what it is, and the page has them all.
func TestValuesTable(t *testing.T) {
	t.Parallel()

	var table strings.Builder

	table.WriteString("| value | default | meaning |\n| --- | --- | --- |\n")

	for _, v := range values(t) {
		if v.meaning == "" {
			t.Errorf("%s has no comment in values.yaml", v.path)
		}

		fmt.Fprintf(&table, "| `%s` | `%s` | %s |\n", v.path, v.byDefault, strings.ReplaceAll(v.meaning, "|", `\|`))
	}

	const page = "../../docs/kubernetes.md"

	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}

	marks := regexp.MustCompile(`(?s)(<!-- values: made from values.yaml by .make generate. -->\n\n).*?(\n<!-- end of values -->)`)
	if !marks.Match(text) {
		t.Fatalf("%s has no marks for the table", page)
	}

	golden(t, page, marks.ReplaceAllString(string(text), "${1}"+strings.ReplaceAll(table.String(), "$", "$$")+"${2}"))
}

// TestSchema: the schema has the keys of values.yaml, and refuses others wherever keys are the chart's own.
func TestSchema(t *testing.T) {
	t.Parallel()

	text, err := os.ReadFile(filepath.Join(chart, "values.schema.json"))
	if err != nil {
		t.Fatal(err)
	}

	var schema map[string]any
	if err := json.Unmarshal(text, &schema); err != nil {
		t.Fatal(err)
	}

	definitions := schema["definitions"].(map[string]any)

	var known []string

	var walk func(path string, node map[string]any)

	walk = func(path string, node map[string]any) {
		if ref, ok := node["$ref"].(string); ok {
			node = definitions[strings.TrimPrefix(ref, "#/definitions/")].(map[string]any)
		}

		properties, ok := node["properties"].(map[string]any)
		if !ok {
			known = append(known, path)

			return
		}

		if node["additionalProperties"] != false {
			t.Errorf("%s takes any key", path)
		}

		for name, property := range properties {
			walk(strings.TrimPrefix(path+"."+name, "."), property.(map[string]any))
		}
	}

	walk("", schema)

	// `global` is Helm's.
	known = slices.DeleteFunc(known, func(path string) bool { return path == "global" })

	var want []string

	for _, v := range values(t) {
		want = append(want, v.path)

		// An object of Kubernetes is one value, whose keys the schema may know.
		for i, path := range known {
			if strings.HasPrefix(path, v.path+".") {
				known[i] = v.path
			}
		}
	}

	slices.Sort(want)
	slices.Sort(known)

	if diff := cmp.Diff(want, slices.Compact(known)); diff != "" {
		t.Errorf("values.yaml and its schema differ (-values +schema):\n%s", diff)
	}
}
