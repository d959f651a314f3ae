package hccntool

import (
	"errors"
	"slices"
	"strings"
	"syscall"
	"testing"
	"unicode/utf8"

	"github.com/ascend-exporter/ascend_exporter/collector/npusmi"
)

const usageList = "[ hccn_tool -i devid -stat ] needs the following parameters:\n   [-g]        : get packet statistics\n\n"

func TestExplain(t *testing.T) {
	t.Parallel()

	timeout := &npusmi.Failure{Reason: npusmi.ReasonTimeout, Message: "ended after 9s"}

	for _, test := range []struct {
		stdout, stderr string
		status         int
		reason         npusmi.Reason
		says           string // in message or advice
	}{
		// 910, 910B, A3
		{"", "Command execute failed!\n", 1, npusmi.ReasonQuery, "dmesg"},
		{"", "Execute failed: Link status is down.\n", 22, npusmi.ReasonQuery, "cable"},
		{"", "Control link unreachable.\n", 15, npusmi.ReasonQuery, "shares the optical module"},
		{"hccn_tool is busy, please try again.\n", "", 11, npusmi.ReasonBusy, "another program"},
		{"", "Get lock failed. Please try again.\n", 25, npusmi.ReasonBusy, "another program"},
		{"", "permission denied: pls check this cmd run permission.\n", 12, npusmi.ReasonPermission, "--hccn-tool.command"},
		{"", "Get invalid device id.\n", 4, npusmi.ReasonQuery, "npu-smi info -m"},
		{"", "The device is not exist!\n", 4, npusmi.ReasonQuery, "npu-smi info -m"},
		{"This command is not supported on this product.\n", "", 13, npusmi.ReasonUnsupported, "absent"},
		{"This device does not support switching fec mode.\n", "", 0, npusmi.ReasonUnsupported, "absent"},
		{"", "Get invalid major cmd.\nEnter [ hccn_tool -h ] for more details.\n", 3, npusmi.ReasonUnsupported, "arguments"},
		{usageList, "Get unknown option!\n", 3, npusmi.ReasonUnsupported, "arguments"},
		{usageList, "The total count of input parameters is wrong!\n", 4, npusmi.ReasonUnsupported, "arguments"},
		{usageList, "Get invalid parameters!\n", 1, npusmi.ReasonUnsupported, "arguments"},
		{"", "Get invalid major cmd type. The valid major cmd type should be \"-a\" or \"-i\".\n", 1, npusmi.ReasonUnsupported, "another generation"},
		{"", "Get ipconf failed, because no ip was preset there!\n", 13, npusmi.ReasonUnsupported, "no address"},
		{"", "Get gateway failed, because no gateway was preset there!\n", 2, npusmi.ReasonUnsupported, "no address"},
		{"", "", 234, npusmi.ReasonPermission, "/etc/passwd"},
		{" \n", "\n", 234, npusmi.ReasonPermission, "/etc/passwd"},

		// 950
		{"", "Please specify a valid mode.\nEnter [ hccn_tool -h ] for more details.\n", 2, npusmi.ReasonUnsupported, "another generation"},
		{"", "Please specify a valid cmd.\n", 4, npusmi.ReasonUnsupported, "arguments"},
		{"", "Option [-p 12] is out of range [0, 9].\n", 8, npusmi.ReasonUnsupported, "arguments"},
		{"", "Option [-i -1] is invalid, -1 < 0.\n", 7, npusmi.ReasonUnsupported, "arguments"},
		{"", "Parse cmd option failed.\n", 10, npusmi.ReasonUnsupported, "arguments"},
		{"", "target chip is invalid, please check.\n", 11, npusmi.ReasonQuery, "npu-smi info -m"},
		{"", "Cmd execute failed!\n", 251, npusmi.ReasonQuery, "by hand"},
		{"", "Cmd execute failed!\n", 234, npusmi.ReasonQuery, "by hand"},
		{"", "Cmd execute failed!\n", 10, npusmi.ReasonUnsupported, "absent"},
		{"", "Cmd execute failed!\n", 13, npusmi.ReasonUnsupported, "absent"},
		{"", "Get device info failed.\n", 15, npusmi.ReasonQuery, "by hand"},

		// What comes before the tool.
		{"", "hccn_tool: error while loading shared libraries: libascend_hal.so: cannot open shared object file: No such file\n", 127, npusmi.ReasonStart, "driver/lib64"},
		{"", "sudo: hccn_tool: command not found\n", 1, npusmi.ReasonStart, "Correct --hccn-tool.command"},
		{"", "sudo: a password is required\n", 1, npusmi.ReasonPermission, "NOPASSWD"},

		// What is not known.
		{"[WARNING] \"/var/log/hccn_tool\" is not a directory, hccn_tool logs may be lost.\n", "odd\n", 77, npusmi.ReasonQuery, "status 77: odd"},
		{"", "", 34, npusmi.ReasonQuery, "status 34"},
		{"", "", 0, npusmi.ReasonParse, "printed nothing"},
	} {
		run := npusmi.Run{Stdout: []byte(test.stdout), Stderr: []byte(test.stderr), ExitStatus: test.status}

		failure := Explain(run)
		if failure.Reason != test.reason || !strings.Contains(failure.Error(), test.says) || failure.Advice == "" && test.reason != npusmi.ReasonParse {
			t.Errorf("%q %q %d: got %s: %q, want %s: %q", test.stdout, test.stderr, test.status, failure.Reason, failure, test.reason, test.says)
		}

		if got := HasNoAddress(run); got != strings.Contains(test.stderr, "was preset there") {
			t.Errorf("%q: no address: %v", test.stderr, got)
		}

		run.Failure = timeout
		if got := Explain(run); got != timeout || HasNoAddress(run) {
			t.Errorf("%q: what the runner said is explained as %v", test.stderr, got)
		}
	}

	if failure := Explain(npusmi.Run{Signal: syscall.SIGSEGV, ExitStatus: -1}); !strings.Contains(failure.Message, "signal 11") {
		t.Errorf("got %v", failure)
	}

	var err error = Explain(npusmi.Run{})
	if _, ok := errors.AsType[*npusmi.Failure](err); !ok {
		t.Error("not a *Failure")
	}
}

