package promtest

import (
	"os"
	"path/filepath"
	"testing"
)

// StartAlertmanager runs Alertmanager with a configuration until the test ends, and gives the address at which Prometheus finds it. The
// test is skipped where there is none on PATH.
func StartAlertmanager(t *testing.T, config string) (address string) {
	t.Helper()

	file := filepath.Join(t.TempDir(), "alertmanager.yml")

	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}

	address = FreeAddress(t)
	run(t, "http://"+address, "alertmanager", "prometheus-alertmanager",
		"--config.file="+file, "--storage.path="+filepath.Join(t.TempDir(), "data"), "--web.listen-address="+address,
		"--cluster.listen-address=") // alone

	return address
}
