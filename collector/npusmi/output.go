package npusmi

import (
	"bytes"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// maxOutput is how much of each stream of a process is read, in bytes. The largest known answer has some 100 KiB.
const maxOutput = 4 << 20

// output collects what a process writes to one of its streams, up to maxOutput.
type output struct {
	reader, writer *os.File      // the process has the writer
	text           bytes.Buffer  // belongs to collect until done is closed
	over           chan struct{} // closed when more was written than is read
	done           chan struct{} // closed when no more is read: at the stream's end, beyond the cap, or after finish
}

func newOutput() (*output, error) {
	reader, writer, err := os.Pipe()
	if err != nil {
		return nil, err
	}

	return &output{reader: reader, writer: writer, over: make(chan struct{}), done: make(chan struct{})}, nil
}

// discard is for an output that no process was started for.
func (o *output) discard() {
	_ = o.reader.Close()
	_ = o.writer.Close()
}

// collect reads what the started process writes.
func (o *output) collect() {
	defer close(o.done)

	_ = o.writer.Close() // the process's own copy is the last one: its end is the stream's end

	// An error is finish closing the pipe: what was read so far counts.
	n, _ := io.Copy(&o.text, io.LimitReader(o.reader, maxOutput+1))
	if n > maxOutput {
		o.text.Truncate(maxOutput)
		close(o.over)
	}
}

// finish gives what was written, also while somebody still holds the other end of the pipe. What is in the pipe is read before that: a
// busy host may have left no time for it yet, and the half of an answer looks like another one.
func (o *output) finish() []byte {
	const pause = time.Millisecond

	for !closed(o.done) && o.holds() {
		<-time.After(pause)
	}

	_ = o.reader.Close()
	<-o.done

	return o.text.Bytes()
}

// holds says whether something is in the pipe.
func (o *output) holds() bool {
	connection, err := o.reader.SyscallConn()
	if err != nil {
		return false
	}

	waiting := 0
	err = connection.Control(func(fd uintptr) {
		waiting, err = unix.IoctlGetInt(int(fd), unix.TIOCINQ) // FIONREAD by its other name
	})

	return err == nil && waiting > 0
}

// environment is that of this process with what the tool needs: English texts, and the driver's libraries, which many
// images name in the shell's start-up files only.
func environment(parent, libraryDirs []string) []string {
	const locale, libraries = "LC_ALL=", "LD_LIBRARY_PATH="

	var paths []string

	env := slices.DeleteFunc(slices.Clone(parent), func(entry string) bool {
		if list, ok := strings.CutPrefix(entry, libraries); ok {
			paths = strings.FieldsFunc(list, func(c rune) bool { return c == ':' })

			return true
		}

		return strings.HasPrefix(entry, locale)
	})

	for _, dir := range libraryDirs {
		if info, err := os.Stat(dir); err == nil && info.IsDir() && !slices.Contains(paths, dir) {
			paths = append(paths, dir)
		}
	}

	if len(paths) > 0 {
		env = append(env, libraries+strings.Join(paths, ":"))
	}

	return append(env, locale+"C")
}

// DefaultLibraryDirs lists where the driver installs the libraries that npu-smi loads.
func DefaultLibraryDirs() []string {
	const driver = "/usr/local/Ascend/driver/lib64"

	return []string{driver, driver + "/driver", driver + "/common", "/usr/local/dcmi"}
}
