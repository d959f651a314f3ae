// Package chaos is what the exporter promises while something around it fails. Its tests break each of these things under the released
// binary, over a simulated npu-smi, and hold it to the promise: `make test-chaos`.
package chaos

import (
	"slices"

	"github.com/ascend-exporter/ascend_exporter/collector/npusmi"
)

// A Case is something that fails. While it does, every scrape is answered, shows only what is true, and no counter falls; once it is over,
// all is shown again, and no process, goroutine or descriptor is left.
type Case struct {
	Name      string
	Breaks    string // what fails
	Meanwhile string // what is served while it does
	Mends     string // what ends it

	// Query fails with Reason again and again, which the log tells once, as it does the end of it. Without a query nothing fails.
	Query  string
	Reason npusmi.Reason
	// Also is the reason for which something else fails; "" where nothing else does.
	Also npusmi.Reason

	// Blind says that no chip can be read, and what was read before is gone when it is too old.
	Blind bool
	// Log is logged once, beside what is logged of the query; "" is nothing.
	Log string
}

const (
	summary  = "summary"
	aged     = "what was read before, until it is too old; then `ascend_exporter_up` is 0"
	goesOn   = "everything"
	nextRun  = "the next run of the tool"
	sameTool = "the tool is as it was"
	fallback = "the summary fails: the chips are asked one by one"
)

// Cases are all of them.
func Cases() []Case {
	return slices.Concat(toolCases(), fileCases(), machineCases(), hostCases(), webCases())
}

// toolCases are about what the tool does.
func toolCases() []Case {
	return []Case{
		{
			Name: "hang", Breaks: "no call of npu-smi is answered", Meanwhile: aged, Mends: sameTool,
			Query: summary, Reason: npusmi.ReasonTimeout, Blind: true, Log: fallback,
		},
		{
			Name: "hang-sigterm", Breaks: "no call of npu-smi is answered, and it ignores SIGTERM", Meanwhile: aged, Mends: sameTool,
			Query: summary, Reason: npusmi.ReasonTimeout, Blind: true, Log: fallback,
		},
		{
			Name: "hanging-chip", Breaks: "one chip does not answer, nor does the summary for its sake",
			Meanwhile: "the other chips, asked one by one", Mends: "the chip answers",
			Query: summary, Reason: npusmi.ReasonTimeout, Log: fallback,
		},
		{
			Name: "stopped-tool", Breaks: "a run of npu-smi is stopped (SIGSTOP)", Meanwhile: goesOn, Mends: nextRun,
			Query: summary, Reason: npusmi.ReasonTimeout,
		},
		{Name: "children", Breaks: "npu-smi answers, and leaves processes behind that hold its output", Meanwhile: goesOn, Mends: sameTool},
		{
			Name: "fork-bomb", Breaks: "npu-smi starts 126 processes and does not answer", Meanwhile: aged, Mends: sameTool,
			Query: summary, Reason: npusmi.ReasonTimeout, Blind: true, Log: fallback,
		},
		{
			Name: "broken-off", Breaks: "npu-smi ends in the middle of a line, each time in another", Meanwhile: aged, Mends: sameTool,
			Query: summary, Reason: npusmi.ReasonQuery, Blind: true, Log: fallback,
		},
		{
			Name: "flood", Breaks: "npu-smi prints 100 MB", Meanwhile: aged, Mends: sameTool,
			Query: summary, Reason: npusmi.ReasonOutputTooLarge, Blind: true, Log: fallback,
		},
		{
			Name: "noise", Breaks: "npu-smi prints pieces of tables, NULs and invalid UTF-8", Meanwhile: aged, Mends: sameTool,
			Query: summary, Reason: npusmi.ReasonParse, Blind: true, Log: fallback,
		},
		{
			Name: "tool-memory", Breaks: "npu-smi gets no memory (RLIMIT_AS)", Meanwhile: aged, Mends: "the limit is raised",
			Query: summary, Reason: npusmi.ReasonQuery, Blind: true, Log: fallback,
		},
	}
}

// fileCases are about the tool's file.
func fileCases() []Case {
	return []Case{
		{
			Name: "replaced", Breaks: "npu-smi is replaced by another release in the middle of a run", Meanwhile: goesOn,
			Mends: "the next run is that of the other release",
		},
		{
			Name: "written", Breaks: "the file of npu-smi is being written", Meanwhile: aged, Mends: "it is complete",
			Query: summary, Reason: npusmi.ReasonStart, Blind: true,
		},
		{
			Name: "deleted", Breaks: "npu-smi is deleted", Meanwhile: aged, Mends: "it is there again",
			Query: summary, Reason: npusmi.ReasonStart, Blind: true,
		},
		{
			Name: "not-executable", Breaks: "npu-smi loses its permission to be run", Meanwhile: aged, Mends: "it has it again",
			Query: summary, Reason: npusmi.ReasonStart, Blind: true,
		},
	}
}

