package helm

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestHook: what `helm test` runs in its pod tells an exporter with chips from none. It runs here, against the exporter of this checkout.
func TestHook(t *testing.T) {
	t.Parallel()

	binary := os.Getenv("ASCEND_EXPORTER_BIN")
	if binary == "" {
		t.Skip("no exporter in ASCEND_EXPORTER_BIN: make test-chart builds one")
	}

	if _, err := exec.LookPath("wget"); err != nil {
		t.Skip("no wget on PATH: install Debian's package wget")
	}

	pod := documents(t, render(t, "--values=testdata/values/sim.yaml", "--show-only=templates/tests/metrics.yaml"))[0]
	command := pod["spec"].(map[string]any)["containers"].([]any)[0].(map[string]any)["command"].([]any)
	address := freeAddress(t)

	// Once is enough where there is nothing to wait for.
	script := strings.Replace(command[2].(string), "seq 30", "seq 1", 1)
	if out, err := hook(t, script, address); err == nil {
		t.Errorf("it passes without an exporter:\n%s", out)
	}

	serve(t, binary, []string{"--web.listen-address=" + address, "--sim"}, "http://"+address+"/-/ready")

	out, err := hook(t, command[2].(string), address)
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}

	if strings.Count(out, "\nascend_npu_info{") != 8 {
		t.Errorf("of 8 chips it shows:\n%s", out)
	}
}

// TestFlags: the exporter knows every flag that the chart gives it.
func TestFlags(t *testing.T) {
	t.Parallel()

	binary := os.Getenv("ASCEND_EXPORTER_BIN")
	if binary == "" {
		t.Skip("no exporter in ASCEND_EXPORTER_BIN: make test-chart builds one")
	}

	status := func(args ...string) int {
		cmd := exec.CommandContext(t.Context(), binary, append(args, "--once", "--path.lock="+t.TempDir())...)

		out, err := cmd.CombinedOutput()
		if cmd.ProcessState == nil {
			t.Fatal(err)
		}

		t.Logf("status %d of %v\n%.300s", cmd.ProcessState.ExitCode(), cmd.Args[1:], out)

		return cmd.ProcessState.ExitCode()
	}

	if got := status("--collector.nothing"); got != 2 {
		t.Errorf("a flag that it does not know ends with status %d", got)
	}

	web := filepath.Join(t.TempDir(), "web-config.yml")
	write(t, web, "")

	for _, file := range cases(t) {
		pod := documents(t, render(t, "--values="+file, "--show-only=templates/daemonset.yaml"))[0]["spec"].(map[string]any)["template"].(map[string]any)["spec"].(map[string]any)

		var flags []string

		for _, flag := range pod["containers"].([]any)[0].(map[string]any)["args"].([]any) {
			flags = append(flags, strings.NewReplacer(
				"$(NODE_NAME)", "node", "/etc/ascend_exporter/web/web-config.yml", web, "/var/lib/ascend_exporter", t.TempDir(),
			).Replace(flag.(string)))
		}

		// Where there are no NPUs the status is 1. Only a simulation has chips everywhere.
		if got := status(flags...); got == 2 || got != 0 && slices.Contains(flags, "--sim") {
			t.Errorf("%s: status %d", file, got)
		}
	}
}

// hook runs the test of the chart against an exporter.
func hook(t *testing.T, script, address string) (string, error) {
	t.Helper()

	cmd := exec.CommandContext(t.Context(), "sh", "-euc", script)
	cmd.Env = append(os.Environ(), "TARGET="+address)
	out, err := cmd.CombinedOutput()

	return string(out), err
}

// freeAddress gives an address of this machine on which nothing listens.
func freeAddress(t *testing.T) string {
	t.Helper()

	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()

	return listener.Addr().String()
}
