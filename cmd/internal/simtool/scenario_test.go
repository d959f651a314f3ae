package simtool

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/ascend-exporter/ascend_exporter/collector/npusmi"
)

// TestScenario: the call shows what is broken at its time, and nothing is kept between two calls.
func TestScenario(t *testing.T) {
	t.Parallel()

	own := write(t, "own.yaml", "name: own\nrepeat: 3h\nfaults:\n  - {kind: driver-occupied, at: 2h, for: 30m}\n")

	const gone = `^dcmi module initialize failed\. ret is -8005\n$`

	for _, tc := range []struct {
		name   string
		args   string
		status int
		want   string // a regular expression
	}{
		{"before", "--scenario=driver-gone --time=2026-03-02T14:01:59Z -v", 0, `^npu-smi version`},
		{"in the hour's third minute", "--scenario=driver-gone --time=2026-03-02T14:02:00Z -v", 187, gone},
		{"in another zone", "--scenario=driver-gone --time=2026-03-02T19:33:00+05:30 info", 187, gone},
		{"after", "--scenario=driver-gone --time=2026-03-02T14:09:00Z -v", 0, `^npu-smi version`},
		{"again after the half hour", "--scenario=driver-gone --time=2026-03-02T14:33:00Z -v", 187, gone},
		{"without arguments", "--scenario=driver-gone --time=2026-03-02T14:03:00Z", 215, `^Usage: npu-smi`},
		{"a start", "--scenario=driver-gone --scenario-start=2026-03-02T13:58:30.5Z --time=2026-03-02T14:01:00Z -v", 187, gone},
		{"before the start", "--scenario=driver-gone --scenario-start=2026-03-02T15:00:00Z --time=2026-03-02T14:03:00Z -v", 0, `^npu-smi version`},
		{"a period of three hours", "--scenario=" + own + " --time=2026-03-02T14:15:00Z -v", 172, `because the device is used`},
		{"its end", "--scenario=" + own + " --time=2026-03-02T14:30:00Z -v", 0, `^npu-smi version`},
		{"a loss", "--scenario=chip-lost --time=2026-03-02T14:03:00Z --lose=1 info -m", 0, `(?s)\t-1 .*\t-1 `},
		{"zeros", "--scenario=zeros --time=2026-03-02T14:03:00Z info", 0, `\| 7 +\| UNKNOWN +\| 0\.0 +0 .*\n\| 0 +\| 0000:00:00\.0 `},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()

			status, stdout, stderr := call(strings.Fields(tc.args)...)
			if status != tc.status || !regexp.MustCompile(tc.want).MatchString(stdout) || stderr != "" {
				t.Errorf("status %d, want %d; stderr %q; printed\n%s\nwant\n%s", status, tc.status, stderr, stdout, tc.want)
			}
		})
	}
}

// TestScenarioOfTheTool: a call hangs, or takes longer, where the scenario says so.
func TestScenarioOfTheTool(t *testing.T) {
	t.Parallel()

	const inTime = "--time=2026-03-02T14:05:00Z"

	slow := write(t, "slow.yaml", "name: slow\nfaults:\n  - {kind: tool-slow, at: 0s, delay: 60ms}\n")
	begin := time.Now()

	if status, _, stderr := call("--scenario="+slow, "--delay=40ms", inTime, "-v"); status != 0 {
		t.Errorf("status %d: %s", status, stderr)
	}

	if took := time.Since(begin); took < 100*time.Millisecond {
		t.Errorf("took %v, want at least both delays", took)
	}

	if status, _, _ := call("--scenario=chip-hang", inTime, "info", "-m"); status != 0 {
		t.Errorf("status %d of a call that does not ask the chip", status)
	}

	var out bytes.Buffer

	log := filepath.Join(t.TempDir(), "log")
	cmd, ended := start(t, &out, "--scenario=chip-hang", inTime, "--log="+log, "info")

	eventually(t, "start in the log", func() bool {
		text, _ := os.ReadFile(log)

		return len(text) > 0
	})

	select {
	case <-ended:
		t.Fatalf("a call that hangs has ended: %v", cmd.ProcessState)
	case <-time.After(200 * time.Millisecond):
	}

	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}

	if got := diedOf(t, cmd, ended); got != syscall.SIGTERM || out.Len() > 0 {
		t.Errorf("died of %v, printed %q", got, out.String())
	}
}

func TestWrongScenarios(t *testing.T) {
	t.Parallel()

	bad := write(t, "bad.yaml", "name: bad\nfaults:\n  - kind: tool-slow\n    at: 1m\n    dealy: 3s\n")

	truth := write(t, "truth.json", `{"product": "910B", "globals": {"tool_version": "25.9"}, "cards": []}`)

	for args, want := range map[string]string{
		"--scenario=nosuch info":                              `--scenario=nosuch: unknown scenario "nosuch": the library has chip-hang, `,
		"--scenario=" + bad + " info":                         bad + `:5: unknown key "dealy": a fault of kind tool-slow has kind, at, for, hosts, delay`,
		"--scenario=mixed info":                               "--scenario: mixed.yaml: all faults are on hosts of a fleet",
		"--scenario=link-flap --product=950PR info":           "--scenario: link-flap.yaml:9: hccs-link: NPU 0, chip 0: it has no HCCS links",
		"--scenario-start=2026-03-02T14:00:00Z info":          "--scenario-start needs --scenario",
		"--scenario=zeros --scenario-start=noon info":         "it accepts a time as 2026-01-31T12:00:00Z",
		"--scenario=zeros --truth=" + truth + " info":         "--truth and --scenario exclude each other",
		"--scenario=zeros --npus=1000 info":                   "--product, --release, --npus: 1000 NPUs",
		"--scenario=/nonexistent/scenario.yaml --npus=1 info": "no such file",
	} {
		status, stdout, stderr := call(strings.Fields(args)...)
		if status != 2 || stdout != "" || !strings.HasPrefix(stderr, "npu-smi-sim: ") || !strings.Contains(stderr, want) {
			t.Errorf("%s: status %d, stdout %q, stderr\n%s\nwant\n%s", args, status, stdout, stderr, want)
		}
	}
}

// TestPage: docs/simulator.md has all options, and what it says to paste works.
func TestPage(t *testing.T) {
	t.Parallel()

	page, err := os.ReadFile(filepath.Join("..", "..", "..", "docs", "simulator.md"))
	if err != nil {
		t.Fatal(err)
	}

	for _, option := range (&options{}).list() {
		if !strings.Contains(string(page), "`--"+option.name) {
			t.Errorf("the page does not tell of --%s", option.name)
		}
	}

	tried := 0

	for line := range strings.Lines(string(page)) {
		command, _, _ := strings.Cut(line, " #")
		if !strings.HasPrefix(command, "bin/npu-smi-sim ") {
			continue
		}

		words, err := npusmi.SplitCommand(command)
		if err != nil {
			t.Fatal(err)
		}

		if status, stdout, stderr := call(words[1:]...); stderr != "" || stdout == "" || status == statusOptions {
			t.Errorf("%s: status %d, %s%s", command, status, stdout, stderr)
		}

		tried++
	}

	if tried < 5 {
		t.Errorf("the page has %d commands", tried)
	}
}
