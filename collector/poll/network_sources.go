package poll

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ascend-exporter/ascend_exporter/collector/hccntool"
	"github.com/ascend-exporter/ascend_exporter/collector/snapshot"
)

// Names of queries of hccn_tool.
const (
	netLink  = "net-link"
	netPorts = "net-ports"

	// PortOptical asks every port of a 950 for its optics.
	PortOptical = "port-optical"
)

// network is the group of all queries of hccn_tool, by which the exporter's own metrics tell of them: so many queries would take
// more series than a host may have.
const network = "network"

// networkSources are the queries of hccn_tool. Each run writes to the vendor's log under its lock, so what hardly changes is asked
// seldom, or when the link changes.
func networkSources() []Source {
	sources := slices.Concat(roceSources(), portSources())
	for i := range sources {
		sources[i].Network = true
		sources[i].Group = network
		sources[i].Deadline = 5 * time.Second
	}

	return sources
}

// roceSources ask for the RoCE port that a chip of a 910 or an A3 has. The probe's result is told on 950 too.
func roceSources() []Source {
	return []Source{
		{
			Name: netLink, Help: "state of the RoCE links (hccn_tool -link)",
			Interval: 30 * time.Second, Scope: ScopeChip, Wanted: hasRoCE,
			Args: item("link"), Parse: told(hccntool.ParseLink, newLink),
		},
		{
			Name: "net-health", Help: "result of the network's own probes (hccn_tool -net_health)",
			Interval: often, Scope: ScopeChip, Wanted: hasNetwork,
			Args: item("net_health"), Parse: told(hccntool.ParseNetHealth, onNetwork(joinNetHealth)),
		},
		{
			Name: "net-stat", Help: "traffic and errors of the RoCE ports (hccn_tool -stat)",
			Interval: often, Scope: ScopeChip, Wanted: hasRoCE,
			Args: item("stat"), Parse: told(hccntool.ParseStat, newStat),
		},
		{
			Name: "net-link-stat", Help: "how often the RoCE links went down (hccn_tool -link_stat)",
			Interval: often, Scope: ScopeChip, Wanted: hasRoCE,
			Args: item("link_stat"), Parse: told(hccntool.ParseLinkStat, newLinkStat),
		},
		{
			Name: "optical", Help: "optical modules of the RoCE ports (hccn_tool -optical)",
			Interval: seldom, Scope: ScopeChip, Wanted: hasRoCE,
			Args: item("optical"), Parse: told(hccntool.ParseOptical, onNetwork(joinOptical)),
		},
		{
			Name: "net-speed", Help: "speed of the RoCE links (hccn_tool -speed)",
			Interval: 10 * time.Minute, Scope: ScopeChip, Wanted: hasRoCE, Follows: netLink,
			Args: item("speed"), Parse: told(hccntool.ParseSpeed, onNetwork(joinSpeed)),
		},
		{
			Name: "net-ip", Help: "IP addresses of the RoCE ports (hccn_tool -ip)",
			Interval: rarely, Scope: ScopeChip, Wanted: hasRoCE, Follows: netLink,
			Args: item("ip"), Parse: told(hccntool.ParseIP, onNetwork(joinIP)),
		},
		{
			Name: "net-mac", Help: "hardware addresses of the RoCE ports (hccn_tool -mac)",
			Interval: rarely, Scope: ScopeChip, Wanted: hasRoCE, Follows: netLink,
			Args: item("mac"), Parse: told(hccntool.ParseMAC, onNetwork(joinMAC)),
		},
		{
			Name: "net-lldp", Help: "switches that the RoCE ports are connected to (hccn_tool -lldp)",
			Interval: rarely, Scope: ScopeChip, Wanted: hasRoCE, Follows: netLink,
			Args: item("lldp"), Parse: told(hccntool.ParseLLDP, onNetwork(joinLLDP)),
		},
	}
}

// portSources ask for the ports of a 950. One query tells the links of all ports of a chip; the others are asked of each port.
func portSources() []Source {
	return []Source{
		{
			Name: netPorts, Help: "ports of a 950 and their links (hccn_tool -dev_info)",
			Interval: 30 * time.Second, Scope: ScopeChip, Wanted: hasPorts,
			Args: item("dev_info"), Parse: told(hccntool.ParseDevInfo, newPorts),
		},
		{
			Name: "port-stat", Help: "traffic and errors of each port of a 950 (hccn_tool -stat)",
			Interval: seldom, Scope: ScopePort, Wanted: hasPorts,
			Args: item("stat"), Parse: told(hccntool.ParsePortStat, onPort(joinPortStat)),
		},
		{
			Name: "port-link-stat", Help: "how often the link of each port of a 950 went down (hccn_tool -link_stat)",
			Interval: seldom, Scope: ScopePort, Wanted: hasPorts, Follows: netPorts,
			Args: item("link_stat"), Parse: told(hccntool.ParsePortLinkStat, onPort(joinPortLinkStat)),
		},
		{
			Name: "port-speed", Help: "speed and lanes of each port of a 950 (hccn_tool -speed)",
			Interval: 10 * time.Minute, Scope: ScopePort, Wanted: hasPorts, Follows: netPorts,
			Args: item("speed"), Parse: told(hccntool.ParsePortSpeed, onPort(joinPortSpeed)),
		},
		{
			Name: PortOptical, Help: "optics of each port of a 950 (hccn_tool -optical)",
			Interval: seldom, Scope: ScopePort, Wanted: hasPorts, Off: true,
			Args: item("optical"), Parse: told(hccntool.ParsePortOptical, onPort(joinPortOptical)),
		},
	}
}

// item makes the arguments that ask for an item. 950's tool takes them in another order, and a port by its die and number.
func item(name string) func(Target) []string {
	return func(target Target) []string {
		if !target.Bare {
			return []string{"-i", target.Device, "-" + name, "-g"}
		}

		args := []string{"-g", "-" + name, "-i", target.Device}
		if target.HasPort {
			args = append(args, "-u", strconv.Itoa(target.Port.Die), "-p", strconv.Itoa(target.Port.Port))
		}

		return args
	}
}

// hasNetwork says whether the chip is one that hccn_tool can know: those without a network of their own are all called 310.
func hasNetwork(chip snapshot.Chip) bool {
	return !strings.HasPrefix(chip.Model, "310")
}

// hasPorts says whether the chip has UB ports.
func hasPorts(chip snapshot.Chip) bool {
	return strings.HasPrefix(strings.TrimPrefix(chip.Model, "Ascend"), "950")
}

// hasRoCE says whether the chip has a RoCE port.
func hasRoCE(chip snapshot.Chip) bool {
	return hasNetwork(chip) && !hasPorts(chip)
}
