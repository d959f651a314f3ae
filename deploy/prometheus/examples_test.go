package rules_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"
)

// TestGlobalRules: the rules of the level above are groups of the recording rules, as they stand there.
func TestGlobalRules(t *testing.T) {
	t.Parallel()

	recording := string(render(t)["ascend-recording.yml"])

	for _, group := range []string{"ascend-superpods", "ascend-clusters"} {
		text := regexp.MustCompile(`(?s)  - name: ` + group + `\n.*?(?:\n\n|\z)`).FindString(recording)
		if text == "" {
			t.Fatalf("no group %s", group)
		}

		want := "# The group " + group + " of the recording rules, for where what it reads is sent to. `make generate` writes it.\ngroups:\n" + strings.TrimSpace(text) + "\n"
		want = strings.Replace(want, "groups:\n- ", "groups:\n  - ", 1)
		path := filepath.Join("examples", "global", group+".yml")

		if *update {
			if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
				t.Fatal(err)
			}
		}

		got, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}

		if diff := cmp.Diff(string(got), want); diff != "" {
			t.Errorf("%s is stale: run make generate (-file +rules):\n%s", path, diff)
		}
	}
}

// TestExampleConfigs: Prometheus takes the configurations, with the rules and the files of targets that they name.
func TestExampleConfigs(t *testing.T) {
	t.Parallel()

	binary, err := exec.LookPath("promtool")
	if err != nil {
		t.Skip("no promtool on PATH: install Debian's package prometheus")
	}

	files, err := filepath.Glob("examples/*.yml")
	if err != nil {
		t.Fatal(err)
	}

	checked := 0

	for _, file := range files {
		args := []string{"check", "config", file}

		switch filepath.Base(file) {
		case "hosts.yml":
			continue // targets
		case "kubernetes.yml":
			continue // Debian's Prometheus knows no Kubernetes: make test-prometheus3
		case "agent.yml":
			args = append(args, "--agent")
		}

		checked++

		out, err := exec.CommandContext(t.Context(), binary, args...).CombinedOutput()
		if err != nil || !strings.Contains(string(out), "SUCCESS") {
			t.Errorf("%s: %v\n%s", file, err, out)
		}
	}

	if checked < 6 {
		t.Errorf("only %d examples were checked", checked)
	}
}

// TestSent: what is sent above has been recorded, by rack or SuperPod, and what makes more of it there finds all that it reads.
func TestSent(t *testing.T) {
	t.Parallel()

	recorded := queryable(t)

	for file, test := range map[string]struct {
		level string // the lowest that is computed above
		reads string // the level that it reads
	}{
		"superpod.yml": {"cluster", "superpod"},
		"shard.yml":    {"superpod", "rack"},
	} {
		sent := sentAbove(t, filepath.Join("examples", file))

		for name := range recorded {
			level, metric, _ := strings.Cut(name, ":")

			if sent.MatchString(name) && level != "rack" && level != "superpod" {
				t.Errorf("%s sends %s", file, name)
			}

			if level == test.level && !sent.MatchString(test.reads+":"+metric) {
				t.Errorf("%s does not send %s:%s, of which %s is made", file, test.reads, metric, name)
			}

			if level == test.level && sent.MatchString(name) {
				t.Errorf("%s sends %s, which is computed above as well", file, name)
			}
		}
	}
}

// sentAbove is the expression for the whole name of the series that a configuration sends.
func sentAbove(t *testing.T, file string) *regexp.Regexp {
	t.Helper()

	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}

	var config struct {
		RemoteWrite []struct {
			Relabel []struct {
				Source []string `yaml:"source_labels"`
				Regex  string   `yaml:"regex"`
				Action string   `yaml:"action"`
			} `yaml:"write_relabel_configs"`
		} `yaml:"remote_write"`
	}
	if err := yaml.Unmarshal(content, &config); err != nil {
		t.Fatal(err)
	}

	if len(config.RemoteWrite) != 1 {
		t.Fatalf("%s sends to %d places", file, len(config.RemoteWrite))
	}

	for _, rule := range config.RemoteWrite[0].Relabel {
		if rule.Action == "keep" && strings.Join(rule.Source, ",") == "__name__" {
			return regexp.MustCompile("^(?:" + rule.Regex + ")$")
		}
	}

	t.Fatalf("%s sends everything", file)

	return nil
}
