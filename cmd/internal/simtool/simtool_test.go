package simtool

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/ascend-exporter/ascend_exporter/collector/sim"
)

// asTool is the environment variable that makes the test binary the stand-in.
const asTool = "SIMTOOL_TEST_AS_TOOL"

func TestMain(m *testing.M) {
	if os.Getenv(asTool) != "" {
		os.Exit(Main(os.Args[1:], os.Stdout, os.Stderr))
	}

	os.Exit(m.Run())
}

// call runs the stand-in within this process.
func call(args ...string) (status int, stdout, stderr string) {
	var out, errs bytes.Buffer

	status = Main(args, &out, &errs)

	return status, out.String(), errs.String()
}

// write makes a file for a test.
func write(t *testing.T, name, text string) string {
	t.Helper()

	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}

	return path
}

const at = "--time=2026-03-02T14:30:00Z"

func TestAnswers(t *testing.T) {
	t.Parallel()

	recording := write(t, "recording.txtar", `a made-up machine
-- info --
| a table |
-- info -t x -i 0 => 215 --
Error parameter of -t
-- -v --
npu-smi version: 1.0
`)

	truthFile := write(t, "truth.json", `{"product": "910B", "globals": {"tool_version": "25.9"}, "cards": [
		{"id": 5, "chips": [{"temp": 47, "volt": "!-8006", "procs": "77:5"}]}], "proc_names": {"77": "worker"}}`)

	for _, tc := range []struct {
		name   string
		args   []string
		status int
		want   string // a regular expression
	}{
		{"the tool's own option", []string{"-v"}, 0, `^npu-smi version: 25\.5\.1\n$`},
		{"product", []string{"--product=A3", at, "info", "-m"}, 0, `\t7 +1 +15 +15 +Ascend910\n`},
		{"release", []string{"--release=23.0", at, "info", "-t", "hccs", "-i", "0", "-c", "0"}, 215, `^Error parameter of -t\n`},
		{"number of NPUs", []string{"--npus=3", "info", "-l"}, 0, `Total Count +: 3\n`},
		{"an option of the tool is none of ours", []string{"--npus=1", "info", "--exit=3"}, 215, `^Error parameter of --exit=3\n`},
		{"exit", []string{"--exit=9", "-v"}, 9, `^npu-smi version`},
		{"text", []string{"--stdout=hello  world", "info"}, 0, `^hello  world\n$`},
		{"no text", []string{"--stdout=", "--exit=1", "info"}, 1, `^$`},
		{"truth", []string{"--truth=" + truthFile, "info", "-t", "temp", "-i", "5", "-c", "0"}, 0, `^\tNPU Temperature \(C\) +: 47\n$`},
		{"truth that failed", []string{"--truth=" + truthFile, "info", "-t", "volt", "-i", "5", "-c", "0"}, 210, `^Failed to query "volt" result\.\n$`},
		{"other IDs", []string{"--first-npu=4", "--npus=2", "info", "-m"}, 0, `\n\t4 +0 +0 +Ascend 910B3\n\t4 +1 +- +Mcu +\n\t5 +0 +1 +Ascend 910B3\n\t5 +1 +- +Mcu +\n$`},
		{"another order", []string{"--reversed", "--npus=2", "info", "-m"}, 0, `\n\t1 +0 +1 +Ascend 910B3\n\t1 +1 +- +Mcu +\n\t0 +0 +0 +Ascend 910B3\n\t0 +1 +- +Mcu +\n$`},
		{"lost NPU", []string{"--lose=1", "--npus=2", "info", "-m"}, 0, `\n\t-1 +0 +- +Mcu +\n\t0 +0 +0 +Ascend 910B3\n\t0 +1 +- +Mcu +\n$`},
		{
			"lost chips",
			[]string{"--product=A3", "--npus=2", "--lose=0:1", "--lose=1:0", "info", "-m"},
			0,
			`\n\t0 +0 +0 +0 +Ascend910\n\t0 +1 +- +- +Mcu +\n\t1 +1 +3 +3 +Ascend910\n`,
		},
		{"no driver", []string{"--absent", "-v"}, 187, `^dcmi module initialize failed\. ret is -8005\n$`},
		{"no driver, no arguments", []string{"--absent"}, 215, `^Usage: npu-smi `},
		{"recording", []string{"--replay=" + recording, "info"}, 0, `^\| a table \|\n$`},
		{"recording, status", []string{"--replay=" + recording, "info", "-t", "x", "-i", "0"}, 215, `^Error parameter of -t\n$`},
		{"recording, option of the tool", []string{"--replay=" + recording, "-v"}, 0, `^npu-smi version: 1\.0\n$`},
		{"recording, unknown call", []string{"--replay=" + recording, "info", "-m"}, 215, `^Error parameter of -t\n$`},
		{"flood", []string{"--flood=123456", "info"}, 0, `^(\| 0 .*\n)+.+$`},
		{"another call hangs", []string{"--hang=info", "--hang=*-i 3 *", "info", "-t", "usages", "-i", "3"}, 0, "Aicore Usage Rate"},
		{"file", []string{"@" + write(t, "options", "--npus=2\n\n# a comment\n--exit=4\n"), "info", "-l"}, 4, `Total Count +: 2\n`},
		{"empty file", []string{"@" + write(t, "options", ""), "-v"}, 0, `^npu-smi version`},
		{"file after options overrules them", []string{"--npus=5", "@" + write(t, "options", "--npus=2"), "info", "-l"}, 0, `Total Count +: 2\n`},
		{"help", []string{"--help", "info"}, 0, `--hang=HANG`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()

			status, stdout, stderr := call(tc.args...)
			if status != tc.status || !regexp.MustCompile(tc.want).MatchString(stdout) || stderr != "" {
				t.Errorf("status %d, want %d; stderr %q; printed\n%s\nwant\n%s", status, tc.status, stderr, stdout, tc.want)
			}
		})
	}
}

