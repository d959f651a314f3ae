package rules_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// stories are the names of the stories that show an alert end to end, by alerts. They are read in the source of the test that plays them,
// which is in another module.
func stories(t *testing.T) map[string][]string {
	t.Helper()

	const source = "../../cmd/superpod-sim/alerts_stories_test.go"

	file, err := parser.ParseFile(token.NewFileSet(), source, nil, 0)
	if err != nil {
		t.Fatal(err)
	}

	shown := make(map[string][]string)

	ast.Inspect(file, func(node ast.Node) bool {
		story, ok := node.(*ast.CompositeLit)
		if !ok {
			return true
		}

		name := texts(field(story, "name"))

		for _, raised := range texts(field(story, "raises")) {
			alert, _, _ := strings.Cut(raised, " ")
			if !strings.HasPrefix(alert, "Ascend") || len(name) != 1 {
				t.Fatalf("%s: %q is raised by %q, and that is no story", source, raised, name)
			}

			if !slices.Contains(shown[alert], name[0]) {
				shown[alert] = append(shown[alert], name[0])
			}
		}

		return true
	})

	if len(shown) == 0 {
		t.Fatalf("%s: no story raises an alert", source)
	}

	return shown
}

// field is the value of a field of a literal; nil where that does not set it.
func field(literal *ast.CompositeLit, name string) ast.Expr {
	for _, element := range literal.Elts {
		if pair, ok := element.(*ast.KeyValueExpr); ok {
			if key, ok := pair.Key.(*ast.Ident); ok && key.Name == name {
				return pair.Value
			}
		}
	}

	return nil
}

// texts are the strings in an expression.
func texts(expr ast.Expr) []string {
	if expr == nil {
		return nil
	}

	var all []string

	ast.Inspect(expr, func(node ast.Node) bool {
		if literal, ok := node.(*ast.BasicLit); ok && literal.Kind == token.STRING {
			if text, err := strconv.Unquote(literal.Value); err == nil {
				all = append(all, text)
			}
		}

		return true
	})

	return all
}
