package npusmi

import (
	"errors"
	"slices"
	"strings"
	"syscall"
	"testing"
	"unicode/utf8"
)

func TestClassify(t *testing.T) {
	t.Parallel()

	for _, test := range []struct {
		text   string
		reason Reason // "" is no failure
		says   string // in message or advice
	}{
		{"dcmi module initialize failed. ret is -8005\n", ReasonInit, "lsmod"},
		{"dcmi module initialize failed. ret is -8005\n", ReasonInit, "HwHiAiUser"},
		{"dcmi module initialize failed. ret is -8012\n", ReasonInit, "/dev/davinci_manager"},
		{"DrvMngGetConsoleLogLevel failed. (g_conLogLevel=3)\ndcmi module initialize failed. ret is -8005\n", ReasonInit, "dcmi module"},
		{"dcmi model initialized failed, because the device is used. ret is -8020\n", ReasonOccupied, "privileged container"},
		{"dcmi model initialized failed, because the device is used. ret is -8020\nnpu get board type failed. ret is -9005\n", ReasonOccupied, "-8020"},
		{"dcmi module initialize failed. ret is -8020\n", ReasonOccupied, "another container"},

		{"npu get board type failed. ret is -9005\n", ReasonNoDevice, "lspci"},
		{"npu get board type failed. ret is -9006\n", ReasonQuery, "timed out"},
		{"There is no NPU card on this server.\n", ReasonNoDevice, "no chip"},
		{"Failed to get card number.\n", ReasonNoDevice, "no chip"},

		{"This command can be executed only by the root user.\n", ReasonPermission, "root"},
		{"Please run as root.\n", ReasonPermission, "root"},
		{"Failed to execute npu-smi info. ret is -8002.\n", ReasonPermission, "root"},
		{"Failed to execute npu-smi info. ret is -9002.\n", ReasonPermission, "root"},
		{"sudo: a password is required\n", ReasonPermission, "NOPASSWD"},
		{"sudo: a terminal is required to read the password; either use the -S option\n", ReasonPermission, "NOPASSWD"},
		{"exporter is not in the sudoers file.\n", ReasonPermission, "NOPASSWD"},
		{"Sorry, user exporter is not allowed to execute '/usr/local/bin/npu-smi' as root on host1.\n", ReasonPermission, "NOPASSWD"},
		{"sudo: The \"no new privileges\" flag is set, which prevents sudo from running as root.\n", ReasonPermission, "NoNewPrivileges"},
		{"sh: 1: /usr/local/bin/npu-smi: Permission denied\n", ReasonPermission, "root"},
		{"nsenter: reassociate to namespaces failed: Operation not permitted\n", ReasonPermission, "root"},

		{"This device does not support querying hccs.\n", ReasonUnsupported, "hccs"},
		{"This device does not support hccs topo.\n", ReasonUnsupported, "absent"},
		{"Error parameter of -t\nUsage: npu-smi info <watch|proc|-h|-m|-l|-t type> [Options...]\n", ReasonUnsupported, "-t"},
		{"This command cannot be executed on a VM or container.\n", ReasonUnsupported, "container"},
		{"Must input parameter of chip id.\nUsage: npu-smi info\n", ReasonUnsupported, "chip id"},
		{"This command must input card id and chip id.\n", ReasonUnsupported, "chip id"},

		{"Failed to query \"topo\" info.\n", ReasonQuery, "topo"},
		{"\tFailed to query \"health\" result.\n", ReasonQuery, "by hand"},
		{"Failed to query npu chip: 0 info.\n", ReasonQuery, "chip: 0"},
		{"Failed to query \"ecc\" info.\nFailed to execute npu-smi info. ret is -8006.\n", ReasonQuery, "timed out"},
		{"Failed to execute npu-smi info. ret is -9006.\n", ReasonQuery, "timed out"},
		{"Failed to query \"topo\" info.\nFailed to execute npu-smi info. ret is -8012.\n", ReasonQuery, "not ready"},
		{"Failed to query \"topo\" info.\nFailed to execute npu-smi info. ret is -8255.\n", ReasonQuery, "could not answer"},
		{"Failed to execute npu-smi info. ret is -8017.\n", ReasonQuery, "upgrade"},
		{"Failed to execute npu-smi info. ret is -8005.\n", ReasonQuery, "dmesg"},
		{"npu_get_card_device_id failed. err is -8006.\nFailed to query card total info.\n", ReasonQuery, "timed out"},
		{"npu_get_card_device_id failed. err is 4\nFailed to query card total info.\n", ReasonQuery, "dmesg"},
		{"Failed to query card pcie info.\n", ReasonQuery, "pcie"},
		{"Invalid card id.\nError parameter of -i\nUsage: npu-smi info\n", ReasonQuery, "Invalid card id"},
		{"Invalid chip id.\n", ReasonQuery, "Invalid chip id"},
		{"Error parameter of -i\nUsage: npu-smi info\n", ReasonQuery, "-i"},
		{"You must select a card at first.\n", ReasonQuery, "card"},
		{"Usage: npu-smi info <watch|proc> [Options...]\n", ReasonQuery, "Usage"},

		{"npu-smi: error while loading shared libraries: libdcmi.so: cannot open shared object file: No such file or directory\n", ReasonStart, "/usr/local/dcmi"},
		{"npu-smi: /lib/libc.so.6: version `GLIBC_2.34' not found (required by npu-smi)\n", ReasonStart, "glibc"},
		{"sudo: npu-smi: command not found\n", ReasonStart, "--npu-smi.command"},
		{"sh: 1: npu-smi: not found\n", ReasonStart, "--npu-smi.command"},
		{"env: 'npu-smi': No such file or directory\n", ReasonStart, "--npu-smi.command"},

		{"", "", ""},
		{"\n\n", "", ""},
		{"DrvMngGetConsoleLogLevel failed. (g_conLogLevel=3)\n", "", ""},
		{"DrvMngGetConsoleLogLevel failed. (ret=4)\n", "", ""},
		{"[WARNING]The driver package may not be completely installed, please check.\n", "", ""},
		{"sh: 1: dmidecode: not found\n/dev/mem: Permission denied\n", "", ""},
		{"sh: 1: dmidecode: Permission denied\nFailed to get card number.\n", ReasonNoDevice, "no chip"},
		{"| 0     910B3 | This device does not support querying | Failed to query |\n+--- ret is -8020 ---+\n", "", ""},
		{"\tAicore Usage Rate(%)           : 8005\n\tHBM Capacity(MB)               : 65536\n", "", ""},
		{"No process in device.\n", "", ""},
		{"Get pid name failed.\n", "", ""},
	} {
		failure := Classify([]byte(test.text))
		if reason(failure) != test.reason {
			t.Errorf("%q: got %v, want %q", test.text, failure, test.reason)

			continue
		}

		if failure != nil && (failure.Advice == "" || !strings.Contains(failure.Error(), test.says)) {
			t.Errorf("%q: %q does not say %q", test.text, failure, test.says)
		}
	}
}

