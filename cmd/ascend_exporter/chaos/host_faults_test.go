package chaos

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/ascend-exporter/ascend_exporter/cmd/internal/exportertest"
)

// hostFaults are those of discs, clocks and the exporter's own time.
func hostFaults() map[string]fault {
	return map[string]fault{
		"disk-full": diskFull(),
		"hidden-processes": {
			wrap:   namespaced(`mount -t tmpfs none /proc`),
			breaks: func(r *rig) { r.tool.Behave("--hang=*", "--ignore-sigterm") },
			mends:  func(r *rig) { r.tool.Behave() },
		},
		"suspended": {breaks: suspend},
		"monotonic-clock": {
			wrap:   []string{"unshare", "--map-root-user", "--time", "--monotonic", strconv.Itoa(366 * 24 * 3600)},
			breaks: otherClock,
		},
	}
}

// otherClock makes sure that the exporter's monotonic clock is not that of the host.
func otherClock(r *rig) {
	host, err := os.Readlink("/proc/self/ns/time")
	r.must(err)

	own, err := os.Readlink(filepath.Join("/proc", strconv.Itoa(r.Cmd.Process.Pid), "ns", "time"))
	r.must(err)

	if own == host {
		r.t.Skip("this kernel gives another clock to a process's children only")
	}
}

// namespaced starts the exporter where it alone sees what a command of a shell mounts.
func namespaced(mounts string) []string {
	return []string{"unshare", "--map-root-user", "--mount", "sh", "-c", mounts + ` && exec "$@"`, "exporter"}
}

// diskFull fills the file system of the state, a tiny one that only the exporter sees. There are more chips then, to be written down.
func diskFull() fault {
	var disk, filler string // as seen from outside

	state := func() string { return filepath.Join(disk, "state.json") }

	return fault{
		wrap: namespaced(`mount -t tmpfs -o size=8k none "$CHAOS_FOLDER/disk"`),
		before: func(r *rig) {
			r.must(os.MkdirAll(r.folder+"/disk", 0o700))
			r.flags = append(r.flags, "--path.state="+r.folder+"/disk/state.json")
			r.tool.Behave("--lose=1")
		},
		breaks: func(r *rig) {
			disk = filepath.Join("/proc", strconv.Itoa(r.Cmd.Process.Pid), "root", r.folder, "disk")
			filler = filepath.Join(disk, "filler")

			file, err := os.Create(filler)
			r.must(err)

			for err == nil {
				_, err = file.Write(make([]byte, 512))
			}

			if !errors.Is(err, syscall.ENOSPC) {
				r.t.Fatal(err)
			}

			r.must(file.Close())
			r.tool.Behave()
			r.truths = append(r.truths, r.truth())
			r.until("both chips", r.complete)
			r.truths = r.truths[1:]
		},
		holds: func(r *rig) {
			if text, err := os.ReadFile(state()); err != nil || !strings.Contains(string(text), `"expected_chips":1`) {
				r.t.Errorf("the file as it was is lost: %q, %v", text, err)
			}
		},
		mends: func(r *rig) { r.must(os.Remove(filler)) },
		after: func(r *rig) {
			eventually(r, "the number is written", func() (any, bool) {
				text, err := os.ReadFile(state())

				return nil, err == nil && strings.Contains(string(text), `"expected_chips":2`)
			})

			if files, err := os.ReadDir(disk); err != nil || len(files) != 1 {
				r.t.Errorf("files are left: %v, %v", files, err)
			}
		},
	}
}

// suspend stops the exporter until what it knows is too old, while scrapers ask: those are answered when it goes on.
func suspend(r *rig) {
	r.must(r.Cmd.Process.Signal(syscall.SIGSTOP))

	// A connection that it still takes would be too old when it goes on.
	eventually(r, "it is stopped", func() (any, bool) { return nil, allStopped(r) })

	const allowed = 3*500*time.Millisecond + 2*time.Second // three intervals and the deadline

	begin := time.Now()
	answers := make(chan string, 8)

	for range cap(answers) {
		connection := r.dial()
		_, err := io.WriteString(connection, scrapeRequest)
		r.must(err)

		go func() {
			response, err := http.ReadResponse(bufio.NewReader(connection), nil)
			if err != nil {
				answers <- err.Error()

				return
			}
			defer response.Body.Close()

			text, _ := io.ReadAll(response.Body) // what is missing is no exposition
			answers <- string(text)
		}()
	}

	<-time.After(allowed + time.Second) // nothing tells that time has passed but time

	r.must(r.Cmd.Process.Signal(syscall.SIGCONT))

	for range cap(answers) {
		m := exportertest.ParseSamples(r.t, <-answers)

		last := time.UnixMilli(int64(1000 * m[`ascend_exporter_query_last_success_timestamp_seconds{query="summary"}`]))
		if m.Hardware() > 0 && last.Before(begin) {
			r.t.Errorf("what was read %v before it went on is served", time.Since(last))
		}
	}
}

