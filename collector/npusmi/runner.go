package npusmi

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"time"
)

// defaultBusyTimeout is Config.BusyTimeout where none is given.
const defaultBusyTimeout = 30 * time.Second

// Config says what a Runner runs, and how.
type Config struct {
	// Command holds the words before the query, as `sudo -n npu-smi`. Without any, npu-smi is looked for, at each run:
	// a driver may be installed later.
	Command []string
	// MayBeAbsent says that a host can do without the tool: where the command is not there, no query is supported.
	MayBeAbsent bool
	// LockDir is the folder of the lock file that keeps instances on a host from running the tool at once; "" is no lock.
	LockDir string
	// LibraryDirs are the driver's library folders; those that exist are appended to the tool's LD_LIBRARY_PATH.
	LibraryDirs []string
	// BusyTimeout bounds the wait for the tool while others run it; 0 is 30 s.
	BusyTimeout time.Duration
}

// Run is what one run of the tool did.
type Run struct {
	Args     []string      // the query
	Started  bool          // whether there was a process
	Start    time.Time     // when; zero if there was none
	Duration time.Duration // the time in the tool, without the wait for its turn

	// Answer is what the parser of the query would read, from a simulated tool that prints nothing; nil from the real one.
	Answer any

	Stdout, Stderr []byte         // at most 4 MiB each; none of a process that could not be killed
	ExitStatus     int            // -1 if a signal ended the process, or it has not ended
	Signal         syscall.Signal // what ended the process; 0 if it ended by itself

	// Failure is nil when the tool ended by itself within bounds, whatever its exit status: Explain reads what it said.
	Failure *Failure
	// Cancelled says that the caller's context ended the run. Its Failure has no reason: nothing failed, count nothing.
	Cancelled bool
}

// BrokenOff says whether the tool broke off: it died of a signal, or failed within a line or a table. What it said until then is no
// answer.
func (r Run) BrokenOff() bool {
	switch {
	case r.Signal != 0:
		return true
	case r.ExitStatus <= 0 || len(r.Stdout) == 0:
		return false
	case r.Stdout[len(r.Stdout)-1] != '\n':
		return true
	}

	// A table that is whole ends with a border.
	text := bytes.TrimSpace(r.Stdout)
	last := text[bytes.LastIndexByte(text, '\n')+1:]

	return bytes.HasPrefix(last, []byte("|"))
}

// Runner runs the tool, one process at a time. Its methods may be called from several goroutines.
type Runner struct {
	config     Config
	folders    []string
	slot       chan struct{}
	unkillable unkillable
	changed    chan struct{}

	// What tests replace.
	kill   killer
	graces graces
}

// NewRunner makes a Runner. It starts nothing.
func NewRunner(config Config) *Runner {
	if config.BusyTimeout <= 0 {
		config.BusyTimeout = defaultBusyTimeout
	}

	return &Runner{
		config:  config,
		folders: SearchFolders(),
		slot:    make(chan struct{}, 1),
		changed: make(chan struct{}, 1),
		kill:    syscall.Kill,
		graces:  defaultGraces(),
	}
}

// Unkillable is the number of processes that outlived their kill and live still.
func (r *Runner) Unkillable() int {
	return r.unkillable.count()
}

// Changed signals that a process that could not be killed has ended. Ends that come close together may be one signal.
func (r *Runner) Changed() <-chan struct{} {
	return r.changed
}

// Hold says whether starting a process must wait. After one that could not be killed a back-off must be over: 1 s, doubling
// with each in a row up to 5 min. While two such processes live, one of them must end, whenever that is: until is zero then.
func (r *Runner) Hold(now time.Time) (until time.Time, held bool) {
	return r.unkillable.hold(now)
}

// Run runs the tool with these arguments once it is its turn, and ends it at the deadline. It returns within the deadline,
// Config.BusyTimeout and some 2 s, and within half a second after the end of ctx, even if the process cannot be killed.
func (r *Runner) Run(ctx context.Context, deadline time.Duration, args ...string) Run {
	run := Run{Args: args, ExitStatus: -1}

	words, failure := Resolve(r.config.Command, r.folders)
	if failure != nil && r.config.MayBeAbsent {
		failure = absent(r.config.Command, failure)
	}

	if failure == nil {
		var release func()

		release, failure = r.turn(ctx, words)
		defer release()
	}

	if ctx.Err() != nil {
		run.Failure, run.Cancelled = ending(), true

		return run
	}

	if failure != nil {
		run.Failure = failure

		return run
	}

	start := time.Now()

	process, err := r.start(ctx, append(words, args...))
	if err != nil {
		run.Failure = startFailure(err)

		return run
	}

	run.Started, run.Start = true, start
	r.attend(ctx, process, deadline, &run)

	return run
}