func TestClassifyMessage(t *testing.T) {
	t.Parallel()

	text := "Failed to query \"\x1b[31m\xff" + strings.Repeat("é", 1000) + "\" info.\n"

	failure := Classify([]byte(text))
	if failure == nil {
		t.Fatal("no failure")
	}

	if n := utf8.RuneCountInString(failure.Message); n > 300 || strings.ContainsAny(failure.Message, "\x1b\n") || !utf8.ValidString(failure.Message) {
		t.Errorf("%d characters: %q", n, failure.Message)
	}
}

func TestExplain(t *testing.T) {
	t.Parallel()

	busy := &Failure{Reason: ReasonBusy, Message: "busy"}

	for _, test := range []struct {
		name   string
		run    Run
		reason Reason
		says   string
	}{
		{"what the runner said", Run{Failure: busy, Stdout: []byte("Invalid card id.")}, ReasonBusy, "busy"},
		{"text before status", Run{Stdout: []byte("This device does not support querying hccs.\n"), ExitStatus: 1}, ReasonUnsupported, "hccs"},
		{"stdout before stderr", Run{Stdout: []byte("Invalid card id.\n"), Stderr: []byte("sudo: a password is required\n")}, ReasonQuery, "card id"},
		{"stderr", Run{Stderr: []byte("sudo: a password is required\n"), ExitStatus: 1}, ReasonPermission, "sudo"},
		{"signal", Run{Stdout: []byte("|  table |\n"), Signal: syscall.SIGSEGV, ExitStatus: -1}, ReasonQuery, "signal 11 (segmentation fault)"},
		{"within a line", Run{Stdout: []byte("+----+\n| NPU"), ExitStatus: 1}, ReasonQuery, "status 1 within its answer: Run the query by hand."},
		{"text within a line", Run{Stdout: []byte("dcmi module initialize failed. ret is -8005"), ExitStatus: 187}, ReasonInit, "-8005"},
		{"status", Run{Stdout: []byte("\nDrvMngGetConsoleLogLevel failed. (ret=4)\nwhat is this\n"), ExitStatus: 197}, ReasonQuery, "status 197: what is this"},
		{"status alone", Run{ExitStatus: 3}, ReasonQuery, "status 3"},
		{"status, stderr", Run{Stderr: []byte("odd\n"), ExitStatus: 3}, ReasonQuery, "status 3: odd"},
		{"nothing", Run{Stdout: []byte(" \n")}, ReasonParse, "printed nothing"},
		{"anything", Run{Stdout: []byte("| a table | of another program |\n")}, ReasonParse, "nothing could be read in what the tool printed: | a table"},
	} {
		failure := Explain(test.run)
		if failure.Reason != test.reason || !strings.Contains(failure.Error(), test.says) {
			t.Errorf("%s: got %s: %q, want %s: %q", test.name, failure.Reason, failure, test.reason, test.says)
		}
	}

	var err error = Explain(Run{})
	if failure := (*Failure)(nil); !errors.As(err, &failure) {
		t.Error("not a *Failure")
	}
}

func FuzzClassify(f *testing.F) {
	for _, rule := range rules() {
		f.Add([]byte("line\n" + rule.Text + "\n"))
	}

	f.Add([]byte("| ret is -8020 |\n+===+\n"))
	f.Add([]byte("Failed to query \"x\" info.\r\nret is -\xff8006."))

	f.Fuzz(func(t *testing.T, text []byte) {
		failure := Classify(text)
		if failure != nil {
			if !slices.Contains(Reasons(), failure.Reason) || failure.Message == "" || failure.Advice == "" {
				t.Fatalf("got %+v", failure)
			}

			if !utf8.ValidString(failure.Message) || strings.Contains(failure.Message, "\n") {
				t.Fatalf("not fit for a message: %q", failure.Message)
			}
		}

		if explained := Explain(Run{Stdout: text}); explained == nil || failure != nil && *explained != *failure {
			t.Fatalf("%v is explained as %v", failure, explained)
		}

		for _, border := range []string{"|", "+", " \t| "} {
			table := border + strings.ReplaceAll(string(text), "\n", "\n"+border)
			if failure := Classify([]byte(table)); failure != nil {
				t.Fatalf("a table is taken for %v", failure)
			}
		}
	})
}
