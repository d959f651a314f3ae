package sim

import (
	"fmt"
	"strings"
)

// A chip's health and its fault codes.

// healthRows are those of the form for a card, which tells no codes.
func healthRows(p pairs, s State, c Chip) FailureCode {
	if s.Family == FamilyA5 {
		return healthOfOne(p, s, c)
	}

	if code := c.Failure(ReadingHealth); code != 0 {
		return code
	}

	word := c.Health.String()
	if word == "" {
		return failureOther
	}

	p.row("Health", word)

	return 0
}

const (
	// failureOther stands for a state that the tool has no word for: it takes that for a wrong argument.
	failureOther FailureCode = -1
	// failureQuery stands for a failure of the tool's own after one of the driver: -9019.
	failureQuery FailureCode = -8019
)

// healthOfOne is the form for one chip. It calls a chip OK that is in a bad state of which there is no code.
func healthOfOne(p pairs, _ State, c Chip) FailureCode {
	if code := c.Failure(ReadingHealth); code != 0 {
		return code
	}

	if code := c.Failure(ReadingFaults); code != 0 {
		return code
	}

	word := c.Health.String()
	if word == "" {
		return failureOther
	}

	if len(c.Faults) == 0 {
		if c.Health != HealthUnknown {
			word = HealthOK.String()
		}

		p.row("Health Status", word)
		p.row("Error Code", "NA")
		p.row("Error Information", "NA")

		return 0
	}

	var codes []string
	for _, f := range c.Faults {
		codes = append(codes, fmt.Sprintf("%08X", f.Code))
	}

	p.row("Health Status", word)
	p.row("Error Code", strings.Join(codes, " "))
	p.row("Error Information", c.Faults[0].Text)

	for _, f := range c.Faults[1:] {
		p.blank()
		p.row("", f.Text)
	}

	return 0
}

func healthMCU(p pairs, s State, n NPU) {
	word := n.MCU.Health.String()
	if s.Container {
		word = "NA"
	}

	p.row("Health", word)
	p.end()
}
