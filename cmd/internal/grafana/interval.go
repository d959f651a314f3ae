package grafana

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/common/model"
)

// A Scope is when a query is asked, and with which values of the dashboard's variables.
type Scope struct {
	From, To  time.Time
	Interval  time.Duration // between two points
	Scrape    time.Duration // the scrape interval that the data source is told, or that of the query
	Variables Values
}

// resolutions are lengths of steps that people count in, each for what is below the next length.
func resolutions() []struct{ below, step time.Duration } {
	const day = 24 * time.Hour

	return []struct{ below, step time.Duration }{
		{1500 * time.Millisecond, time.Second},
		{3500 * time.Millisecond, 2 * time.Second},
		{7500 * time.Millisecond, 5 * time.Second},
		{12500 * time.Millisecond, 10 * time.Second},
		{17500 * time.Millisecond, 15 * time.Second},
		{25 * time.Second, 20 * time.Second},
		{45 * time.Second, 30 * time.Second},
		{90 * time.Second, time.Minute},
		{210 * time.Second, 2 * time.Minute},
		{450 * time.Second, 5 * time.Minute},
		{750 * time.Second, 10 * time.Minute},
		{1050 * time.Second, 15 * time.Minute},
		{1500 * time.Second, 20 * time.Minute},
		{2700 * time.Second, 30 * time.Minute},
		{90 * time.Minute, time.Hour},
		{150 * time.Minute, 2 * time.Hour},
		{270 * time.Minute, 3 * time.Hour},
		{9 * time.Hour, 6 * time.Hour},
		{day, 12 * time.Hour},
		{7 * day, day},
		{math.MaxInt64, 7 * day},
	}
}

// Interval is the step at which a graph of some width in points shows a range: at least the shortest one.
func Interval(length time.Duration, points int, shortest time.Duration) time.Duration {
	step := length / time.Duration(points)

	for _, r := range resolutions() {
		if step < r.below {
			step = r.step

			break
		}
	}

	return max(step, shortest)
}

// RateInterval is what $__rate_interval stands for: long enough for a rate at any scrape.
func (s Scope) RateInterval() time.Duration {
	const scrapes = 4

	return max(s.Interval+s.Scrape, scrapes*s.Scrape)
}

// Range is the length of the time that is shown.
func (s Scope) Range() time.Duration { return s.To.Sub(s.From) }

// built are the variables that every query has.
func (s Scope) built() map[string]string {
	whole := func(d, unit time.Duration) string { return strconv.FormatInt(int64(d/unit), 10) }

	return map[string]string{
		"__interval":         duration(s.Interval),
		"__interval_ms":      whole(s.Interval, time.Millisecond),
		"__rate_interval":    duration(s.RateInterval()),
		"__rate_interval_ms": whole(s.RateInterval(), time.Millisecond),
		"__range":            duration(s.Range()),
		"__range_s":          whole(s.Range(), time.Second),
		"__range_ms":         whole(s.Range(), time.Millisecond),
		"__from":             strconv.FormatInt(s.From.UnixMilli(), 10),
		"__to":               strconv.FormatInt(s.To.UnixMilli(), 10),
	}
}

// duration writes one as Prometheus reads it.
func duration(d time.Duration) string {
	return strconv.FormatInt(int64(d/time.Second), 10) + "s"
}

// Ago reads a time such as now, or now-6h.
func Ago(text string, now time.Time) (time.Time, error) {
	rest, ok := strings.CutPrefix(text, "now")
	if ok && rest == "" {
		return now, nil
	}

	if rest, ok = strings.CutPrefix(rest, "-"); !ok {
		return time.Time{}, fmt.Errorf("%q is no time such as now-6h", text)
	}

	d, err := model.ParseDuration(rest)
	if err != nil {
		return time.Time{}, err
	}

	return now.Add(-time.Duration(d)), nil
}
