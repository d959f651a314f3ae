package poll

import (
	"context"
	"errors"
	"io/fs"
	"strconv"
	"time"

	"github.com/ascend-exporter/ascend_exporter/collector/attribute/process"
	"github.com/ascend-exporter/ascend_exporter/collector/npusmi"
	"github.com/ascend-exporter/ascend_exporter/collector/snapshot"
)

// Names of what tells of processes among the queries: the reading of procfs, and the tool's list of all of them.
const (
	Processes = "processes"
	ProcMem   = "proc-mem"
)

// ReadProcesses is the side that reads whose the processes on the chips are. read reads one of them: process.Reader.Process.
func ReadProcesses(read func(pid int) (process.Info, error), interval time.Duration) Side {
	r := &processReader{read: read, blocked: make(map[int]<-chan processAnswer)}

	return Side{
		Name: Processes, Help: "whose the processes on the chips are (procfs)", Command: "reading procfs",
		Interval: interval, Deadline: 5 * time.Second, Follows: true, Read: r.readAll,
	}
}

// A processReader reads processes one after another. One that blocks delays the others by patience, once.
type processReader struct {
	read    func(pid int) (process.Info, error)
	blocked map[int]<-chan processAnswer // readings that have not ended
}

type processAnswer struct {
	info process.Info
	err  error
}

// How long a process is waited for, and how many may block: each holds a thread.
const (
	patience   = 500 * time.Millisecond
	maxBlocked = 8
)

var (
	errBlocked = errors.New("the kernel does not answer: the process may hang in the driver")
	errAwaited = errors.New("too many processes block: no other is read until one ends")
)

// readAll reads all processes on the chips of the last snapshot.
func (r *processReader) readAll(ctx context.Context, latest *snapshot.Snapshot) (Reading, npusmi.Warnings, error) {
	var warnings npusmi.Warnings

	infos := make(processes)

	for pid := range pids(latest) {
		info, err := r.one(ctx, pid)

		switch {
		case err == nil:
			infos[strconv.Itoa(pid)] = info
		case errors.Is(err, process.ErrNotHost):
			return nil, warnings, &npusmi.Failure{
				Reason:  npusmi.ReasonPermission,
				Message: err.Error(),
				Advice: "Run the exporter on the host, or in a pod with `hostPID: true`; or mount the host's /proc and give --path.procfs. " +
					"A procfs with hidepid needs root.",
			}
		case ctx.Err() != nil:
			return nil, warnings, ctx.Err()
		case !errors.Is(err, fs.ErrNotExist): // it has ended since
			warnings.PassOver("process "+strconv.Itoa(pid), err.Error())
		}
	}

	return infos, warnings, nil
}

// pids are those of the processes on the chips, each once.
func pids(s *snapshot.Snapshot) map[int]bool {
	all := make(map[int]bool)

	for i := range s.Chips {
		for _, p := range s.Chips[i].Processes {
			if pid, err := strconv.Atoi(p.PID); err == nil && pid > 0 {
				all[pid] = true
			}
		}
	}

	return all
}

// one reads one process.
func (r *processReader) one(ctx context.Context, pid int) (process.Info, error) {
	for other, answer := range r.blocked {
		select {
		case <-answer: // too late to be of use
			delete(r.blocked, other)
		default:
		}
	}

	if r.blocked[pid] != nil {
		return process.Info{}, errBlocked
	}

	if len(r.blocked) >= maxBlocked {
		return process.Info{}, errAwaited
	}

	answers := make(chan processAnswer, 1)

	go func() {
		info, err := r.read(pid)
		answers <- processAnswer{info, err}
	}()

	timer := time.NewTimer(patience)
	defer timer.Stop()

	select {
	case answer := <-answers:
		return answer.info, answer.err
	case <-timer.C:
		r.blocked[pid] = answers

		return process.Info{}, errBlocked
	case <-ctx.Done():
		r.blocked[pid] = answers

		return process.Info{}, ctx.Err()
	}
}

// processes are what procfs says of processes by their pids.
type processes map[string]process.Info

// Join says of each process whose it is, and its whole name. A process that the tool shows by another name is another one: the
// pid was given away, or is one of another procfs.
func (p processes) Join(draft *Draft) {
	for i := range draft.Chips {
		for j := range draft.Chips[i].Processes {
			shown := &draft.Chips[i].Processes[j]

			info, known := p[shown.PID]
			if !known || !info.Shown(shown.Name) {
				continue
			}

			shown.Name = info.Name
			shown.Owner = &snapshot.Owner{
				Framework: info.Framework, User: info.User, ContainerID: info.ContainerID, PodUID: info.PodUID,
				VisibleDevices: info.VisibleDevices,
			}
		}
	}
}