// machineCases are about what the tools tell.
func machineCases() []Case {
	return []Case{
		{Name: "reordered", Breaks: "npu-smi lists the chips in another order", Meanwhile: goesOn, Mends: "nothing to mend"},
		{
			Name: "renumbered", Breaks: "all NPUs get other IDs", Meanwhile: "the chips under their new IDs; none under an old one",
			Mends: "the old IDs come back",
		},
		{
			Name: "kubelet-and-network", Breaks: "the kubelet is gone and hccn_tool fails, at the same time",
			Meanwhile: "everything that npu-smi says; pods and network until they are too old", Mends: "both are back",
			Query: "pods", Reason: npusmi.ReasonStart, Also: npusmi.ReasonQuery, Log: "query=net-link",
		},
	}
}

// hostCases are about what the host gives the exporter.
func hostCases() []Case {
	return []Case{
		{
			Name: "disk-full", Breaks: "the file system of `--path.state` is full", Meanwhile: "everything; the file stays as it was", Mends: "there is space: the file is written",
			Log: "the number of chips cannot be kept",
		},
		{
			Name: "log-full", Breaks: "the log is on a full device, and npu-smi is gone", Meanwhile: aged, Mends: "npu-smi is back; the log need not be",
			Query: summary, Reason: npusmi.ReasonStart, Blind: true,
		},
		{
			Name: "log-blocked", Breaks: "nobody reads the log, which takes no more, and npu-smi is gone", Meanwhile: aged,
			Mends: "somebody reads it, and npu-smi is back",
			Query: summary, Reason: npusmi.ReasonStart, Blind: true,
		},
		{
			Name: "sysfs", Breaks: "/sys cannot be read", Meanwhile: "everything but `ascend_npu_pci_devices`", Mends: "it can be read",
			Log: "part of the host could not be read",
		},
		{
			Name: "procfs", Breaks: "/proc cannot be read", Meanwhile: "everything but whose the processes are", Mends: "it can be read",
			Query: "processes", Reason: npusmi.ReasonPermission,
		},
		{
			Name: "hidden-processes", Breaks: "the exporter has an empty /proc, and no call of npu-smi is answered", Meanwhile: aged, Mends: sameTool,
			Query: summary, Reason: npusmi.ReasonTimeout, Blind: true, Log: fallback,
		},
		{
			Name: "descriptors", Breaks: "the exporter has no file descriptor left (RLIMIT_NOFILE)",
			Meanwhile: "on connections that are open, what was read before, until it is too old; new ones wait", Mends: "the limit is raised",
			Query: summary, Reason: npusmi.ReasonStart, Blind: true, Log: "part of the host could not be read",
		},
		{Name: "little-memory", Breaks: "the exporter is to live in 16 MiB (GOMEMLIMIT)", Meanwhile: goesOn, Mends: "nothing to mend"},
		{Name: "monotonic-clock", Breaks: "the monotonic clock has run for a year when the exporter starts", Meanwhile: goesOn, Mends: "nothing to mend"},
		{
			Name: "suspended", Breaks: "the exporter is stopped until all it knows is too old (SIGSTOP), and goes on (SIGCONT)",
			Meanwhile: "no answer; then nothing that is too old", Mends: "SIGCONT",
		},
	}
}

// webCases are about those who ask.
func webCases() []Case {
	return []Case{
		{
			Name: "scrapers", Breaks: "10,000 scrapers at the same time", Mends: "they have their answer",
			Meanwhile: "as many as `--web.max-requests` allows; status 503 to the others",
		},
		{
			Name: "slow-readers", Breaks: "20 scrapers do not read their answer", Meanwhile: goesOn,
			Mends: "nobody: after 30 s their connections are closed",
		},
		{
			Name: "half-open", Breaks: "200 connections on which half a request comes, or nothing", Meanwhile: goesOn,
			Mends: "nobody: after 5 s they are closed",
		},
		{Name: "huge-headers", Breaks: "requests with a megabyte of headers", Meanwhile: "everything; status 431 to those", Mends: "they are refused"},
		{
			Name: "garbage-on-tls", Breaks: "noise, plain HTTP and half a handshake on a port with TLS", Meanwhile: goesOn,
			Mends: "they are refused, at the latest after 5 s",
		},
		{Name: "tls-on-plain", Breaks: "noise and TLS on a port without", Meanwhile: "everything; status 400 to those", Mends: "they are refused"},
	}
}
