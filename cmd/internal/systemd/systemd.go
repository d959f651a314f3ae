// Package systemd tells systemd how a daemon of Type=notify fares: that it serves, that it lives, that it ends.
//
// The module github.com/coreos/go-systemd does the same, but finds its socket in the environment at every message, where no two
// daemons of one test can have one each.
package systemd

import (
	"context"
	"fmt"
	"net"
	"strconv"
	"time"
)

// States that a Manager understands.
const (
	Ready    = "READY=1"    // it serves
	Stopping = "STOPPING=1" // it ends, because it was told to

	alive = "WATCHDOG=1"
)

// A Manager is the systemd that started this process. The zero value is none, and is told nothing.
type Manager struct {
	socket string // a path, or @ and a name of the abstract namespace
	// Watchdog is how long systemd waits for a sign of life before it ends the process. 0 is for ever.
	Watchdog time.Duration
}

// New reads what systemd left in the environment of the process with this id. It fails where that makes no sense.
func New(getenv func(string) string, pid int) (Manager, error) {
	m := Manager{socket: getenv("NOTIFY_SOCKET")}

	// Without an id the watchdog is for whoever reads of it; another id is that of a parent.
	if id := getenv("WATCHDOG_PID"); id != "" && id != strconv.Itoa(pid) {
		return m, nil
	}

	text := getenv("WATCHDOG_USEC")
	if text == "" {
		return m, nil
	}

	const most = 1 << 53 // microseconds; 285 years, which a time.Duration still holds

	microseconds, err := strconv.ParseInt(text, 10, 64)
	if err != nil || microseconds <= 0 || microseconds > most {
		return m, fmt.Errorf("WATCHDOG_USEC=%q in the environment: must be a number of microseconds above 0 and at most %d, as systemd sets it", text, int64(most))
	}

	m.Watchdog = time.Duration(microseconds) * time.Microsecond

	return m, nil
}

// Notify tells a state.
func (m Manager) Notify(state string) error {
	if m.socket == "" {
		return nil
	}

	connection, err := net.DialUnix("unixgram", nil, &net.UnixAddr{Name: m.socket, Net: "unixgram"})
	if err != nil {
		return fmt.Errorf("telling systemd %s: %w", state, err)
	}
	defer connection.Close() //nolint:errcheck // a datagram is on its way or not

	if _, err := connection.Write([]byte(state)); err != nil {
		return fmt.Errorf("telling systemd %s: %w", state, err)
	}

	return nil
}

// Watch gives signs of life, twice as often as systemd wants them, until the context ends. Before each it asks lives, which waits
// for whatever must live, or for the context's end, and says which it was. A sign that cannot be given, such as for want of a descriptor,
// is told to failed, once while it lasts, and is no reason to give up the next.
func (m Manager) Watch(ctx context.Context, lives func(context.Context) bool, failed func(error)) {
	if m.Watchdog == 0 {
		return
	}

	tick := time.NewTicker(m.Watchdog / 2)
	defer tick.Stop()

	told := false

	for lives(ctx) {
		err := m.Notify(alive)
		if err != nil && !told {
			failed(err)
		}

		told = err != nil

		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}
