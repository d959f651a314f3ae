package helm

import (
	"bytes"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"
)

var update = flag.Bool("update", false, "write the goldens, the chart's copies, the plain manifests and the table of values")

const (
	chart = "ascend-exporter"
	// The version of Kubernetes that .ci/kubernetes requires.
	release = "1.36.3"
	// Helm takes an old version for granted, where it is not told the one of a cluster.
	version = "--kube-version=" + release
)

// helm runs Helm, and gives what it says.
func helm(t *testing.T, args ...string) (string, error) {
	t.Helper()

	binary, err := exec.LookPath("helm")
	if err != nil {
		t.Skip("no helm on PATH: make test-chart installs it")
	}

	var stdout, stderr bytes.Buffer

	cmd := exec.CommandContext(t.Context(), binary, args...)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	cmd.Env = append(os.Environ(), "HELM_CACHE_HOME="+t.TempDir(), "HELM_CONFIG_HOME="+t.TempDir(), "HELM_DATA_HOME="+t.TempDir())

	err = cmd.Run()

	return stdout.String() + stderr.String(), err
}

// render gives the manifests of a release.
func render(t *testing.T, args ...string) string {
	t.Helper()

	out, err := helm(t, append([]string{"template", "ascend-exporter", chart, "--namespace=monitoring", version}, args...)...)
	if err != nil {
		t.Fatal(out)
	}

	return out
}

// cases are the files of values for the tests.
func cases(t *testing.T) []string {
	t.Helper()

	files, err := filepath.Glob("testdata/values/*.yaml")
	if err != nil {
		t.Fatal(err)
	}

	if len(files) < 4 {
		t.Fatalf("only %d files of values", len(files))
	}

	return files
}

// golden compares a file with what it should be, or writes it.
func golden(t *testing.T, path, want string) {
	t.Helper()

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
		t.Errorf("%s is stale: run make generate, then make generate-chart (-file +made):\n%s", path, diff)
	}
}

// documents parses manifests.
func documents(t *testing.T, manifests string) []map[string]any {
	t.Helper()

	var all []map[string]any

	decoder := yaml.NewDecoder(strings.NewReader(manifests))

	for {
		var document map[string]any
		if err := decoder.Decode(&document); err != nil {
			if err.Error() == "EOF" {
				return all
			}

			t.Fatal(err)
		}

		if document != nil {
			all = append(all, document)
		}
	}
}

// TestLint: Helm finds nothing to say about the chart, whatever is on.
func TestLint(t *testing.T) {
	t.Parallel()

	for _, file := range cases(t) {
		out, err := helm(t, "lint", "--strict", "--quiet", version, chart, "--values="+file, "--set=rules.enabled=true,dashboards.enabled=true")
		if err != nil || strings.Contains(out, "[WARNING]") || strings.Contains(out, "[ERROR]") {
			t.Errorf("%s: %v\n%s", file, err, out)
		}
	}
}

// TestGolden: what the chart makes of some values, byte for byte. Rules and dashboards have tests of their own.
func TestGolden(t *testing.T) {
	t.Parallel()

	for _, file := range cases(t) {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			golden(t, filepath.Join("testdata/golden", filepath.Base(file)), render(t, "--values="+file))
		})
	}
}

// TestRefused: values that cannot work are refused, and it is said why.
func TestRefused(t *testing.T) {
	t.Parallel()

	for set, want := range map[string]string{
		"prot=1":                               "prot",
		"pods.annotation.enabled=true":         "annotation",
		"sim.enabled=maybe":                    "sim",
		"port=0":                               "port",
		"monitor.kind=Both":                    "monitor",
		"monitor.interval=often":               "monitor",
		"state.path=relative":                  "state",
		"driver.folders={/usr/local/dcmi/}":    "driver",
		"extraArgs={collector.watch}":          "extraArgs",
		"image.digest=sha256:12":               "digest",
		"securityContext.privileged=false":     "ordinary container",
		"securityContext.runAsUser=1000":       "ordinary container",
		"webConfig.tls=true":                   "webConfig.secret",
		"rules.disabledAlerts={AscendNothing}": "there is no alert AscendNothing",
	} {
		t.Run(set, func(t *testing.T) {
			t.Parallel()

			out, err := helm(t, "template", "ascend-exporter", chart, version, "--set=rules.enabled=true,"+set)
			if err == nil || !strings.Contains(out, want) {
				t.Errorf("%v, and this does not say %q:\n%s", err, want, out)
			}
		})
	}
}

// TestVersion: the chart and the image that it names are of this version of the project.
func TestVersion(t *testing.T) {
	t.Parallel()

	project, err := os.ReadFile("../../VERSION")
	if err != nil {
		t.Fatal(err)
	}

	text, err := os.ReadFile(filepath.Join(chart, "Chart.yaml"))
	if err != nil {
		t.Fatal(err)
	}

	var got struct {
		Version    string `yaml:"version"`
		AppVersion string `yaml:"appVersion"`
	}
	if err := yaml.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}

	if want := strings.TrimSpace(string(project)); got.Version != want || got.AppVersion != want {
		t.Errorf("the chart has %+v, VERSION has %s", got, want)
	}
}
