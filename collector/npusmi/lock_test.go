package npusmi

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

func TestLockExcludes(t *testing.T) {
	t.Parallel()

	dir, log := t.TempDir(), filepath.Join(t.TempDir(), "log")
	command := tool(t, "log", log)

	const each = 10

	var group sync.WaitGroup

	for range 3 {
		r := NewRunner(Config{Command: command, LockDir: dir, BusyTimeout: never})

		for range 2 {
			group.Go(func() {
				for range each {
					if run := r.Run(t.Context(), never); run.Failure != nil || run.ExitStatus != 0 {
						t.Errorf("got %+v", run)
					}
				}
			})
		}
	}

	group.Wait()

	text, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}

	lines := bytes.Fields(text) // start PID end PID …
	if len(lines) != 3*2*each*4 {
		t.Fatalf("got %d words", len(lines))
	}

	for i := 0; i < len(lines); i += 4 {
		if string(lines[i]) != "start" || string(lines[i+2]) != "end" || !bytes.Equal(lines[i+1], lines[i+3]) {
			t.Fatalf("two ran at once: %s", lines[i:i+4])
		}
	}
}

// held takes the lock of a command until the test ends.
func held(t *testing.T, dir string, command []string) *os.File {
	t.Helper()

	file, failure := lock(t.Context(), dir, lockKey(command, SearchFolders()))
	if failure != nil {
		t.Fatal(failure)
	}

	t.Cleanup(func() { _ = file.Close() })

	return file
}

func TestLockBusy(t *testing.T) {
	t.Parallel()

	dir, command := t.TempDir(), tool(t, "exit", "0")
	file := held(t, dir, command)
	r := NewRunner(Config{Command: command, LockDir: dir, BusyTimeout: 50 * time.Millisecond})

	run := r.Run(t.Context(), never)
	if reason(run.Failure) != ReasonBusy || run.Started {
		t.Fatalf("got %+v", run)
	}

	for _, want := range []string{file.Name(), "ascend_exporter", "--once"} {
		if !strings.Contains(run.Failure.Error(), want) {
			t.Errorf("%q does not say %q", run.Failure, want)
		}
	}

	if err := file.Close(); err != nil {
		t.Fatal(err)
	}

	// A process that another test is about to start has the file for a moment more.
	r.config.BusyTimeout = never

	if run := r.Run(t.Context(), never); run.Failure != nil {
		t.Errorf("after its release: %v", run.Failure)
	}
}

func TestLockBusyHere(t *testing.T) {
	t.Parallel()

	r := NewRunner(Config{Command: tool(t, "exit", "0"), BusyTimeout: 50 * time.Millisecond})
	r.slot <- struct{}{}

	if run := r.Run(t.Context(), never); reason(run.Failure) != ReasonBusy || run.Started {
		t.Errorf("got %+v", run)
	}
}

func TestLockWaitEndsWithContext(t *testing.T) {
	t.Parallel()

	dir, command := t.TempDir(), tool(t, "exit", "0")
	held(t, dir, command)

	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()

	run := NewRunner(Config{Command: command, LockDir: dir, BusyTimeout: never}).Run(ctx, never)
	if !run.Cancelled || run.Started || reason(run.Failure) != "" {
		t.Errorf("got %+v", run)
	}
}

func TestLockOtherTools(t *testing.T) {
	t.Parallel()

	dir := t.TempDir()
	held(t, dir, tool(t, "exit", "0"))

	for _, config := range []Config{
		{Command: tool(t, "exit", "1"), LockDir: dir},
		{Command: tool(t, "exit", "0"), LockDir: t.TempDir()},
		{Command: tool(t, "exit", "0")},
	} {
		if run := NewRunner(config).Run(t.Context(), never); run.Failure != nil {
			t.Errorf("%v: %v", config, run.Failure)
		}
	}
}

func TestLockIsNotInherited(t *testing.T) {
	t.Parallel()

	dir, w := t.TempDir(), newWitness(t)
	command := tool(t, "leave", w.path)
	r := NewRunner(Config{Command: command, LockDir: dir})
	r.kill = untouchable // what is left behind stays
	r.graces.drain.long, r.graces.kill.long = time.Millisecond, time.Millisecond

	if run := r.Run(t.Context(), never); run.Failure != nil || r.Unkillable() != 1 {
		t.Fatalf("got %+v, %d unkillable", run, r.Unkillable())
	}

	pid := w.arrived(t)
	held(t, dir, command)

	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Error(err)
	}

	w.gone(t)
}

func TestLockFileVanishes(t *testing.T) {
	t.Parallel()

	dir, command := t.TempDir(), []string{"/some/tool"}
	first := held(t, dir, command)

	if err := os.Remove(first.Name()); err != nil {
		t.Fatal(err)
	}

	second := held(t, dir, command) // of a new file, which excludes others again

	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()

	if _, failure := lock(ctx, dir, lockKey(command, nil)); reason(failure) != ReasonBusy {
		t.Errorf("got %v beside %s", failure, second.Name())
	}
}

func TestLockFileMode(t *testing.T) {
	t.Parallel()

	info, err := held(t, t.TempDir(), []string{"/some/tool"}).Stat()
	if err != nil {
		t.Fatal(err)
	}

	if info.Mode() != 0o644 {
		t.Errorf("another user cannot open it: %v", info.Mode())
	}
}

func TestLockUnusableFolder(t *testing.T) {
	t.Parallel()

	command := tool(t, "exit", "0")
	name := filepath.Base(held(t, t.TempDir(), command).Name())

	missing, file := filepath.Join(t.TempDir(), "missing"), filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}

	link := t.TempDir()
	if err := os.Symlink(file, filepath.Join(link, name)); err != nil {
		t.Fatal(err)
	}

	pipe := t.TempDir()
	if err := syscall.Mkfifo(filepath.Join(pipe, name), 0o600); err != nil {
		t.Fatal(err)
	}

	folder := t.TempDir()
	if err := os.Mkdir(filepath.Join(folder, name), 0o700); err != nil {
		t.Fatal(err)
	}

	for _, dir := range []string{missing, file, link, pipe, folder} {
		run := NewRunner(Config{Command: command, LockDir: dir}).Run(t.Context(), never)
		if reason(run.Failure) != ReasonStart || run.Started || !strings.Contains(run.Failure.Advice, "--path.lock") {
			t.Errorf("%s: got %+v", dir, run)
		}
	}
}

func TestLockDefaultDir(t *testing.T) {
	t.Parallel()

	dir := DefaultLockDir()
	if dir != "/run/lock" && dir != os.TempDir() {
		t.Errorf("got %s", dir)
	}

	file, err := os.CreateTemp(dir, "ascend_exporter-test-*")
	if err != nil {
		t.Fatalf("%s cannot be used: %v", dir, err)
	}

	if err := os.Remove(file.Name()); err != nil {
		t.Error(err)
	}

	_ = file.Close()
}
