// Package fleet_test holds what makes targets of an inventory.
package fleet_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"
)

// group is a group of targets, as Prometheus reads it.
type group struct {
	Targets []string
	Labels  map[string]string
}

// awks are the versions of awk that are on this machine: those of Debian, of RHEL, and the smallest.
func awks(t *testing.T) [][]string {
	t.Helper()

	var found [][]string

	for _, command := range [][]string{{"mawk"}, {"gawk", "--posix"}, {"busybox", "awk"}} {
		if _, err := exec.LookPath(command[0]); err == nil {
			found = append(found, command)
		}
	}

	if len(found) == 0 {
		t.Skip("no awk on PATH")
	}

	return found
}

// convert runs the script on a file, and gives what it prints and its error.
func convert(t *testing.T, awk []string, file string) (stdout, stderr string, err error) {
	t.Helper()

	var out, wrong strings.Builder

	cmd := exec.CommandContext(t.Context(), awk[0], append(awk[1:], "-f", "file-sd.awk", file)...)
	cmd.Stdout, cmd.Stderr = &out, &wrong
	err = cmd.Run()

	return out.String(), wrong.String(), err
}

func TestExample(t *testing.T) {
	t.Parallel()

	want := []group{
		{Targets: []string{"npu-001:9945", "npu-002:9945"}, Labels: map[string]string{"cluster": "prod", "superpod": "sp1", "rack": "a01"}},
		{Targets: []string{"npu-003:9945"}, Labels: map[string]string{"cluster": "prod", "superpod": "sp1", "rack": "a02"}},
		{Targets: []string{"npu-lab:9945"}, Labels: map[string]string{"cluster": "lab"}},
	}

	for _, awk := range awks(t) {
		text, wrong, err := convert(t, awk, "inventory.csv")
		if err != nil {
			t.Fatalf("%v: %v\n%s", awk, err, wrong)
		}

		var got []group
		if err := yaml.Unmarshal([]byte(text), &got); err != nil {
			t.Fatalf("%v: %v\n%s", awk, err, text)
		}

		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%v (-want +got):\n%s", awk, diff)
		}
	}
}

// TestPromtool: Prometheus takes the targets in the place of those of its example.
func TestPromtool(t *testing.T) {
	t.Parallel()

	promtool, err := exec.LookPath("promtool")
	if err != nil {
		t.Skip("no promtool on PATH: install Debian's package prometheus")
	}

	text, wrong, err := convert(t, awks(t)[0], "inventory.csv")
	if err != nil {
		t.Fatalf("%v\n%s", err, wrong)
	}

	config, err := os.ReadFile("../prometheus/examples/file-sd.yml")
	if err != nil {
		t.Fatal(err)
	}

	folder := t.TempDir()
	for name, content := range map[string]string{"hosts.yml": text, "prometheus.yml": string(config)} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}

	out, err := exec.CommandContext(t.Context(), promtool, "check", "config", filepath.Join(folder, "prometheus.yml")).CombinedOutput()
	if err != nil || !strings.Contains(string(out), "SUCCESS") {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestLines(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		inventory string
		want      string // what is printed, or part of what is wrong
		wrong     bool
	}{
		"other order, blanks, the line ends of Windows": {
			inventory: "\ufeffrack, cluster ,host\r\na01, c1 ,n1\r\n", want: "- targets: ['n1:9945']\n  labels: {cluster: 'c1', rack: 'a01'}\n",
		},
		"a port, an address, a number": {
			inventory: "host,cluster\nn1:9100,1\n10.0.0.7,1\n[2001:db8::1],1\n[2001:db8::2]:9100,1\n",
			want:      "- targets: ['n1:9100', '10.0.0.7:9945', '[2001:db8::1]:9945', '[2001:db8::2]:9100']\n  labels: {cluster: '1'}\n",
		},
		"comments and empty lines": {inventory: "host,cluster\n\n# gone\nn1,c1\n", want: "- targets: ['n1:9945']\n  labels: {cluster: 'c1'}\n"},
		"no line of names":         {inventory: "n1,c1\n", want: ":1: the first line names the columns", wrong: true},
		"a cell too few":           {inventory: "host,cluster,rack\nn1,c1\n", want: ":2: 2 cells, not 3", wrong: true},
		"no cluster":               {inventory: "host,cluster\nn1,\n", want: ":2: no host, or no cluster", wrong: true},
		"twice":                    {inventory: "host,cluster\nn1,c1\nn2,c1\nn1,c2\n", want: ":4: host n1 stands in line 2 too", wrong: true},
		"what YAML would read":     {inventory: "host,cluster\nn1,a'b\n", want: ":2: cluster a'b: only", wrong: true},
		"IPv6 without brackets":    {inventory: "host,cluster\n2001:db8::1,c1\n", want: ":2: host 2001:db8::1: an address", wrong: true},
		"nothing":                  {inventory: "host,cluster\n", want: "no hosts", wrong: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			file := filepath.Join(t.TempDir(), "inventory.csv")
			if err := os.WriteFile(file, []byte(test.inventory), 0o600); err != nil {
				t.Fatal(err)
			}

			for _, awk := range awks(t) {
				out, wrong, err := convert(t, awk, file)

				switch {
				case test.wrong && (err == nil || out != "" || !strings.Contains(wrong, test.want)):
					t.Errorf("%v: %v, printed %q and said %q, which lacks %q", awk, err, out, wrong, test.want)
				case !test.wrong && (err != nil || out != test.want):
					t.Errorf("%v: %v %s\n%s", awk, err, wrong, cmp.Diff(test.want, out))
				}
			}
		})
	}
}
