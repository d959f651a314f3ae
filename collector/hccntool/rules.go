package hccntool

import "github.com/ascend-exporter/ascend_exporter/collector/npusmi"

// toolName is the file name of the tool.
const toolName = "hccn_tool"

// noAddress are the words, in lower case, by which the tool says that a device has no address.
func noAddress() []string {
	return []string{"no ip was preset", "no gateway was preset"}
}

// rules lists what the tool is known to print when it fails, in either dialect, and the commands in front of it. The first that
// fits a line counts.
func rules() []npusmi.Rule {
	query, noDevice, busy, dialect, arguments, unsupported := query(), noDevice(), busy(), dialect(), arguments(), unsupported()

	var own []npusmi.Rule

	for _, words := range noAddress() {
		own = append(own, npusmi.Rule{Text: words, Failure: unset()})
	}

	own = append(own, []npusmi.Rule{
		{Text: "pls check this cmd run permission", Failure: permission()},
		{Text: "hccn_tool is busy", Failure: busy},
		{Text: "get lock failed", Failure: busy},

		{Text: "get invalid device id", Failure: noDevice},
		{Text: "the device is not exist", Failure: noDevice},
		{Text: "target chip is invalid", Failure: noDevice},

		{Text: "not supported on this product", Failure: unsupported},
		{Text: "does not support", Failure: unsupported},

		{Text: "get invalid major cmd type", Failure: dialect},
		{Text: "please specify a valid mode", Failure: dialect},
		{Text: "get invalid major cmd", Failure: arguments},
		{Text: "get unknown option", Failure: arguments},
		{Text: "get invalid parameters", Failure: arguments},
		{Text: "count of input parameters is wrong", Failure: arguments},
		{Text: "please specify a", Failure: arguments},
		{Text: "parse cmd option failed", Failure: arguments},
		{Text: "] is out of range", Failure: arguments},
		{Text: "] is invalid", Failure: arguments},

		{Text: "link status is down", Failure: linkDown()},
		{Text: "control link unreachable", Failure: peerLost()},
		{Text: "command execute failed", Failure: query},
		{Text: "cmd execute failed", Failure: query},
		{Text: "execute failed", Failure: query},
		{Text: "get device info failed", Failure: query},
	}...)

	return append(own, npusmi.CommandRules(toolName, "--hccn-tool.command")...)
}

func permission() npusmi.Failure {
	return npusmi.Failure{
		Reason:  npusmi.ReasonPermission,
		Message: "the driver lets the exporter's user ask nothing of the network",
		Advice:  "Run hccn_tool as root, such as with --hccn-tool.command='sudo -n hccn_tool' and a sudoers rule.",
	}
}

func nameless() npusmi.Failure {
	return npusmi.Failure{
		Reason:  npusmi.ReasonPermission,
		Message: "the tool ended with status 234 and printed nothing",
		Advice: "As a rule the exporter's user has no name where it runs: give its uid a line in /etc/passwd (a container's, too), " +
			"or run the exporter as root.",
	}
}

func busy() npusmi.Failure {
	return npusmi.Failure{
		Reason:  npusmi.ReasonBusy,
		Message: "something else holds the device's network",
		Advice:  "It should pass; if it stays, look for another program that runs hccn_tool.",
	}
}

func noDevice() npusmi.Failure {
	return npusmi.Failure{
		Reason:  npusmi.ReasonQuery, // of this chip; no_device is a host without any
		Message: "the tool reaches no such device",
		Advice: "Compare with `npu-smi info -m`: the chip has dropped off, the driver is not loaded, " +
			"or this is a container that was not given the chip.",
	}
}

func unsupported() npusmi.Failure {
	return npusmi.Failure{
		Reason:  npusmi.ReasonUnsupported,
		Message: "the product, or this release of hccn_tool, does not know the query",
		Advice:  "Nothing to do: its metrics are absent. A newer driver may know it.",
	}
}

func dialect() npusmi.Failure {
	return npusmi.Failure{
		Reason:  npusmi.ReasonUnsupported,
		Message: "hccn_tool is that of another generation of chips, which takes other arguments",
		Advice:  "Let --hccn-tool.command name the hccn_tool of the driver that is installed.",
	}
}

func arguments() npusmi.Failure {
	return npusmi.Failure{
		Reason:  npusmi.ReasonUnsupported,
		Message: "this release of hccn_tool does not take the query's arguments",
		Advice:  "Nothing to do: its metrics are absent. A newer driver may know it.",
	}
}

func unset() npusmi.Failure {
	return npusmi.Failure{
		Reason:  npusmi.ReasonUnsupported,
		Message: "the device has no address",
		Advice:  "Nothing to do where its network is not used; else set one with `hccn_tool -i ID -ip -s`.",
	}
}

func query() npusmi.Failure {
	return npusmi.Failure{
		Reason:  npusmi.ReasonQuery,
		Message: "the query failed in the device",
		Advice:  "Run the query by hand; where it fails too, look in `dmesg` and at the chip's health.",
	}
}

func linkDown() npusmi.Failure {
	return npusmi.Failure{
		Reason:  npusmi.ReasonQuery,
		Message: "the device does not answer the query while its link is down",
		Advice:  "Check the cable, the optical module and the switch's port.",
	}
}

func peerLost() npusmi.Failure {
	return npusmi.Failure{
		Reason:  npusmi.ReasonQuery,
		Message: "the chip that shares the optical module, and is asked for it, does not answer",
		Advice:  "Look at the health of the other chips of the host.",
	}
}