// TestExplainRecordings explains every failure of the real tool, where recordings are at hand, from what is known to have caused it.
func TestExplainRecordings(t *testing.T) {
	t.Parallel()

	explained := 0

	for _, m := range recordedMachines(t, "*") {
		for _, run := range m.runs {
			if run.ExitStatus == 0 {
				continue
			}

			explained++

			want := cause(m, run)
			if failure := Explain(run); failure.Reason != want {
				t.Errorf("%s: %s: got %s: %v, want %s", m.name, strings.Join(run.Args, " "), failure.Reason, failure, want)
			}
		}
	}

	if explained < 100 {
		t.Errorf("only %d failures", explained)
	}
}

// cause is why a recorded run failed.
func cause(m machine, run npusmi.Run) npusmi.Reason {
	args := strings.Join(run.Args, " ")
	device, asked := item(run)

	noTool := !slices.Contains(run.Args, "-i") || len(run.Args) < 3 // no query at all

	switch {
	case noTool && args != "-g -link":
		return npusmi.ReasonUnsupported
	case m.name == "i_950_server":
		switch {
		case strings.Contains(args, "-su_ber"), strings.Contains(args, "-ub_connect"): // of cards alone
			return npusmi.ReasonUnsupported
		case strings.Contains(args, "-i 9 "):
			return npusmi.ReasonQuery
		case strings.Contains(args, "-i 3 -u 0 -p 4"), args == "-g -optical -i 0", args == "-g -optical -i 1", args == "-g -optical -i 2", args == "-g -optical -i 3":
			return npusmi.ReasonQuery
		default:
			return npusmi.ReasonUnsupported
		}
	case strings.Contains(args, "-nosuch"), run.Args[0] != "-i":
		return npusmi.ReasonUnsupported
	case m.name == "g2_910B_nodriver", strings.HasPrefix(args, "-i a "), device >= len(m.truth.Devices):
		return npusmi.ReasonQuery
	case asked == "", strings.Contains(asked, "extra"), strings.HasSuffix(asked, "time 99"):
		return npusmi.ReasonUnsupported
	case m.name == "h_910B_misc" && (asked == "ip" || asked == "gateway"):
		return npusmi.ReasonUnsupported
	case m.name == "g_910B_errors":
		return []npusmi.Reason{
			0: "", 1: npusmi.ReasonQuery, 2: npusmi.ReasonQuery, 3: npusmi.ReasonBusy, 4: npusmi.ReasonPermission,
			5: npusmi.ReasonQuery, 6: npusmi.ReasonTimeout, 7: npusmi.ReasonQuery, 8: npusmi.ReasonQuery, 9: npusmi.ReasonBusy,
		}[device]
	default:
		return npusmi.ReasonQuery
	}
}

// FuzzExplain: every run is explained, in words that are fit for a message.
func FuzzExplain(f *testing.F) {
	for _, rule := range rules() {
		f.Add([]byte("line\n"), []byte(rule.Text+"\n"), 1)
	}

	f.Add([]byte{}, []byte("\xff\n"), 234)
	f.Add([]byte("| Cmd execute failed! |"), []byte("Cmd execute failed!"), 10)

	f.Fuzz(func(t *testing.T, stdout, stderr []byte, status int) {
		failure := Explain(npusmi.Run{Stdout: stdout, Stderr: stderr, ExitStatus: status})
		if failure == nil || !slices.Contains(npusmi.Reasons(), failure.Reason) || failure.Message == "" || failure.Advice == "" {
			t.Fatalf("got %+v", failure)
		}

		if !utf8.ValidString(failure.Message) || strings.Contains(failure.Message, "\n") {
			t.Fatalf("not fit for a message: %q", failure.Message)
		}
	})
}