// allStopped says whether every thread of the exporter is stopped.
func allStopped(r *rig) bool {
	threads, err := filepath.Glob(filepath.Join("/proc", strconv.Itoa(r.Cmd.Process.Pid), "task", "*", "stat"))
	r.must(err)

	for _, thread := range threads {
		if stat, err := os.ReadFile(thread); err == nil && !strings.Contains(string(stat), ") T ") {
			return false
		}
	}

	return true
}

// limitFaults are those of limits of the kernel and of the runtime.
func limitFaults() map[string]fault {
	var before unix.Rlimit // of descriptors

	set := func(r *rig, resource int, limit unix.Rlimit, old *unix.Rlimit) {
		r.must(unix.Prlimit(r.Cmd.Process.Pid, resource, &limit, old))
	}

	return map[string]fault{
		"descriptors": {
			breaks: func(r *rig) {
				release := r.hold()
				defer release()

				r.scrape() // over the connection that is there from now on

				// The limit is of their numbers, between which there are gaps.
				set(r, unix.RLIMIT_NOFILE, unix.Rlimit{Cur: uint64(r.freeDescriptor()), Max: hardLimit(r)}, &before)
				r.Log.Wait(r.t, regexp.MustCompile("part of the host .*too many open files"))
			},
			mends: func(r *rig) { set(r, unix.RLIMIT_NOFILE, before, nil) },
			after: func(r *rig) { r.Log.Wait(r.t, regexp.MustCompile(`too many open files.*advice="Look at .*limits`)) },
		},
		"little-memory": {env: []string{"GOMEMLIMIT=16MiB"}, breaks: func(*rig) {}},
		"log-full":      logFull(),
		"log-blocked":   logBlocked(),
	}
}

func hardLimit(r *rig) uint64 {
	var limit unix.Rlimit

	r.must(unix.Prlimit(r.Cmd.Process.Pid, unix.RLIMIT_NOFILE, nil, &limit))

	return limit.Max
}

// onListener gives the exporter a socket, where its log does not say what address it has.
func onListener(r *rig) {
	copied(r)

	listener, err := (&net.ListenConfig{}).Listen(r.t.Context(), "tcp", "127.0.0.1:0")
	r.must(err)
	r.t.Cleanup(func() { _ = listener.Close() })

	r.listener = listener.(*net.TCPListener)
}

// logFull has the log on a full device, and takes the tool away so that there is something to log.
func logFull() fault {
	return fault{
		mute:   true,
		wrap:   []string{"sh", "-c", `LISTEN_PID=$$ LISTEN_FDS=1 exec "$@" 2>/dev/full`, "exporter"},
		before: onListener,
		breaks: func(r *rig) { r.must(os.Rename(r.toolFile(), r.toolFile()+".old")) },
		mends:  func(r *rig) { r.must(os.Rename(r.toolFile()+".old", r.toolFile())) },
	}
}

// logBlocked has nobody read the log, until what is shown is too old. The tool is gone, so that there is something to log.
func logBlocked() fault {
	f := logFull()
	f.wrap = []string{"sh", "-c", `LISTEN_PID=$$ LISTEN_FDS=1 exec "$@" 2>"$CHAOS_FOLDER/log"`, "exporter"}

	var log *os.File

	f.before = func(r *rig) {
		onListener(r)
		r.must(syscall.Mkfifo(r.folder+"/log", 0o600))

		var err error

		log, err = os.OpenFile(r.folder+"/log", os.O_RDWR, 0)
		r.must(err)
		r.t.Cleanup(func() { _ = log.Close() })
	}

	removes := f.breaks
	f.breaks = func(r *rig) {
		const soon = 100 * time.Millisecond

		// The last pieces are smaller than a line.
		for _, size := range []int{4096, 1} {
			for err := error(nil); err == nil; {
				r.must(log.SetWriteDeadline(time.Now().Add(soon)))
				_, err = log.Write(make([]byte, size))
			}
		}

		removes(r)
		r.until("nothing is shown", func(m exportertest.Samples) bool { return m["ascend_exporter_up"] == 0 && m.Hardware() == 0 })

		go func() { _, _ = io.Copy(io.Discard, log) }() // somebody reads it from now on; it ends with the file
	}

	return f
}
