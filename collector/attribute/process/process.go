// Package process reads from procfs what the driver does not tell of a process that holds a chip: its whole name, what it
// runs, whose it is, and the container and pod that it is in.
package process

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/prometheus/procfs"
)

// Info is what procfs says of a process. What is not known is "".
type Info struct {
	Name      string // whole, also where the kernel cut it to 15 bytes, if the command line has the rest
	Comm      string // as the kernel keeps it: 15 bytes at most
	Framework string // one of Frameworks
	User      string // name, or number where the host has no name for it

	ContainerID string // 64 hexadecimal digits
	PodUID      string // as Kubernetes writes it; of a static pod the hash of its manifest

	// VisibleDevices is ASCEND_VISIBLE_DEVICES of the environment it was started with; "" also where that may not be read.
	VisibleDevices string
}

// maxName is how many bytes of a name the kernel keeps.
const maxName = 15

// ErrNotHost says that procfs shows the processes of a container, whose pids are not those that the driver tells, or hides
// those of others from the exporter's user.
var ErrNotHost = errors.New("procfs does not show the processes of the host")

// errChanged says that the pid was given to another process meanwhile.
var errChanged = fmt.Errorf("the process ended while it was read: %w", fs.ErrNotExist)

// A Reader reads processes below the root of a procfs. Several goroutines may use it.
type Reader struct {
	root    string
	cgroups pathParser
}

// New makes a Reader of the procfs that is mounted at root.
func New(root string) *Reader {
	return &Reader{root: root, cgroups: newPathParser()}
}

// Process reads the process with a pid of the host. The error is ErrNotHost where procfs is not the host's, or cannot be
// read; else fs.ErrNotExist where no such process is visible.
//
// It can block for as long as the kernel holds the memory of the process, which a process that hangs in a driver can make
// long: call it from a goroutine that nobody waits for without a deadline.
func (r *Reader) Process(pid int) (Info, error) {
	proc, err := procfs.NewFS(r.root)
	if err != nil { // which must not pass for a process that has ended
		return Info{}, fmt.Errorf("%w: %w", ErrNotHost, err)
	}

	if err := onHost(proc); err != nil {
		return Info{}, err
	}

	p, err := proc.Proc(pid)
	if err != nil {
		return Info{}, fmt.Errorf("finding the process: %w", err)
	}

	before, err := p.Stat()
	if err != nil {
		return Info{}, fmt.Errorf("reading the process: %w", err)
	}

	info, err := r.read(p)
	if err != nil {
		return Info{}, fmt.Errorf("reading the process: %w", err)
	}

	if info.Framework == "" {
		info.Framework = launcher(proc, before.PPID)
	}

	if info.Framework == "" && info.Comm == torchMain {
		info.Framework = pyTorch
	}

	after, err := p.Stat()
	if err != nil || after.Starttime != before.Starttime {
		return Info{}, errChanged
	}

	return info, nil
}

// read reads all but what takes other processes.
func (r *Reader) read(p procfs.Proc) (Info, error) {
	status, err := p.NewStatus()
	if err != nil {
		return Info{}, err
	}

	cgroups, err := p.Cgroups()
	if err != nil {
		return Info{}, err
	}

	words, err := p.CmdLine()
	if err != nil {
		return Info{}, err
	}

	info := Info{
		Name:      strings.ToValidUTF8(wholeName(status.Name, words), "\uFFFD"),
		Comm:      strings.ToValidUTF8(status.Name, "\uFFFD"),
		Framework: framework(status.Name, words),
		User:      r.user(status.UIDs[0]),
	}
	info.ContainerID, info.PodUID = r.cgroups.container(cgroups)

	// Only root and the owner may: that it cannot be read is no failure.
	environment, _ := p.Environ()
	for _, variable := range environment {
		if value, ok := strings.CutPrefix(variable, "ASCEND_VISIBLE_DEVICES="); ok {
			info.VisibleDevices = strings.ToValidUTF8(value, "\uFFFD")
		}
	}

	return info, nil
}

// Host says whether procfs is that of the host, and the exporter is one of the processes there: so that the tool, which it
// starts, sees the processes of the host too. The error is ErrNotHost where it is not.
func (r *Reader) Host() error {
	proc, err := procfs.NewFS(r.root)
	if err != nil {
		return fmt.Errorf("opening procfs: %w", err)
	}

	if err := onHost(proc); err != nil {
		return err
	}

	// In a container that only has the host's procfs mounted, the process has a pid there and another one in its own space.
	self, err := proc.Self()
	if err != nil {
		return fmt.Errorf("finding the exporter in procfs: %w", err)
	}

	status, err := self.NewStatus()
	if err != nil {
		return fmt.Errorf("reading the exporter in procfs: %w", err)
	}

	if len(status.NSpids) > 1 {
		return ErrNotHost
	}

	return nil
}

// onHost says whether the procfs has the pids of the host. Only there the second process is the kernel's parent of threads.
func onHost(proc procfs.FS) error {
	kernel, err := proc.Proc(2)
	if errors.Is(err, fs.ErrNotExist) {
		return ErrNotHost
	}

	if err != nil {
		return fmt.Errorf("looking for the kernel's threads: %w", err)
	}

	name, err := kernel.Comm()
	if err != nil {
		return fmt.Errorf("looking for the kernel's threads: %w", err)
	}

	if name != "kthreadd" {
		return ErrNotHost
	}

	return nil
}

// wholeName is the name that the kernel cut, with the rest of it from the command line. Programs that set their title write
// it over the command line, others begin it with their path, or an interpreter's and a script.
func wholeName(name string, words []string) string {
	if len(name) < maxName {
		return name
	}

	for _, word := range words[:min(len(words), 2)] {
		for _, whole := range []string{word, filepath.Base(word)} {
			whole, _, _ = strings.Cut(whole, " ")
			if strings.HasPrefix(whole, name) && len(whole) <= longestName {
				return whole
			}
		}
	}

	return name
}

// longestName bounds what is believed to be a name.
const longestName = 64

// Shown says whether npu-smi, which takes colons and tabs out of a name that the kernel cut, could have shown the process by
// this name. It shows "" for a process that it cannot see. Another name means another process.
func (i Info) Shown(name string) bool {
	if name == "" {
		return true
	}

	name = strings.TrimSpace(name)
	plain := strings.NewReplacer(":", "", "\t", "")

	for _, own := range []string{plain.Replace(i.Comm), cut(plain.Replace(i.Name))} {
		if strings.TrimSpace(own) == name {
			return true
		}
	}

	return false
}

// cut cuts a name as the kernel does.
func cut(name string) string {
	return strings.ToValidUTF8(name[:min(len(name), maxName)], "\uFFFD")
}
