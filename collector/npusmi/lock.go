package npusmi

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// lockPause is the time between two attempts at a lock that another process holds: short, and the same for all, since
// whoever looks most often gets it.
const lockPause = 10 * time.Millisecond

// errLockHeld says that another process holds the lock, or that the file changed under our hands: try again.
var errLockHeld = errors.New("the lock is held")

// DefaultLockDir is a folder that all instances on a host can share: /run/lock where this process may write there, else
// the folder for temporary files.
func DefaultLockDir() string {
	const (
		shared     = "/run/lock"
		writeEnter = 0b011 // access(2): W_OK and X_OK
	)

	if info, err := os.Stat(shared); err == nil && info.IsDir() && syscall.Access(shared, writeEnter) == nil {
		return shared
	}

	return os.TempDir()
}

// lock takes the lock of the tool with this key, and waits for it until ctx ends. Closing the file gives it back; so does
// the end of the process, whatever its cause.
func lock(ctx context.Context, dir, key string) (*os.File, *Failure) {
	sum := sha256.Sum256([]byte(key))
	path := filepath.Join(dir, "ascend_exporter-"+hex.EncodeToString(sum[:6])+".lock")

	for {
		file, err := tryLock(path)
		if err == nil {
			return file, nil
		}

		if !errors.Is(err, errLockHeld) {
			return nil, &Failure{
				Reason:  ReasonStart,
				Message: fmt.Sprintf("the lock file cannot be used: %v", err),
				Advice:  startAdvice(err, "Name a folder that all instances on this host can write to with --path.lock."),
			}
		}

		select {
		case <-time.After(lockPause):
		case <-ctx.Done():
			return nil, &Failure{
				Reason:  ReasonBusy,
				Message: "another process holds the tool: " + path + " is locked",
				Advice:  "Look for another ascend_exporter on this host, as a service, in a container or with --once: `fuser -v " + path + "`.",
			}
		}
	}
}

// tryLock takes the lock of the file if it is free now.
func tryLock(path string) (*os.File, error) {
	file, err := openLock(path)
	if err != nil {
		return nil, err
	}

	if err := flock(file); err != nil {
		return nil, errors.Join(err, file.Close())
	}

	// Whoever cleans the folder may have removed the file since it was opened; the lock would then exclude nobody.
	opened, err1 := file.Stat()
	named, err2 := os.Lstat(path)

	switch {
	case err1 != nil || err2 != nil || !os.SameFile(opened, named):
		err = errLockHeld
	case !opened.Mode().IsRegular():
		err = fmt.Errorf("%s is not a regular file", path)
	default:
		return file, nil
	}

	return nil, errors.Join(err, file.Close())
}

func flock(file *os.File) error {
	for {
		err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)

		switch {
		case err == nil:
			return nil
		case errors.Is(err, syscall.EINTR):
		case errors.Is(err, syscall.EWOULDBLOCK):
			return errLockHeld
		default:
			return fmt.Errorf("flock %s: %w", file.Name(), err)
		}
	}
}

// openLock opens the lock file, and creates it where it is missing. A file that is there is opened for reading only, which
// flock is content with: in a folder with the sticky bit the kernel may deny O_CREATE and writing on a file of another user.
// Go opens files close-on-exec, so no child inherits the lock.
func openLock(path string) (*os.File, error) {
	const (
		flags = os.O_RDONLY | syscall.O_NOFOLLOW | syscall.O_NONBLOCK // a pipe put in its place must not hold us
		mode  = 0o644                                                 // other users' instances lock the same file
	)

	file, err := os.OpenFile(path, flags, 0)
	if !errors.Is(err, fs.ErrNotExist) {
		return file, err
	}

	file, err = os.OpenFile(path, flags|os.O_CREATE|os.O_EXCL, mode)
	if errors.Is(err, fs.ErrExist) {
		return nil, errLockHeld // another instance was faster
	}

	if err != nil {
		return nil, err
	}

	if err := file.Chmod(mode); err != nil { // whatever the umask says
		return nil, errors.Join(err, file.Close())
	}

	return file, nil
}
