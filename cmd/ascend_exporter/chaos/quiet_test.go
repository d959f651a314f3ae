package chaos

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/ascend-exporter/ascend_exporter/cmd/internal/exportertest"
)

// hold takes the locks of the tools, as another instance would: while it has them, the exporter runs none.
func (r *rig) hold() (release func()) {
	r.t.Helper()

	paths, err := filepath.Glob(filepath.Join(r.locks, "*.lock"))
	r.must(err)

	files := make([]*os.File, 0, len(paths))

	for _, path := range paths {
		file, err := os.Open(path)
		r.must(err)

		files = append(files, file)

		// The exporter looks each 10 ms: whoever looks more often has it sooner.
		exportertest.Until(r.t, "the tool is free", r.Log, time.Millisecond, func() (any, bool) {
			return nil, syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil
		})
	}

	return func() {
		for _, file := range files {
			_ = file.Close()
		}
	}
}

// looks are the moments at which it is looked what descriptors there are, of which the least counts: the exporter has one more each
// time it looks for the lock, and for a while those of connections.
const looks = 20

// quiet is how many descriptors the exporter has while nothing goes on.
func (r *rig) quiet() (descriptors int) {
	r.t.Helper()

	release := r.hold()
	defer release()

	r.HTTP.CloseIdleConnections()

	descriptors = len(r.descriptors())

	for range looks {
		<-time.After(5 * time.Millisecond)

		descriptors = min(descriptors, len(r.descriptors()))
	}

	return descriptors
}

// freeDescriptor is the number of the descriptor that the exporter would get next, while nothing goes on.
func (r *rig) freeDescriptor() (number int) {
	r.t.Helper()

	next := func() (number int) {
		for taken := r.descriptors(); taken[strconv.Itoa(number)]; number++ {
		}

		return number
	}

	number = next()

	for range looks {
		<-time.After(5 * time.Millisecond)

		number = min(number, next())
	}

	return number
}

// descriptors are the numbers of those that the exporter has.
func (r *rig) descriptors() map[string]bool {
	r.t.Helper()

	entries, err := os.ReadDir(filepath.Join("/proc", strconv.Itoa(r.Cmd.Process.Pid), "fd"))
	r.must(err)

	numbers := make(map[string]bool, len(entries))

	for _, entry := range entries {
		numbers[entry.Name()] = true
	}

	return numbers
}

// processes are those that came of the exporter and live, or are dead and not waited for, but itself.
func (r *rig) processes() []string {
	r.t.Helper()

	entries, err := os.ReadDir("/proc")
	r.must(err)

	var found []string

	for _, entry := range entries {
		pid, err := strconv.Atoi(entry.Name())
		if err != nil || pid == r.Cmd.Process.Pid {
			continue
		}

		folder := filepath.Join("/proc", entry.Name())
		environment, _ := os.ReadFile(filepath.Join(folder, "environ"))
		stat, _ := os.ReadFile(filepath.Join(folder, "stat")) // "" of one that has ended since

		_, after, _ := strings.Cut(string(stat), ") ")
		fields := strings.Fields(after)

		if strings.Contains(string(environment), mark+r.folder) || len(fields) > 1 && fields[1] == strconv.Itoa(r.Cmd.Process.Pid) {
			found = append(found, string(stat))
		}
	}

	return found
}

// leavesNothing checks that the exporter has no process and no more descriptors and goroutines than where nothing broke. It ends it.
func (r *rig) leavesNothing(quiet int) {
	r.t.Helper()

	release := r.hold()
	defer release()

	eventually(r, "no process is left", func() ([]string, bool) {
		left := r.processes()

		return left, len(left) == 0
	})

	eventually(r, "no descriptor is left", func() (int, bool) {
		r.HTTP.CloseIdleConnections()

		now := len(r.descriptors())

		return now, now <= quiet
	})

	if r.f.mute {
		return
	}

	calm := shared(r, "goroutines", func() map[string]int {
		twin := start(r.t, r.c, r.f)
		release := twin.hold()

		defer release()

		return twin.goroutines()
	})

	for site, count := range r.goroutines() {
		atWork := 1 // more of a kind, for the moment
		if strings.HasSuffix(site, ".startRuns") {
			atWork = 2 // a run of each tool, which waits for its turn
		}

		if count > calm[site]+atWork {
			r.t.Errorf("%d goroutines of %s, %d where nothing broke", count, site, calm[site])
		}
	}
}

var created = regexp.MustCompile(`(?m)^created by (\S+)`)

// goroutines ends the exporter and says how many goroutines it had of each kind: by what created them.
func (r *rig) goroutines() map[string]int {
	r.t.Helper()

	r.HTTP.CloseIdleConnections()
	r.must(r.Cmd.Process.Signal(syscall.SIGQUIT))
	r.Status(r.t)

	_, dump, quit := strings.Cut(r.Log.Text(), "SIGQUIT: quit")
	if !quit {
		r.t.Fatalf("no goroutines in:\n%s", r.Log.Text())
	}

	counts := make(map[string]int)
	for _, match := range created.FindAllStringSubmatch(dump, -1) {
		counts[match[1]]++
	}

	return counts
}
