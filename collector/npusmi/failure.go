package npusmi

import "strings"

// Reason is the class of a failure: the value of the label `reason` of ascend_exporter_failures_total.
type Reason string

// The reasons. A new one needs words in the help of ascend_exporter_failures_total, and a section in docs/troubleshooting.md.
const (
	// ReasonTimeout is a run that was ended because its deadline had passed.
	ReasonTimeout Reason = "timeout"
	// ReasonStart is a tool that is not there or could not be started.
	ReasonStart Reason = "start"
	// ReasonInit is a tool that could not reach the driver.
	ReasonInit Reason = "init"
	// ReasonPermission is a tool that may not do what it was asked for.
	ReasonPermission Reason = "permission"
	// ReasonOccupied is a device that another container holds.
	ReasonOccupied Reason = "occupied"
	// ReasonNoDevice is a host on which the driver finds no chip.
	ReasonNoDevice Reason = "no_device"
	// ReasonUnsupported is a query that this product or this release of the tool does not know.
	ReasonUnsupported Reason = "unsupported"
	// ReasonQuery is a query that the tool tried and that failed in the driver.
	ReasonQuery Reason = "query"
	// ReasonParse is an answer in which nothing could be read.
	ReasonParse Reason = "parse"
	// ReasonOutputTooLarge is an answer beyond the cap.
	ReasonOutputTooLarge Reason = "output_too_large"
	// ReasonUnkillable is a process that outlived SIGKILL, or that is not ours to kill.
	ReasonUnkillable Reason = "unkillable"
	// ReasonBusy is a tool that another instance held for longer than the run could wait.
	ReasonBusy Reason = "busy"
)

// Reasons lists all reasons.
func Reasons() []Reason {
	return []Reason{
		ReasonTimeout, ReasonStart, ReasonInit, ReasonPermission, ReasonOccupied, ReasonNoDevice,
		ReasonUnsupported, ReasonQuery, ReasonParse, ReasonOutputTooLarge, ReasonUnkillable, ReasonBusy,
	}
}

// Conclusive says whether the reason tells that the hardware cannot be read now, so that older data is no longer true.
// After the other reasons nothing is known, and the data ages.
func (r Reason) Conclusive() bool {
	switch r {
	case ReasonInit, ReasonNoDevice, ReasonOccupied, ReasonPermission:
		return true
	default:
		return false
	}
}

// Failure is why a run gave no answer. It is an error; the message says what happened, the advice what to do about it.
type Failure struct {
	Reason  Reason
	Message string
	Advice  string
}

// Error gives message and advice.
func (f *Failure) Error() string {
	if f.Advice == "" {
		return f.Message
	}

	return strings.TrimSuffix(f.Message, ".") + ": " + f.Advice
}
