// Package regular opens files that somebody names, and nothing else that has a name: a pipe would keep who opens it waiting, and a
// device may have no end.
package regular

import (
	"errors"
	"io"
	"os"
	"syscall"
)

// ErrIrregular is of what is there and is no file: a folder, a pipe, a device.
var ErrIrregular = errors.New("it is not a file")

// Check refuses what is there and is no file. What cannot be looked at is another matter.
func Check(name string) error {
	if info, err := os.Stat(name); err == nil && !info.Mode().IsRegular() {
		return ErrIrregular
	}

	return nil
}

// Open opens a file to read, with further flags of open(2).
func Open(name string, flags int) (*os.File, error) {
	file, err := os.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK|flags, 0)
	if err != nil {
		return nil, err
	}

	info, err := file.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = ErrIrregular
	}

	if err != nil {
		return nil, errors.Join(err, file.Close())
	}

	return file, nil
}

// Read reads a whole file.
func Read(name string) ([]byte, error) {
	file, err := Open(name, 0)
	if err != nil {
		return nil, err
	}
	defer file.Close() //nolint:errcheck // it was only read

	return io.ReadAll(file)
}
