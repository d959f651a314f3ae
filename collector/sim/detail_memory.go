package sim

import "fmt"

// What is known of a chip's memories, and of the processes that hold them.

func memoryRows(p pairs, s State, c Chip) FailureCode {
	if code := c.Failures[EveryReading]; code != 0 {
		return code
	}

	switch s.Family {
	case Family310, Family310B:
		p.row("Capacity(MB)", c.DDR.Total)
		p.row("Clock Speed(MHz)", c.DDRClock)

		return 0
	case Family310P:
		p.row("Total DDR Capacity(MB)", c.Board.DDRInstalled)
		p.row("DDR Capacity(MB)", c.DDR.Total)
		p.row("DDR Clock Speed(MHz)", c.DDRClock)

		return 0
	default:
		return hbmRows(p, s, c)
	}
}

func hbmRows(p pairs, s State, c Chip) FailureCode {
	p.row("DDR Capacity(MB)", c.DDR.Total)
	p.row("DDR Clock Speed(MHz)", c.DDRClock)
	p.row("HBM Capacity(MB)", c.HBM.Total)
	p.row("HBM Clock Speed(MHz)", c.zeroIf(ReadingHBMClock, c.HBMInfo.Clock))
	p.row("HBM Temperature(C)", c.zeroIf(ReadingHBMTemperature, c.HBMInfo.Temperature))

	if s.Family != Family910 {
		p.row("HBM Manufacturer ID", fmt.Sprintf("0x%02X", c.HBMInfo.Vendor))
	}

	return c.Failure(ReadingHBM)
}

// eccCheck is whether ECC is on, which the tool asks of a card before anything else. A container may not know.
func eccCheck(s State, c Chip) FailureCode {
	if s.Container {
		return FailureUnsupported
	}

	return c.Failures[EveryReading]
}

func eccRows(p pairs, s State, c Chip) FailureCode {
	switch s.Family {
	case Family310, Family310B:
		p.row("Single-bit Error Count", c.ECC.Single)
		p.row("Double-bit Error Count", c.ECC.Double)
	case Family310P:
		eccOf(p, s, "DDR", c.ECC)
	case Family910: // of its DDR nothing is counted here
		eccOf(p, s, "DDR", ECC{})
		eccOf(p, s, "HBM", c.ECC)
	default:
		eccOf(p, s, "HBM", c.ECC)
	}

	return c.Failure(ReadingECC)
}

func eccOf(p pairs, s State, memory string, e ECC) {
	p.row(memory+" Single Bit Error Count", e.Single)
	p.row(memory+" Double Bit Error Count", e.Double)
	p.row(memory+" Single Bit Aggregate Total Err Cnt", e.TotalSingle)
	p.row(memory+" Double Bit Aggregate Total Err Cnt", e.TotalDouble)
	p.row(memory+" Single Bit Isolated Pages Count", e.IsolatedSingle)
	p.row(memory+" Double Bit Isolated Pages Count", e.IsolatedDouble)

	if s.Family != Family910 && s.since("25") {
		p.row(memory+" Single Bit Next-Isolated Pages Count", e.NextIsolatedSingle)
		p.row(memory+" Double Bit Next-Isolated Pages Count", e.NextIsolatedDouble)
	}
}

// procMemRows print all processes, where the summary shows the first of them.
func procMemRows(p pairs, _ State, c Chip) FailureCode {
	if len(c.Processes) == 0 {
		p.b.WriteString("\tNo process in device.\n")
	}

	for _, q := range c.Processes {
		if q.Name == "" {
			p.b.WriteString("\tGet pid name failed.\n")
		}

		fmt.Fprintf(p.b, "\tProcess id:%-7d Process name:%-17s Process memory(MB):%d\n", q.PID, text(processName(q.Name)), q.Memory)
	}

	return c.Failure(ReadingProcesses)
}
