package systemd_test

import (
	"context"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ascend-exporter/ascend_exporter/cmd/internal/systemd"
)

const pid = 7

// environment is what systemd leaves there, as name and value in turn.
func environment(pairs ...string) func(string) string {
	values := make(map[string]string)
	for i := 0; i+1 < len(pairs); i += 2 {
		values[pairs[i]] = pairs[i+1]
	}

	return func(name string) string { return values[name] }
}

// listen stands in for systemd, and gives a manager that talks to it.
func listen(t *testing.T, pairs ...string) (*net.UnixConn, systemd.Manager) {
	t.Helper()

	socket := filepath.Join(t.TempDir(), "notify")

	connection, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: socket, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}

	t.Cleanup(func() { _ = connection.Close() })

	if err := connection.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}

	manager, err := systemd.New(environment(append(pairs, "NOTIFY_SOCKET", socket)...), pid)
	if err != nil {
		t.Fatal(err)
	}

	return connection, manager
}

// heard are the next messages.
func heard(t *testing.T, connection *net.UnixConn, count int) []string {
	t.Helper()

	var messages []string

	buffer := make([]byte, 4096)

	for range count {
		n, err := connection.Read(buffer)
		if err != nil {
			t.Fatalf("after %q: %v", messages, err)
		}

		messages = append(messages, string(buffer[:n]))
	}

	return messages
}

func TestNotify(t *testing.T) {
	t.Parallel()

	connection, manager := listen(t)

	for _, state := range []string{systemd.Ready, systemd.Stopping} {
		if err := manager.Notify(state); err != nil {
			t.Error(err)
		}
	}

	if diff := cmp.Diff([]string{"READY=1", "STOPPING=1"}, heard(t, connection, 2)); diff != "" {
		t.Errorf("heard (-want +got):\n%s", diff)
	}
}

func TestNotifyWithoutSystemd(t *testing.T) {
	t.Parallel()

	if err := (systemd.Manager{}).Notify(systemd.Ready); err != nil {
		t.Error(err)
	}
}

func TestNotifyWhereNobodyListens(t *testing.T) {
	t.Parallel()

	connection, manager := listen(t)
	if err := connection.Close(); err != nil {
		t.Fatal(err)
	}

	if err := manager.Notify(systemd.Ready); err == nil || !strings.Contains(err.Error(), "telling systemd READY=1") {
		t.Errorf("error %v", err)
	}
}

// TestWatch: a sign of life goes out after each proof of life, and none without.
func TestWatch(t *testing.T) {
	t.Parallel()

	connection, manager := listen(t, "WATCHDOG_USEC", "20000", "WATCHDOG_PID", "7")
	proofs, ended := make(chan struct{}), make(chan struct{})
	ctx, cancel := context.WithCancel(t.Context())

	go func() {
		defer close(ended)

		manager.Watch(ctx, proven(proofs), func(err error) { t.Error(err) })
	}()

	for range 3 {
		proofs <- struct{}{}

		if diff := cmp.Diff([]string{"WATCHDOG=1"}, heard(t, connection, 1)); diff != "" {
			t.Errorf("heard (-want +got):\n%s", diff)
		}
	}

	cancel()

	<-ended

	// What was sent without a proof would stand before this.
	if err := manager.Notify(systemd.Stopping); err != nil {
		t.Fatal(err)
	}

	if diff := cmp.Diff([]string{"STOPPING=1"}, heard(t, connection, 1)); diff != "" {
		t.Errorf("heard without a proof of life (-want +got):\n%s", diff)
	}
}

// proven says that all is well once for each proof.
func proven(proofs <-chan struct{}) func(context.Context) bool {
	return func(ctx context.Context) bool {
		select {
		case <-proofs:
			return true
		case <-ctx.Done():
			return false
		}
	}
}

// TestWatchGoesOn: while systemd cannot be told, that is said once, and it is told again as soon as it can be.
func TestWatchGoesOn(t *testing.T) {
	t.Parallel()

	path := filepath.Join(t.TempDir(), "notify")

	manager, err := systemd.New(environment("NOTIFY_SOCKET", path, "WATCHDOG_USEC", "2000", "WATCHDOG_PID", "7"), pid)
	if err != nil {
		t.Fatal(err)
	}

	proofs, failures, ended := make(chan struct{}), make(chan error, 10), make(chan struct{})
	ctx, cancel := context.WithCancel(t.Context())

	go func() {
		defer close(ended)

		manager.Watch(ctx, proven(proofs), func(err error) { failures <- err })
	}()

	for range 3 {
		proofs <- struct{}{}
	}

	if err := <-failures; !strings.Contains(err.Error(), path) {
		t.Errorf("got %v", err)
	}

	connection, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}

	t.Cleanup(func() { _ = connection.Close() })

	if err := connection.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}

	for range 2 { // the third of before may come late
		proofs <- struct{}{}
	}

	heard(t, connection, 1)
	cancel()
	<-ended

	if len(failures) > 0 {
		t.Errorf("told again: %v", <-failures)
	}
}

func TestWatchdogOfTheEnvironment(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		environment []string
		want        time.Duration
		fails       string
	}{
		"none":                {},
		"for all":             {environment: []string{"WATCHDOG_USEC", "30000000"}, want: 30 * time.Second},
		"for this process":    {environment: []string{"WATCHDOG_USEC", "30000000", "WATCHDOG_PID", "7"}, want: 30 * time.Second},
		"for another process": {environment: []string{"WATCHDOG_USEC", "30000000", "WATCHDOG_PID", "8"}},
		"no number":           {environment: []string{"WATCHDOG_USEC", "30s"}, fails: `WATCHDOG_USEC="30s"`},
		"nothing":             {environment: []string{"WATCHDOG_USEC", "0"}, fails: "above 0"},
		"too much":            {environment: []string{"WATCHDOG_USEC", "9223372036854775807"}, fails: "above 0"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			manager, err := systemd.New(environment(test.environment...), pid)

			switch {
			case test.fails != "" && (err == nil || !strings.Contains(err.Error(), test.fails)):
				t.Errorf("error %v, want one about %s", err, test.fails)
			case test.fails == "" && err != nil:
				t.Error(err)
			case manager.Watchdog != test.want:
				t.Errorf("watchdog %v, want %v", manager.Watchdog, test.want)
			}
		})
	}
}
