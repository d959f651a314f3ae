package poll

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ascend-exporter/ascend_exporter/collector/npusmi"
)

// TestRowsOfNobodyAreNotExpected: a row of which nobody knows the chip is counted while it is there, and missed by nobody afterwards.
func TestRowsOfNobodyAreNotExpected(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		good := machine(t, "910B3", 8, 10*time.Millisecond)
		b := newBench(t, basics(), func(args string) (string, time.Duration, *npusmi.Failure) {
			text, takes, failure := good(args)
			if args != "info" {
				return text, takes, failure
			}

			lines := strings.SplitAfter(text, "\n")
			second := slices.IndexFunc(lines, func(line string) bool { return strings.Contains(line, "0000:") }) // row of the first chip

			return strings.Join(slices.Insert(lines, second, lines[second]), ""), takes, failure
		})
		b.run(t)
		b.at(time.Minute)

		if s := b.last(); !s.Host.Chips.Is(9) || !s.Host.UnusableChips.Is(1) || !s.Host.ExpectedChips.Is(8) {
			t.Errorf("%v chips, %v unusable, %v expected", s.Host.Chips, s.Host.UnusableChips, s.Host.ExpectedChips)
		}
	})
}
