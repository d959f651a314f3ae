package rules_test

import (
	"testing"

	rules "github.com/ascend-exporter/ascend_exporter/deploy/prometheus"
	"github.com/ascend-exporter/ascend_exporter/deploy/prometheus/check"
)

// everything are values that turn all on that is off by default.
const everything = "tests/values/everything.yml"

func render(t *testing.T, files ...string) map[string][]byte {
	t.Helper()

	values, err := rules.Load(files...)
	if err != nil {
		t.Fatal(err)
	}

	rendered, err := rules.Render(values)
	if err != nil {
		t.Fatal(err)
	}

	return rendered
}

// TestRulesAreSound: every metric and label of the rules exists, joins match, and alerts have their texts.
func TestRulesAreSound(t *testing.T) {
	t.Parallel()

	for name, files := range map[string][]string{"defaults": nil, "everything on": {everything}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			if err := check.Rules(render(t, files...)); err != nil {
				t.Error(err)
			}
		})
	}
}
