package npusmi

import (
	"bytes"
	"context"
	"errors"
	"os"
	"strconv"
	"syscall"
	"time"
)

// killer is kill(2): a negative pid is a process group.
type killer func(pid int, signal syscall.Signal) error

// finish kills what lives of the process and its group. The error says that something outlived it.
func (r *Runner) finish(ctx context.Context, p *process) error {
	err := r.signal(p, syscall.SIGKILL)
	if closed(p.ended) && errors.Is(err, syscall.ESRCH) {
		return nil
	}

	go r.watch(p)

	if r.graces.kill.wait(ctx, p.gone) {
		return nil
	}

	if err == nil {
		err = errOutlived
	}

	return err
}

// signal sends a signal to the group, and to the process itself where it has left its group.
func (r *Runner) signal(p *process, signal syscall.Signal) error {
	err := r.kill(-p.pid, signal)
	if errors.Is(err, syscall.ESRCH) && !closed(p.ended) {
		err = r.kill(p.pid, signal)
	}

	return err
}

// watch tells when the group has gone. Only the end of the leader is an event: for that of the others it must look.
func (r *Runner) watch(p *process) {
	const maxPause = 5 * time.Second // a look reads all of /proc

	<-p.ended

	for pause := time.Millisecond; groupAlive(p.pid, r.kill); pause = min(2*pause, maxPause) {
		<-time.After(pause)
	}

	close(p.gone)
}

// abandon counts a process that cannot be killed, until it ends.
func (r *Runner) abandon(p *process) {
	r.unkillable.add(time.Now())

	go func() {
		<-p.gone
		r.unkillable.remove()

		select {
		case r.changed <- struct{}{}:
		default: // a signal is waiting already
		}
	}()
}

// groupAlive says whether a process of the group lives, once the group's leader has been waited for. Members can be left
// where the tool is behind a wrapper, or died before the commands that it runs.
func groupAlive(group int, kill killer) bool {
	reapOrphans(group)

	err := kill(-group, 0)
	if errors.Is(err, syscall.ESRCH) {
		return false
	}

	living, dead := groupMembers(group)
	if living {
		return true
	}

	// Zombies keep the group's number and are none of our concern. A group of which /proc shows nothing has just gone,
	// unless it is another user's and hidden from us.
	return err != nil && !dead
}

// reapOrphans reaps dead members that were handed to us, as they are where the exporter is process 1 of a
// container: nobody else would.
func reapOrphans(group int) {
	for {
		pid, err := syscall.Wait4(-group, nil, syscall.WNOHANG, nil)
		if pid <= 0 && !errors.Is(err, syscall.EINTR) {
			return
		}
	}
}

// groupMembers says whether /proc shows a living member of the group, and a dead one.
func groupMembers(group int) (living, dead bool) {
	entries, _ := os.ReadDir("/proc") // those that could be read, if any

	for _, entry := range entries {
		if name := entry.Name(); name[0] < '0' || name[0] > '9' {
			continue
		}

		stat, err := os.ReadFile("/proc/" + entry.Name() + "/stat")
		if err != nil {
			continue // it ended meanwhile
		}

		// "pid (name) state parent group …", and a name may hold blanks and parentheses.
		fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
		if len(fields) < 3 || string(fields[2]) != strconv.Itoa(group) {
			continue
		}

		if state := fields[0][0]; state == 'Z' || state == 'X' {
			dead = true
		} else {
			living = true
		}
	}

	return living, dead
}