func TestWrongOptions(t *testing.T) {
	t.Parallel()

	for _, tc := range []struct {
		args []string
		want string // a part of the error
	}{
		{[]string{"--product=H100", "info"}, `--product=H100: unknown product "H100": the products are 910B3, 910B1, 910B2, 910B4, 910B2C, 310, 310P-Duo, 310B4, 910A, A3, 950PR, 950DT; it accepts one of`},
		{[]string{"--npus=many", "info"}, `--npus=many: strconv.Atoi: parsing "many": invalid syntax; it accepts a number`},
		{[]string{"--npus=1000", "info"}, `--product, --release, --npus: 1000 NPUs: a machine has 1 to 64`},
		{[]string{"--release=9.9", "info"}, `unknown release "9.9" of 910B3: the releases are 23.0, 24.1`},
		{[]string{"--seed=-1"}, `--seed=-1: `},
		{[]string{"--time=noon"}, `it accepts a time as 2026-01-31T12:00:00Z`},
		{[]string{"--delay=5"}, `it accepts a duration as 1.5s`},
		{[]string{"--delay=-1s"}, `--delay=-1s: a delay is not negative`},
		{[]string{"--hang=[a"}, `--hang=[a: syntax error in pattern; it accepts a pattern`},
		{[]string{"--exit=256"}, `it accepts a status from 0 to 255`},
		{[]string{"--flood=1k"}, `it accepts a number of bytes`},
		{[]string{"--lose=one"}, `it accepts NPU or NPU:CHIP`},
		{[]string{"--lose=0:x"}, `it accepts NPU or NPU:CHIP`},
		{[]string{"--lose=9", "info"}, `--lose: no NPU 9 in this machine`},
		{[]string{"--lose=0:1", "info"}, `--lose: no chip 1 in NPU 0 of this machine`},
		{[]string{"--replay=/nonexistent", "info"}, `--replay=/nonexistent: open /nonexistent: no such file or directory; it accepts a txtar file`},
		{[]string{"--replay=" + write(t, "odd", "-- info => ok --\n"), "info"}, `section "info => ok": "ok" is no exit status`},
		{[]string{"--truth=/nonexistent", "info"}, `--truth=/nonexistent: open /nonexistent: no such file or directory; it accepts a JSON file`},
		{[]string{"--truth=" + write(t, "none", "{}"), "info"}, `product "": the products are 310, 310B, 310P, 910, 910B, 910_93, 950; it accepts a JSON file`},
		{[]string{"--log=/nonexistent/log", "info"}, `--log: open /nonexistent/log: no such file or directory`},
		{[]string{"--prodct=A3"}, `unknown long flag '--prodct'; the options are --tool, --product, --release, --npus, --seed,`},
		{[]string{"--hang", "info"}, `expected argument for flag '--hang'; the options are`},
		{[]string{"@/nonexistent", "info"}, `/nonexistent`},
		{[]string{"@" + write(t, "options", "info")}, `unexpected info; the options are`},
	} {
		t.Run(strings.Join(tc.args, " "), func(t *testing.T) {
			t.Parallel()

			status, stdout, stderr := call(tc.args...)
			if status != 2 || stdout != "" || !strings.HasPrefix(stderr, "npu-smi-sim: ") || !strings.Contains(stderr, tc.want) {
				t.Errorf("status %d, stdout %q, stderr\n%s\nwant\n%s", status, stdout, stderr, tc.want)
			}
		})
	}
}

func TestTime(t *testing.T) {
	t.Parallel()

	_, early, _ := call(at, "info")
	_, again, _ := call("--time=2026-03-02T15:30:00+01:00", "info")
	_, later, _ := call("--time=2026-03-02T15:30:00Z", "info")
	_, other, _ := call(at, "--seed=1", "info")

	if early != again {
		t.Errorf("the same moment in two zones:\n%s\n%s", early, again)
	}

	if early == later || early == other {
		t.Errorf("another moment or another seed is the same machine:\n%s", early)
	}
}

