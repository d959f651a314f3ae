package npusmi

// A Rule says what a line that holds a text tells.
type Rule struct {
	Text    string // in lower case
	Failure Failure
}

// rules lists what npu-smi and the commands in front of it are known to print when they fail. The first that fits a line counts.
func rules() []Rule {
	occupied, noDevice, permission, query, unsupported := occupied(), noDevice(), permission(), query(), unsupported()

	own := []Rule{
		// A code means the same in whatever text it stands.
		{"is -8020", occupied},
		{"the device is used", occupied},
		{"is -8002", permission},
		{"is -9002", permission},

		{"only by the root user", permission},
		{"run as root", permission},

		{"does not support", unsupported},
		{"error parameter of -t", unsupported},
		{"cannot be executed on a vm or container", unsupported},
		{"must input", unsupported},

		{"failed to query", query},
		{"failed to execute npu-smi info", query},
		{"invalid card id", query},
		{"invalid chip id", query},
		{"npu_get_card_device_id failed", query},
		{"error parameter of", query},
		{"you must select a card", query},

		{"dcmi module initialize failed", initialise()},
		{"dcmi model initialized failed", initialise()},
		{"ret is -8005", initialise()},

		{"npu get board type failed. ret is -9005", noDevice},
		{"there is no npu card on this server", noDevice},
		{"failed to get card number", noDevice},
		{"npu get board type failed", query},

		// The usage follows most errors. A lost chip can answer with nothing else.
		{"usage: npu-smi", query},
	}

	return append(own, CommandRules(toolName, "--npu-smi.command")...)
}

// CommandRules lists what is printed by all that comes before a tool: the commands in front of it and the loader. The flag is
// the one which configures the command.
func CommandRules(tool, flag string) []Rule {
	permission, loader, notFound := permission(), loader(), notFound(flag)

	return []Rule{
		{"a password is required", sudo()},
		{"a terminal is required", sudo()},
		{"not in the sudoers file", sudo()},
		{"is not allowed to execute", sudo()},
		{"\"no new privileges\"", noNewPrivileges()},
		{"permission denied", permission},
		{"operation not permitted", permission},

		{"error while loading shared libraries", loader},
		{"error loading shared library", loader},
		{"version `glibc", loader},
		{tool + ": command not found", notFound},
		{tool + ": not found", notFound},
		{tool + ": no such file", notFound},
		{tool + "': no such file", notFound},
	}
}

func occupied() Failure {
	return Failure{
		ReasonOccupied,
		"another container holds the device",
		"Run the exporter on the host, or in a privileged container as root: the driver lets any other container hold a device alone.",
	}
}

func permission() Failure {
	return Failure{
		ReasonPermission,
		"the exporter's user may not do this",
		"Run the exporter as root, or as a member of the group that owns /dev/davinci* (HwHiAiUser); some queries are for root alone.",
	}
}

func sudo() Failure {
	return Failure{
		ReasonPermission,
		"sudo refuses to run the tool",
		"Give the exporter's user a sudoers rule with NOPASSWD for this command, or run the exporter as root.",
	}
}

func noNewPrivileges() Failure {
	return Failure{
		ReasonPermission,
		"sudo cannot work in the exporter's service",
		"Run the exporter as root without sudo, or let its service have new privileges (NoNewPrivileges, allowPrivilegeEscalation).",
	}
}

func unsupported() Failure {
	return Failure{
		ReasonUnsupported,
		"the product, or this release of the tool, does not know the query",
		"Nothing to do: its metrics are absent. A newer driver may know it.",
	}
}

func query() Failure {
	return Failure{
		ReasonQuery,
		"the query failed in the driver",
		"Run the query by hand; where it fails too, look in `dmesg` and at the chip's health.",
	}
}

func initialise() Failure {
	return Failure{
		ReasonInit,
		"the tool cannot reach the driver",
		"Run `npu-smi info` by hand. Is the driver loaded (`lsmod`), are /dev/davinci_manager, /dev/devmm_svm and /dev/hisi_hdc there, " +
			"is the exporter's user in group HwHiAiUser, does another container hold the device?",
	}
}

func noDevice() Failure {
	return Failure{
		ReasonNoDevice,
		"the driver finds no chip",
		"Compare with `lspci -d 19e5:`: no chip is built in, none has started, or this is a container that was given none.",
	}
}

func loader() Failure {
	return Failure{
		ReasonStart,
		"the tool cannot load its libraries",
		"Make the driver's libraries visible to the exporter (/usr/local/Ascend/driver/lib64, /usr/local/dcmi), in an image with glibc.",
	}
}

func notFound(flag string) Failure {
	return Failure{
		ReasonStart,
		"the configured command runs something that is not there",
		"Correct " + flag + ", or make the tool visible to the exporter.",
	}
}
