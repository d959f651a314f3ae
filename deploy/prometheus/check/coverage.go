package check

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"time"

	"github.com/prometheus/common/model"
	"go.yaml.in/yaml/v3"
)

// Runbooks checks that each alert has its page NAME.md in a folder, and each page its alert. README.md is no alert's.
func Runbooks(alerts []string, folder string) error {
	pages, err := filepath.Glob(filepath.Join(folder, "*.md"))
	if err != nil {
		return fmt.Errorf("runbooks: %w", err)
	}

	have := make(set)

	for _, page := range pages {
		name := filepath.Base(page)
		have[name[:len(name)-len(".md")]] = true
	}

	want := setOf(alerts...)

	var problems []error

	for _, alert := range slices.Sorted(maps.Keys(want.without(have))) {
		problems = append(problems, fmt.Errorf("%s has no runbook %s", alert, filepath.Join(folder, alert+".md")))
	}

	for _, page := range slices.Sorted(maps.Keys(have.without(want.with("README")))) {
		problems = append(problems, fmt.Errorf("%s is no alert's", filepath.Join(folder, page+".md")))
	}

	return errors.Join(problems...)
}

// promtool is the part of a file of promtool's tests that says when which alerts fire.
type promtool struct {
	Tests []struct {
		Name        string `yaml:"name"`
		Expressions []struct {
			Time    string `yaml:"eval_time"`
			Expr    string `yaml:"expr"`
			Samples []any  `yaml:"exp_samples"`
		} `yaml:"promql_expr_test"`
	} `yaml:"tests"`
}

// Tests checks that promtool's tests in a folder show of each alert that it fires, that it did not fire before, and that it clears.
// What always fires needs only the first. A test asks for an alert by ALERTS{alertname="NAME", alertstate="firing"}.
func Tests(alerts []string, always []string, folder fs.FS) error {
	files, err := fs.Glob(folder, "*.yml")
	if err != nil {
		return fmt.Errorf("tests: %w", err)
	}

	var problems []error

	known := setOf(alerts...)
	shown := make(map[string]*course)

	for _, file := range files {
		content, err := fs.ReadFile(folder, file)
		if err != nil {
			return fmt.Errorf("tests: %w", err)
		}

		var tests promtool
		if err := yaml.Unmarshal(content, &tests); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}

		problems = append(problems, tests.courses(file, known, shown)...)
	}

	for _, alert := range alerts {
		c := shown[alert]

		switch {
		case c == nil || !c.fires:
			problems = append(problems, fmt.Errorf("%s: no test shows that it fires", alert))
		case slices.Contains(always, alert):
		case !c.waits:
			problems = append(problems, fmt.Errorf("%s: no test shows that it does not fire before its time", alert))
		case !c.clears:
			problems = append(problems, fmt.Errorf("%s: no test shows that it clears", alert))
		}
	}

	return errors.Join(problems...)
}

// A course is what tests show of an alert.
type course struct{ waits, fires, clears bool }

// courses notes what the tests of a file show, and tells of alerts that do not exist.
func (p *promtool) courses(file string, known set, shown map[string]*course) []error {
	var problems []error

	asks := regexp.MustCompile(`ALERTS\{alertname="([^"]+)", alertstate="firing"\}`)

	for _, test := range p.Tests {
		first, last := make(map[string]time.Duration), make(map[string]time.Duration)
		quiet := make(map[string][]time.Duration)

		for _, e := range test.Expressions {
			match := asks.FindStringSubmatch(e.Expr)
			if match == nil {
				continue
			}

			alert := match[1]
			if !known[alert] {
				problems = append(problems, fmt.Errorf("%s: the test %q is of %s, which is no alert", file, test.Name, alert))
			}

			at, err := model.ParseDuration(e.Time)
			if err != nil {
				problems = append(problems, fmt.Errorf("%s: the test %q: %w", file, test.Name, err))
			}

			if len(e.Samples) == 0 {
				quiet[alert] = append(quiet[alert], time.Duration(at))

				continue
			}

			if before, ok := first[alert]; !ok || time.Duration(at) < before {
				first[alert] = time.Duration(at)
			}

			last[alert] = max(last[alert], time.Duration(at))
		}

		for alert := range first {
			if shown[alert] == nil {
				shown[alert] = new(course)
			}

			c := shown[alert]
			c.fires = true
			c.waits = c.waits || slices.Min(append(quiet[alert], last[alert])) < first[alert]
			c.clears = c.clears || slices.Max(append(quiet[alert], first[alert])) > last[alert]
		}
	}

	return problems
}
