package hccntool

import (
	"bytes"
	"slices"
	"strings"

	"github.com/ascend-exporter/ascend_exporter/collector/npusmi"
)

// statusNoUser is the exit status, without a word, of a tool whose user has no name in /etc/passwd.
const statusNoUser = 234

// rule says what a line that holds a text, in lower case, tells.
type rule struct {
	text    string
	failure npusmi.Failure
}

// rules lists what hccn_tool is known to print when it fails. The first that fits a line counts.
func rules() []rule {
	return []rule{
		{"permission denied", permission()},
		{"operation not permitted", permission()},
		{"a password is required", permission()},
		{"is not allowed to execute", permission()},

		{"is busy", busy()},
		{"get lock failed", busy()},

		{"not support", unsupported()},
		{"invalid major cmd", unsupported()},
		{"unknown option", unsupported()},
		{"target mode is invalid", unsupported()},

		{"invalid device id", noDevice()},
		{"the device is not exist", noDevice()},
		{"target chip is invalid", noDevice()},

		{"error while loading shared libraries", loader()},
		{"error loading shared library", loader()},
		{"version `glibc", loader()},

		{"link status is down", query()},
		{"control link unreachable", query()},
		{"execute failed", query()},
		{"get device info failed", query()},
	}
}

// Nothing says whether a run in whose output the parser found nothing told just that: no address is set, or no neighbour is known.
func Nothing(run npusmi.Run) bool {
	return bytes.Contains(run.Stderr, []byte("no ip was preset")) ||
		slices.Contains(run.Args, "-lldp") && run.ExitStatus == 0 && len(bytes.TrimSpace(run.Stdout))+len(run.Stderr) == 0
}

// Explain says why a run gave no answer, for a run in whose output the parser found nothing. It is never nil.
func Explain(run npusmi.Run) *npusmi.Failure {
	if run.Failure != nil {
		return run.Failure
	}

	for _, text := range [][]byte{run.Stderr, run.Stdout} {
		if failure := Classify(text); failure != nil {
			return failure
		}
	}

	if run.ExitStatus == statusNoUser && len(run.Stdout)+len(run.Stderr) == 0 {
		failure := permission()
		failure.Message = "the tool ended with status 234 and without a word: its user has no name"
		failure.Advice = "Run the exporter as a user that /etc/passwd knows, in a container too."

		return &failure
	}

	return npusmi.Explain(run)
}

// Classify finds the failure that an output tells of; nil is none.
func Classify(output []byte) *npusmi.Failure {
	all := rules()

	for _, line := range lines(output) {
		lower := strings.ToLower(line)

		for _, rule := range all {
			if strings.Contains(lower, rule.text) {
				failure := rule.failure
				failure.Message += ": " + npusmi.Clip(line)

				return &failure
			}
		}
	}

	return nil
}

func permission() npusmi.Failure {
	return npusmi.Failure{
		Reason:  npusmi.ReasonPermission,
		Message: "the exporter's user may not ask for this",
		Advice:  "Run the exporter as root, or as a member of the group that owns /dev/davinci* (HwHiAiUser).",
	}
}

func busy() npusmi.Failure {
	return npusmi.Failure{
		Reason:  npusmi.ReasonQuery,
		Message: "the tool is in use on this device",
		Advice:  "It passes by itself; if it stays, look for other programs that run hccn_tool often.",
	}
}

func unsupported() npusmi.Failure {
	return npusmi.Failure{
		Reason:  npusmi.ReasonUnsupported,
		Message: "the product, or this release of the tool, does not know the query",
		Advice:  "Nothing to do: its metrics are absent.",
	}
}

func noDevice() npusmi.Failure {
	return npusmi.Failure{
		Reason:  npusmi.ReasonNoDevice,
		Message: "the tool does not know the chip",
		Advice:  "The driver has lost it, or does not run: compare with `npu-smi info -m`, and look in `dmesg`.",
	}
}

func loader() npusmi.Failure {
	return npusmi.Failure{
		Reason:  npusmi.ReasonStart,
		Message: "the tool cannot load its libraries",
		Advice:  "Make the driver's libraries visible to the exporter (/usr/local/Ascend/driver/lib64), in an image with glibc.",
	}
}

func query() npusmi.Failure {
	return npusmi.Failure{
		Reason:  npusmi.ReasonQuery,
		Message: "the query failed in the driver",
		Advice:  "Run the query by hand; where it fails too, look at the link and the module of the chip, and in `dmesg`.",
	}
}
