package sim

import (
	"fmt"
	"strings"
)

// Links between chips, and to the host.

func pcieRows(p pairs, s State, c Chip) FailureCode {
	e := c.PCIe

	if s.Family == Family310P {
		p.row("Pcs Rx Error Count", e.RX)
		p.row("Phy Lane Error Count", e.TX)
		p.row("Dl Lcrc Error Count", e.LCRC)
		p.row("Dl Dcrc Error Count", e.ECRC)
	} else {
		p.row("TX Error Count", e.TX)
		p.row("RX Error Count", e.RX)
		p.row("Lcrc Error Count", e.LCRC)
		p.row("Ecrc Error Count", e.ECRC)
		p.row("Retry Count", e.Retry)
	}

	return c.Failure(ReadingPCIe)
}

// bytesInPacket is the size of what the HCCS counts.
const bytesInPacket = 20

// hccsRows print a list for each quantity, with an entry for each link. Cards have the counts alone.
func hccsRows(p pairs, s State, c Chip) FailureCode {
	list := func(key string, of func(HCCSLink) any) {
		var b strings.Builder

		for _, link := range c.HCCS {
			fmt.Fprintf(&b, "%-20v ", of(link))
		}

		p.row("hccs "+key, "["+b.String()+"]")
	}

	if s.Family != Family310P {
		p.row("hccs health status", hccsHealth(c.HCCS))
		list("lane mode", func(l HCCSLink) any { return l.Mode })
		list("link lane list", func(l HCCSLink) any { return l.Lanes })
		list("link speed", func(l HCCSLink) any { return l.Speed })
	}

	list("tx packets", func(l HCCSLink) any { return l.TxPackets })
	list("tx bytes", func(l HCCSLink) any { return l.TxPackets * bytesInPacket })
	list("rx packets", func(l HCCSLink) any { return l.RxPackets })
	list("rx bytes", func(l HCCSLink) any { return l.RxPackets * bytesInPacket })
	list("retry count", func(l HCCSLink) any { return l.Retries })
	list("error count", func(l HCCSLink) any { return l.Errors })

	if s.Family != Family310P {
		p.row("hccs first error lane", "NA")
	}

	return c.Failures[EveryReading]
}

func hccsHealth(links []HCCSLink) string {
	for _, l := range links {
		if l.Mode == 0 {
			return "NOK"
		}
	}

	return "OK"
}

// sioRows have no columns.
func sioRows(p pairs, _ State, c Chip) FailureCode {
	fmt.Fprintf(p.b, "\tTX Error Count : %d\n\tRX Error Count : %d\n", c.SIO.TX, c.SIO.RX)

	return c.Failures[EveryReading]
}

func superPodRows(p pairs, s State, c Chip) FailureCode {
	if c.SuperPod == nil {
		return FailureUnsupported
	}

	if s.Family != FamilyA5 {
		p.row("SDID", c.SuperPod.SDID)
	}

	p.row("Super Pod Size", c.SuperPod.Size)
	p.row("Super Pod ID", c.SuperPod.ID)

	if s.Family == FamilyA5 && !s.UnifiedBus {
		p.row("Chassis ID", c.SuperPod.Chassis)
	} else {
		p.row("Server Index", c.SuperPod.ServerIndex)
	}

	if s.Family == FamilyA5 {
		p.row("Super Pod Type", c.SuperPod.Type)
	}

	return c.Failures[EveryReading]
}
