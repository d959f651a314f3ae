package sim

import (
	"strings"
	"testing"
)

// TestWidths holds each table to one width: that is how the releases differ.
func TestWidths(t *testing.T) {
	t.Parallel()

	for _, tc := range []struct {
		product string
		layout  Layout
		release string
		width   int
	}{
		{"910B3", Layout24, "24.1", 93},
		{"910B3", Layout25, "25.5", 98},
		{"910B3", LayoutSource, "", 99},
		{"910B3", Layout26, "26.0", 116},
		{"A3", Layout25, "25.5", 98},
		{"A3", Layout26, "26.0", 116},
		{"310P-Duo", Layout25, "25.5", 106},
		{"950PR", LayoutSource, "25.7", 99},
		{"950PR", Layout26, "26.0", 116},
	} {
		s := newMachine(t, Config{Product: tc.product, Seed: 1}).At(moment())
		s.Layout, s.Release = tc.layout, tc.release

		for line := range strings.Lines(printed(s, "info")) {
			if got := len(strings.TrimSuffix(line, "\n")); got != tc.width {
				t.Errorf("%s in layout %s: a line of %d columns, want %d:\n%s", tc.product, tc.layout, got, tc.width, line)
			}
		}
	}
}
