package dashboards

import (
	"fmt"
	"strings"

	rules "github.com/ascend-exporter/ascend_exporter/deploy/prometheus"
)

// Limits are the values of the rules (deploy/prometheus/values.yml) from which on a dashboard shows a number in another colour, so
// that it turns when the alert does.
type Limits struct {
	HotCelsius         float64       // a chip counts as hot
	BusyRatio          float64       // share of the AI Cores from which on a chip is busy
	UnheldRatio        float64       // share of the HBM that no process holds
	TooHotCelsius      rules.ByModel // of a chip, for AscendNpuTemperatureHigh
	HBMHigh, HBMWorst  float64       // temperatures of the HBM
	StaleSeconds       float64       // age of the summary
	LateSeconds        float64       // of a query for its interval
	ScrapeSeconds      float64
	Pages, PagesWorst  float64 // isolated pages of the HBM
	SeriesHost, Series float64 // of a host, and further ones for each of its chips
	Runbooks           string  // the address to which NAME.md is added
	Job                string  // a regular expression for the label job of the exporters' targets
}

// NewLimits reads them from the values of the rules.
func NewLimits(values rules.Values) (Limits, error) {
	var (
		l   Limits
		err error
	)

	for path, into := range map[string]*float64{
		"recording.hot_celsius":                       &l.HotCelsius,
		"recording.busy_ratio":                        &l.BusyRatio,
		"alerts.AscendHbmHeldWithoutProcess.ratio":    &l.UnheldRatio,
		"alerts.AscendHbmTemperatureHigh.celsius":     &l.HBMHigh,
		"alerts.AscendHbmTemperatureCritical.celsius": &l.HBMWorst,
		"alerts.AscendCollectionStale.seconds":        &l.StaleSeconds,
		"alerts.AscendScheduleLagging.seconds":        &l.LateSeconds,
		"alerts.AscendScrapeSlow.seconds":             &l.ScrapeSeconds,
		"alerts.AscendHbmPagesNearlyExhausted.pages":  &l.Pages,
		"alerts.AscendHbmPagesExhausted.pages":        &l.PagesWorst,
		"alerts.AscendSeriesOverBudget.per_host":      &l.SeriesHost,
		"alerts.AscendSeriesOverBudget.per_chip":      &l.Series,
	} {
		if *into, err = threshold(values, path); err != nil {
			return Limits{}, err
		}
	}

	if alert, _ := values["alerts"].(map[string]any)["AscendNpuTemperatureHigh"].(map[string]any); alert["enabled"] == true {
		l.TooHotCelsius, _ = alert["celsius"].(rules.ByModel)
	}

	l.Runbooks, _ = values["runbooks"].(string)
	l.Job, _ = values["job"].(string)

	return l, nil
}

// threshold is the number at a path of keys.
func threshold(values map[string]any, path string) (float64, error) {
	var at any = values

	for key := range strings.SplitSeq(path, ".") {
		inner, _ := at.(map[string]any)
		at = inner[key]
	}

	switch n := at.(type) {
	case int:
		return float64(n), nil
	case float64:
		return n, nil
	default:
		return 0, fmt.Errorf("limits: the values of the rules have no number %s", path)
	}
}
