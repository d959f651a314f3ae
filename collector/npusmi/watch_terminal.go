package npusmi

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// openTerminal opens a pseudo-terminal: the side to read from, and its peer for a process to write to. Neither becomes the
// terminal of this process, and no other process inherits them.
func openTerminal() (terminal, peer *os.File, err error) {
	terminal, err = os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		return nil, nil, err
	}

	// Not Fd, which would make reading it an affair that Close cannot end.
	connection, err := terminal.SyscallConn()
	if err == nil {
		var inner error

		err = connection.Control(func(fd uintptr) { peer, inner = openPeer(int(fd)) })
		err = errors.Join(err, inner)
	}

	if err != nil {
		return nil, nil, errors.Join(err, terminal.Close())
	}

	return terminal, peer, nil
}

// openPeer opens the other side of a pseudo-terminal. The kernel does so itself, in a container too whose /dev/pts is not
// the one that the terminal belongs to; before Linux 4.13 it can only be found by its name.
func openPeer(terminal int) (*os.File, error) {
	const flags = unix.O_RDWR | unix.O_NOCTTY | unix.O_CLOEXEC

	if err := unix.IoctlSetPointerInt(terminal, unix.TIOCSPTLCK, 0); err != nil {
		return nil, os.NewSyscallError("unlock the terminal", err)
	}

	number, err := unix.IoctlGetUint32(terminal, unix.TIOCGPTN)
	if err != nil {
		return nil, os.NewSyscallError("number of the terminal", err)
	}

	name := fmt.Sprintf("/dev/pts/%d", number)

	fd, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(terminal), unix.TIOCGPTPEER, flags)
	if errno == 0 {
		return os.NewFile(fd, name), nil
	}

	return os.OpenFile(name, flags, 0)
}
