package dashboards

import (
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
)

// Units by Grafana's names.
const (
	inCount   = "locale" // whole, with separators
	inAmount  = "short"  // with a prefix such as k
	inShare   = "percentunit"
	inPercent = "percent" // of shares that are small, or more than the whole: 100 is the whole
	inWatts   = "watt"
	inJoules  = "joule"
	inEnergy  = "watth"
	inCelsius = "celsius"
	inBytes   = "bytes"
	inRate    = "Bps"
	inHertz   = "hertz"
	inVolts   = "volt"
	inSeconds = "s"
	inTime    = "dateTimeAsIso" // milliseconds since 1970
	inText    = "string"        // a state, or a label
)

// A State is a value that has a name.
type State struct {
	Value  string
	Text   string
	Colour string
}

// A Field says how values look.
type Field struct {
	Unit     string
	Decimals int // digits behind the point; auto leaves it to Grafana
	Scale    Scale
	States   []State
}

// auto leaves the number of digits to Grafana.
const auto = -1

func counts(s Scale) Field    { return Field{Unit: inCount, Scale: s} }
func shares(s Scale) Field    { return Field{Unit: inShare, Scale: s} }
func celsius(s Scale) Field   { return Field{Unit: inCelsius, Scale: s} }
func states(s ...State) Field { return Field{Unit: inText, Scale: Scale{Base: unknown}, States: s} }

// amounts are numbers with a prefix such as k or M that is chosen by their size.
func amounts(unit string, s Scale) Field { return Field{Unit: unit, Decimals: auto, Scale: s} }

// severities are those of alerts.
func severities() Field {
	return states(State{"critical", "critical", worst}, State{"warning", "warning", notice}, State{"info", "info", quiet})
}

// health are the states of ascend_npu_health_status.
func health() Field {
	return states(State{"0", "OK", good}, State{"1", "Warning", notice}, State{"2", "Alarm", bad}, State{"3", "Critical", worst}, State{"4", "UNKNOWN", unknown})
}

// classes are those by which faults are handled.
func classes() Field {
	return states(
		State{"SeparateNPU", "SeparateNPU", worst}, State{"ManuallySeparateNPU", "ManuallySeparateNPU", worst}, State{"RestartNPU", "RestartNPU", bad},
		State{"FreeRestartNPU", "FreeRestartNPU", notice}, State{"PreSeparateNPU", "PreSeparateNPU", notice},
		State{"RestartBusiness", "RestartBusiness", notice}, State{"SubHealth", "SubHealth", notice},
		State{"RestartRequest", "RestartRequest", quiet}, State{"NotHandle", "NotHandle", quiet}, State{"", "(unknown code)", unknown})
}

// seldom is for a column of states that most rows have no value of: those stay blank.
func (f Field) seldom() Field {
	f.Scale = none()

	return f
}

func (f Field) mappings() []dashboard.ValueMapping {
	if len(f.States) == 0 {
		return nil
	}

	options := make(map[string]dashboard.ValueMappingResult)
	for i, s := range f.States {
		options[s.Value] = dashboard.ValueMappingResult{
			Text: new(s.Text), Color: new(s.Colour), Index: new(int32(i)),
		}
	}

	return []dashboard.ValueMapping{{ValueMap: &dashboard.ValueMap{Type: dashboard.MappingTypeValueToText, Options: options}}}
}

// bounds are those of shares, by which gauges are filled.
func (f Field) bounds() (lowest, highest *float64) {
	if f.Unit == inShare {
		return new(0.0), new(1.0)
	}

	return nil, nil
}

// config is the field for a whole panel.
func (f Field) config(noValue string) dashboard.FieldConfig {
	c := dashboard.FieldConfig{
		Unit: new(f.Unit), Thresholds: f.Scale.thresholds(), Mappings: f.mappings(), NoValue: new(noValue),
		Color: &dashboard.FieldColor{Mode: dashboard.FieldColorModeIdThresholds},
	}
	c.Min, c.Max = f.bounds()

	if f.Decimals != auto {
		c.Decimals = new(float64(f.Decimals))
	}

	return c
}

// properties are the same for one column of a table.
func (f Field) properties() []dashboard.DynamicConfigValue {
	of := []dashboard.DynamicConfigValue{{Id: "unit", Value: f.Unit}, {Id: "thresholds", Value: f.Scale.thresholds()}}

	if lowest, highest := f.bounds(); lowest != nil {
		of = append(of, dashboard.DynamicConfigValue{Id: "min", Value: *lowest}, dashboard.DynamicConfigValue{Id: "max", Value: *highest})
	}

	if f.Decimals != auto {
		of = append(of, dashboard.DynamicConfigValue{Id: "decimals", Value: f.Decimals})
	}

	if m := f.mappings(); m != nil {
		of = append(of, dashboard.DynamicConfigValue{Id: "mappings", Value: m})
	}

	return of
}