// TestFileIsReadAnew checks that a running test can change what the next call does.
func TestFileIsReadAnew(t *testing.T) {
	t.Parallel()

	name := write(t, "options", "")

	for _, want := range []int{0, 7, 0} {
		text := ""
		if want != 0 {
			text = "--exit=7\n"
		}

		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}

		if status, _, _ := call("@"+name, "-v"); status != want {
			t.Errorf("status %d with the options %q", status, text)
		}
	}
}

func TestDelay(t *testing.T) {
	t.Parallel()

	const delay = 50 * time.Millisecond

	start := time.Now()

	if status, _, stderr := call("--delay="+delay.String(), "-v"); status != 0 {
		t.Errorf("status %d: %s", status, stderr)
	}

	if took := time.Since(start); took < delay {
		t.Errorf("took %v, want at least %v", took, delay)
	}
}

func TestGarbageAndFlood(t *testing.T) {
	t.Parallel()

	_, noise, _ := call("--garbage", "info")
	_, again, _ := call("--garbage", "info")
	_, other, _ := call("--garbage", "--seed=1", "info")

	if noise != again || noise == other || len(noise) < 1000 {
		t.Errorf("garbage: %d bytes, the same at the next call %t, with another seed %t", len(noise), noise == again, noise == other)
	}

	if _, flood, _ := call("--flood=1000000", "info"); len(flood) != 1000000 {
		t.Errorf("flood of %d bytes", len(flood))
	}
}

func TestLog(t *testing.T) {
	t.Parallel()

	name := filepath.Join(t.TempDir(), "log")

	call("--log="+name, "info", "-t", "topo")
	call("--log="+name, "--absent", "-v")

	got, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}

	const stamp = `\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d) \d+ `

	want := regexp.MustCompile("^start " + stamp + "info -t topo\nend " + stamp + "info -t topo\nstart " + stamp + "-v\nend " + stamp + "-v\n$")
	if !want.Match(got) {
		t.Errorf("log:\n%s\nwant %s", got, want)
	}
}

func TestHangs(t *testing.T) {
	t.Parallel()

	for _, tc := range []struct {
		pattern, line string
		want          bool
	}{
		{"*", "", true},
		{"*", "info -t usages -i 3", true},
		{"info", "info", true},
		{"info", "info -m", false},
		{"*-i 3 *", "info -t usages -i 3 -c 0", true},
		{"*-i 3 *", "info -t usages -i 33 -c 0", false},
		{"*-i 3", "info -t usages -i 3", true},
		{"info*", "info -t custom -f /a/b", true},
		{"*/b", "info -t custom -f /a/b", true},
		{"info -[ml]", "info -m", true},
		{"info -?", "info -m", true},
	} {
		o := &options{hang: []string{"never", tc.pattern}}
		if got := o.hangs(tc.line); got != tc.want {
			t.Errorf("%q hangs %q: %t", tc.pattern, tc.line, got)
		}
	}
}

// TestKubeletOptions: what a kubelet is refused for, and what it says.
func TestKubeletOptions(t *testing.T) {
	t.Parallel()

	serves := func(context.Context, string, func() (sim.State, error)) error { return errors.New("taken") }

	for _, tc := range []struct {
		kubelet Kubelet
		args    []string
		says    string
	}{
		{nil, []string{"--pod-resources=k.sock"}, "--pod-resources=k.sock: there is no kubelet here: use npu-smi-sim"},
		{serves, []string{"--pod-resources=k.sock", "info"}, `it answers no call of the tool, such as ["info"]`},
		{serves, []string{"--pod-resources=k.sock"}, "--pod-resources=k.sock: taken"},
	} {
		var stdout, stderr bytes.Buffer
		if status := MainWithKubelet(tc.args, &stdout, &stderr, tc.kubelet); status != statusOptions || !strings.Contains(stderr.String(), tc.says) {
			t.Errorf("%q: status %d: %s", tc.args, status, stderr.String())
		}
	}
}

// TestTruthOfALostCard: a card can have no chips, and then there is no network to speak of.
func TestTruthOfALostCard(t *testing.T) {
	t.Parallel()

	network := new(sim.Network)
	lost, alive := sim.NPU{ID: 0}, sim.NPU{ID: 1, Chips: []sim.Chip{{Network: network}}}

	if _, err := (&options{truth: &sim.State{NPUs: []sim.NPU{lost}}}).trueState(); err != nil {
		t.Error(err)
	}

	if _, err := (&options{truth: &sim.State{NPUs: []sim.NPU{lost, alive}}}).trueState(); err == nil {
		t.Error("what hccn_tool was told was given to npu-smi")
	}
}
