// Package packages_test holds what a release is made of to the workflow that makes it and to the pages that tell of it.
package packages_test

import (
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// release is what .goreleaser.yml says, as far as it is looked at here.
type release struct {
	Before struct{ Hooks []string }
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
