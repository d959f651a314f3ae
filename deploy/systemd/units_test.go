// Package systemd_test holds the units to what the driver demands, and to what systemd says of them.
package systemd_test

import (
	"bufio"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// harmless are the directives of a [Service] that make no mount namespace and close no device, as systemd.exec(5) and
// systemd.resource-control(5) describe them. A directive that is not here needs a look there first: with one that does, the driver
// takes the chips away from the users' jobs.
func harmless() []string {
	return []string{
		"AmbientCapabilities", "CapabilityBoundingSet", "Environment", "EnvironmentFile", "ExecStart", "LockPersonality", "NoNewPrivileges",
		"Restart", "RestartSec", "RestrictNamespaces", "RestrictRealtime", "RestrictSUIDSGID",
		"StateDirectory", "SystemCallArchitectures", "SystemCallErrorNumber", "SystemCallFilter", "TasksMax", "TimeoutStopSec",
		"Type", "User", "WatchdogSec",
	}
}

// directives are those of a section of a unit, in their order.
func directives(t *testing.T, unit, section string) []string {
	t.Helper()

	file, err := os.Open(unit)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()

	var (
		out    []string
		inside bool
	)

	for scanner := bufio.NewScanner(file); scanner.Scan(); {
		line := scanner.Text()

		switch name, _, assigned := strings.Cut(line, "="); {
		case strings.HasPrefix(line, "["):
			inside = line == "["+section+"]"
		case strings.HasPrefix(line, "#"), line == "", !inside:
		case !assigned:
			t.Errorf("%s: %q is no assignment", unit, line)
		default:
			out = append(out, name)
		}
	}

	return out
}

func TestOnlyHarmlessDirectives(t *testing.T) {
	t.Parallel()

	for _, unit := range []string{"ascend_exporter.service", "root.conf"} {
		found := directives(t, unit, "Service")
		if len(found) == 0 {
			t.Errorf("%s: no directives", unit)
		}

		for _, directive := range found {
			if !slices.Contains(harmless(), directive) {
				t.Errorf("%s: %s= is not among the directives that are known to make no mount namespace and to close no device", unit, directive)
			}
		}
	}
}

// TestAbsentDirectivesAreExplained: what systemd would have a unit use is used, or the unit says why not.
func TestAbsentDirectivesAreExplained(t *testing.T) {
	t.Parallel()

	out := analyze(t, "security", "--offline=true", "--json=short", "ascend_exporter.service")

	var checks []struct {
		Set  bool   `json:"set"`
		Name string `json:"name"`
	}

	if err := json.Unmarshal([]byte(out), &checks); err != nil {
		t.Fatalf("%v: %s", err, out)
	}

	text, err := os.ReadFile("ascend_exporter.service")
	if err != nil {
		t.Fatal(err)
	}

	for _, check := range checks {
		name, _, _ := strings.Cut(check.Name, "=")
		if !check.Set && !regexp.MustCompile(`\b`+regexp.QuoteMeta(name)+`\b`).Match(text) {
			t.Errorf("%s is neither used nor explained", check.Name)
		}
	}

	if len(checks) < 20 {
		t.Errorf("systemd-analyze security knows %d directives", len(checks))
	}
}

// TestVerify: systemd finds nothing wrong. Its exit status does not tell.
func TestVerify(t *testing.T) {
	t.Parallel()

	if diff := cmp.Diff("", verify(t, "ascend_exporter.service", "ascend_exporter.socket")); diff != "" {
		t.Errorf("systemd-analyze verify (-want +got):\n%s", diff)
	}
}

// TestVerifyFindsMistakes: so that its silence means something.
func TestVerifyFindsMistakes(t *testing.T) {
	t.Parallel()

	text, err := os.ReadFile("ascend_exporter.service")
	if err != nil {
		t.Fatal(err)
	}

	wrong := filepath.Join(t.TempDir(), "wrong.service")
	if err := os.WriteFile(wrong, []byte(strings.Replace(string(text), "Restart=always", "Restart=sometimes", 1)), 0o600); err != nil {
		t.Fatal(err)
	}

	if out := verify(t, wrong); !strings.Contains(out, "sometimes") {
		t.Errorf("systemd-analyze verify finds nothing wrong with Restart=sometimes: %s", out)
	}
}

// verify is what systemd says of units, in a root in which there is what they refer to.
func verify(t *testing.T, units ...string) string {
	t.Helper()

	root := t.TempDir()
	targets, err := filepath.Glob("/lib/systemd/system/*.target")

	if err != nil || len(targets) == 0 {
		t.Skip("skipped: no systemd on this machine")
	}

	names := make([]string, 0, len(units))

	for _, unit := range slices.Concat(targets, units) {
		install(t, 0o644, unit, filepath.Join(root, "usr/lib/systemd/system", filepath.Base(unit)))
	}

	for _, unit := range units {
		names = append(names, filepath.Base(unit))
	}

	install(t, 0o755, "/bin/true", filepath.Join(root, "usr/bin/ascend_exporter"))

	return analyze(t, slices.Concat([]string{"verify", "--root=" + root}, names)...)
}

func install(t *testing.T, mode os.FileMode, from, to string) {
	t.Helper()

	content, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}

	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		t.Fatal(err)
	}

	if err := os.WriteFile(to, content, mode); err != nil {
		t.Fatal(err)
	}
}

// analyze is all that systemd-analyze says.
func analyze(t *testing.T, args ...string) string {
	t.Helper()

	if _, err := exec.LookPath("systemd-analyze"); err != nil {
		t.Skip("skipped: no systemd-analyze (Debian's package systemd)")
	}

	// The status of `security` is that of its threshold, that of `verify` nearly always 0: what they print counts.
	out, _ := exec.Command("systemd-analyze", args...).CombinedOutput()

	return string(out)
}
