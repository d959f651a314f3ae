// Package compose_test holds the stacks to what they mount, and their configurations to the programs that read them.
package compose_test

import (
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"github.com/ascend-exporter/ascend_exporter/collector/sim"
	"github.com/ascend-exporter/ascend_exporter/collector/sim/scenario"
)

var update = flag.Bool("update", false, "write demo/alertmanager.yml")

// stack is what a file of compose says of its services, as far as it is looked at here.
type stack struct {
	Services map[string]struct {
		Image, User string
		Privileged  bool
		NetworkMode string `yaml:"network_mode"`
		Command     []string
		Ports       []string
		Volumes     []string
		Build       struct{ Context, Dockerfile string }
	}
}

func read(t *testing.T, file string) stack {
	t.Helper()

	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}

	var s stack
	if err := yaml.Unmarshal(text, &s); err != nil {
		t.Fatalf("%s: %v", file, err)
	}

	return s
}

// TestStacks: what is mounted from the project is there, and every image has a whole version.
func TestStacks(t *testing.T) {
	t.Parallel()

	version := regexp.MustCompile(`:(v?\d+\.\d+\.\d+|\$\{ASCEND_EXPORTER_VERSION:-\d+\.\d+\.\d+\})$`)

	for _, file := range []string{"compose.yml", "demo/compose.yml"} {
		for name, service := range read(t, file).Services {
			if service.Image != "" && !version.MatchString(service.Image) {
				t.Errorf("%s: the image of %s is %s: not a whole version", file, name, service.Image)
			}

			paths := []string{service.Build.Dockerfile}
			if service.Build.Context != "" {
				paths[0] = filepath.Join(service.Build.Context, service.Build.Dockerfile)
			}

			for _, volume := range service.Volumes {
				if source, _, _ := strings.Cut(volume, ":"); strings.HasPrefix(source, ".") {
					paths = append(paths, source)
				}
			}

			for _, path := range paths {
				if _, err := os.Stat(filepath.Join(filepath.Dir(file), path)); err != nil {
					t.Errorf("%s: %s: %v", file, name, err)
				}
			}
		}
	}
}

// TestScenarioOfTheExporter: the simulated machine of the demo can have the faults that it is told to have.
func TestScenarioOfTheExporter(t *testing.T) {
	t.Parallel()

	flags := make(map[string]string)

	for _, word := range read(t, "demo/compose.yml").Services["exporter"].Command {
		name, value, _ := strings.Cut(word, "=")
		flags[name] = value
	}

	machine, err := sim.New(sim.Config{Product: flags["--sim.product"]})
	if err != nil {
		t.Fatal(err)
	}

	faults, err := scenario.Load(flags["--sim.scenario"])
	if err != nil {
		t.Fatal(err)
	}

	if _, err := faults.On("", machine, time.Now()); err != nil {
		t.Errorf("--sim.scenario=%s: %v", flags["--sim.scenario"], err)
	}
}

// TestExporterIsNoOrdinaryContainer: the driver would give it the chips of the jobs.
func TestExporterIsNoOrdinaryContainer(t *testing.T) {
	t.Parallel()

	if exporter := read(t, "compose.yml").Services["exporter"]; !exporter.Privileged || exporter.User != "0" {
		t.Errorf("privileged %v, user %q", exporter.Privileged, exporter.User)
	}
}

// TestPrometheus: Prometheus takes the configurations, with the rules where they are mounted.
func TestPrometheus(t *testing.T) {
	t.Parallel()

	for _, file := range []string{"prometheus.yml", "demo/prometheus.yml"} {
		folder := t.TempDir()
		if err := os.CopyFS(filepath.Join(folder, "rules"), os.DirFS("../prometheus/rules")); err != nil {
			t.Fatal(err)
		}

		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}

		config := filepath.Join(folder, "prometheus.yml")
		if err := os.WriteFile(config, text, 0o600); err != nil {
			t.Fatal(err)
		}

		check(t, "promtool", "check", "config", config)
	}
}

// TestAlertmanager: the demo's Alertmanager is the example, with its inhibitions, and tells nobody.
func TestAlertmanager(t *testing.T) {
	t.Parallel()

	const file = "demo/alertmanager.yml"

	example, err := os.ReadFile("../prometheus/alertmanager.example.yml")
	if err != nil {
		t.Fatal(err)
	}

	head := regexp.MustCompile(`(?s)^.*?\n\n`)
	webhooks := regexp.MustCompile(`(?m)^    webhook_configs:\n(?:^      .*\n)+`)
	want := head.ReplaceAllLiteralString(string(example),
		"# The example of deploy/prometheus without its receivers' addresses: alerts are seen and silenced, and nobody is told. `make generate` writes it.\n\n")
	want = webhooks.ReplaceAllLiteralString(want, "")

	if *update {
		if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}

	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}

	if diff := cmp.Diff(string(got), want); diff != "" {
		t.Errorf("%s is stale: run make generate (-file +example):\n%s", file, diff)
	}

	if strings.Contains(want, "webhook") {
		t.Errorf("%s would tell somebody", file)
	}

	check(t, "amtool", "check-config", file)
}

// check runs the checker of a program.
func check(t *testing.T, tool string, args ...string) {
	t.Helper()

	binary, err := exec.LookPath(tool)
	if err != nil {
		t.Skipf("no %s on PATH: install Debian's packages prometheus and prometheus-alertmanager", tool)
	}

	out, err := exec.CommandContext(t.Context(), binary, args...).CombinedOutput()
	if err != nil || !strings.Contains(string(out), "SUCCESS") {
		t.Errorf("%s %v: %v\n%s", tool, args, err, out)
	}
}
