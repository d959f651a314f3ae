package dashboards

import "github.com/grafana/grafana-foundation-sdk/go/dashboard"

// The one language of colours: they differ in brightness too, so that they are told apart without red and green. Green is only for
// what is known to be well; a number that is neither good nor bad is blue.
const (
	good    = "#009E73"
	neutral = "#6F9BD1"
	notice  = "#E69F00"
	bad     = "#D55E00"
	worst   = "#A3003C"
	unknown = "#CC79A7"
	quiet   = "#8E959E"
	blank   = "transparent" // the background of a cell without news
)

// A Step begins a colour at a value.
type Step struct {
	From   float64
	Colour string
}

// A Scale gives values their colours: that of the values below all steps, and the steps upwards.
type Scale struct {
	Base  string
	Steps []Step
}

// plain is for numbers that are neither good nor bad.
func plain() Scale { return Scale{Base: neutral} }

// none is for the cells of such numbers.
func none() Scale { return Scale{Base: blank} }

// faults counts what should not be: none is good. What is not known takes the colour of the base, so that it is never green.
func faults(colour string) Scale { return Scale{Base: quiet, Steps: []Step{{0, good}, {1, colour}}} }

// marked is faults for cells: of a table only what is wrong stands out.
func marked(colour string) Scale { return Scale{Base: blank, Steps: []Step{{1, colour}}} }

// rising is neutral below the first step.
func rising(steps ...Step) Scale { return Scale{Base: neutral, Steps: steps} }

// cell is rising for cells.
func (s Scale) cell() Scale {
	s.Base = blank

	return s
}

func (s Scale) thresholds() *dashboard.ThresholdsConfig {
	steps := []dashboard.Threshold{{Color: s.Base}}
	for _, step := range s.Steps {
		steps = append(steps, dashboard.Threshold{Value: &step.From, Color: step.Colour})
	}

	return &dashboard.ThresholdsConfig{Mode: dashboard.ThresholdsModeAbsolute, Steps: steps}
}

// limits says whether there are values of note, which a graph draws as lines. Where wrong begins with one of anything it is no line.
func (s Scale) limits() bool { return len(s.Steps) > 0 && s.Steps[0].From > 1 }
