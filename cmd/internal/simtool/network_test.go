package simtool

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// TestNetworkTool: as hccn_tool it has its answers on one stream and its errors on the other, with the statuses of that tool.
func TestNetworkTool(t *testing.T) {
	t.Parallel()

	const asNetwork = "--tool=hccn_tool"

	recording := write(t, "recording.txtar", `a made-up network
-- (none) => 2 --
-- 2> (none) --
no arguments
-- -i 0 -link -g --
link status: UP
-- -i 1 -link -g => 22 --
-- 2> -i 1 -link -g --
the link is down
`)

	truthFile := write(t, "truth.json", `{"product": "910B", "tz": "UTC", "globals": {"now": 1790000000}, "devices": [
		{"id": 5, "link": 0, "speed": 65535, "stat.roce_cqe_num": 7, "linkstat.up": 2, "fail.mtu": -16}]}`)

	for _, tc := range []struct {
		name           string
		args           []string
		status         int
		stdout, stderr string // regular expressions
	}{
		{"an answer", []string{at, "-i", "3", "-link", "-g"}, 0, `^link status: UP\n$`, `^$`},
		{"a chip of an A3 by its physical id", []string{"--product=A3", at, "-i", "15", "-mac", "-g"}, 0, `^mac addr: .*:0f\n$`, `^$`},
		{"no such chip", []string{at, "-i", "8", "-link", "-g"}, 4, `^$`, `^Get invalid device id\.\n$`},
		{"no arguments", nil, 2, `^$`, `^Get invalid major cmd number`},
		{"a product without network", []string{"--product=310B4", "-i", "0", "-link", "-g"}, 4, `^$`, `^Get invalid device id\.\n$`},
		{"a 950", []string{"--product=950DT", at, "-g", "-link", "-i", "7", "-u", "1", "-p", "6"}, 0, `^link status: UP\n$`, `^$`},
		{"a 950 in the form of others", []string{"--product=950DT", "-i", "0", "-link", "-g"}, 2, `^$`, `^Please specify a valid mode\.\n`},
		{"an old release", []string{"--release=23.0", at, "-i", "0", "-netdetect", "-g"}, 0, `^netdetect address: 10\.`, `^$`},
		{"no driver", []string{"--absent", "-i", "0", "-link", "-g"}, 4, `^$`, `^Get invalid device id\.\n$`},
		{"a lost chip", []string{"--lose=2", at, "-i", "2", "-link", "-g"}, 4, `^$`, `^Get invalid device id\.\n$`},
		{"another status", []string{"--exit=9", at, "-i", "0", "-link", "-g"}, 9, `^link status: UP\n$`, `^$`},
		{"text", []string{"--stdout=odd", "-i", "0", "-link", "-g"}, 0, `^odd\n$`, `^$`},
		{"flood", []string{"--flood=4096", "-i", "0", "-link", "-g"}, 0, `^[^\x00]+$`, `^$`},
		{"a scenario", []string{"--scenario=roce-link-down", "--time=2026-03-02T14:05:00Z", "-i", "7", "-speed", "-g"}, 0, `^Speed: Unknown!\n$`, `^$`},
		{"the tool of another hangs", []string{"--scenario=network-tool-hang", "--time=2026-03-02T14:05:00Z", "-i", "6", "-link", "-g"}, 0, `UP`, `^$`},
		{"recording", []string{"--replay=" + recording, "-i", "0", "-link", "-g"}, 0, `^link status: UP\n$`, `^$`},
		{"recording, error", []string{"--replay=" + recording, "-i", "1", "-link", "-g"}, 22, `^$`, `^the link is down\n$`},
		{"recording, no arguments", []string{"--replay=" + recording}, 2, `^$`, `^no arguments\n$`},
		{"recording, unknown call", []string{"--replay=" + recording, "-i", "2", "-link", "-g"}, 3, `^$`, `^Get invalid major cmd\.\n$`},
		{"truth", []string{"--truth=" + truthFile, "-i", "5", "-stat", "-g"}, 0, `\nroce_cqe_num:7\n`, `^$`},
		{"truth that is busy", []string{"--truth=" + truthFile, "-i", "5", "-mtu", "-g"}, 11, `^hccn_tool is busy, please try again\.\n$`, `^$`},
		{"wrong truth", []string{"--tool=npu-smi", "--truth=" + truthFile, "info"}, 2, `^$`, `it needs --tool=hccn_tool`},
		{"wrong tool", []string{"--tool=nvidia-smi", "info"}, 2, `^$`, `--tool=nvidia-smi: no such tool; it accepts npu-smi or hccn_tool`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()

			status, stdout, stderr := call(append([]string{asNetwork}, tc.args...)...)
			if status != tc.status || !regexp.MustCompile(tc.stdout).MatchString(stdout) || !regexp.MustCompile(tc.stderr).MatchString(stderr) {
				t.Errorf("status %d, want %d; stdout\n%s\nwant %s; stderr\n%s\nwant %s", status, tc.status, stdout, tc.stdout, stderr, tc.stderr)
			}
		})
	}
}

// TestToolByItsName: a file that is called hccn_tool answers as that tool, one of any other name as npu-smi.
func TestToolByItsName(t *testing.T) {
	t.Parallel()

	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}

	for name, want := range map[string]string{"hccn_tool": "link status: UP\n", "npu-smi": "Usage: npu-smi "} {
		file := filepath.Join(t.TempDir(), name)
		if err := os.Symlink(self, file); err != nil {
			t.Fatal(err)
		}

		var stdout, stderr bytes.Buffer

		cmd := exec.Command(file, at, "-i", "0", "-link", "-g")
		cmd.Env = append(os.Environ(), asTool+"=1")
		cmd.Stdout, cmd.Stderr = &stdout, &stderr

		_ = cmd.Run() // npu-smi does not know such a call

		if !strings.HasPrefix(stdout.String(), want) || stderr.Len() > 0 {
			t.Errorf("%s prints %q, %q; want %q", name, stdout.String(), stderr.String(), want)
		}
	}
}

// TestNetworkToolHangs: a call of a sick chip, and one that a scenario holds, never end; npu-smi goes on.
func TestNetworkToolHangs(t *testing.T) {
	t.Parallel()

	const inTime = "--time=2026-03-02T14:05:00Z"

	for _, scenario := range []string{"--scenario=zeros", "--scenario=network-tool-hang"} {
		var out bytes.Buffer

		log := filepath.Join(t.TempDir(), "log")
		cmd, ended := start(t, &out, "--tool=hccn_tool", scenario, inTime, "--log="+log, "-i", "7", "-link", "-g")

		eventually(t, "start in the log", func() bool {
			text, _ := os.ReadFile(log)

			return len(text) > 0
		})

		select {
		case <-ended:
			t.Fatalf("%s: a call that hangs has ended: %v", scenario, cmd.ProcessState)
		case <-time.After(200 * time.Millisecond):
		}

		if status, stdout, _ := call(scenario, inTime, "info", "-m"); status != 0 || stdout == "" {
			t.Errorf("%s: npu-smi ends with %d: %s", scenario, status, stdout)
		}

		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}

		diedOf(t, cmd, ended)

		if out.Len() > 0 {
			t.Errorf("%s: it prints %q", scenario, out.String())
		}
	}
}
