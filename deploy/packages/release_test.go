// Package packages_test holds what a release is made of to the workflow that makes it and to the pages that tell of it.
package packages_test

import (
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// release is what .goreleaser.yml says, as far as it is looked at here.
type release struct {
	Before   struct{ Hooks []string }
	Archives []struct {
		Files []struct{ Src string }
	}
}

// workflow is what a workflow says, as far as it is looked at here.
type workflow struct {
	Jobs map[string]struct {
		Steps []struct{ Uses, Run string }
	}
}

func text(t *testing.T, file string) string {
	t.Helper()

	text, err := os.ReadFile("../../" + file)
	if err != nil {
		t.Fatal(err)
	}

	return string(text)
}

func read(t *testing.T, file string, into any) {
	t.Helper()

	if err := yaml.Unmarshal([]byte(text(t, file)), into); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
}

// toolsOf are the commands that .ci/tools builds with Go for each word that it is called with.
func toolsOf(t *testing.T) map[string][]string {
	t.Helper()

	tools := map[string][]string{}
	for _, block := range regexp.MustCompile(`(?ms)^([a-z-]+)\)$(.*?)^\t;;$`).FindAllStringSubmatch(text(t, ".ci/tools"), -1) {
		for _, install := range regexp.MustCompile(`(?m)^\tinstalled_from .* (\S+)$`).FindAllStringSubmatch(block[2], -1) {
			tools[block[1]] = append(tools[block[1]], path.Base(regexp.MustCompile(`/v\d$`).ReplaceAllString(install[1], "")))
		}
	}

	if !slices.Contains(tools["release"], "nfpm") {
		t.Fatalf("nfpm is not seen in .ci/tools: %v", tools)
	}

	return tools
}

// TestWorkflowInstalls: before goreleaser runs, its job has installed what the hooks of goreleaser call. A machine on which releases are
// tried has it all.
func TestWorkflowInstalls(t *testing.T) {
	t.Parallel()

	var (
		config release
		flow   workflow
	)

	read(t, ".goreleaser.yml", &config)
	read(t, ".github/workflows/release.yml", &flow)

	var installed []string

	tools := toolsOf(t)
	steps := flow.Jobs["files"].Steps
	releases := slices.IndexFunc(steps, func(step struct{ Uses, Run string }) bool { return strings.HasPrefix(step.Uses, "goreleaser/") })

	for _, step := range steps[:max(releases, 0)] {
		if words := strings.Fields(step.Run); len(words) == 2 && words[0] == ".ci/tools" {
			installed = append(installed, tools[words[1]]...)
		}
	}

	called := 0

	for _, hook := range config.Before.Hooks {
		script := regexp.MustCompile(`deploy/\S+`).FindString(hook)
		for _, tool := range tools["release"] {
			if !regexp.MustCompile(`(?m)^[^#]*\b` + tool + ` `).MatchString(text(t, script)) {
				continue
			}

			called++

			if !slices.Contains(installed, tool) {
				t.Errorf("%s calls %s, which the job has not installed before goreleaser: only %v", script, tool, installed)
			}
		}
	}

	if called == 0 {
		t.Errorf("the hooks %v call none of %v", config.Before.Hooks, tools["release"])
	}
}

// sources has the paths that pages tell of and that need the sources all the same: to build the simulated fleet, to change the project, and
// the chart, which is released by itself.
var sources = []string{
	"deploy/compose/demo", "deploy/helm", "deploy/prometheus/check", "deploy/prometheus/demo.yml", "deploy/prometheus/templates", "deploy/prometheus/tests",
}

// TestArchivesHave: an archive has the files of deploy and dashboards that the pages in it tell of, whether by a link or in a command. The
// packages have the same.
func TestArchivesHave(t *testing.T) {
	t.Parallel()

	var config release

	read(t, ".goreleaser.yml", &config)

	var shipped []string

	for _, file := range config.Archives[0].Files {
		// Folders within ** are matched one level deep, which is enough to see that there is something.
		found, err := filepath.Glob("../../" + strings.ReplaceAll(file.Src, "**", "*"))
		if err != nil || len(found) == 0 {
			t.Errorf("nothing matches %s (%v)", file.Src, err)
		}

		for _, path := range found {
			shipped = append(shipped, strings.TrimPrefix(path, "../../"))
		}
	}

	told := regexp.MustCompile(`\b(?:deploy|dashboards/json)(?:/[\w-]+(?:\.\w+)*)+`)
	seen := 0

	for _, page := range shipped {
		if path.Ext(page) != ".md" || path.Base(page) == "architecture.md" || path.Base(page) == "CHANGELOG.md" {
			continue
		}

		for _, name := range told.FindAllString(text(t, page), -1) {
			within := func(folder string) bool { return name == folder || strings.HasPrefix(name, folder+"/") }
			if _, err := os.Stat("../../" + name); err != nil || slices.ContainsFunc(sources, within) {
				continue
			}

			seen++

			if !slices.ContainsFunc(shipped, func(file string) bool { return file == name || strings.HasPrefix(file, name+"/") }) {
				t.Errorf("%s tells of %s, which is in no archive", page, name)
			}
		}
	}

	if seen < 20 {
		t.Errorf("the pages tell of %d files only", seen)
	}
}