// turn waits for the tool to be free, here and on the host. The release may be called in any case.
func (r *Runner) turn(ctx context.Context, words []string) (release func(), failure *Failure) {
	wait, cancel := context.WithTimeout(ctx, r.config.BusyTimeout)
	defer cancel()

	select {
	case r.slot <- struct{}{}:
	case <-wait.Done():
		return func() {}, &Failure{
			Reason:  ReasonBusy,
			Message: fmt.Sprintf("another query of this exporter has held the tool for %v", r.config.BusyTimeout),
			Advice:  "Query less often.",
		}
	}

	free := func() { <-r.slot }

	if until, held := r.Hold(time.Now()); held {
		return free, heldBack(r.Unkillable(), until)
	}

	if r.config.LockDir == "" {
		return free, nil
	}

	file, failure := lock(wait, r.config.LockDir, lockKey(words, r.folders))
	if failure != nil {
		return free, failure
	}

	return func() {
		_ = file.Close() // the kernel has given the lock back even if this fails
		free()
	}, nil
}

// process is a started tool.
type process struct {
	command        *exec.Cmd
	pid            int           // of its process group, too
	stdout, stderr *output       // nil where it writes to a terminal
	ended          chan struct{} // closed when the process has been waited for
	drained        chan struct{} // closed when both outputs are done; nil where it writes to a terminal
	gone           chan struct{} // closed by watch, when no process of the group lives
}

// start starts the tool with its outputs collected.
func (r *Runner) start(ctx context.Context, words []string) (*process, error) {
	stdout, err := newOutput()
	if err != nil {
		return nil, err
	}

	stderr, err := newOutput()
	if err != nil {
		stdout.discard()

		return nil, err
	}

	p, err := r.launch(ctx, words, stdout.writer, stderr.writer)
	if err != nil {
		stdout.discard()
		stderr.discard()

		return nil, err
	}

	p.stdout, p.stderr, p.drained = stdout, stderr, make(chan struct{})

	go stdout.collect()
	go stderr.collect()
	go func() {
		<-stdout.done
		<-stderr.done
		close(p.drained)
	}()

	return p, nil
}

// launch starts the tool in a session of its own: that is a process group to kill, and without a terminal that sudo
// could ask for a password on. It has no input.
func (r *Runner) launch(ctx context.Context, words []string, stdout, stderr *os.File) (*process, error) {
	// The context's own kill would miss the group and its Wait has no bound: attend does both.
	command := exec.CommandContext(context.WithoutCancel(ctx), words[0], words[1:]...) //nolint:gosec // an operator's command
	command.Env = environment(os.Environ(), r.config.LibraryDirs)
	command.Stdout, command.Stderr = stdout, stderr
	command.SysProcAttr = &syscall.SysProcAttr{Setsid: true}

	if err := command.Start(); err != nil {
		return nil, err
	}

	p := &process{command: command, pid: command.Process.Pid, ended: make(chan struct{}), gone: make(chan struct{})}

	go func() {
		_ = command.Wait() // its word is in command.ProcessState
		close(p.ended)
	}()

	return p, nil
}

// attend waits for the process to end, makes it end where it must, and fills the run.
func (r *Runner) attend(ctx context.Context, p *process, deadline time.Duration, run *Run) {
	run.Failure = p.await(ctx, deadline)
	run.Cancelled = run.Failure != nil && run.Failure.Reason == ""

	switch {
	case run.Failure == nil: // what it left behind may hold the pipes, and have something to say or not
		r.graces.drain.wait(ctx, p.drained)
	case run.Failure.Reason != ReasonOutputTooLarge:
		_ = r.signal(p, syscall.SIGTERM) // what comes of it is seen by the process's end
		r.graces.term.wait(ctx, p.ended)
	}

	err := r.finish(ctx, p)
	run.Duration = time.Since(run.Start)
	stdout, stderr := p.stdout.finish(), p.stderr.finish()

	if err == nil {
		r.unkillable.forgive()
	} else {
		r.abandon(p)

		if run.Failure != nil { // else it ended by itself, and what it said counts, whatever it left behind
			if !run.Cancelled {
				run.Failure = outlived(p.pid, err)
			}

			return
		}
	}

	run.Stdout, run.Stderr = stdout, stderr
	if run.Failure == nil && p.overflowed() {
		run.Failure = tooLarge()
	}

	if closed(p.ended) {
		run.ExitStatus, run.Signal = p.result()
	}
}

// await waits for the process to end by itself. The failure says why it must be ended.
func (p *process) await(ctx context.Context, deadline time.Duration) *Failure {
	timer := time.NewTimer(deadline)
	defer timer.Stop()

	var failure *Failure

	select {
	case <-p.ended:
	case <-p.stdout.over:
		failure = tooLarge()
	case <-p.stderr.over:
		failure = tooLarge()
	case <-timer.C:
		failure = timeout(deadline)
	case <-ctx.Done():
		failure = ending()
	}

	if closed(p.ended) { // several at once, after a stall of the machine
		return nil
	}

	return failure
}

// overflowed says whether the process wrote more than is read.
func (p *process) overflowed() bool {
	return closed(p.stdout.over) || closed(p.stderr.over)
}

// result is the exit status of a process that has ended, -1 if a signal ended it, and that signal.
func (p *process) result() (status int, signal syscall.Signal) {
	state := p.command.ProcessState
	if state == nil { // it could not be waited for
		return -1, 0
	}

	if status, ok := state.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		signal = status.Signal()
	}

	return state.ExitCode(), signal
}

// lookPath gives the path if it names a file that this process may execute.
func lookPath(path string) (string, error) {
	return exec.LookPath(path)
}
