package npusmi

import (
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"
)

// errOutlived says that SIGKILL was sent and had no effect in time.
var errOutlived = errors.New("it outlived SIGKILL")

// grace is how long a process is given for something: long, or short from the moment the exporter ends.
type grace struct{ long, short time.Duration }

// graces are what a process is given at its end.
type graces struct {
	term  grace // to end after SIGTERM
	kill  grace // to end after SIGKILL
	drain grace // to let go of its pipes once it has ended
}

// defaultGraces are over in less than half a second where the exporter ends.
func defaultGraces() graces {
	const end = 200 * time.Millisecond

	return graces{
		term:  grace{long: time.Second, short: end},
		kill:  grace{long: time.Second, short: end},
		drain: grace{long: time.Second / 2, short: end},
	}
}

// wait waits for the event, and says whether it came in time.
func (g grace) wait(ctx context.Context, event <-chan struct{}) bool {
	timer := time.NewTimer(g.long)
	defer timer.Stop()

	select {
	case <-event:
		return true
	case <-timer.C:
		return closed(event)
	case <-ctx.Done():
	}

	timer.Reset(g.short)

	select {
	case <-event:
		return true
	case <-timer.C:
		return closed(event)
	}
}

// closed says whether an event has come.
func closed(event <-chan struct{}) bool {
	select {
	case <-event:
		return true
	default:
		return false
	}
}

// ending is the failure of a run that was ended from outside. It has no reason.
func ending() *Failure {
	return &Failure{Message: "the exporter is ending"}
}

func timeout(deadline time.Duration) *Failure {
	return &Failure{
		Reason:  ReasonTimeout,
		Message: fmt.Sprintf("the tool gave no answer in %v and was ended", deadline),
		Advice:  "Run the query by hand: where it hangs too, look for a chip that hangs in `dmesg`; where it is only slow, raise the deadline.",
	}
}

func tooLarge() *Failure {
	return &Failure{
		Reason:  ReasonOutputTooLarge,
		Message: fmt.Sprintf("the tool printed more than %d MiB and was ended", maxOutput>>20),
		Advice:  "Run the query by hand, and check that the configured command is the right tool.",
	}
}

func outlived(pid int, err error) *Failure {
	failure := Failure{
		Reason:  ReasonUnkillable,
		Message: fmt.Sprintf("process %d does not end: %v", pid, err),
		Advice:  "It hangs in the driver (state D in `ps`): look for the chip in `dmesg`; a reset of the chip or a reboot ends it.",
	}
	if errors.Is(err, syscall.EPERM) {
		failure.Message = fmt.Sprintf("process %d does not end and is not ours to kill: it runs as another user", pid)
		failure.Advice = "Run the exporter as the user that the tool runs as, without sudo, and end the process by hand."
	}

	return &failure
}

func heldBack(count int, until time.Time) *Failure {
	failure := Failure{
		Reason:  ReasonUnkillable,
		Message: fmt.Sprintf("processes that cannot be killed: %d; none is started until one ends", count),
		Advice:  "They hang in the driver (state D in `ps`): look for the chip in `dmesg`; a reset of the chip or a reboot ends them.",
	}
	if !until.IsZero() {
		failure.Message = "the last process could not be killed; none is started before " + until.Format(time.RFC3339)
	}

	return &failure
}

// absent is why a tool that a host can do without cannot be asked. The command may also be there, and not be one to run.
func absent(command []string, failure *Failure) *Failure {
	if _, err := os.Stat(command[0]); err == nil {
		return failure
	}

	return &Failure{
		Reason:  ReasonUnsupported,
		Message: command[0] + " is not there",
		Advice:  "Nothing to do where the product has no such tool; else say where it is, or make it visible to the exporter.",
	}
}

func startFailure(err error) *Failure {
	return &Failure{
		Reason:  ReasonStart,
		Message: fmt.Sprintf("the tool cannot be started: %v", err),
		Advice:  startAdvice(err, "Check that the command names a program for this machine that the exporter's user may execute."),
	}
}

// startAdvice is what to do about an error that is none of the tool's; otherwise where it may be.
func startAdvice(err error, otherwise string) string {
	switch {
	case errors.Is(err, syscall.EAGAIN), errors.Is(err, syscall.ENOMEM), errors.Is(err, syscall.EMFILE), errors.Is(err, syscall.ENFILE):
		return "Look at the host's memory, and at the limits of processes and open files of the exporter's service."
	case errors.Is(err, syscall.ETXTBSY):
		return "The file is being written, as by an upgrade of the driver: wait for its end."
	default:
		return otherwise
	}
}
