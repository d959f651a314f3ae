package main

import (
	"strings"
	"testing"
)

func TestLint(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		text     string
		findings int
		says     string
	}{
		"good":        {"FROM scratch AS build\nCOPY a /a\n", 0, ""},
		"old form":    {"FROM scratch\nMAINTAINER a\n", 1, "line 2:"},
		"mixed cases": {"FROM scratch as build\n", 1, "FromAsCasing"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			var out strings.Builder

			findings, err := lint(strings.NewReader(test.text), &out)
			if err != nil || findings != test.findings || !strings.Contains(out.String(), test.says) {
				t.Errorf("%d findings, %v: %s", findings, err, out.String())
			}
		})
	}
}

func TestLintRefusesWhatIsNoDockerfile(t *testing.T) {
	t.Parallel()

	if _, err := lint(strings.NewReader("RUM make\n"), &strings.Builder{}); err == nil {
		t.Error("no error")
	}
}
